"""The claims and the ready months of a calendar month, gathered for their reconciliation, as known at a position.

Promise: a claim counts in the month of whoever goes on after a merge; which months are ready is said by the judge, of
CCM, PCM and APCM each, and where every claim stands by its facts, folded up to the position. A month belongs to the
practice of its newest claim, otherwise to its own. Not promised: other ledgers; only this one is searched.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple

from ledger.judging.needs import gather
from ledger.judging.payers import book_on
from ledger.judging.price_inputs import priced_as
from ledger.judging.prices import price_charges
from ledger.judging.shapes import ChargeLine
from ledger.streams.claims_state import Claim, Claims
from ledger.streams.governance import Governance, ParkedDelivery
from ledger.streams.joining import group_of, joined_patient, survivor_of
from ledger.streams.patient_state import Patient
from ledger.streams.practice import Practice
from ledger.terms.identity import LEDGER_TAG, claims_tag, patient_tag, practice_tag, staff_tag
from ledger.terms.people import Programme
from projections.base import ReadModels
from projections.claims.outcomes import ZERO, Outcome, outcome_of
from projections.claims.reconciliation import Reconciliation, reconcile
from projections.claims.reconciliation_shapes import ClaimLife, Overpaid, ReadyMonth
from projections.judged import RulebookOf, judged, programmes_in
from projections.moments import AsOf
from projections.month_billing import row_of
from projections.programme_patients import patients_with_other
from projections.questions import AskedLog, months, parked_list
from projections.states import States
from projections.tables.claims_layout import CLAIMS
from projections.tables.layout import MonthRow

_ATTESTED: Final = "attested"
_CLAIM: Final = "claim"


class Reconciled(NamedTuple):
    """A reconciliation with whom it speaks of and the position that it stands for."""

    month: str
    found: Reconciliation
    patients: tuple[str, ...]
    position: int
    with_visits: tuple[tuple[str, str], ...]
    """(patient, code) of what rides on the claim of a visit, which no claim of the month holds (G0506)."""
    unmatched: int
    """Answers of payers that wait for a claim, of whatever month and practice: their money is in no sum."""


def reconciled(
    log: AskedLog,
    models: ReadModels,
    rulebook_of: RulebookOf,
    month: str,
    *,
    practice: str | None = None,
    as_of: AsOf = None,
    without: frozenset[str] = frozenset(),
    belongs: Callable[[ParkedDelivery], bool] = lambda _: True,
) -> Reconciled:
    """The reconciliation of a calendar month; of one practice where one is named, and `without` some patients.

    `belongs` says which waiting answers whoever asks may be told of.

    Pull before asking: the read models know whose claims and months to look at, also as of an earlier position.
    """
    judged_months = months(log, models, rulebook_of, month, as_of=as_of)
    with models.at_one_moment() as now:
        claimed = {str(p) for (p,) in now.rows(f"SELECT DISTINCT patient FROM {CLAIMS.name} WHERE month = ?", (month,))}
        others = patients_with_other(now, month)
    states = States(log, after=judged_months.position)
    own = {row.patient for row in judged_months.rows}
    heads = {patient: patient if patient in own else _head(states, patient) for patient in claimed | others}
    expected = _Expected(states, rulebook_of)
    lives = [life for p in sorted(claimed) for life in _lives(states, expected, p, heads[p], month)]
    rows = [("CCM", row) for row in judged_months.rows]
    asked = {heads[patient] for patient in others} | {life.patient for life in lives if life.programme != "CCM"}
    rows += _of_other_programmes(states, rulebook_of, sorted(asked), month)
    with_claim = {(life.patient, life.programme) for life in lives}
    asked_of = (_ready(states, named, row, has_claim=(row.patient, named) in with_claim) for named, row in rows)
    kept = _of_practice([each for each in asked_of if each is not None], lives, practice, without)
    own_rows = [row for row in judged_months.rows if practice in (None, row.practice) and row.patient not in without]
    with_visits = tuple((row.patient, code) for row in own_rows for code in row.with_visits)
    patients = tuple(sorted({each.patient for part in kept for each in part} | {patient for patient, _ in with_visits}))
    position = judged_months.position
    unmatched = sum(each.waits_for == _CLAIM and belongs(each) for each in parked_list(log, as_of=position))
    return Reconciled(month, reconcile(*kept), patients, position, with_visits, unmatched)


def _of_practice(
    ready: list[ReadyMonth], lives: list[ClaimLife], practice: str | None, without: frozenset[str]
) -> tuple[list[ReadyMonth], list[ClaimLife]]:
    """What belongs to a practice: a month with claims belongs to that of its newest claim, with all of them."""
    belongs: dict[tuple[str, str], str | None] = {(each.patient, each.programme): each.practice for each in ready}
    for life in sorted(lives, key=lambda life: life.position):
        belongs[life.patient, life.programme] = life.practice
    keys = {key for key, of in belongs.items() if practice in (None, of) and key[0] not in without}
    return (
        [each for each in ready if (each.patient, each.programme) in keys],
        [life for life in lives if (life.patient, life.programme) in keys],
    )


def _head(states: States, patient: str) -> str:
    return survivor_of(patient, lambda tag: states.at(tag).state)


def _of_other_programmes(
    states: States, rulebook_of: RulebookOf, patients: Iterable[str], month: str
) -> Iterator[tuple[str, MonthRow]]:
    """The months of programmes other than CCM, judged; of patients whom nobody knew by then there is none."""
    for patient in patients:
        if not states.at(patient_tag(patient)).state.is_registered:
            continue
        for programme in programmes_in(gather(patient, month, lambda tag: states.at(tag).state)):
            if programme is not Programme.CCM:
                found = judged(states.at, rulebook_of, patient, month, programme=programme)
                yield programme.value, MonthRow.of(row_of(found))


def _ready(states: States, programme: str, row: MonthRow, *, has_claim: bool) -> ReadyMonth | None:
    """A month that may be released, or that has a claim; None of any other."""
    is_ready = row.standing == _ATTESTED and bool(row.charges) and not row.missing
    if not is_ready:
        why = tuple(dict.fromkeys((*row.missing, *(() if row.standing == _ATTESTED else (row.standing,)))))
        return ReadyMonth(row.patient, programme, row.practice, False, why=why) if has_claim else None
    assert row.practice is not None, "a month without a practice is blocked"
    there: Practice = states.at(practice_tag(row.practice)).state
    charge, uncharged = ZERO, list[str]()
    for code, units in row.charges:
        asked = there.charge(code, row.date_of_service)
        if asked is None:
            uncharged.append(code)
        else:
            charge += asked[0].amount * units
    return ReadyMonth(row.patient, programme, row.practice, True, row.charges, charge, tuple(uncharged))


def _lives(states: States, expected: "_Expected", patient: str, head: str, month: str) -> Iterator[ClaimLife]:
    claims: Claims = states.at(claims_tag(patient)).state
    for claim in claims.claims:
        if claim.event.month == month:
            life = life_of(claims, claim, head)
            yield life._replace(expected=expected.of(claim, life.outcome))
    if states.is_full:
        states.forget()


def life_of(claims: Claims, claim: Claim, patient: str) -> ClaimLife:
    """A claim with what became of it, in the month of whoever goes on."""
    event = claim.event
    door = claim.newest_acknowledgment
    taken = door is not None and door.event.outcome == "accepted"
    return ClaimLife(
        claim=event.claim,
        patient=patient,
        programme=event.programme.value,
        practice=event.practice,
        position=claim.position,
        frequency=event.frequency,
        status=claims.status(claim),
        own_status=claim.own_status,
        stands_for_nothing=claim.stands_for_nothing,
        is_live=claims.is_live(claim),
        is_accepted=taken or bool(claim.remitted),
        units=tuple((line.code, line.units) for line in event.lines),
        outcome=outcome_of(claim),
        replaces=event.replaces,
        codes=tuple(door.event.codes) if door is not None else (),
        overpaid=tuple(
            Overpaid(
                *(each.event.overpayment, each.status, each.is_open, each.event.amount),
                *(each.money_back, each.share_back),
            )
            for each in claims.overpayments
            if each.event.claim == event.claim
        ),
    )


class _Expected:
    """What payer and patient are expected to pay for claims that were paid, where it may be more than they did.

    The patient is folded only where less came than Medicare pays; of a payer with rates of its own nothing is known.
    """

    def __init__(self, states: States, rulebook_of: RulebookOf) -> None:
        self._states = states
        self._rulebook_of = rulebook_of
        self._usual: dict[tuple[object, ...], Decimal | None] = {}
        """By what a price depends on beside the patient: most claims of a month are alike."""

    def of(self, claim: Claim, outcome: Outcome) -> Decimal | None:
        """The expected payment of a claim; None where it was paid enough, or nothing is known."""
        event = claim.event
        got = outcome.paid + outcome.patient_share
        if outcome.standing != "paid" or event.expected is None or got >= event.expected:
            return None
        of_day = event.date_of_service, event.place_of_service, event.month
        alike = (event.practice, event.practitioner, of_day, event.edition, event.lines)
        if alike not in self._usual:
            self._usual[alike] = self._price(claim, Patient())
        usual = self._usual[alike]
        if usual is None or got >= usual:
            return None
        group = group_of(event.patient, self._state)
        return self._price(claim, joined_patient([self._state(patient_tag(each)) for each in group]))

    def _price(self, claim: Claim, patient: Patient) -> Decimal | None:
        event = claim.event
        governance: Governance = self._state(LEDGER_TAG)
        adoption = next((each for each in governance.adoptions if each.edition == event.edition), None)
        if adoption is None:
            return None
        book = book_on(patient, event.date_of_service, self._rulebook_of(adoption), event.programme)
        rules = book.in_force(event.date_of_service)
        practice, biller = self._state(practice_tag(event.practice)), self._state(staff_tag(event.practitioner))
        place = event.place_of_service
        priced = priced_as(patient, practice, biller, event.month, event.date_of_service, rules, place)
        charges = [ChargeLine(line.code, line.units, line.expected) for line in event.lines]
        price = price_charges(charges, priced, on=event.date_of_service, rules=rules)
        if price.medicare_pays is None or price.patient_share is None or price.allowed is None:
            return None
        # Medicare pays the lesser of charge and schedule, which no step of a price knows.
        return None if event.charge < price.allowed else price.medicare_pays + price.patient_share

    def _state(self, tag: str) -> Any:
        return self._states.at(tag).state
