"""One subscription to webhooks: who is told what, how often they are tried, and what one message is.

Promise: the settings of a subscription are checked in one place, and what is wrong is said without repeating it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from interfaces.http.cloud_events import BATCH, batch
from interfaces.http.complaints import Complaint, Steps, complaints_of, where
from interfaces.http.feed_asked import POSITION_MAX
from interfaces.http.feed_pages import LIMIT_MAX, Told, topic_of
from interfaces.http.webhook_post import Reply, Target, target_of
from ledger.store.webhook_signature import secret_of, signature
from ledger.terms.errors import LedgerError

BATCH_USUAL: Final = 100
_DIGITS: Final = 9
"""Of a number of seconds; a longer one is beyond every bound."""


class WrongSubscription(LedgerError):
    """The settings of a webhook cannot be meant."""


class Subscription(NamedTuple):
    """Who is told what, as the operator configured it."""

    name: str
    ledger: str
    """The name of the ledger on this server."""
    target: Target
    secrets: tuple[bytes, ...]
    """What messages are signed with; two while a receiver changes from one to the other."""
    login: str
    """The login whose roles decide what is shown."""
    words: bool = False
    topics: frozenset[str] = frozenset()
    after: int = 0
    """Where a subscription without a state begins."""
    batch: int = BATCH_USUAL
    """Facts of one message at most."""


class _Settings(BaseModel):
    """A table `[[webhooks]]` of the server's settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    name: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,62}$")
    ledger: str
    url: str = Field(max_length=2_000)
    secret_file: Path
    old_secret_file: Path | None = None
    login: str = Field(min_length=1, max_length=200)
    words: bool = False
    types: tuple[str, ...] = ()
    after: int = Field(default=0, ge=0, le=POSITION_MAX)
    batch: int = Field(default=BATCH_USUAL, ge=1, le=LIMIT_MAX)
    private_addresses: bool = False
    ca_file: Path | None = None


def subscription_of(given: Mapping[str, Any], ledgers: Sequence[str]) -> Subscription:
    """The subscription that a table of the settings comes to.

    Raises WrongSubscription (a setting that is unknown, missing or of the wrong kind), WrongTarget, WrongKey.
    """
    try:
        settings = _Settings.model_validate(given)
    except ValidationError as error:
        places = {
            str(found["loc"][0]) if found["type"] != "extra_forbidden" else "(unknown)" for found in error.errors()
        }
        raise _wrong(f"A webhook's settings are wrong at: {', '.join(sorted(places))}.") from None
    if settings.ledger not in ledgers:
        raise _wrong("A webhook names a ledger that this server does not have.")
    topics = [topic_of(kind) for kind in settings.types]
    if None in topics:
        raise _wrong("A webhook names a type that no fact has; `ccm-ledger schema events` lists them.")
    files = (settings.secret_file, settings.old_secret_file)
    return Subscription(
        settings.name,
        settings.ledger,
        target_of(settings.url, private=settings.private_addresses, ca_file=settings.ca_file),
        tuple(_secret_in(file) for file in files if file is not None),
        settings.login,
        settings.words,
        frozenset(topic for topic in topics if topic is not None),
        settings.after,
        settings.batch,
    )


def complaints_about(given: Mapping[str, Any], ledgers: Sequence[str], at: Steps) -> Iterator[Complaint]:
    """Everything that is wrong with a table of the settings, each thing at its own place."""
    wrong = set[str]()
    try:
        _Settings.model_validate(given)
    except ValidationError as error:
        wrong = {str(found["loc"][0]) for found in error.errors(include_url=False, include_input=False)}
        yield from complaints_of(error, at)
    fine = {name: value for name, value in given.items() if name not in wrong}
    if fine.get("ledger", "") not in (*ledgers, ""):
        yield Complaint(where((*at, "ledger")), "names a ledger that this server does not have", "Add it, or mend it.")
    for number, kind in enumerate(fine.get("types", ())):
        if topic_of(kind) is None:
            remedy = "`ccm-ledger schema events` lists the kinds of facts."
            yield Complaint(where((*at, "types", number)), "names no kind of fact", remedy)
    tried: Mapping[str, Callable[[Any], object]] = {
        "url": target_of,
        "secret_file": lambda file: _secret_in(Path(file)),
        "old_secret_file": lambda file: _secret_in(Path(file)),
    }
    for name, read in tried.items():
        if name in fine:
            try:
                read(fine[name])
            except LedgerError as error:
                yield Complaint(where((*at, name)), f"cannot be used: {error.happened.rstrip('.')}", error.remedy)


def _secret_in(file: Path) -> bytes:
    try:
        return secret_of(file.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError):
        raise _wrong("The file of a webhook's secret cannot be read.") from None


def _wrong(happened: str) -> WrongSubscription:
    return WrongSubscription(happened, "docs/feed.md shows the settings of a webhook.")


class Persistence(NamedTuple):
    """How often a receiver is tried, in seconds, and when it is given up."""

    first: float = 1
    most: float = 3_600
    timeout: int = 15
    parked_after: timedelta = timedelta(days=5)
    rest: float = 30
    """How long to wait for the head to move, or for a ledger that cannot be asked."""

    def pause(self, attempts: int, chance: float) -> float:
        """How long to wait after so many failed attempts: twice as long each time, between half and the whole of it.

        `chance` is drawn evenly from 0 to 1, so that receivers that failed together are not tried together.
        """
        whole = min(self.most, self.first * 2.0 ** min(attempts - 1, 40))
        return whole * (0.5 + chance / 2)

    def asked_pause(self, retry_after: str | None, now: datetime) -> float:
        """How long a receiver asks to be left alone, by its header Retry-After (RFC 9110, 10.2.3); `most` at most.

        0 where it asks for nothing, or for something that cannot be read.
        """
        given = (retry_after or "").strip()
        if given.isascii() and given.isdigit():
            seconds = float(given) if len(given) <= _DIGITS else self.most
        else:
            try:
                then = parsedate_to_datetime(given)
                seconds = ((then if then.tzinfo else then.replace(tzinfo=UTC)) - now).total_seconds()
            except (ValueError, TypeError, OverflowError):
                return 0
        return min(max(seconds, 0), self.most)


USUAL: Final = Persistence()


class Message(NamedTuple):
    """A batch on its way: the same id and body at every attempt."""

    id: str
    body: bytes

    def headers(self, secrets: Sequence[bytes], timestamp: int) -> dict[str, str]:
        """The headers of one attempt, signed with each secret."""
        return {
            "Content-Type": BATCH,
            "User-Agent": "ccm-ledger",
            "webhook-id": self.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(signature(each, self.id, timestamp, self.body) for each in secrets),
        }


def message_of(ledger_id: str, name: str, events: Sequence[Told]) -> Message:
    """The message that tells these events to a subscription."""
    first, last = events[0].position, events[-1].position
    return Message(f"msg_{ledger_id}_{name}_{first}_{last}", batch([each.body for each in events]))


Send = Callable[[Target, bytes, Mapping[str, str]], Reply]
"""Posts, and tells the answer; raises Undelivered."""
