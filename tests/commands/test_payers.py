"""What is said when something is recorded goes by the rules of the payer whose month it is."""

from typing import Any

import pytest

from commands.deciding import Law
from ledger.streams.patient import CoverageRecorded
from tests.commands.test_care_month import work
from tests.commands.test_consent import record
from tests.commands.world import NURSE, PATIENT, SINCE, enrolled, known, on
from tests.gwt import Given, opaque


def covered(ledger: Given, payer: str = "seed_strict", until_on: str | None = None) -> Given:
    """The ledger with the patient's coverage by another payer."""
    event = CoverageRecorded(
        patient=PATIENT,
        coverage=opaque("cv", 1),
        payer=payer,
        kind="commercial",
        from_on=SINCE,
        until_on=on(until_on) if until_on else None,
    )
    return ledger.and_(event)


@pytest.mark.parametrize(("payer", "codes"), [("seed_strict", ["consent_method_not_accepted"]), ("acme", [])])
def test_a_spoken_consent_is_told_to_lack_writing_where_the_payer_asks_for_it(payer: str, codes: list[str]) -> None:
    then = covered(known(), payer).by(NURSE).when(record(method="verbal"))

    assert then.codes == codes


def test_the_payer_of_the_day_of_the_consent_decides() -> None:
    then = covered(known(), until_on="2025-12-31").by(NURSE).when(record(method="verbal"))

    assert then.codes == []


@pytest.mark.parametrize(("payer", "expected"), [("seed_strict", ["without_consent"]), ("acme", [])])
def test_time_without_a_consent_that_the_payer_accepts_does_not_count(payer: str, expected: list[str]) -> None:
    then = covered(enrolled(), payer).by(NURSE).when(work())

    assert then.codes == expected


def test_a_decision_about_a_payers_month_rests_on_the_payers_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    laws: list[Law] = []

    def law(*of: Any) -> Law:
        laws.append(Law(*of))
        return laws[-1]

    monkeypatch.setattr("tests.gwt.Law", law)
    covered(enrolled()).by(NURSE).when(work())
    read = laws[-1].reading_set()

    assert read is not None
    names = {reading.name for reading in read.readings}
    assert "medicare.ccm.consent.methods@seed_strict" in names
    assert "medicare.ccm.consent.methods" not in names
