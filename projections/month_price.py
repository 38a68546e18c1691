"""What a patient-month is expected to pay, by the facts known as of a position; worked out when somebody asks.

Promise: the amounts are those of `ledger.judging.prices`, by the rulebook and the date of service of the verdict; only
the patient, the practice and the biller are folded. Nothing is stored, and no verdict is moved. Not promised: a
payment; these are estimates before the deductible.
"""

from typing import Any

from ledger.judging.price_inputs import MonthPrices, price_month
from ledger.judging.shapes import Verdict
from ledger.rulebook import Rulebook
from ledger.streams.joining import group_of, joined_patient
from ledger.terms.identity import patient_tag, practice_tag, staff_tag
from projections.patient_history import StreamsLog
from projections.states import States


def month_prices(log: StreamsLog, rulebook: Rulebook, verdict: Verdict, position: int) -> MonthPrices:
    """What a judged month is expected to pay, as known at a position; of patients who were merged, as of one."""
    states = States(log, after=position)

    def state(tag: str) -> Any:
        return states.at(tag).state

    return price_month(
        verdict,
        rulebook,
        patient=joined_patient([state(patient_tag(each)) for each in group_of(verdict.patient, state)]),
        practice=state(practice_tag(verdict.practice)) if verdict.practice else None,
        biller=state(staff_tag(verdict.practitioner)) if verdict.practitioner else None,
    )
