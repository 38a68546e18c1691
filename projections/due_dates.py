"""From which day something counts that may come due, and which findings were raised: what reactions search by.

Promise: rows are a function of the facts and of no rule: a rulebook says how many days, and the search (findings.py)
brings them along. Not promised: that something is due; `ledger/judging/due.py` says that of the streams themselves.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar, Final

from ledger.judging.due import PATIENT_KINDS, asked_of, cared_for, dates_of
from ledger.streams.base import Fact
from ledger.streams.governance import DeliveryDiscarded, DeliveryParked, DeliveryReleased
from ledger.streams.joining import ever_joined
from ledger.streams.overpayments import ClaimLostGround, OverpaymentNoticed
from ledger.streams.reviews import DueKind, MonthWentStale, ReviewCameDue, ReviewSettled
from ledger.terms.identity import patient_tag
from projections.base import Changes, Row, Table
from projections.states import States
from projections.tables.layout import PATIENT_DATES, REVIEWS_RAISED, WAITING_SINCE, optional

_OF_PATIENTS: Final = ("patient/", "care_plan/")


class DueDates:
    """The projection of one pass."""

    name: ClassVar[str] = "due_dates"
    version: ClassVar[int] = 3
    tables: ClassVar[tuple[Table, ...]] = (PATIENT_DATES, WAITING_SINCE, REVIEWS_RAISED)

    def __init__(self, states: States) -> None:
        self._states = states
        self._patients: set[str] = set()
        self._waiting: dict[tuple[DueKind, str], Row] = {}
        self._raised: dict[tuple[str, str, str], Row] = {}
        self._of_claims: dict[tuple[str, str, str], Row] = {}

    def apply(self, fact: Fact, tags: tuple[str, ...]) -> None:
        """Note whose dates may have moved, what begins or ceases to wait, and what was raised."""
        for tag in tags:
            if tag.startswith(_OF_PATIENTS):
                self._patients.add(tag.partition("/")[2])
        match fact.event:
            case DeliveryParked() as e:
                self._wait("parked_delivery", f"{e.source}/{e.delivery}", fact.recorded_at.date())
            case DeliveryReleased(outcome="accepted" | "unchanged") | DeliveryDiscarded() as e:
                self._wait("parked_delivery", f"{e.source}/{e.delivery}", None)
            case MonthWentStale() as e:
                self._wait("unanswered_stale_month", e.review, fact.recorded_at.date())
                self._raise(e.TOPIC, e.attestation, e.digest_now, fact.position)
            case ReviewCameDue() as e:
                self._raise(e.what, e.target, e.since_on.isoformat(), fact.position)
            case ClaimLostGround() | OverpaymentNoticed() as e if e.digest_now is not None:
                # The newest counts: money may come to what was noticed before.
                self._of_claims[e.TOPIC, e.claim, e.digest_now] = (e.TOPIC, e.claim, e.digest_now, fact.position)
            case ReviewSettled() as e:
                self._wait("unanswered_stale_month", e.review, None)

    def settle(self, *, due: bool) -> Iterator[Changes]:
        """The dates of every patient who moved, of all who were ever merged with them, and the rows made since."""
        if not due:
            return
        moved, self._patients = self._patients, set()
        patients = sorted({each for patient in moved for each in self._with_merged(patient)})
        waiting, self._waiting = self._waiting, {}
        raised, self._raised = self._raised, {}
        of_claims, self._of_claims = self._of_claims, {}
        yield Changes(PATIENT_DATES, [self._dates(patient) for patient in patients])
        yield Changes(WAITING_SINCE, [*waiting.values()])
        yield Changes(REVIEWS_RAISED, [*raised.values()], keep_first=True)
        yield Changes(REVIEWS_RAISED, [*of_claims.values()])

    def _wait(self, what: DueKind, target: str, since_on: date | None) -> None:
        self._waiting[what, target] = (what, target, optional(since_on))

    def _raise(self, what: str, target: str, state: str, position: int) -> None:
        self._raised.setdefault((what, target, state), (what, target, state, position))

    def _state(self, tag: str) -> Any:
        return self._states.at(tag).state

    def _with_merged(self, patient: str) -> tuple[str, ...]:
        return ever_joined(patient, self._state) if self._state(patient_tag(patient)).merges else (patient,)

    def _dates(self, patient: str) -> Row:
        state, plan = asked_of(patient, self._state)
        found = dates_of(state, plan)
        dates = (optional(found[what].on) if what in found else None for what in PATIENT_KINDS)
        return (patient, *cared_for(state), *dates)
