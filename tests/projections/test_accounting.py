"""The accounting of disclosures: what the law asks to tell the patient, and nothing of what an agency suspends."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from projections.accounting import Accounting, accounting_of
from projections.restricted import RESTRICTED_TEXT
from projections.two_patients import one_person
from projections.wording import ERASED_TEXT
from tests.house import House, house

TODAY = date(2026, 3, 2)


@pytest.fixture
def it(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "ledger") as opened:
        opened.clock = "2026-03-02T12:00:00Z"
        yield opened


def disclosed(it: House, **changes: Any) -> int:
    whole = {
        "patient": it.ids["patient"],
        "recipient": "State Attorney General",
        "address": "500 Second Street",
        "what": "The time entries of January.",
        "purpose": "investigation",
        "basis": "law_enforcement",
        "on": "2026-02-20",
    }
    return it.accepted("disclose", {**whole, **changes}, actor="fay").positions[0]


def told(it: House, today: date = TODAY, position: int | None = None) -> Accounting:
    now = it.log.refresh()
    group = one_person(it.log, it.ids["patient"])
    return accounting_of(it.log, group, today=today, position=position or now, open_words=it.log.open_words)


def days(found: Accounting) -> list[str]:
    return [each.on.isoformat() for each in found.disclosures]


def test_it_tells_day_recipient_address_what_and_why(it: House) -> None:
    disclosed(it)
    (line,) = told(it).disclosures

    assert (line.on, line.recipient, line.address) == (date(2026, 2, 20), "State Attorney General", "500 Second Street")
    assert (line.what, line.purpose_words) == ("The time entries of January.", "an investigation")
    assert (line.basis_words, line.cite) == ("law enforcement", "45 CFR 164.512(f)")


def test_it_lists_by_day_whenever_something_was_recorded(it: House) -> None:
    disclosed(it, on="2026-02-20")
    disclosed(it, on="2026-01-10")

    assert ["2026-01-10", "2026-02-20"] == days(told(it))


@pytest.mark.parametrize("basis", ["treatment", "payment", "operations", "to_individual", "authorization"])
def test_it_leaves_out_what_the_law_leaves_out_and_says_so(it: House, basis: str) -> None:
    disclosed(it, basis=basis)
    found = told(it)

    assert () == found.disclosures
    assert "treatment, payment, health care operations, to the patient" in found.scope


@pytest.mark.parametrize("basis", ["oversight", "court_order", "public_health", "research", "not_permitted"])
def test_it_lists_what_the_law_asks_for(it: House, basis: str) -> None:
    disclosed(it, basis=basis)

    assert ["2026-02-20"] == days(told(it))


def test_it_goes_back_six_years_to_the_day(it: House) -> None:
    disclosed(it, on="2020-03-01")
    disclosed(it, on="2020-03-02")
    found = told(it)

    assert ["2020-03-02"] == days(found)
    assert (date(2020, 3, 2), TODAY) == (found.first, found.last)


def test_while_an_agency_suspends_it_nothing_tells_of_it_and_afterwards_it_is_listed(it: House) -> None:
    nothing = told(it)
    disclosed(it, suspended_until="2026-06-30", suspended_by="Agent Smith")

    assert nothing == told(it)
    assert [] == days(told(it, date(2026, 6, 30)))
    assert ["2026-02-20"] == days(told(it, date(2026, 7, 1)))


def test_a_suspension_that_was_only_said_ends_after_thirty_days(it: House) -> None:
    disclosed(it, suspended_until="2026-12-31", suspended_by="Agent Smith", suspended_orally=True)

    assert [] == days(told(it, date(2026, 4, 1)))
    assert ["2026-02-20"] == days(told(it, date(2026, 4, 2)))


def test_what_was_said_in_the_evening_ends_no_day_later_for_the_day_that_it_is_in_utc_by_then(it: House) -> None:
    it.clock = "2026-03-03T01:00:00Z"
    disclosed(it, suspended_until="2026-12-31", suspended_by="Agent Smith", suspended_orally=True)

    assert [] == days(told(it, date(2026, 4, 1)))
    assert ["2026-02-20"] == days(told(it, date(2026, 4, 2)))


def test_a_suspension_for_a_ground_that_knows_none_hides_nothing(it: House) -> None:
    disclosed(it, basis="court_order", suspended_until="2026-06-30", suspended_by="The court")

    assert ["2026-02-20"] == days(told(it))


def disclosure_of(it: House) -> str:
    (line,) = told(it, date(2027, 1, 1)).disclosures
    return line.disclosure


def test_a_suspension_that_the_agency_prolongs_hides_until_its_new_end(it: House) -> None:
    disclosed(it, suspended_until="2026-06-30", suspended_by="Agent Smith")
    more = {"patient": it.ids["patient"], "disclosure": disclosure_of(it), "suspended_until": "2026-09-30"}
    it.accepted("suspend_accounting", {**more, "suspended_by": "Agent Smith"}, actor="fay")

    assert [] == days(told(it, date(2026, 9, 30)))
    assert ["2026-02-20"] == days(told(it, date(2026, 10, 1)))


def test_what_was_only_said_and_then_written_hides_until_the_written_end(it: House) -> None:
    disclosed(it, suspended_until="2026-12-31", suspended_by="Agent Smith", suspended_orally=True)
    written = {"patient": it.ids["patient"], "disclosure": disclosure_of(it), "suspended_until": "2026-05-31"}
    it.accepted("suspend_accounting", {**written, "suspended_by": "Agent Smith"}, actor="fay")

    assert [] == days(told(it, date(2026, 5, 31)))
    assert ["2026-02-20"] == days(told(it, date(2026, 6, 1)))


def test_a_disclosure_that_was_taken_back_is_not_listed_and_was_until_then(it: House) -> None:
    before = disclosed(it)
    back = {"patient": it.ids["patient"], "disclosure": disclosure_of(it), "reason": "entered_in_error"}
    it.accepted("retract_disclosure", {**back, "evidence": "The letter came back."}, actor="cora")

    assert [] == days(told(it))
    assert ["2026-02-20"] == days(told(it, position=before))


def test_words_about_another_patient_are_restricted_also_as_of_before_somebody_said_so(it: House) -> None:
    before = disclosed(it)
    back = {"patient": it.ids["patient"], "disclosure": disclosure_of(it), "reason": "wrong_patient"}
    it.accepted("retract_disclosure", {**back, "evidence": "Her sister's."}, actor="cora")
    (line,) = told(it, position=before).disclosures

    assert (RESTRICTED_TEXT, RESTRICTED_TEXT) == (line.recipient, line.what)


def test_as_of_an_earlier_position_it_shows_what_was_known_then(it: House) -> None:
    first = disclosed(it, on="2026-02-20")
    disclosed(it, on="2026-02-21")

    assert ["2026-02-20"] == days(told(it, position=first))


def test_patients_who_were_merged_are_told_as_one(it: House) -> None:
    other = {"identifiers": [{"system": "mrn", "value": "mrn-2"}], "demographics": {}, "practice": it.ids["practice"]}
    second = dict(it.accepted("register_patient", other, actor="fay").ids)["patient"]
    disclosed(it, patient=second, on="2026-01-10")
    disclosed(it)
    pair = {"patient": it.ids["patient"], "merged": second, "evidence": "One card."}
    it.accepted("merge_patients", pair, actor="cora")

    assert ["2026-01-10", "2026-02-20"] == days(told(it))


def test_where_the_words_were_erased_day_and_ground_stay(it: House) -> None:
    disclosed(it)
    it.log.vault.destroy({f"{it.ids['patient']}/2026"})
    (line,) = told(it).disclosures

    assert (ERASED_TEXT, ERASED_TEXT, ERASED_TEXT) == (line.recipient, line.address, line.what)
    assert (date(2026, 2, 20), "law_enforcement") == (line.on, line.basis)
