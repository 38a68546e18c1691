"""Elevations as they are listed and as they stand in a patient's trail: no record tells of another patient."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from projections.elevations import elevations
from projections.patient_history import history
from projections.restricted import RESTRICTED_TEXT
from projections.reviews import reviews
from tests.handling.test_access import other_practice, registered
from tests.house import House, house
from tests.reactions.company import BOOKS

NOW, OVER = datetime.fromisoformat("2026-01-31T22:00:00Z"), datetime.fromisoformat("2026-02-01T02:00:00Z")


@pytest.fixture
def it(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "ledger") as opened:
        opened.clock = "2026-01-31T22:00:00Z"
        yield opened


def elevated(it: House, *patients: str) -> str:
    said = {"reason": "emergency", "case": "ER-7", "until": "2026-02-01T02:00:00Z", "words": "Found at the bus stop."}
    return dict(it.accepted("elevate", {**said, "patients": patients}, actor="bea").ids)["elevation"]


def words_told(it: House, patient: str) -> list[str]:
    lines = history(it.log, patient, open_words=it.log.open_words, with_accesses=True)
    return [text for line in lines if line.topic == "reading_elevated" for _, text in line.words]


def test_the_reason_for_several_patients_is_shown_in_the_record_of_none(it: House) -> None:
    first, second = registered(it, 2, other_practice(it))
    elevated(it, first)
    alone = words_told(it, first)
    elevated(it, first, second)

    assert alone == ["Found at the bus stop."]
    assert words_told(it, first) == ["Found at the bus stop.", RESTRICTED_TEXT]
    assert words_told(it, second) == [RESTRICTED_TEXT]


def test_in_a_record_the_other_patients_are_counted_and_not_named(it: House) -> None:
    first, second = registered(it, 2, other_practice(it))
    elevated(it, first, second)
    (line,) = (line for line in history(it.log, first, with_accesses=True) if line.topic == "reading_elevated")

    assert ("patients", f"{first} and 1 other") in line.details
    assert second not in str(line.details)


def test_an_elevation_runs_then_waits_for_its_review(it: House) -> None:
    elevation = elevated(it, *registered(it, 1, other_practice(it)))

    assert [("running", elevation)] == [(e.state, e.elevation) for e in elevations(it.log, now=NOW)]
    assert ["to_review"] == [each.state for each in elevations(it.log, now=OVER)]


def test_it_waits_among_the_reviews_of_its_practice_and_of_the_month_in_which_it_ends(it: House) -> None:
    practice = other_practice(it)
    elevation = elevated(it, *registered(it, 1, practice))
    now = it.log.refresh()

    def waiting(**of: str) -> list[str]:
        found = reviews(it.log, BOOKS, month=of.get("month"), practice=of.get("practice"), position=now)
        return [line.review for line in found.lines]

    assert waiting() == waiting(practice=practice) == waiting(month="2026-02") == [elevation]
    assert waiting(practice=it.ids["practice"]) == waiting(month="2026-01") == []
