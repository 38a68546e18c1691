"""Looking back on the command line: three clocks, differences, months as attested, and words whose key is gone."""

import json

import pytest

from ledger.streams.month_state import CareMonth
from ledger.terms.identity import care_month_tag
from tests.house import House
from tests.questions.conftest import MONTH, Desk, attest, second_patient
from tests.questions.conftest import desk as desk  # noqa: PLC0414 - the fixture
from tests.store.sample import reopened

PATIENT_WORDS = "given, family, born on, sex, phone, address, line, second, city, state, zip code, system, value"


@pytest.fixture
def late(desk: Desk) -> Desk:
    """Two entries: one that its source wrote down a day later, one without a source; both learned days later."""
    with desk.told() as it:
        _told_late(it)
    return desk


@pytest.fixture
def raised(desk: Desk) -> Desk:
    """The same, and the entry that came after the attestation was approved: it counts."""
    with desk.told() as it:
        entry = _told_late(it)
        named = {"patient": it.ids["patient"], "month": MONTH, "entry": entry}
        it.accepted("approve_late_entry", named | {"reason": "Seen in the phone log."}, actor="cora")
    return desk


def _told_late(it: House) -> str:
    written = {"system": "timer", "id": "t-1", "recorded_at": "2026-01-09T15:25:00Z"}
    it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z", source=written)
    it.log_time("2026-01-06T15:00:00Z", "2026-01-06T15:17:00Z")
    attest(it)
    it.clock = "2026-02-02T18:00:00Z"
    return dict(it.log_time("2026-01-12T15:00:00Z", "2026-01-12T15:20:00Z").ids)["entry"]


def positions(desk: Desk, *words: str) -> list[str]:
    answer = desk.ask("history", desk.patient, "--month", MONTH, *words)
    return [fact["happened_on"] for fact in answer["facts"]]


def test_each_clock_has_an_order_of_its_own(late: Desk) -> None:
    assert positions(late) == ["2026-01-08", "2026-01-06", "2026-01-20", "2026-01-12"]
    assert positions(late, "--clock", "happened") == ["2026-01-06", "2026-01-08", "2026-01-12", "2026-01-20"]
    assert positions(late, "--clock", "source")[0] == "2026-01-08"


@pytest.mark.parametrize(
    ("clock", "span", "found"),
    [
        ("happened", ("2026-01-06", "2026-01-08"), ["2026-01-06", "2026-01-08"]),
        ("source", ("2026-01-09", "2026-01-09"), ["2026-01-08"]),
        ("recorded", ("2026-02-02", "2026-02-02"), ["2026-01-12"]),
        ("source", ("2026-01-10", "2026-01-30"), []),
    ],
)
def test_a_history_is_searched_along_each_clock(
    late: Desk, clock: str, span: tuple[str, str], found: list[str]
) -> None:
    assert positions(late, "--clock", clock, "--since", span[0], "--until", span[1]) == found


def test_what_lies_between_the_clocks_is_told(late: Desk) -> None:
    shown = late.read("history", late.patient, "--month", MONTH)

    assert (
        "    learned 12 d 2 h later than it happened; its source wrote it down 2026-01-09T15:25:00Z (1 d later than it "
        "happened); learned 11 d 2 h later than its source wrote it down\n"
    ) in shown


def test_the_trail_is_searched_along_the_sources_clock(late: Desk) -> None:
    span = ("--clock", "source", "--since", "2026-01-09", "--until", "2026-01-09")
    found = late.ask("audit", *span)["facts"]

    assert [(fact["topic"], fact["source_recorded_at"]) for fact in found] == [("time_logged", "2026-01-09T15:25:00Z")]


def test_a_report_by_day_worked_and_one_by_day_entered_agree(late: Desk) -> None:
    answer = late.ask("months", MONTH, "--by-day")

    for clock in ("worked", "source", "recorded"):
        assert answer["total"]["seconds"] == sum(day[clock]["seconds"] for day in answer["days"])
    assert answer["total"] == {"entries": 3, "seconds": 62 * 60, "counted": 42 * 60}
    assert "3 entries, 62:00 worked, 42:00 of it counted, on each clock." in late.read("months", MONTH, "--by-day")


def test_months_with_time_entered_in_a_period_say_how_much_of_each(late: Desk) -> None:
    answer = late.ask("months", MONTH, "--entered-since", "2026-02-01")
    none = late.read("months", MONTH, "--entered-since", "2026-03-01")

    (row,) = answer["rows"]
    assert (row["before"]["entries"], row["within"]["entries"], row["after"]["entries"]) == (2, 1, 0)
    assert "0 of 3 entries were entered in the period, of 0 patient-months." in none


def test_a_csv_file_holds_whole_months(late: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AssertionError, match="whole months"):
        late.read("months", MONTH, "--csv", "--by-day")


def test_a_stale_month_stands_beside_what_was_signed(late: Desk) -> None:
    shown = late.read("month", late.patient, MONTH)

    assert "As attested, and now under the edition that was signed:\n" in shown
    assert "\nstaff         42:00 " in shown
    assert "\ndollars       $116.57 " in shown
    assert "\nEntered after the attestation: te_" in shown


def test_a_difference_of_a_month_names_what_changed_and_the_fact_that_did_it(raised: Desk) -> None:
    shown = raised.read("diff-month", raised.patient, MONTH, "attested", "now")
    same = raised.read("diff-month", raised.patient, MONTH, "now", "now")

    assert "Counted of staff: 42:00 -> 62:00\n" in shown
    assert "Codes: 99490 x1, 99439 x1 -> 99490 x1, 99439 x2\n" in shown
    assert "      changed: entries, seconds, families, codes, dollars, notices, digest (+20:00)\n" in shown
    assert same.endswith("It says the same at both.\nBecause of 0 facts:\n")


def test_a_difference_of_a_patient_is_told_by_stream(late: Desk) -> None:
    shown = late.read("diff", late.patient, "2026-01-20T18:00:00Z", "now")
    answer = late.ask("diff", late.patient, "30", "now")

    assert f"\ncare_month/{late.patient}/{MONTH}: 1 fact\n" in shown
    streams = [each["stream"] for each in answer["streams"]]
    assert streams == [f"patient/{late.patient}", f"care_plan/{late.patient}", f"care_month/{late.patient}/{MONTH}"]
    assert {change["kind"] for change in answer["changes"]} >= {"conditions", "consents", "designations", "revisions"}
    assert answer["stands_after"]["conditions"] == ["E11.9", "I10"]
    assert "new: consents cs_" in late.read("diff", late.patient, "30", "now")


def test_moments_in_the_wrong_order_are_wrong_usage(late: Desk) -> None:
    with pytest.raises(AssertionError, match="A lies behind B"):
        late.read("diff", late.patient, "now", "30")


def test_a_month_that_nobody_attested_has_no_attested_moment(desk: Desk) -> None:
    with desk.told() as it:
        it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")

    with pytest.raises(AssertionError, match="No attestation of this month stands"):
        desk.read("diff-month", desk.patient, MONTH, "attested", "now")


def test_months_that_changed_are_listed_with_their_facts(raised: Desk) -> None:
    shown = raised.read("diff-months", "2026-02-01T00:00:00Z", "now")

    assert "1 patient-month changed.\n" in shown
    assert f"{MONTH} of {raised.patient}: standing, entries, seconds" in shown
    assert "  attested -> stale; 99490 x1, 99439 x1 $116.57 -> 99490 x1, 99439 x2 $167.01\n" in shown


def test_a_difference_is_a_read_of_the_record(late: Desk) -> None:
    late.ask("diff", late.patient, "30", "44")
    looked = late.ask("history", late.patient, "--accesses", "--action", "read_diff")["facts"]

    assert [(fact["details"]["question"], fact["details"]["as of"]) for fact in looked] == [("diff", "44")]


def test_another_patient_is_named_in_a_minute_only_to_whoever_may_read_that_record(desk: Desk) -> None:
    with desk.told() as it:
        it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
        hilltop = {"name": "Hilltop", "tin": "987654321", "zone": "America/Denver"}
        practice = dict(it.accepted("register_practice", hilltop).ids)["practice"]
        role = {"staff": it.ids["fay"], "role": "front_desk", "practice": practice, "from_on": "2025-01-01"}
        it.accepted("grant_role", role)
        second = second_patient(it, practice)
        it.log_time("2026-01-08T15:20:00Z", "2026-01-08T15:30:00Z", patient=second)

    asked = ("month", desk.patient, MONTH, "--minute", "2026-01-08T15:21:00Z")

    seen = [each["patient"] for each in desk.ask(*asked, actor="bea")["minute"]["holders"]]
    assert seen == [desk.patient, "another patient"]
    assert second not in desk.read(*asked, actor="bea")


def test_a_minute_of_a_patient_who_may_be_read_too_is_a_read_of_both(desk: Desk) -> None:
    with desk.told() as it:
        it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
        second = second_patient(it)
        it.log_time("2026-01-08T15:20:00Z", "2026-01-08T15:30:00Z", patient=second)

    minute = desk.ask("month", desk.patient, MONTH, "--minute", "2026-01-08T15:21:00Z")["minute"]

    looked = desk.ask("history", second, "--accesses", "--action", "record_read")["facts"]
    assert [each["patient"] for each in minute["holders"]] == [desk.patient, second]
    assert looked[0]["command"] == "read_month"


# --- words whose key is gone ----------------------------------------------------------------------------------------


@pytest.fixture
def erased(late: Desk) -> Desk:
    """The same, with the keys of the patient's identity and of 2026 destroyed by hand."""
    with reopened(late.folder / "ledger") as log:
        log.vault.destroy([f"{late.patient}/identity", f"{late.patient}/2026"])
    return late


def test_a_history_without_its_words_is_a_clear_skeleton_that_says_so(erased: Desk) -> None:
    shown = erased.read("history", erased.patient)

    assert "    [erased: description, activity: the key of these words was destroyed]\n" in shown
    assert f"[erased: {PATIENT_WORDS}" in " ".join(shown.split())
    assert "  Time logged\n" in shown
    assert "duration 25 min 00 s" in shown


def test_asking_for_words_that_are_gone_shows_none_and_fails_at_nothing(erased: Desk) -> None:
    shown = erased.read("history", erased.patient, "--words", "--as-of", "44")
    facts = erased.ask("history", erased.patient, "--words")["facts"]

    assert "Poe" not in shown + json.dumps(facts)
    assert "pill box" not in shown + json.dumps(facts)
    registered = next(fact for fact in facts if fact["topic"] == "patient_registered")
    assert registered["erased"] == PATIENT_WORDS.split(", ")


def test_words_under_a_key_that_is_left_are_still_opened(erased: Desk) -> None:
    facts = erased.ask("history", erased.patient, "--words")["facts"]

    risk = next(fact for fact in facts if fact["topic"] == "risk_attested")
    assert risk["erased"] == []


def test_a_month_without_words_is_judged_as_before_and_says_what_is_gone(erased: Desk) -> None:
    shown = erased.read("month", erased.patient, MONTH, "--as-of", "44")
    answer = erased.ask("month", erased.patient, MONTH, "--explain")

    assert answer["seconds"]["staff"] == 42 * 60
    assert {each["topic"] for each in answer["erased"]} >= {"patient_registered", "time_logged", "consent_recorded"}
    assert "[erased: words of " in shown
    assert "their key was destroyed; positions " in shown


def test_differences_without_words_say_which_are_gone(erased: Desk) -> None:
    of_month = erased.read("diff-month", erased.patient, MONTH, "attested", "now", "--words")
    of_patient = erased.ask("diff", erased.patient, "30", "now", "--words")

    assert "      [erased: description, activity: the key of these words was destroyed]\n" in of_month
    gone = {fact["topic"] for stream in of_patient["streams"] for fact in stream["facts"] if fact["erased"]}
    assert {"time_logged", "consent_recorded", "care_plan_revised"} <= gone


def test_every_other_question_is_answered_without_the_words(erased: Desk) -> None:
    for words in (
        ("months", MONTH),
        ("readiness", "--month", MONTH),
        ("audit", "--patient", erased.patient),
        ("diff-months", "30", "now"),
        ("months", MONTH, "--by-day"),
        ("month", erased.patient, MONTH, "--basis", "--attestations", "--minute", "2026-01-08T15:05:00Z"),
    ):
        assert erased.ask(*words)["simulated"] is True


# --- attestations that were taken back ------------------------------------------------------------------------------


@pytest.fixture
def taken_back(desk: Desk) -> Desk:
    """An attestation became stale, and was withdrawn."""
    with desk.told() as it:
        _told_late(it)
        (attestation,) = [each.event.attestation for each in _month_of(it).attestations]
        named = {"patient": it.ids["patient"], "month": MONTH, "attestation": attestation}
        it.accepted("withdraw_attestation", named | {"reason": "wrong_content", "words": "Wrong."}, actor="ada")
    return desk


def _month_of(it: House) -> CareMonth:
    state: CareMonth = it.handler.state(care_month_tag(it.ids["patient"], MONTH))
    return state


def test_an_attestation_that_was_stale_and_withdrawn_is_told_as_withdrawn(taken_back: Desk) -> None:
    asked = ("month", taken_back.patient, MONTH, "--attestations")
    shown = taken_back.read(*asked)
    (listed,) = taken_back.ask(*asked)["attestations"]["listed"]

    assert ": was withdrawn by\n" in shown
    assert "    It had become stale before, by\n" in shown
    assert (listed["fate"], listed["reopened_by"]["topic"]) == ("withdrawn", "attestation_withdrawn")
    assert listed["stale_by"]["topic"] == "time_logged"


@pytest.mark.parametrize("moments", [("attested", "now"), ("40", "attested"), ("attested", "attested")])
def test_a_month_whose_attestation_was_withdrawn_has_no_attested_moment(
    taken_back: Desk, moments: tuple[str, str]
) -> None:
    with pytest.raises(AssertionError, match="No attestation of this month stands"):
        taken_back.read("diff-month", taken_back.patient, MONTH, *moments)


def test_whether_a_month_was_attested_is_not_told_to_whoever_may_not_read_it(taken_back: Desk) -> None:
    with pytest.raises(AssertionError, match="not_in_this_practice"):
        taken_back.read("diff-month", taken_back.patient, MONTH, "attested", "now", actor="feed")
