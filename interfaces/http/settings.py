"""What the server is told: where it listens, which ledgers it has, whom it believes, and how much it takes.

One TOML file, filled up by options and the environment. Promise: everything that is wrong is named in one go, with what
to do, and never with a value that stands there; secrets come from files or the environment, and a file that holds one
itself is refused. Not promised: that a ledger can be opened; `config check` asks that, and starting does.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from commands.wire import LINE_BYTES_MAX
from interfaces.http.complaints import Complaint, Steps, Wrong, complaints_of, secrets_in

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}\Z", re.ASCII)
_ADDRESS: Final = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})\Z", re.ASCII)
_RATE: Final = re.compile(r"([1-9][0-9]{0,8}) ?(?:/|per) ?(second|minute|hour)\Z", re.ASCII)


def _address(text: str) -> str:
    found = _ADDRESS.match(text)
    if found is None or int(found[2]) > 65_535:
        raise Wrong("is no address to listen at", "Write HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080.")
    return text


def _rate(text: str) -> str:
    if not _RATE.match(text):
        raise Wrong("is no rate", 'Write how many in which time, such as "600/minute".')
    return text


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        raise Wrong("is no address of a proxy", "Write an IP address or a network, such as 10.0.0.0/8.") from None
    return text


Address = Annotated[str, AfterValidator(_address)]
Rate = Annotated[str, AfterValidator(_rate)]
Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Bytes = Annotated[int, Field(ge=256, le=1 << 40)]


class _Part(BaseModel):
    # What stands in a file is never repeated: not in errors, and not in the words that show an object.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class LedgerSettings(_Part):
    """One ledger: where it is, and where its keys are."""

    place: str = Field(min_length=1)
    """A folder, an address on a server, or a name in CCM_LEDGER_ROUTES."""
    key_file: Path | None = None
    log_key_file: Path | None = None
    """The keys of the ledger's log, with which `Prefer: wait=sealed` is served at once; else somebody else seals."""


class Limits(_Part):
    """How much the server takes of anybody, and how long it waits for them."""

    body_bytes: Bytes = LINE_BYTES_MAX
    """Of a request that is no stream."""
    stream_bytes: Bytes | None = None
    """Of a stream of lines or a document; without it, as many as come."""
    line_bytes: Annotated[int, Field(ge=256, le=LINE_BYTES_MAX)] = LINE_BYTES_MAX
    url_bytes: Annotated[int, Field(ge=256, le=65_536)] = 4_096
    header_bytes: Annotated[int, Field(ge=1_024, le=1_048_576)] = 16_384
    headers: Annotated[int, Field(ge=8, le=1_000)] = 64
    header_seconds: Seconds = 10
    """From the first byte of a request, or from the connection, until its headers are there."""
    body_seconds: Seconds = 30
    """Until the body of a request that is no stream is there."""
    idle_seconds: Seconds = 60
    """Between two pieces of a stream, and for a client that does not read its answer."""
    answer_seconds: Seconds = 120
    keep_alive_seconds: Annotated[int, Field(ge=1, le=3_600)] = 30
    shutdown_seconds: Annotated[int, Field(ge=1, le=3_600)] = 30
    requests_at_once: Count = 512
    streams_at_once: Count = 64
    connections: Count = 2_048


class Rates(_Part):
    """How often somebody may ask."""

    per_login: Rate = "100000/minute"
    """Requests of one key or token in one ledger; a stream of lines is one request."""
    per_stranger: Rate = "60/minute"
    """Requests from one address that nobody lets in."""


class Tls(_Part):
    """The certificate with which the server itself speaks TLS."""

    certificate_file: Path
    key_file: Path


class ServerSettings(_Part):
    """Everything that `serve` is told."""

    address: Address = "127.0.0.1:8080"
    metrics_address: Address | None = None
    """Where metrics are told to whoever asks; the server's own port tells them to keys with the scope `operate`."""
    ledgers: Mapping[str, LedgerSettings] = {}
    routes: bool = False
    """Whether all ledgers of CCM_LEDGER_ROUTES are served as well, under their names there."""
    limits: Limits = Limits()
    rates: Rates = Rates()
    tls: Tls | None = None
    trusted_proxies: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    """Whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    issuers: tuple[Mapping[str, Any], ...] = Field(default=(), repr=False)
    """Identity providers, as interfaces/http/issuers.py reads them."""
    webhooks: tuple[Mapping[str, Any], ...] = Field(default=(), repr=False)
    """Who is told of the feed, as interfaces/http/webhook_subscription.py reads them."""
    webhook_folder: Path | None = None
    """Where it is kept how far each webhook is."""

    @property
    def host(self) -> str:
        """The host at which it listens, without brackets."""
        return host_and_port(self.address)[0]


def host_and_port(address: str) -> tuple[str, int]:
    """The two halves of an address that was checked."""
    host, _, port = address.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), int(port)


def rate_of(text: str) -> tuple[int, str]:
    """How many, and in which unit of time, of a rate that was checked."""
    found = _RATE.match(text)
    assert found is not None, "a rate is checked where it is read"
    return int(found[1]), found[2]


def read_settings(file: Path) -> "tuple[ServerSettings | None, list[Complaint]]":
    """The settings in a file, or None and everything that is wrong with it."""
    settings, complaints = looked_through_file(file)
    return (None, complaints) if complaints else (settings, [])


def looked_through_file(file: Path) -> "tuple[ServerSettings | None, list[Complaint]]":
    """The settings in a file without those that are wrong, and what is wrong; None where it cannot be read at all."""
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        return None, [Complaint("the file", f"cannot be read: {error.strerror}", "Check its name and its rights.")]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        # The message of the TOML reader quotes what stands there, all but the place.
        place = re.search(r"line \d+, column \d+", str(error))
        found = f" ({place[0]})" if place else ""
        return None, [Complaint("the file", f"is no TOML{found}", "Mend it there.")]
    return looked_through(given)


def checked(given: Mapping[str, Any]) -> "tuple[ServerSettings | None, list[Complaint]]":
    """The settings that a table comes to, or None and everything that is wrong with it."""
    settings, complaints = looked_through(given)
    return (None, complaints) if complaints else (settings, [])


def looked_through(given: Mapping[str, Any]) -> tuple[ServerSettings, list[Complaint]]:
    """The settings of a table without those that are wrong, and what is wrong: the rest is looked at in the same go."""
    complaints, wrong = list(secrets_in(given)), frozenset[str]()
    try:
        settings = ServerSettings.model_validate(given)
    except ValidationError as error:
        complaints += complaints_of(error)
        places = [each["loc"] for each in error.errors(include_url=False, include_input=False)]
        wrong = frozenset(str(place[0]) for place in places)
        settings = ServerSettings.model_validate(_without(given, places))
    return settings, complaints + _together(settings, wrong)


def _without(given: Mapping[str, Any], places: Iterable[Steps]) -> dict[str, Any]:
    """The table without what is wrong in it: of ledgers those alone that are, of everything else the whole."""
    kept = dict(given)
    for top, *below in places:
        if top == "ledgers" and below and isinstance(kept.get("ledgers"), Mapping):
            kept["ledgers"] = {name: each for name, each in kept["ledgers"].items() if name != below[0]}
        else:
            kept.pop(str(top), None)
    return kept


def _together(settings: ServerSettings, wrong: frozenset[str]) -> list[Complaint]:
    """What only shows when everything is seen together; of what is wrong by itself nothing more is said."""
    complaints = [
        Complaint(
            "ledgers",
            "holds a name that cannot stand in a path",
            "A name has small letters, digits, dashes and underscores, 63 at most.",
        )
        for name in settings.ledgers
        if not _NAME.match(name)
    ][:1]
    if not settings.ledgers and not settings.routes and not wrong & {"ledgers", "routes"}:
        complaints.append(
            Complaint(
                "ledgers",
                "names no ledger",
                "Add [ledgers.NAME] with `place`, or `routes = true` for all of CCM_LEDGER_ROUTES.",
            )
        )
    if settings.metrics_address is not None and "address" not in wrong:
        mine, other = host_and_port(settings.address)[1], host_and_port(settings.metrics_address)[1]
        if mine == other and mine:
            complaints.append(Complaint("metrics_address", "has the server's own port", "Choose another port."))
    return complaints
