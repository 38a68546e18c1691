"""`ready` and `release`: the biller's list, a dry run of it, and claims that come of it, once."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.claiming import APRIL, FEBRUARY, JANUARY, MARCH
from tests.cli.conftest import Ran, Run, World


@pytest.fixture
def ask(ask_on_copy: Run) -> Run:
    return ask_on_copy


def lines(ran: Ran) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ran.out.splitlines()]


# --- ready --------------------------------------------------------------------------------------------------------


def test_a_signed_month_stands_under_ready_to_release_with_its_dollars(ask: Run, copy: World) -> None:
    shown = ask("ready", MARCH)

    assert "Ready to release: 1 month, 1 unit, $85.00 asked, $66.13 expected (national estimate)." in shown.out
    assert copy.ids["patient"] in shown.out
    assert "Searched: this ledger." in shown.out


def test_a_program_reads_every_month_with_its_state_and_the_sums(ask: Run, copy: World) -> None:
    answer = ask("ready", MARCH, "--json").json
    (month,) = answer["months"]

    assert (month["patient"], month["state"], month["blocks"]) == (copy.ids["patient"], "ready", [])
    assert month["charges"] == [{"code": "99490", "units": 1}]
    assert answer["sums"]["ready"] == {"months": 1, "units": 1, "asked": "85.00", "expected": "66.13"} | {
        "without_charge_or_price": 0
    }
    assert (answer["searched"], answer["since"]) == ("this ledger", None)


@pytest.mark.parametrize(("month", "status"), [(JANUARY, "paid"), (FEBRUARY, "accepted")])
def test_a_month_with_a_live_claim_is_listed_as_released_with_its_status(ask: Run, month: str, status: str) -> None:
    (found,) = ask("ready", month, "--json").json["months"]

    assert (found["state"], found["claim_status"]) == ("released", status)


def test_as_of_before_the_release_the_month_was_ready(ask: Run, copy: World) -> None:
    released = next(fact["position"] for fact in _facts_of(ask, copy) if fact["command"] == "release_claim")
    (before,) = ask("ready", JANUARY, "--as-of", str(released - 1), "--json").json["months"]
    (after,) = ask("ready", JANUARY, "--as-of", str(released), "--json").json["months"]

    assert (before["state"], after["state"], after["claim_status"]) == ("ready", "released", "released")


def _facts_of(ask: Run, copy: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask("audit", "--action", "release_claim", "--json").json["facts"]
    return found


def test_what_changed_since_a_position_is_named(ask: Run, copy: World) -> None:
    answer = ask("ready", JANUARY, "--since", copy.ids["accepted"], "--json").json
    shown = ask("ready", JANUARY, "--since", copy.ids["accepted"])

    assert [each["changed"] for each in answer["months"]] == [True]
    assert f"Changed behind position {copy.ids['accepted']}: 1 month." in shown.out
    assert "Changed behind position 999999: 0 months." in ask("ready", JANUARY, "--since", "999999").out


def test_a_spreadsheet_gets_one_line_a_month(ask: Run) -> None:
    head, line = ask("ready", MARCH, "--csv").out.splitlines()

    assert head.startswith("patient,month,programme,state,practice,practitioner,payer,minutes,codes,units,asked")
    assert f",{MARCH},CCM,ready," in line


def test_of_a_month_without_work_nothing_is_listed(ask: Run) -> None:
    shown = ask("ready", APRIL)

    assert (0, True) == (shown.code, f"{APRIL}: 0 months" in shown.out)


def test_who_may_read_nothing_is_refused(ask: Run) -> None:
    assert ask("ready", MARCH, actor="feed").code == 1


# --- release ------------------------------------------------------------------------------------------------------


def test_a_dry_run_says_what_would_be_released_and_releases_nothing(ask: Run) -> None:
    shown = ask("release", MARCH, "--all-ready", "--dry-run")

    assert "1 month: 1 released, 0 released before, 0 not released." in shown.out
    assert "1 unit would be released: $85.00 asked, $66.13 expected (national estimate)." in shown.out
    assert shown.out.splitlines()[-1] == "This was a dry run: nothing was released."
    assert ask("ready", MARCH, "--json").json["months"][0]["state"] == "ready"


def test_all_that_are_ready_are_released_and_a_second_run_adds_nothing(ask: Run) -> None:
    first = ask("release", MARCH, "--all-ready")
    again = ask("release", MARCH, "--all-ready")

    assert (first.code, again.code) == (0, 0)
    assert "1 line: accepted 1, unchanged 0, refused 0, parked 0." in first.out
    assert "1 month: 0 released, 1 released before, 0 not released." in again.out
    assert "0 lines" in again.out
    assert ask("ready", MARCH, "--json").json["months"][0]["state"] == "released"


def test_a_program_reads_of_each_month_what_became_of_it(ask: Run, copy: World) -> None:
    done = ask("release", MARCH, "--all-ready", "--json")
    (month,) = lines(done)

    assert (month["patient"], month["becomes"], month["outcome"]) == (copy.ids["patient"], "released", "accepted")
    assert month["ids"]["claim"].startswith("cl_")
    summary = json.loads(done.err)["summary"]
    assert [summary[each] for each in ("months", "released", "released_before", "not_released")] == [1, 1, 0, 0]
    assert [summary[each] for each in ("units", "asked", "expected")] == [1, "85.00", "66.13"]


def test_one_month_is_released_by_the_name_of_its_patient(ask: Run, copy: World) -> None:
    done = ask("release", copy.ids["patient"], MARCH)

    assert "1 month: 1 released, 0 released before, 0 not released." in done.out


def test_one_that_has_a_live_claim_is_unchanged(ask: Run, copy: World) -> None:
    done = ask("release", copy.ids["patient"], FEBRUARY)

    assert (0, True) == (done.code, "1 month: 0 released, 1 released before, 0 not released." in done.out)


def test_one_that_nobody_signed_is_refused_with_the_rule(ask: Run, copy: World) -> None:
    done = ask("release", copy.ids["patient"], APRIL)

    assert done.code == 1
    assert "not released: " in done.out
    assert "not_attested" in done.out or "month_not_over" in done.out


def test_a_dry_run_of_one_that_would_be_refused_ends_as_the_run_itself_does(ask: Run, copy: World) -> None:
    words = ("release", copy.ids["patient"], APRIL)

    assert (ask(*words, "--dry-run").code, ask(*words, "--dry-run", "--json").code, ask(*words).code) == (1, 1, 1)


def test_what_cannot_be_meant_is_wrong_usage(ask: Run, copy: World) -> None:
    for words in (
        [MARCH],
        [copy.ids["patient"], MARCH, "--all-ready"],
        [copy.ids["patient"]],
        ["march", "--all-ready"],
    ):
        assert ask("release", *words).code == 2


@pytest.mark.parametrize("who", ["ada", "bea", "fay", "audi"])
def test_who_is_no_biller_is_told_who_releases(ask: Run, who: str) -> None:
    told = ask("release", MARCH, "--all-ready", "--dry-run", actor=who)

    assert told.code == 1
    assert "Months are released by billers" in told.err


def test_a_rejected_month_is_left_out_of_all_that_are_ready_and_released_by_itself(
    ask: Run, copy: World, tmp_path: Path
) -> None:
    (first,) = lines(ask("release", MARCH, "--all-ready", "--json"))
    claim = first["ids"]["claim"]
    data = {"control_number": claim[3:23].upper(), "outcome": "rejected", "received_on": "2026-04-20"}
    answer = copy.line(
        "record_acknowledgment", data, key="no", actor={"id": copy.ids["bill"]}, clock="2026-11-10T15:00:00Z"
    )
    (tmp_path / "answer").write_text(answer)
    assert ask("submit", str(tmp_path / "answer")).code == 0
    (left,) = lines(ask("release", MARCH, "--all-ready", "--json"))
    (again,) = lines(ask("release", copy.ids["patient"], MARCH, "--replaces", claim, "--json"))

    assert (left["becomes"], left["why"], left["outcome"]) == ("not_released", ["sent_before"], None)
    assert (again["becomes"], again["outcome"]) == ("released", "accepted")
    assert ask("claim", "show", again["ids"]["claim"], "--json").json["claim"]["replaces"] == claim


def test_claims_of_one_release_share_a_correlation_and_their_keys_are_their_own(ask: Run, copy: World) -> None:
    (first,) = lines(ask("release", MARCH, "--all-ready", "--json"))

    assert first["key"].startswith("release/cl_")
    assert first["key"].endswith(f"/{copy.ids['patient']}/CCM")


def test_a_withdrawn_month_is_released_by_itself_as_one_that_stands_for_the_earlier_claim(
    ask: Run, copy: World, tmp_path: Path
) -> None:
    (first,) = lines(ask("release", MARCH, "--all-ready", "--json"))
    claim = first["ids"]["claim"]
    data = {"patient": copy.ids["patient"], "claim": claim, "reason": "entered_in_error", "words": "Too early."}
    taken = copy.line("withdraw_claim", data, key="wd", actor={"id": copy.ids["bill"]}, clock="2026-11-10T15:00:00Z")
    (tmp_path / "taken").write_text(taken)
    assert ask("submit", str(tmp_path / "taken")).code == 0
    (left,) = lines(ask("release", MARCH, "--all-ready", "--json"))
    (again,) = lines(ask("release", copy.ids["patient"], MARCH, "--replaces", claim, "--json"))

    assert (left["becomes"], left["why"]) == ("not_released", ["sent_before"])
    assert (again["becomes"], again["outcome"]) == ("released", "accepted")
    assert ask("claim", "show", again["ids"]["claim"], "--json").json["claim"]["replaces"] == claim


def test_behind_the_filing_deadline_a_month_is_released_with_the_exception_in_words(
    ask: Run, copy: World, tmp_path: Path
) -> None:
    # The clock of a simulated ledger stands where its newest fact put it.
    data = {"practice": copy.ids["practice"], "code": "99490", "amount": "90.00", "from_on": "2027-05-01"}
    raised = copy.line("adopt_charge", data, key="up", actor={"id": copy.ids["bill"]}, clock="2027-05-03T15:00:00Z")
    (tmp_path / "raised").write_text(raised)
    assert ask("submit", str(tmp_path / "raised")).code == 0
    late = ask("release", copy.ids["patient"], MARCH)
    granted = ask("release", copy.ids["patient"], MARCH, "--late-because", "The payer was closed by a flood.")

    assert (late.code, "filing_deadline_over" in late.out) == (1, True)
    assert (granted.code, "1 month: 1 released" in granted.out) == (0, True)
    assert "flood" not in granted.out + granted.err


def test_an_exception_in_words_is_of_one_month(ask: Run) -> None:
    told = ask("release", MARCH, "--all-ready", "--late-because", "A flood.")

    assert (told.code, "about one month" in told.err) == (2, True)


def test_a_practice_is_no_option_of_one_patients_month(ask: Run, copy: World) -> None:
    told = ask("release", copy.ids["patient"], MARCH, "--practice", copy.ids["other practice"])

    assert (told.code, "--practice is about a whole month." in told.err) == (2, True)


def test_the_sums_of_nothing_are_dollars_and_cents_too(ask: Run, copy: World) -> None:
    told = ask("release", copy.ids["patient"], JANUARY, "--json")

    assert ("0.00", "0.00") == tuple(json.loads(told.err)["summary"][name] for name in ("asked", "expected"))
