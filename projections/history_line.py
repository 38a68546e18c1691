"""One fact as a line of history: when on three clocks, who in which capacity and vouched for by whom, what.

Promise: a line says what its fact says and nothing else, and of a fact about two patients only what the record of one
may tell of the other. It is a view of the fact: putting it into words, and reading who told it, is done when somebody
looks, because a history of thousands of facts is asked for a few of them. Not promised: words; they come opened where
the opener that was passed in opens them.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from ledger.streams.base import Event, Fact, Said, Vouched
from ledger.terms.people import Role
from projections.clocks import Lateness, ended, lateness
from projections.happened import Moment, happened, happened_on, has_a_moment
from projections.restricted import RESTRICTED_TEXT, closed_fields, is_said_twice
from projections.two_patients import OF_TWO, is_taken_away, stream_of
from projections.wording import Detail, details, sealed_names, title, words

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
OpenWords = Callable[[Fact], Event]
"""Opens the sealed words of a fact for a reader who may see them."""


class Who(NamedTuple):
    """Who did it, as the ledger knows it."""

    actor: str
    capacity: str | None
    on_behalf_of: str | None
    authenticated_as: str
    asserted_by: str | None
    """The source system that alone vouches for the actor; None where the actor's own login does."""
    purpose: str | None
    is_person: bool
    """Whether a person acted: not a machine, an integration or this program itself."""


class HistoryLine(NamedTuple):
    """One fact as the reader of one record may see it."""

    fact: Fact
    """As the ledger holds it: what of it is shown, the properties say."""
    event: Event | None
    """What the fact says, its words opened where they may be; None where it is about another patient."""
    own: frozenset[str] = frozenset()
    """The ids of the one person in whose record it is shown; of others it names none."""
    erased: tuple[str, ...] = ()
    """What the words were of that are gone, because their key was destroyed."""
    closed: Mapping[str, str] = _NOTHING
    """Sealed fields that are not shown to this reader, with the text that stands in their place."""
    is_taken_away: bool = False
    """Whether it tells this record only what left it: that happened by being told."""

    @property
    def position(self) -> int:
        """Where it stands in the ledger."""
        return self.fact.position

    @property
    def recorded_at(self) -> datetime:
        """When this ledger learned it."""
        return self.fact.recorded_at

    @property
    def topic(self) -> str:
        """The kind of fact."""
        return self.fact.event.TOPIC

    @property
    def stream(self) -> str:
        """The stream that it stands in; of a fact about two patients the one in this record."""
        if self.event is None:
            return "-"
        home = self.fact.home
        return stream_of(self.event, home, self.own) if self.topic in OF_TWO else home

    @property
    def happened(self) -> Moment:
        """As the fact says; None where it happened by being recorded."""
        return None if self.is_taken_away else happened(self.fact.event)

    @property
    def happened_on(self) -> date:
        """Its own local date; where it has none, the day on which it was recorded."""
        return self.recorded_at.date() if self.is_taken_away else happened_on(self.fact)

    @property
    def over(self) -> Moment:
        """When it was over: work that has clock times ends later than it happened."""
        return None if self.is_taken_away else ended(self.fact.event)

    @property
    def has_date(self) -> bool:
        """Whether the fact gives the moment that its kind tells of; where a source gave none, nothing invents one."""
        return self.happened is not None or self.is_taken_away or not has_a_moment(self.topic)

    @property
    def who(self) -> Who:
        """Who did it."""
        return who_of(self.fact.said)

    @property
    def source_recorded_at(self) -> datetime | None:
        """When the source says that it wrote it down."""
        return self.fact.said.source_recorded_at

    @property
    def edition(self) -> str | None:
        """The edition of the rulebook that the command was decided by, where one was read."""
        return self.fact.said.edition

    @property
    def command(self) -> str:
        """The command that recorded it."""
        return self.fact.said.command

    @property
    def lateness(self) -> Lateness:
        """What lies between the clocks."""
        return lateness(self.topic, self.over, self.source_recorded_at, self.recorded_at)

    @property
    def what(self) -> str:
        """The kind of fact in words."""
        return title(self.topic) if self.event is not None else f"{title(self.topic)} for another patient"

    @property
    def details(self) -> tuple[Detail, ...]:
        """The clear details, label and text."""
        return details(self.event, self.own) if self.event is not None else ()

    @property
    def words(self) -> tuple[Detail, ...]:
        """The sealed words, or texts that say why they are not here; empty where the fact has none."""
        return words(self.event, self.closed) if self.event is not None else ()

    @property
    def is_late(self) -> bool:
        """Whether the ledger learned it on a later day than it happened."""
        return self.recorded_at.date() > self.happened_on


def line_of(
    fact: Fact,
    open_words: OpenWords | None = None,
    erased: tuple[str, ...] = (),
    *,
    about: str | None = None,
    own: frozenset[str] = frozenset(),
    is_restricted: bool = False,
) -> HistoryLine:
    """One fact as a line of history; `erased` are its sealed fields whose key is gone.

    `about` is the patient of whom it is shown, `own` all ids of that person; `is_restricted` closes its words.
    """
    event = fact.event
    opens = open_words is not None and bool(event.sealing())
    return HistoryLine(
        fact,
        open_words(fact) if open_words and opens else event,
        own,
        sealed_names(event, erased) if erased else (),
        _closed(event, about, is_restricted=is_restricted) if opens else _NOTHING,
        event.TOPIC in OF_TWO and is_taken_away(event, own),
    )


def _closed(event: Event, about: str | None, *, is_restricted: bool) -> Mapping[str, str]:
    """The sealed fields that are not shown, with the text that stands in their place."""
    if is_restricted:
        return dict.fromkeys((sealing.field for sealing in event.sealing()), RESTRICTED_TEXT)
    return dict.fromkeys(closed_fields(event, about), "" if is_said_twice(event) else RESTRICTED_TEXT)


def who_of(said: Said) -> Who:
    """Who did it: only a source's word for it shows as `asserted by` that source."""
    return Who(
        said.actor,
        said.capacity,
        said.on_behalf_of,
        said.authenticated_as,
        _asserted_by(said),
        said.purpose,
        said.vouched != _BY_PROGRAM and said.capacity not in _PROGRAMS,
    )


_PROGRAMS: Final = (Role.MACHINE.value, Role.INTEGRATION.value)
_BY_LOGIN: Final = Vouched.LOGIN.value
_BY_SOURCE: Final = Vouched.SOURCE.value
_BY_PROGRAM: Final = Vouched.PROGRAM.value


def _asserted_by(said: Said) -> str | None:
    if said.vouched == _BY_LOGIN:
        return None
    return said.source if said.vouched == _BY_SOURCE and said.source else said.vouched


_DECIDES: Final = frozenset(
    (
        *("attested", "withdrawn", "approved", "rejected", "chosen", "designated", "signed", "struck", "invalidated"),
        *("refused", "dismissed", "adopted", "released", "discarded", "overridden"),
    )
)
"""How the topic of a decision ends: what somebody decided, and not what somebody saw or was told."""


def is_decision(line: HistoryLine) -> bool:
    """Whether a fact decides something: an attestation, a signature, a withdrawal, a refusal."""
    return line.topic.rpartition("_")[2] in _DECIDES
