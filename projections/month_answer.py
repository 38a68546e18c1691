"""One patient-month as it is asked for: what was attested beside what holds now, and what another edition would say.

Promise: "now" is judged by the edition that the standing attestation pins; the edition adopted last is shown beside it
for information and moves nothing (readings, section 6). What came after an attestation is named. Not promised: that
what was attested was right; it is what was signed.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from ledger.judging.needs import gather
from ledger.judging.shapes import MonthFacts, Verdict
from ledger.judging.verdict import judge_month
from ledger.streams.base import Fact
from ledger.streams.governance import Adoption, Governance
from ledger.streams.joining import group_of
from ledger.streams.month_state import Attested, CareMonth
from ledger.terms.identity import LEDGER_TAG, care_month_tag, care_plan_tag, patient_tag
from ledger.terms.people import Programme
from projections.history_line import HistoryLine
from projections.judged import RulebookOf, edition_for, judged, programmes_in
from projections.month_states import MonthStates
from projections.month_walk import walk
from projections.patient_history import StreamsLog, lines_beside
from projections.states import States
from projections.two_patients import one_person
from projections.wording import sealed_names


class AsAttested(NamedTuple):
    """What somebody signed: totals, codes and digest, as of which position, by which edition."""

    attestation: str
    position: int
    as_of: int
    """The position at which the month was derived that was signed."""
    by: str
    attested_at: datetime
    statement: str
    digest: str
    edition: str
    family: str | None
    staff_seconds: int
    personal_seconds: int
    charges: tuple[tuple[str, int], ...]
    """(code, units)."""


class EnteredAfter(NamedTuple):
    """An entry logged, or moved here, behind the position which an attestation pins; a correction enters nothing."""

    entry: str
    position: int
    recorded_at: datetime


class AttestationFate(NamedTuple):
    """What became of an attestation: it stands, was withdrawn, or the month became another one behind it."""

    signed: AsAttested
    fate: Literal["stands", "stale", "withdrawn", "superseded"]
    """superseded: another signature took its place, and nothing had changed by then."""
    reopened_by: HistoryLine | None
    """The fact that withdrew it, or the first one behind it that changed what was signed; None where there is none."""
    stale_by: HistoryLine | None = None
    """Of one that was withdrawn: the first fact that had changed what was signed before that."""


class Erased(NamedTuple):
    """A fact whose words are gone: its key was destroyed."""

    position: int
    topic: str
    words: tuple[str, ...]
    """What the words were of."""


class MonthAnswer(NamedTuple):
    """A month as of a position."""

    verdict: Verdict
    """By the edition that the standing attestation pins; without one, by the edition adopted last."""
    position: int
    adoption: Adoption
    """That edition, with the position and the day of its adoption."""
    as_attested: AsAttested | None
    attested_amount: Decimal | None
    """What the codes that were signed came to by the month as it was signed: an estimate, and no part of what is."""
    entered_after: tuple[EnteredAfter, ...]
    """Entries that came after the standing attestation."""
    attestations: int
    """How many attestations of the month there are."""
    under_adopted: Verdict | None
    """What the edition adopted last would say, where another one is pinned."""
    erased: tuple[Erased, ...]
    facts: MonthFacts
    """What the verdict was made of, as folded: its reasons are looked for in it."""
    beside: tuple[Programme, ...] = ()
    """Other programmes that are judged, and of which the month holds time or has a billing practitioner."""


def month_answer(
    log: StreamsLog,
    rulebook_of: RulebookOf,
    patient: str,
    month: str,
    position: int,
    programme: Programme = Programme.CCM,
) -> MonthAnswer:
    """The month of a programme as known at a position, its readings named."""
    states = MonthStates(log, patient, month, after=position)
    verdict = judged(states.at, rulebook_of, patient, month, record=True, programme=programme).verdict
    facts = gather(patient, month, lambda tag: states.at(tag).state)
    state = facts.month
    governance: Governance = states.at(LEDGER_TAG).state
    standing = state.standing_attestation(programme)
    return MonthAnswer(
        verdict=verdict,
        position=position,
        adoption=edition_for(governance, state, programme),
        as_attested=attested(standing) if standing else None,
        attested_amount=_attested_amount(log, rulebook_of, standing, verdict) if standing else None,
        entered_after=tuple(_entered_after(state, standing)) if standing else (),
        attestations=len(state.signed(programme)),
        under_adopted=_under_adopted(states, rulebook_of, governance, verdict),
        erased=_erased_of_all(log, group_of(patient, lambda tag: states.at(tag).state), month, position),
        facts=facts,
        beside=tuple(each for each in programmes_in(facts) if each is not programme),
    )


def attested(signed: Attested) -> AsAttested:
    """What an attestation says."""
    event = signed.event
    return AsAttested(
        attestation=event.attestation,
        position=signed.position,
        as_of=event.as_of,
        by=event.practitioner,
        attested_at=event.attested_at,
        statement=event.statement,
        digest=event.digest,
        edition=event.edition,
        family=event.family,
        staff_seconds=event.staff_seconds,
        personal_seconds=event.personal_seconds,
        charges=tuple((line.code, line.units) for line in event.lines),
    )


def _attested_amount(log: StreamsLog, rulebook_of: RulebookOf, standing: Attested, verdict: Verdict) -> Decimal | None:
    """The dollars of the month that was signed: of the present one while it is the same, else of that of then."""
    event = standing.event
    if verdict.digest == event.digest:
        return verdict.amount
    states = MonthStates(log, event.patient, event.month, after=event.as_of)
    facts = gather(event.patient, event.month, lambda tag: states.at(tag).state)
    governance: Governance = states.at(LEDGER_TAG).state
    adoption = next((a for a in governance.adoptions if a.edition == event.edition), None)
    if adoption is None:
        return None
    book, programme = rulebook_of(adoption), standing.programme
    then = judge_month(facts, book, edition=event.edition, record=False, programme=programme)
    return then.amount if then.digest == event.digest else None


def erased_of(log: StreamsLog, patient: str, facts: Iterable[Fact]) -> Iterator[Erased]:
    """Which facts lost words about a patient to a destroyed key, and which words."""
    known: dict[int, Fact] = {}

    def noted() -> Iterator[Fact]:
        for fact in facts:
            known[fact.position] = fact
            yield fact

    # The log reads none of them while no key of this patient was destroyed.
    for position, fields in log.erased(patient, noted()).items():
        event = known[position].event
        yield Erased(position, event.TOPIC, sealed_names(event, fields))


def _erased_of_all(log: StreamsLog, group: tuple[str, ...], month: str, position: int) -> tuple[Erased, ...]:
    """What is gone of the month, of all who are one person: a fact about two of them may lack the words of each."""
    found: dict[int, Erased] = {}
    for each in group:
        for lost in erased_of(log, each, _own_facts(log, group, month, position)):
            known = found.get(lost.position)
            words = (*known.words, *lost.words) if known else lost.words
            found[lost.position] = lost._replace(words=tuple(dict.fromkeys(words)))
    return tuple(found[at] for at in (sorted(found) if len(group) > 1 else found))


def _entered_after(state: CareMonth, standing: Attested) -> Iterator[EnteredAfter]:
    for entry in state.entries:
        if entry.place > standing.event.as_of:
            yield EnteredAfter(entry.work.entry, entry.place, entry.recorded_at)


def _under_adopted(states: States, rulebook_of: RulebookOf, governance: Governance, verdict: Verdict) -> Verdict | None:
    adopted = governance.adoptions[-1]
    if adopted.edition == verdict.edition:
        return None
    facts = gather(verdict.patient, verdict.month, lambda tag: states.at(tag).state)
    book, edition = rulebook_of(adopted), adopted.edition
    return judge_month(facts, book, edition=edition, record=False, programme=verdict.programme)


def _own_facts(log: StreamsLog, group: tuple[str, ...], month: str, position: int) -> Iterator[Fact]:
    """The facts of a month's own streams, of all who are one person; a fact of two of them comes once."""
    seen: set[int] = set()
    for each in group:
        for tag in (patient_tag(each), care_plan_tag(each), care_month_tag(each, month)):
            for fact in log.read(tag, until=position):
                if len(group) == 1 or fact.position not in seen:
                    seen.add(fact.position)
                    yield fact


def attestation_fates(
    log: StreamsLog,
    rulebook_of: RulebookOf,
    patient: str,
    month: str,
    position: int,
    programme: Programme = Programme.CCM,
) -> tuple[AttestationFate, ...]:
    """Every attestation of a month in order, and by which fact it was reopened: each is followed to the next one."""
    states = States(log, after=position)
    state = gather(patient, month, lambda tag: states.at(tag).state).month
    signed, standing = state.signed(programme), state.standing_attestation(programme)
    group = group_of(patient, lambda tag: states.at(tag).state)
    found = []
    for number, each in enumerate(signed):
        # What another signature replaced can no longer become stale; until then every fact is looked at.
        until = next((later.position - 1 for later in signed[number + 1 :] if _replaces(log, later, each)), position)
        found.append(_fate(log, rulebook_of, each, group, until, position=position, stands=each == standing))
    return tuple(found)


def _replaces(log: StreamsLog, later: Attested, signed: Attested) -> bool:
    """Whether a later signature is on the same month: under the same id, or of who was one person by then."""
    one, other = signed.event.patient, later.event.patient
    return one == other or other in one_person(log, one, later.position)


def _fate(
    log: StreamsLog,
    rulebook_of: RulebookOf,
    signed: Attested,
    group: tuple[str, ...],
    until: int,
    *,
    position: int,
    stands: bool,
) -> AttestationFate:
    says, stale_by = attested(signed), _changed_by(log, rulebook_of, signed, until)
    withdrawn = [fact for fact in _of_month(log, signed) if fact.position == signed.withdrawn_position]
    told = [None if fact is None else _line(log, group, fact, position) for fact in (stale_by, *withdrawn)]
    if withdrawn:
        return AttestationFate(says, "withdrawn", told[1], told[0])
    if stale_by is not None:
        return AttestationFate(says, "stale", told[0])
    return AttestationFate(says, "stands" if stands else "superseded", None)


def _changed_by(log: StreamsLog, rulebook_of: RulebookOf, signed: Attested, until: int) -> Fact | None:
    """The first fact behind a signature that changed what was signed, up to its withdrawal."""
    event, attestation = signed.event, signed.event.attestation
    last = until if signed.withdrawn_position is None else min(until, signed.withdrawn_position)
    # Followed under the id by which it was signed: a merge, should one come, leads to the month that goes on.
    month, programme = event.month, signed.programme
    steps = walk(log, rulebook_of, event.patient, month, since=signed.position, until=last, programme=programme)
    stale = (step for step in steps if step.after.attested == attestation and step.after.standing == "stale")
    return next((step.fact for step in stale), None)


def _of_month(log: StreamsLog, signed: Attested) -> Iterable[Fact]:
    """The facts beside an attestation; none where nothing took it back."""
    return (
        () if signed.withdrawn_position is None else log.read(care_month_tag(signed.event.patient, signed.event.month))
    )


def _line(log: StreamsLog, group: tuple[str, ...], fact: Fact, position: int) -> HistoryLine:
    return lines_beside(log, group[0], [fact], group=group, as_of=position)[0]
