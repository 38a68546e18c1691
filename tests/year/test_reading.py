"""The reading itself: it agrees with a ledger that is whole, and a fact that it is not shown makes it differ."""

from pathlib import Path

import pytest

from tests.scenarios.asking import another_patient, month, signed, worked
from tests.scenarios.office import Furnished, copied, office_folder
from tests.year.book import Book
from tests.year.comparing import as_judged, as_read, differences
from tests.year.entries import Entries
from tests.year.raw import facts_of
from tests.year.reading import Reading


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in which two patients share a nurse's seconds, and a month is signed and stale."""
    folder: Furnished = office_folder(tmp_path_factory.mktemp("read") / "office")
    place = folder[0].parent / "told"
    with copied(folder, place) as it:
        worked(it, "2026-01-20T15:00", 25)
        signed(it)
        another_patient(it)
        worked(it, "2026-01-20T15:10", 25, patient=it.ids["second"])
        worked(it, "2026-01-21T15:00", 25)
        found, figures = differences(it.log, place)

        assert found == []
        assert (figures["months_compared"], figures["histories_compared"]) == (2, 2)
    return place


def without(place: Path, position: int) -> Reading:
    """The ledger as read by somebody to whom one fact was not shown."""
    reading = Reading(place)
    reading.book = Book(fact for fact in facts_of(place) if fact["position"] != position)
    reading.entries = Entries(reading.book)
    return reading


def test_a_fact_that_is_not_read_is_missed_in_a_month_a_staff_day_and_a_history(told: Path) -> None:
    whole = Reading(told)
    entry = whole.book.all_of("time_logged")[0]
    patient, performer = entry["patient"], entry["performer"]
    on = whole.entries.on_day
    (day,) = [number for who, number in on if who == performer and entry["entry"] in on[who, number]]
    blind = without(told, entry["position"])

    assert [line.counted for line in whole.month(patient, "2026-01").lines] == [25 * 60, 0], "the second one came late"
    assert [line.counted for line in blind.month(patient, "2026-01").lines] == [0]
    assert (len(whole.staff_day(performer, day)["contested"]), len(blind.staff_day(performer, day)["contested"])) == (
        2,
        0,
    )
    assert (entry["position"], "time_logged") in set(whole.history(patient)) - set(blind.history(patient))


def test_a_signature_stands_until_something_else_is_said(told: Path) -> None:
    reading = Reading(told)
    (signature,) = reading.book.all_of("month_attested")
    then = reading.month(signature["patient"], "2026-01", signature["position"])
    now = reading.month(signature["patient"], "2026-01")

    assert ("attested", "stale") == (reading.standing(then), reading.standing(now))


def test_every_part_of_a_month_that_is_compared_is_there_on_both_sides(told: Path, tmp_path: Path) -> None:
    folder = office_folder(tmp_path / "office")
    with copied(folder, tmp_path / "ledger") as it:
        worked(it, "2026-01-20T15:00", 25)
        reading = Reading(tmp_path / "ledger")
        read = as_read(reading, reading.month(it.ids["patient"], "2026-01"))
        judged = as_judged(month(it))

    assert read == judged
    assert [] == [name for name, value in read.items() if name not in ("chosen", "missing", "reviews") and not value]


def test_later_work_that_was_signed_too_and_was_shorter_after_all_is_read_as_it_is_judged(tmp_path: Path) -> None:
    folder = office_folder(tmp_path / "office")
    with copied(folder, tmp_path / "ledger") as it:
        it.clock = "2026-02-04T18:00:00Z"
        worked(it, "2026-02-04T15:00", 25)
        signed(it, "2026-02")
        it.clock = "2026-02-05T18:00:00Z"
        entry = worked(it, "2026-02-05T15:00", 20)
        signed(it, "2026-02")
        named = {"patient": it.ids["patient"], "month": "2026-02", "entry": entry, "performer": it.ids["bea"]}
        bounds = {"start": "2026-02-05T15:00:00Z", "end": "2026-02-05T15:10:00Z", "reason": "Shorter."}
        what = {"activity": "phone_call", "description": "Called."}
        it.accepted("correct_time", named | bounds | what, actor="bea")
        read = Reading(tmp_path / "ledger").month(it.ids["patient"], "2026-02")

        assert [1500, 600] == [line.counted for line in read.lines]
        assert [1500, 600] == [line.counted for line in month(it, "2026-02").lines]
