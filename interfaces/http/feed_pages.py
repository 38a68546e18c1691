"""A page of the feed: the facts behind a position, in order, as one login may see them.

Promise: every position behind `after` up to `Page.position` was looked at; each is in the page or of a type that was
not asked for. What a role shows of patients is recorded as a read before the page is handed out. A page is bounded in
facts, in bytes and in how far it looks, so an empty page may have more behind it. Called in a thread of its own.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

from commands.access import ask_to_read
from commands.by_key import closed_to
from interfaces.http.cloud_events import TYPES, Ledgered, as_event, as_skeleton, type_of
from interfaces.http.sight import Sight
from ledger.streams.base import Fact
from ledger.streams.upcast import EVENTS
from ledger.terms.errors import LedgerDamaged
from ledger.terms.outcome import Refused
from ledger.terms.people import Purpose
from projections.restricted import restricted_in

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.store.connection import Ledger
    from ledger.store.mapper import Row

LIMIT_MAX: Final = 1_000
LOOKED_AT_MAX: Final = 20_000
"""Facts that a page passes over at most in search of its types."""
BYTES_MAX: Final = 1_048_576
"""Stored bytes behind which a page ends; one fact may be larger."""
_CHUNK: Final = 1_000


class Wanted(NamedTuple):
    """What a follower asks for."""

    after: int
    limit: int = LIMIT_MAX
    topics: frozenset[str] = frozenset()
    """Kinds of facts; empty: all."""
    words: bool = False
    practices: frozenset[str] | None = None
    """The practices that the key is for."""
    purpose: Purpose | None = None
    withheld: bool = True
    """Whether facts that are not for the caller are told of at all."""


class Told(NamedTuple):
    """One event of a page."""

    position: int
    kind: str
    body: bytes


class Page(NamedTuple):
    """Events, the position up to which everything was looked at, and the ledger's highest one then."""

    events: tuple[Told, ...]
    position: int
    head: int


def page_of(session: "Session", name: str, wanted: Wanted) -> Page | Refused:
    """The page for the login of the session; Refused where the login is a key whose time is over."""
    handler = session.handler
    if closed := closed_to(handler.governance(), handler.login, None if session.simulated else handler.now()):
        return closed
    head = session.log.refresh()
    rows, position = _rows(session.log, wanted, head)
    facts = session.log.mapper.facts(rows)
    sight = Sight(handler, wanted.practices)
    read = {fact.position for fact in facts if sight.reads(fact)}
    about = dict.fromkeys(each for fact in facts if fact.position in read for each in sight.read_about(fact))
    opening = {fact.position for fact in facts if fact.position in read and wanted.words and sight.read_about(fact)}
    if about:
        refusal = ask_to_read(session.handler, "feed", tuple(about), purpose=wanted.purpose, opened_words=bool(opening))
        if refusal is not None:
            return refusal
    shown = {fact.position for fact in facts if fact.position in read or sight.is_own(fact)}
    pairs = [pair for pair in zip(rows, facts, strict=True) if wanted.withheld or pair[1].position in shown]
    return Page(_told(session, name, pairs, shown, opening), position, head)


def topic_of(given: str) -> str | None:
    """The topic that a `type` of an event names, or that is named as itself; None where there is none."""
    return given if given in EVENTS else TYPES.get(given)


def _rows(log: "Ledger", wanted: Wanted, head: int) -> "tuple[list[Row], int]":
    """The rows of a page, and how far it looked."""
    found: list[Row] = []
    position, size = wanted.after, 0
    until = min(head, position + LOOKED_AT_MAX)
    while position < until:
        # Without a choice of types everything that is read is used.
        some = min(_CHUNK if wanted.topics else wanted.limit, until - position)
        rows = log.follow_rows(position, some)
        if not rows:
            raise _gap(position + 1)
        for row in rows:
            if row.position != position + 1:
                raise _gap(position + 1)
            position = row.position
            if wanted.topics and row.topic not in wanted.topics:
                continue
            found.append(row)
            size += len(row.state)
            if len(found) == wanted.limit or size >= BYTES_MAX:
                return found, position
    return found, position


def _gap(position: int) -> LedgerDamaged:
    return LedgerDamaged(f"Position {position} is gone from the ledger.", "Run `ccm-ledger verify`.")


def _told(
    session: "Session", name: str, pairs: "list[tuple[Row, Fact]]", shown: set[int], opening: set[int]
) -> tuple[Told, ...]:
    log = session.log
    of = Ledgered(log.ledger_id, name, session.simulated)
    restricted = restricted_in(log, [fact for _, fact in pairs if fact.position in opening])
    erased = _erased(log, [fact for _, fact in pairs if fact.position in shown])
    told = []
    for row, fact in pairs:
        kind = type_of(type(fact.event))
        if fact.position not in shown:
            told.append(Told(fact.position, kind, as_skeleton(of, fact)))
            continue
        held = log.mapper.subjects(row.state) if fact.event.sealing() else frozenset[str]()
        if held and fact.position in opening and fact.position not in restricted:
            fact.event = log.mapper.open_words(fact.event, row.state)
        body = as_event(of, fact, held=held, erased=erased, restricted=fact.position in restricted)
        told.append(Told(fact.position, kind, body))
    return tuple(told)


def _erased(log: "Ledger", facts: list[Fact]) -> frozenset[str]:
    """The key scopes of these facts that were destroyed, also by another process."""
    scopes = {sealing.scope for fact in facts for sealing in fact.event.sealing()}
    if not scopes:
        return frozenset()
    log.vault.notice(log.vault.rows.destroyed())
    return log.gone(scopes)
