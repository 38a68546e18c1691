"""`react` and `reviews` from the outside, in a folder and on a server: what was found, once, and who may see it."""

import json

import pytest

from interfaces.cli.main import main
from tests.cli.conftest import Run, World

NEXT_YEAR = "2027-03-01T06:00:00Z"
KINDS = {"care_plan_review", "care_plan_age", "consent_age", "visit_age", "parked_delivery"}


def test_react_says_what_each_reaction_did(run_on_copy: Run) -> None:
    ran = run_on_copy("react", "--clock", NEXT_YEAR)

    assert ran.code == 0
    assert " facts recorded." in ran.out
    assert ["raise_due_reviews", "5", "0", "0"] in [line.split() for line in ran.out.splitlines()]
    assert "`ccm-ledger reviews` lists what is open." in ran.out


def test_react_answers_in_json(run_on_copy: Run) -> None:
    answer = run_on_copy("react", "--once", "--json", "--clock", NEXT_YEAR).json

    assert [each["reaction"] for each in answer["reactions"]] == [
        "close_refusal_counts",
        "rejudge_attested_months",
        "raise_due_reviews",
        "report_eroded_claims",
    ]
    assert [len(each["recorded"]) for each in answer["reactions"][1:]] == [0, 5, 0]
    assert all(each["refused"] == {} for each in answer["reactions"])


def test_what_was_found_is_found_once(run_on_copy: Run) -> None:
    run_on_copy("react", "--until-idle", "--clock", NEXT_YEAR)

    again = run_on_copy("react", "--until-idle", "--json", "--clock", NEXT_YEAR).json

    assert all(each["recorded"] == [] for each in again["reactions"])


def test_reviews_lists_what_is_open_and_since_when(run_on_copy: Run) -> None:
    run_on_copy("react", "--clock", NEXT_YEAR)

    listed = run_on_copy("reviews", "--json").json["reviews"]
    of_a_month = run_on_copy("reviews", "2026-12").out

    assert {each["what"] for each in listed} == KINDS
    assert all(each["still_so"] and each["outcome"] is None for each in listed)
    assert "1 review of 2026-12" in of_a_month
    assert "visit_age" in of_a_month


def test_reviews_as_of_an_earlier_position_shows_nothing_learned_later(run_on_copy: Run) -> None:
    position = run_on_copy("reviews", "--json").json["as_of"]
    run_on_copy("react", "--clock", NEXT_YEAR)

    assert run_on_copy("reviews", "--json", "--as-of", str(position)).json["reviews"] == []


def test_a_settled_review_leaves_the_list(
    run_on_copy: Run, world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run_on_copy("react", "--clock", NEXT_YEAR)
    review = run_on_copy("reviews", "2026-12", "--json").json["reviews"][0]["review"]
    settle = {"review": review, "outcome": "done", "reason": "The patient was seen."}
    line = world.line("settle_review", settle, key="s-1", clock=NEXT_YEAR, actor={"id": world.ids["cora"]})
    file = tmp_path_factory.mktemp("lines") / "settle.jsonl"
    file.write_text(line)

    assert run_on_copy("submit", str(file)).code == 0
    assert run_on_copy("reviews", "2026-12", "--json").json["reviews"] == []
    (settled,) = run_on_copy("reviews", "2026-12", "--settled", "--json").json["reviews"]
    assert settled["outcome"] == "done"
    assert "The patient was seen." not in json.dumps(settled)


def test_the_reviews_of_a_practice_are_those_of_its_patients(run_on_copy: Run, world: World) -> None:
    run_on_copy("react", "--clock", NEXT_YEAR)

    listed = run_on_copy("reviews", "--practice", world.ids["practice"], "--json").json["reviews"]

    assert {each["what"] for each in listed} == KINDS - {"parked_delivery"}


def test_who_reads_reviews_is_recorded(run_on_copy: Run) -> None:
    run_on_copy("react", "--clock", NEXT_YEAR)
    run_on_copy("reviews")

    assert "Record read" in run_on_copy("audit", "--action", "read_reviews").out


def test_programs_read_no_reviews(run_on_copy: Run) -> None:
    run_on_copy("react", "--clock", NEXT_YEAR)

    refused = run_on_copy("reviews", actor="feed")

    assert refused.code == 1
    assert "not_in_this_practice" in refused.err


def test_it_runs_again_and_again_and_speaks_where_something_was_found(
    run_on_copy: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[int] = []

    def sleep(seconds: int) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise KeyboardInterrupt

    run_on_copy("react", "--until-idle", "--clock", "2026-03-01T06:00:00Z")
    monkeypatch.setattr("time.sleep", sleep)
    ran = run_on_copy("react", "--every", "60", "--clock", NEXT_YEAR)

    assert ran.code == 130
    assert slept == [60, 60, 60]
    assert ran.out.count("Looked at everything") == 1


def test_a_ledger_that_keeps_its_own_time_takes_no_clock(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path_factory.mktemp("earnest")
    monkeypatch.setenv("CCM_LEDGER", str(folder / "ledger"))
    monkeypatch.setenv("CCM_LEDGER_KEY_FILE", str(folder / "key"))
    assert main(["init"]) == 0

    assert main(["react", "--clock", NEXT_YEAR]) == 2
    assert "This ledger keeps its own time." in capsys.readouterr().err
    assert main(["react"]) == 0
    assert main(["react", "--json"]) == 0
    assert main(["verify"]) == 0


def test_a_machine_without_its_role_is_told(
    run_on_copy: Run, world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    machine = run_on_copy("react", "--json").json["machine"]
    file = tmp_path_factory.mktemp("lines") / "end.jsonl"
    ended = {"staff": machine, "role": "machine", "last_on": "2026-02-01"}
    file.write_text(world.line("end_role", ended, key="e-1", actor={"id": world.ids["admin"]}))
    assert run_on_copy("submit", str(file)).code == 0

    ran = run_on_copy("react", "--clock", NEXT_YEAR)

    assert ran.code == 1
    assert "capacity_missing" in ran.err
