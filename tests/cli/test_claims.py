"""`claims` and `claim show`: where each claim stands, and one beside its month as known at release and now."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from interfaces.cli.claims import STATUSES
from ledger.streams.claims_state import ClaimStatus
from tests.cli.claiming import FEBRUARY, JANUARY
from tests.cli.conftest import Run, World

UNKNOWN = "cl_aaaaaaaaaaaaaaaaaaaaaaaaaa"
WRONG_DAY = "Entered for the wrong day."


@pytest.fixture
def ask(ask_on_copy: Run) -> Run:
    return ask_on_copy


def said(ask: Run, copy: World, folder: Path, *told: tuple[str, str, dict[str, Any]]) -> dict[str, str]:
    """Commands of people after the claims: (who, command, data), in November; the ids of the first answer."""
    lines = [
        copy.line(
            command, data, key=f"later-{command}-{number}", actor={"id": copy.ids[who]}, clock="2026-11-10T15:00:00Z"
        )
        for number, (who, command, data) in enumerate(told)
    ]
    (folder / "lines").write_text("\n".join(lines))
    done = ask("submit", str(folder / "lines"), actor="cora")
    assert done.code == 0, done.out
    ids: dict[str, str] = json.loads(done.out.splitlines()[0])["ids"]
    return ids


def entry_of(ask: Run, copy: World, day: str) -> str:
    """The id of the one entry of a day."""
    entries = ask("month", copy.ids["patient"], day[:7], "--explain", "--json").json["entries"]
    found: str = next(each["entry"] for each in entries if each["on"] == day)
    return found


def strike(ask: Run, copy: World, day: str) -> tuple[str, str, dict[str, Any]]:
    about = {"patient": copy.ids["patient"], "month": day[:7], "entry": entry_of(ask, copy, day)}
    return "cora", "strike_time", about | {"reason": "not_worked", "evidence": WRONG_DAY}


# --- the list -----------------------------------------------------------------------------------------------------


def test_the_statuses_that_may_be_asked_for_are_those_of_a_claim() -> None:
    assert get_args(ClaimStatus) == STATUSES


def test_every_claim_stands_in_the_list_with_its_dollars(ask: Run, copy: World) -> None:
    answer = ask("claims", "--json").json
    of = {each["claim"]: each for each in answer["claims"]}
    first, second = of[copy.ids["january"]], of[copy.ids["february"]]

    assert (first["claim"], first["status"], first["month"]) == (copy.ids["january"], "paid", JANUARY)
    assert [first[name] for name in ("charge", "paid", "share", "reduced", "open")] == [
        *("145.00", "93.25", "23.32", "28.43"),
        "0.00",
    ]
    assert (second["status"], second["open"], answer["searched"]) == ("accepted", "85.00", "this ledger")


def test_nothing_is_open_on_a_claim_that_was_taken_back(ask: Run, copy: World, tmp_path: Path) -> None:
    withdrawn = {
        "patient": copy.ids["patient"],
        "claim": copy.ids["february"],
        "reason": "other",
        "words": "Too early.",
    }
    said(ask, copy, tmp_path, ("bill", "withdraw_claim", withdrawn))
    (listed,) = ask("claims", "--status", "withdrawn", "--json").json["claims"]

    assert (listed["charge"], listed["open"]) == ("85.00", "0.00")
    assert "open $0.00" in ask("claim", "show", copy.ids["february"]).out


def test_for_people_it_is_a_table(ask: Run) -> None:
    shown = ask("claims", "--month", JANUARY).out

    assert "Searched: this ledger." in shown
    assert "$145.00" in shown
    assert "$93.25" in shown


@pytest.mark.parametrize(
    ("options", "name", "value"), [(["--status", "paid"], "status", "paid"), (["--month", FEBRUARY], "month", FEBRUARY)]
)
def test_a_list_is_of_a_month_or_a_status(ask: Run, options: list[str], name: str, value: str) -> None:
    every = ask("claims", "--json").json["claims"]
    wanted = [each["claim"] for each in every if each[name] == value]

    assert [each["claim"] for each in ask("claims", *options, "--json").json["claims"]] == wanted
    assert 0 < len(wanted) < len(every)


def test_as_of_before_the_remittance_the_claim_was_accepted(ask: Run, copy: World) -> None:
    answer = ask("claims", "--as-of", copy.ids["accepted"], "--json").json

    assert [(each["claim"], each["status"]) for each in answer["claims"]] == [(copy.ids["january"], "accepted")]
    assert ask("claims", "--as-of", copy.ids["accepted"], "--status", "paid", "--json").json["claims"] == []


# --- the pin ------------------------------------------------------------------------------------------------------


def test_a_claim_shows_its_lines_and_what_the_payer_answered(ask: Run, copy: World) -> None:
    answer = ask("claim", "show", copy.ids["january"], "--json").json

    assert [(each["code"], each["units"], each["charge"]) for each in answer["claim"]["lines"]] == [
        ("99490", 1, "85.00"),
        ("99439", 1, "60.00"),
    ]
    assert (answer["claim"]["diagnoses"], answer["claim"]["place_of_service"]) == (["E11.9", "I10"], "11")
    assert [each["topic"] for each in answer["answers"]] == ["claim_acknowledged", "claim_remitted"]
    assert (answer["as_pinned"], answer["changed"], answer["no_longer_supported"]) == (True, [], None)


def test_of_a_month_that_nothing_moved_both_sides_are_the_same(ask: Run, copy: World) -> None:
    answer = ask("claim", "show", copy.ids["january"], "--json").json

    assert answer["at_release"] == answer["now"]
    assert all(each["changed"] == [] for each in answer["later"])


def test_a_struck_entry_is_the_later_fact_that_changed_the_month(ask: Run, copy: World, tmp_path: Path) -> None:
    said(ask, copy, tmp_path, strike(ask, copy, "2026-01-09"))
    answer = ask("claim", "show", copy.ids["january"], "--json").json

    moved = [each for each in answer["later"] if each["changed"]]
    assert [(each["topic"], each["who"]["actor"]) for each in moved] == [("time_struck", copy.ids["cora"])]
    assert {"entries", "seconds", "codes", "dollars"} <= set(moved[0]["changed"])
    assert moved[0]["added"]["staff_seconds"] == -990
    assert answer["no_longer_supported"]["units"] == [{"code": "99439", "units": 1}]
    assert answer["no_longer_supported"]["paid"] == "40.35"
    assert (answer["at_release"]["amount"], answer["now"]["amount"]) == ("116.57", "66.13")


def test_people_read_who_did_it_and_on_request_why(ask: Run, copy: World, tmp_path: Path) -> None:
    said(ask, copy, tmp_path, strike(ask, copy, "2026-01-09"))
    shown = ask("claim", "show", copy.ids["january"])
    opened = ask("claim", "show", copy.ids["january"], "--words")

    assert "No longer supported: 99439 x1; $40.35 was paid for it, $10.09 left to the patient." in shown.out
    assert f"by {copy.ids['cora']} as compliance, asserted by simulation; recorded 2026-11-10T15:00:00Z" in shown.out
    assert WRONG_DAY not in shown.out
    assert f"evidence: {WRONG_DAY}" in opened.out


def test_every_later_fact_is_listed_also_one_that_changed_nothing(ask: Run, copy: World, tmp_path: Path) -> None:
    risk = ("ada", "attest_risk", {"patient": copy.ids["patient"], "on": "2026-04-09"})
    said(ask, copy, tmp_path, risk)
    later = ask("claim", "show", copy.ids["january"], "--json").json["later"]

    assert [(each["topic"], each["changed"]) for each in later if each["topic"] == "risk_attested"] == [
        ("risk_attested", [])
    ]


def test_what_no_month_rests_on_is_no_later_fact_of_a_claim(ask: Run, copy: World, tmp_path: Path) -> None:
    before = ask("claim", "show", copy.ids["january"], "--json").json
    charge = {"practice": copy.ids["practice"], "code": "99490", "amount": "91.00", "from_on": "2026-01-01"}
    said(ask, copy, tmp_path, ("bill", "adopt_charge", charge))
    after = ask("claim", "show", copy.ids["january"], "--json").json

    assert [each["topic"] for each in before["later"] if each["topic"].startswith("claim_")] == []
    assert (after["later"], after["later_about_others"]) == (before["later"], before["later_about_others"])


def test_the_month_as_it_was_is_judged_by_the_edition_that_the_claim_pins(
    ask: Run, copy: World, tmp_path: Path
) -> None:
    signed = ask("month", copy.ids["patient"], JANUARY, "--json").json["as_attested"]["attestation"]
    about = {"patient": copy.ids["patient"], "month": JANUARY, "attestation": signed}
    taken = ("ada", "withdraw_attestation", about | {"reason": "signed_in_error", "words": "Mine."})
    said(ask, copy, tmp_path, taken)
    answer = ask("claim", "show", copy.ids["january"], "--json").json

    assert answer["now"]["edition"] == answer["at_release"]["edition"] == answer["claim"]["edition"]
    assert answer["changed"][:1] == ["standing"]


def test_as_of_before_the_strike_nothing_had_changed(ask: Run, copy: World, tmp_path: Path) -> None:
    before = str(ask("claims", "--json").json["as_of"])
    said(ask, copy, tmp_path, strike(ask, copy, "2026-01-09"))

    assert ask("claim", "show", copy.ids["january"], "--as-of", before, "--json").json["changed"] == []
    assert ask("claim", "show", copy.ids["january"], "--json").json["changed"] != []


def test_a_claim_that_is_not_there_or_was_not_there_by_then_is_refused(ask: Run, copy: World) -> None:
    unknown = ask("claim", "show", UNKNOWN, "--json")
    early = ask("claim", "show", copy.ids["february"], "--as-of", copy.ids["accepted"], "--json")

    for told in (unknown, early):
        assert (told.code, json.loads(told.err)["refusal"]["code"]) == (1, "no_such_claim")


def test_a_claim_of_a_patient_who_was_merged_is_shown_with_the_merge(ask: Run, copy: World, tmp_path: Path) -> None:
    other: dict[str, Any] = {"identifiers": [{"system": "mrn", "value": "mrn-of-november"}]}
    other |= {"demographics": {"given": "Pam", "family": "Poe", "born_on": "1950-02-03"}}
    registered = said(ask, copy, tmp_path, ("fay", "register_patient", other))
    survivor = registered["patient"]
    belongs = {"patient": survivor, "practice": copy.ids["practice"], "from_on": "2025-01-01"}
    merge = {"patient": survivor, "merged": copy.ids["patient"], "evidence": "Same person."}
    said(ask, copy, tmp_path, ("fay", "assign_practice", belongs))
    (tmp_path / "more").mkdir()
    said(ask, copy, tmp_path / "more", ("cora", "merge_patients", merge))
    answer = ask("claim", "show", copy.ids["january"], "--json").json

    assert answer["claim"]["patient"] == copy.ids["patient"]
    assert "patients_merged" in [each["topic"] for each in answer["later"]]
    assert answer["now"]["charges"] == answer["at_release"]["charges"]


def test_a_look_at_a_claim_is_recorded(ask: Run, copy: World) -> None:
    ask("claim", "show", copy.ids["january"])
    reads = ask("audit", "--action", "read_claims", "--json", actor="cora").json["facts"]

    assert reads[-1]["patient"] == copy.ids["patient"]
