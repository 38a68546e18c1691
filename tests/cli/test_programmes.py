"""`month --programme`: the month of principal and advanced primary care management, beside that of CCM."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import MONTH, Run, World
from tests.house import ALL_ITEMS


@pytest.fixture
def pcm(run_on_copy: Run, world: World, tmp_path: Path) -> str:
    """Dr Dot bills PCM for the patient, and the nurse worked 31 minutes of it; the patient's id."""
    patient, ids = world.ids["patient"], world.ids
    consent = {
        "patient": patient,
        "programme": "PCM",
        "occurred_at": "2026-01-06T15:00:00Z",
        "method": "verbal",
        "obtained_by": ids["bea"],
        "practitioner": ids["dot"],
        "given_by": "self",
        "items": ALL_ITEMS,
        "evidence": {"kind": "contemporaneous_note", "pointer": "note 12"},
    }
    bills = {
        "patient": patient,
        "practitioner": ids["dot"],
        "programme": "PCM",
        "side": "practitioner",
        "from_month": MONTH,
    }
    work = {
        "patient": patient,
        "performer": ids["bea"],
        "programme": "PCM",
        "start": "2026-01-13T15:00:00Z",
        "end": "2026-01-13T15:31:00Z",
        "activity": "medication_reconciliation",
        "description": "Went through the heart failure plan.",
    }
    sent = (("record_consent", consent, "bea"), ("designate_practitioner", bills, "dot"), ("log_time", work, "bea"))
    submitted(run_on_copy, world, tmp_path, *sent)
    return patient


def submitted(run: Run, world: World, folder: Path, *lines: tuple[str, dict[str, Any], str]) -> None:
    file = folder / "lines.jsonl"
    text = [
        world.line(command, data, key=f"{command} {len(json.dumps(data))}", actor={"id": world.ids[who]})
        for command, data, who in lines
    ]
    file.write_text("\n".join(text) + "\n")
    done = run("submit", str(file))
    assert done.code == 0, done.out + done.err


def test_the_month_of_pcm_is_shown_for_itself(pcm: str, run_on_copy: Run) -> None:
    shown = run_on_copy("month", pcm, MONTH, "--programme", "PCM").out

    assert f"{MONTH} of {pcm} for PCM, as of position" in shown
    assert "Counted: 31:00 of staff, 0:00 of the practitioner." in shown
    assert "Codes (PCM by clinical staff, suggested), date of service 2026-01-31:\n  99426 x1" in shown
    assert "Digest that `attest_month` signs: " in shown


def test_the_month_of_ccm_names_the_other_one_and_the_command_that_shows_it(pcm: str, run_on_copy: Run) -> None:
    shown = run_on_copy("month", pcm, MONTH).out

    assert "Counted: 41:30 of staff" in shown
    assert f"`ccm-ledger month {pcm} {MONTH} --programme PCM`" in shown


def test_a_month_without_another_programme_names_none(run: Run, kept_world: World) -> None:
    assert "--programme" not in run("month", kept_world.ids["patient"], MONTH).out


def test_programs_are_told_whose_month_it_is(pcm: str, run_on_copy: Run) -> None:
    ccm = run_on_copy("month", pcm, MONTH, "--json").json
    of_pcm = run_on_copy("month", pcm, MONTH, "--programme", "PCM", "--json").json

    assert ("CCM", ["PCM"]) == (ccm["programme"], ccm["other_programmes"])
    assert ("PCM", ["CCM"]) == (of_pcm["programme"], of_pcm["other_programmes"])
    assert (1860, None, 0) == (of_pcm["seconds"]["staff"], of_pcm["as_attested"], of_pcm["times_attested"])


def test_the_explained_month_of_pcm_names_the_rules_of_pcm(pcm: str, run_on_copy: Run) -> None:
    shown = run_on_copy("month", pcm, MONTH, "--programme", "PCM", "--explain").out

    assert "medicare.pcm.99426.minutes_minimum = 30 minutes (from 2022-01-01;" in shown
    assert "medicare.pcm.eligibility.conditions_min = 1 " in shown
    assert "PCM by the practitioner personally: not available" in shown


def test_why_not_answers_by_the_families_of_the_programme(pcm: str, run_on_copy: Run) -> None:
    shown = run_on_copy("month", pcm, MONTH, "--programme", "PCM", "--why-not", "99427").out
    other = run_on_copy("month", pcm, MONTH, "--programme", "PCM", "--why-not", "99490").out

    assert "99427 is not among the codes (PCM by clinical staff, 31 minutes)." in shown
    assert "  The next unit needs 60 minutes: 29 more.\n" in shown
    assert "99490 belongs to no family of PCM codes in force then; those that do: " in other
    assert "99424, 99425, 99426, 99427." in " ".join(other.split())


def test_why_not_of_a_bundle_says_what_its_code_follows_from(pcm: str, run_on_copy: Run) -> None:
    shown = run_on_copy("month", pcm, MONTH, "--programme", "APCM", "--why-not", "G0558").out

    assert "The code follows from the number of chronic conditions and QMB status, not from minutes." in shown


def test_what_the_month_of_pcm_rests_on_is_its_own_consent_and_biller(pcm: str, run_on_copy: Run, world: World) -> None:
    basis = run_on_copy("month", pcm, MONTH, "--programme", "PCM", "--basis", "--json").json["basis"]

    assert world.ids["dot"] == basis["biller"]["practitioner"] == basis["consents"][0]["practitioner"]
    assert basis["first_minute"]["consent_counted"] is True


def test_what_is_asked_of_months_of_ccm_alone_is_refused_for_another_programme(run: Run, kept_world: World) -> None:
    asked = run("month", kept_world.ids["patient"], MONTH, "--programme", "PCM", "--minute", "2026-01-08T15:00:00Z")

    assert 2 == asked.code
    assert "--minute is about months of CCM, not those of PCM." in asked.err


def test_a_programme_whose_months_are_not_judged_is_none_to_ask_for(run: Run, kept_world: World) -> None:
    asked = run("month", kept_world.ids["patient"], MONTH, "--programme", "RPM")

    assert 2 == asked.code
    assert "CCM" in asked.err
    assert "APCM" in asked.err


def test_a_signed_month_of_ccm_is_no_signature_of_the_month_of_pcm(pcm: str, run_on_copy: Run) -> None:
    run_on_copy("attest", MONTH, actor="ada")

    assert "Standing: attested" in run_on_copy("month", pcm, MONTH).out
    assert "As attested" not in run_on_copy("month", pcm, MONTH, "--programme", "PCM").out


def test_a_signed_month_of_pcm_that_went_stale_is_listed_with_its_programme(
    pcm: str, run_on_copy: Run, world: World, tmp_path: Path
) -> None:
    failing = {"patient": pcm, "icd10": "I50.22", "onset_on": "2025-01-01", "expected_months": 6}
    plan = {"patient": pcm, "revision": 1}
    more = (("record_condition", failing, "dot"), ("attest_risk", {"patient": pcm, "on": "2026-01-06"}, "dot"))
    submitted(run_on_copy, world, tmp_path, *more, ("sign_care_plan", plan, "dot"))
    digest = run_on_copy("month", pcm, MONTH, "--programme", "PCM", "--json").json["digest"]
    of_pcm = {"patient": pcm, "month": MONTH, "programme": "PCM"}
    family = of_pcm | {"family": "pcm_staff"}
    signed = ("attest_month", of_pcm | {"digest": digest}, "dot")
    submitted(run_on_copy, world, tmp_path, signed, ("choose_family", family, "dot"))
    run_on_copy("react", "--clock", "2026-02-03T06:00:00Z")

    listed = run_on_copy("reviews", MONTH, "--json").json["reviews"]

    assert [each["what"] for each in listed if each["programme"] == "PCM"] == ["month_went_stale"]
    assert f"{MONTH} PCM  month_went_stale" in run_on_copy("reviews", MONTH).out
