"""Records that touch another patient's on the command line: who is named, and about whom the look is recorded."""

import json
from typing import Any

import pytest

from tests.house import House
from tests.questions.conftest import MONTH, Desk, second_patient
from tests.questions.conftest import desk as desk  # noqa: PLC0414 - the fixture

START, END = "2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z"


def elsewhere(it: House) -> str:
    """A second patient, of a practice in which nobody but compliance and the front desk may read."""
    hilltop = {"name": "Hilltop", "tin": "987654321", "zone": "America/Denver"}
    it.ids["hilltop"] = dict(it.accepted("register_practice", hilltop).ids)["practice"]
    it.accepted(
        "grant_role",
        {"staff": it.ids["fay"], "role": "front_desk", "practice": it.ids["hilltop"], "from_on": "2025-01-01"},
    )
    it.accepted("grant_role", {"staff": it.ids["cora"], "role": "compliance", "from_on": "2025-01-01"})
    it.ids["second"] = second_patient(it, it.ids["hilltop"])
    return it.ids["second"]


def moved(it: House) -> None:
    """An entry, a condition and a plan of the patient turn out to be the second one's."""
    patient, second = it.ids["patient"], elsewhere(it)
    entry = dict(it.log_time(START, END).ids)["entry"]
    work = {"performer": it.ids["bea"], "start": START, "end": END, "activity": "medication_reconciliation"}
    it.ids["new_entry"] = dict(
        it.accepted(
            "move_time",
            {
                "patient": patient,
                "month": MONTH,
                "entry": entry,
                "to_patient": second,
                "reason": "Wrong chart.",
                "description": "Went through the pill box.",
                **work,
            },
            actor="cora",
        ).ids
    )["entry"]
    condition = {"patient": patient, "icd10": "J44.9", "onset_on": "2020-01-01"}
    named = dict(it.accepted("record_condition", condition, actor="ada").ids)["condition"]
    it.accepted(
        "move_condition",
        {"patient": patient, "condition": named, "to_patient": second, "reason": "Wrong chart."},
        actor="cora",
    )


@pytest.fixture
def two(desk: Desk) -> Desk:
    with desk.told() as it:
        moved(it)
    return desk


QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("history", "{of}", "--words", "--accesses"),
    ("diff", "{of}", "2", "now", "--words", "--accesses"),
    ("diff-month", "{of}", MONTH, "{begun}", "now", "--words"),
    ("month", "{of}", MONTH, "--explain", "--basis", "--attestations"),
    ("audit", "--patient", "{of}", "--limit", "999"),
)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question[0])
@pytest.mark.parametrize(("of", "other"), [("patient", "second"), ("second", "patient")])
def test_no_answer_about_one_patient_names_the_other(two: Desk, question: tuple[str, ...], of: str, other: str) -> None:
    words = [word.format(of=two.ids[of], begun=40) for word in question]
    for shown in (two.read(*words), json.dumps(two.ask(*words))):
        assert two.ids[other] not in shown
        assert "TakenOut" not in shown
        if of == "patient":
            assert two.ids["new_entry"] not in shown
            assert two.ids["hilltop"] not in shown


def test_a_minute_names_no_entry_of_a_patient_who_may_not_be_read(desk: Desk) -> None:
    with desk.told() as it:
        it.log_time(START, END)
        second = elsewhere(it)
        entry = dict(it.log_time(START, END, patient=second).ids)["entry"]

    asked = ("month", desk.patient, MONTH, "--minute", START)
    shown = desk.read(*asked, actor="bea")

    assert entry not in shown + json.dumps(desk.ask(*asked, actor="bea"))
    assert "  an entry of another patient, by " in shown


# --- merges that were undone ----------------------------------------------------------------------------------------


@pytest.fixture
def undone(desk: Desk) -> Desk:
    """Two patients were one for a while; each has an entry of the month."""
    with desk.told() as it:
        pair = {"patient": it.ids["patient"], "merged": elsewhere(it)}
        it.log_time(START, END)
        it.log_time("2026-01-09T15:00:00Z", "2026-01-09T15:10:00Z", patient=pair["merged"])
        for number, command in enumerate(("merge_patients", "unmerge_patients")):
            answer = it.accepted(command, {**pair, "evidence": "Letter."}, actor="cora")
            it.ids[("merge", "unmerge")[number]] = str(answer.positions[0])
    return desk


def looks(desk: Desk, of: str, question: str) -> list[dict[str, Any]]:
    facts = desk.ask("history", desk.ids[of], "--accesses", "--action", "record_read")["facts"]
    return [fact for fact in facts if fact["details"]["question"] == question]


def test_a_month_as_of_within_a_merge_is_a_read_of_both(undone: Desk) -> None:
    answer = undone.ask("month", undone.patient, MONTH, "--as-of", undone.ids["merge"], "--explain")

    assert len(answer["entries"]) == 2
    assert [len(looks(undone, of, "month")) for of in ("patient", "second")] == [1, 1]


def test_months_as_of_within_a_merge_are_a_read_of_both(undone: Desk) -> None:
    undone.ask("months", MONTH, "--as-of", undone.ids["merge"])

    assert [len(looks(undone, of, "months")) for of in ("patient", "second")] == [1, 1]


@pytest.mark.parametrize("moments", [("{merge}", "now"), ("40", "{merge}")])
def test_a_difference_from_or_to_within_a_merge_is_a_read_of_both(undone: Desk, moments: tuple[str, str]) -> None:
    since, until = (each.format(**undone.ids) for each in moments)
    undone.ask("diff-month", undone.patient, MONTH, since, until)

    assert [len(looks(undone, of, "diff")) for of in ("patient", "second")] == [1, 1]


def test_a_month_as_of_within_a_merge_is_refused_to_whoever_may_not_read_both(undone: Desk) -> None:
    with pytest.raises(AssertionError, match="not_in_this_practice"):
        undone.ask("month", undone.patient, MONTH, "--as-of", undone.ids["merge"], actor="bea")

    assert undone.ask("month", undone.patient, MONTH, actor="bea")["seconds"]["staff"] == 25 * 60


def test_a_month_as_of_after_the_merge_was_undone_is_a_read_of_one(undone: Desk) -> None:
    undone.ask("month", undone.patient, MONTH, "--as-of", undone.ids["unmerge"])

    assert [len(looks(undone, of, "month")) for of in ("patient", "second")] == [1, 0]


def test_facts_of_both_are_told_in_the_difference_of_a_merged_month(desk: Desk) -> None:
    with desk.told() as it:
        pair = {"patient": it.ids["patient"], "merged": elsewhere(it)}
        merged = it.accepted("merge_patients", {**pair, "evidence": "Letter."}, actor="cora").positions[0]
        it.log_time(START, END, patient=pair["merged"])
        it.log_time("2026-01-09T15:00:00Z", "2026-01-09T15:10:00Z")

    because = desk.ask("diff-month", desk.patient, MONTH, str(merged), "now")["because"]

    assert ["Time logged", "Time logged"] == [each["what"] for each in because]


@pytest.mark.parametrize(
    "words", [("--by-day",), ("--entered-since", "2026-01-01"), ("--entered-since", "2026-01-01", "--clock", "source")]
)
def test_time_by_day_of_merged_patients_is_that_of_both(desk: Desk, words: tuple[str, ...]) -> None:
    with desk.told() as it:
        pair = {"patient": it.ids["patient"], "merged": elsewhere(it)}
        it.log_time(START, END, patient=pair["merged"])
        it.log_time("2026-01-09T15:00:00Z", "2026-01-09T15:10:00Z")
        it.accepted("merge_patients", {**pair, "evidence": "Letter."}, actor="cora")

    assert desk.ask("months", MONTH, *words)["total"] == {"entries": 2, "seconds": 35 * 60, "counted": 35 * 60}


def test_a_difference_holds_stays_and_what_was_taken_back_too(desk: Desk) -> None:
    with desk.told() as it:
        patient = {"patient": it.ids["patient"]}
        stay = {**patient, "kind": "hospital_inpatient", "admitted_on": "2026-01-07", "discharged_on": "2026-01-08"}
        it.accepted("record_stay", stay, actor="fay")
        it.accepted("record_death", {**patient, "on": "2026-01-10"}, actor="fay")
        taken_back = {**patient, "reason": "entered_in_error", "evidence": "Letter."}
        it.accepted("retract_death", taken_back, actor="fay")

    changes = desk.ask("diff", desk.patient, "40", "now")["changes"]

    assert {"stays", "death retracted"} <= {each["kind"] for each in changes}


# --- lists of a reader who may not read all practices -----------------------------------------------------------------


LISTS = (
    ("months", MONTH),
    ("diff-months", "40", "now"),
    ("readiness", "--month", MONTH),
    ("reviews",),
    ("audit", "--action", "log_time"),
)


@pytest.fixture
def practices(desk: Desk) -> Desk:
    """Time of a patient of each of two practices; the nurse works in the first one, the front desk in both of three."""
    with desk.told() as it:
        it.log_time(START, END)
        it.log_time("2026-01-09T15:00:00Z", "2026-01-09T15:10:00Z", patient=elsewhere(it))
        it.accepted("register_practice", {"name": "Summit", "tin": "555555555", "zone": "America/Denver"})
    return desk


def refusals(desk: Desk) -> list[str]:
    facts = desk.ask("audit", "--outcome", "refused")["facts"]
    return [fact["staff"] or fact["patient"] for fact in facts]


@pytest.mark.parametrize("words", LISTS, ids=lambda words: words[0])
def test_a_list_of_whoever_may_read_one_practice_is_of_that_one(practices: Desk, words: tuple[str, ...]) -> None:
    shown = practices.read(*words, actor="bea")

    assert f"Of practice {practices.ids['practice']} alone: the reader may read about no other.\n" in shown
    assert practices.ids["second"] not in shown + json.dumps(practices.ask(*words, actor="bea"))
    assert refusals(practices) == []


@pytest.mark.parametrize("words", LISTS, ids=lambda words: words[0])
def test_whoever_may_read_some_practices_is_told_once_to_name_one(practices: Desk, words: tuple[str, ...]) -> None:
    with pytest.raises(AssertionError, match="Name one of them with `--practice`, and ask once for each"):
        practices.read(*words, actor="fay")

    assert refusals(practices) == [practices.ids["fay"]]
    practices.ask(*words, "--practice", practices.ids["hilltop"], actor="fay")


@pytest.mark.parametrize("words", LISTS, ids=lambda words: words[0])
def test_a_practice_that_the_reader_may_not_read_is_refused_once(practices: Desk, words: tuple[str, ...]) -> None:
    with pytest.raises(AssertionError, match="holds no role in the practice that was asked for"):
        practices.read(*words, "--practice", practices.ids["hilltop"], actor="bea")

    assert refusals(practices) == [practices.ids["bea"]]


def test_a_file_of_months_is_of_the_own_practice_and_says_nothing_else(practices: Desk) -> None:
    rows = practices.read("months", MONTH, "--csv", actor="bea").splitlines()

    assert (len(rows), rows[0].split(",")[0]) == (2, "patient")


# --- what the record alone does not say -------------------------------------------------------------------------------


def test_a_history_says_with_whom_the_patient_was_merged(desk: Desk) -> None:
    with desk.told() as it:
        pair = {"patient": it.ids["patient"], "merged": elsewhere(it)}
        it.accepted("merge_patients", {**pair, "evidence": "Letter."}, actor="cora")
    second = desk.ids["second"]

    for words in (("history", desk.patient), ("diff", desk.patient, "40", "now")):
        assert f"Merged with {second}: what was recorded about {second} stands in that history.\n" in desk.read(*words)
        assert desk.ask(*words)["one_with"] == [second]


def test_a_history_as_of_within_a_merge_that_was_undone_is_what_it_was_then(undone: Desk) -> None:
    asked = ("history", undone.patient, "--as-of", undone.ids["merge"])
    second = undone.ids["second"]

    assert f"Merged with {second} as of then; that was undone since.\n" in undone.read(*asked)
    assert undone.ask(*asked)["one_with"] == [second]
    assert second not in undone.read("history", undone.patient)


def test_the_trail_of_all_names_both_patients_of_a_move_to_whoever_may_read_both(two: Desk) -> None:
    both = [two.ids["second"], two.patient]
    (fact,) = two.ask("audit", "--action", "move_time")["facts"]

    assert (fact["patient"], fact["about"]) == (two.ids["second"], both)
    assert ", ".join(both) in two.read("audit", "--action", "move_time")
    assert [len(looks(two, of, "audit")) for of in ("patient", "second")] == [2, 2]


def test_the_trail_of_the_own_practice_names_the_own_patient_of_a_move_alone(two: Desk) -> None:
    (fact,) = two.ask("audit", "--action", "move_time", actor="bea")["facts"]

    assert (fact["about"], fact["practice"], fact["month"]) == ([two.patient], None, None)
    assert two.ids["second"] not in two.read("audit", "--action", "move_time", actor="bea")


@pytest.mark.parametrize(
    "words",
    [
        ("months", MONTH, "--as-of", "{merge}"),
        ("diff-months", "{merge}", "now"),
        ("readiness", "--month", MONTH, "--as-of", "{merge}"),
    ],
    ids=lambda words: words[0],
)
def test_a_merge_that_was_wrong_does_not_close_the_list_of_a_practice(undone: Desk, words: tuple[str, ...]) -> None:
    asked = [word.format(**undone.ids) for word in words]
    shown = undone.read(*asked, actor="bea")

    assert ", merged as of then with somebody whom the reader may not read about.\n" in shown
    assert undone.patient not in shown
    assert refusals(undone) == []


def test_a_list_of_what_waits_names_no_patient_who_may_not_be_read(desk: Desk) -> None:
    with desk.told() as it:
        second = elsewhere(it)
        unknown = {"patient": {"system": "mrn", "value": "mrn-9"}, "on": "2026-01-10"}
        delivery = dict(it.send("record_visit", unknown, actor="fay").ids)["delivery"]
        resolved = {"delivery": delivery, "source": "-", "subject": second}
        resolved["source"] = it.handler.log.tags_starting("parked/")[0].partition("/")[2]  # type: ignore[attr-defined]
        it.accepted("resolve_delivery", resolved, actor="fay")

    assert [each["subject"] for each in desk.ask("parked", "list", actor="bea")["deliveries"]] == ["another patient"]
    assert [each["subject"] for each in desk.ask("parked", "list")["deliveries"]] == [second]
    assert refusals(desk) == []
