"""What operating a CCM programme does to mutable software: each lesson as a story that is impossible or trivial here.

One test for each row of the table of lessons, in its order, through the real door. What rests on claims and overrides,
which are not built yet, is shown as far as it goes, and its docstring says so.
"""

from datetime import date
from pathlib import Path
from typing import Any

from ledger.judging.explain import explain
from ledger.store.fsck import verify
from projections.questions import audit, months
from projections.rebuild import rebuild
from projections.table_set import state_roots
from tests.house import House, consent_of
from tests.scenarios.asking import (
    RULEBOOKS,
    another_patient,
    counted,
    missing,
    month,
    read_models,
    signed,
    told_of,
    worked,
)


def test_a_chart_imported_without_consent_gets_no_consent_date_and_no_minute_counts(office: House) -> None:
    another_patient(office, consents=False)
    without_date = {name: said for name, said in consent_of(office).items() if name != "occurred_at"}
    answer = office.accepted("record_consent", without_date | {"patient": office.ids["second"]}, actor="feed")
    worked(office, "2026-01-20T15:00", 25, patient=office.ids["second"])
    (fact,) = office.log.facts_at(answer.positions)

    assert {"consent_date_missing"} == {notice.code for notice in answer.notices}
    assert getattr(fact.event, "occurred_at", "a date was made up") is None
    assert 0 == counted(office, patient="second")
    assert "consent_incomplete" in missing(office, patient="second")


def test_no_recalculation_erases_or_inverts_a_decision(office: House, tmp_path: Path) -> None:
    """Decisions that are built: exception from a batch, attestation, withdrawal. Overrides come with claims."""
    entry = worked(office, "2026-01-20T15:00", 25)
    whose = {"patient": office.ids["patient"], "month": "2026-01"}
    office.accepted("except_month", whose | {"reason": "The note is missing."}, actor="ada")
    attestation = signed(office)
    withdrawal = {"attestation": attestation, "reason": "compliance_review", "words": "To be looked at."}
    office.accepted("withdraw_attestation", whose | withdrawal, actor="cora")
    office.accepted("add_to_time", whose | {"entry": entry, "text": "The note."}, actor="bea")
    before = office.log.refresh()
    with read_models(office, tmp_path / "models") as models:
        rebuild(office.log, models)
    robot = {"name": "Night job", "is_person": False, "roles": [{"role": "machine", "from_on": "2025-01-01"}]}
    office.ids["robot"] = dict(office.accepted("register_staff", robot).ids)["staff"]
    digest = month(office).digest
    by_a_job = office.send("attest_month", whose | {"digest": digest}, actor="robot")
    decisions = [(line.topic, line.who.actor) for line in told_of(office) if line.stream.startswith("care_month")]

    assert office.log.refresh() == before + 3, "a job with its role, and that it was refused: no decision"
    assert by_a_job.refusal is not None
    assert "capacity_missing" == by_a_job.refusal.code
    assert ("month_excepted", office.ids["ada"]) in decisions
    assert ("month_attested", office.ids["ada"]) in decisions
    assert ("attestation_withdrawn", office.ids["cora"]) in decisions
    assert month(office).attested is None


def test_a_bulk_action_is_commands_under_one_correlation_each_with_its_actor(office: House) -> None:
    whose = [office.ids["patient"], another_patient(office)]
    coverage = {"payer": "medicare", "kind": "medicare_ffs", "from_on": "2026-01-01", "member": "one for each"}
    lines = [
        office.line("record_coverage", coverage | {"patient": who}, actor="feed", correlation="import of Tuesday")
        for who in whose
    ]
    answers = office.send_lines(*lines)
    facts = [office.log.facts_at(answer.positions)[0] for answer in answers]
    (correlation,) = {fact.envelope.correlation for fact in facts}

    assert correlation is not None
    assert [office.ids["feed"]] * 2 == [fact.envelope.actor for fact in facts]
    assert ["integration"] * 2 == [fact.said.capacity for fact in facts]
    assert [(office.ids["patient"],), (office.ids["second"],)] == [(fact.event.patient,) for fact in facts]  # type: ignore[attr-defined]


def test_a_month_of_2020_shows_g2058_and_one_of_2021_shows_99439(office: House) -> None:
    another_patient(office, consents=False)
    whose = {"patient": office.ids["second"]}
    consented = consent_of(office, occurred_at="2020-02-03T15:00:00Z") | whose
    office.accepted("record_consent", consented, actor="bea")
    since = {"role": "clinical_staff", "practice": office.ids["practice"], "from_on": "2019-01-01"}
    office.accepted("grant_role", {"staff": office.ids["bea"]} | since)
    for year in (2020, 2021):
        worked(office, f"{year}-03-10T15:00", 45, patient=office.ids["second"])

    assert {"99490": 1, "G2058": 1} == _codes(office, "2020-03")
    assert {"99490": 1, "99439": 1} == _codes(office, "2021-03")


def _codes(it: House, name: str) -> dict[str, int]:
    result = month(it, name, patient="second").result("noncomplex")
    assert result is not None
    return {line.code: line.units for line in result.lines}


def test_a_condition_that_ends_in_april_leaves_the_attested_march_as_it_was(office: House) -> None:
    office.clock = "2026-05-04T12:00:00Z"
    for name in ("03", "05"):
        worked(office, f"2026-{name}-02T15:00", 25)
    signed(office, "2026-03")
    ended = {"icd10": "I10", "onset_on": "2020-01-01", "abated_on": "2026-04-10", "expected_12_months": True}
    office.accepted("record_condition", {"patient": office.ids["patient"]} | ended, actor="ada")

    assert "attested" == month(office, "2026-03").standing
    assert "conditions_below_minimum" not in missing(office, "2026-03")
    assert "conditions_below_minimum" in missing(office, "2026-05")


def test_nobody_attests_a_past_month_by_itself_and_a_gap_is_shown_as_a_gap(office: House) -> None:
    another_patient(office)
    worked(office, "2026-01-20T15:00", 25, patient=office.ids["second"])
    office.clock = "2026-04-10T12:00:00Z"
    attested = office.accepted("attest_risk", {"patient": office.ids["second"], "on": "2026-04-09"}, actor="ada")

    assert "risk_not_attested" in missing(office, "2026-01", patient="second")
    assert "risk_not_attested" not in missing(office, "2026-04", patient="second")
    assert {"attest_risk", office.ids["ada"]} <= set(office.log.facts_at(attested.positions)[0].said)


def test_work_is_found_by_the_day_it_was_done_and_by_the_day_it_was_entered(office: House, tmp_path: Path) -> None:
    entry = worked(office, "2026-01-20T15:00", 25)
    with read_models(office, tmp_path / "models") as models:
        asked: dict[str, Any] = {"patient": office.ids["patient"], "action": "time_logged"}
        on = date(2026, 1, 20)
        by_work = audit(office.log, models, since=on, until=on, clock="happened", **asked).entries
        (logged,) = office.log.facts_at([by_work[0].row.position])
        by_entry = audit(office.log, models, since=logged.recorded_at, until=logged.recorded_at, **asked).entries

    assert getattr(logged.event, "entry", None) == entry
    assert (date(2026, 1, 20), date(2026, 2, 3)) == (by_work[0].row.happened_on, logged.recorded_at.date())
    assert [e.row.position for e in by_work] == [e.row.position for e in by_entry]


def test_tabs_devices_and_retries_make_no_second_count_twice(office: House) -> None:
    first = office.log_time("2026-01-20T15:00:00Z", "2026-01-20T15:20:00Z", key="tab-1")
    retried = office.log_time("2026-01-20T15:00:00Z", "2026-01-20T15:20:00Z", key="tab-1")
    office.log_time("2026-01-20T15:10:00Z", "2026-01-20T15:25:00Z", key="phone-1")
    another_patient(office)
    elsewhere = {"patient": office.ids["second"]}
    office.log_time("2026-01-20T15:20:00Z", "2026-01-20T15:30:00Z", key="tab-2", **elsewhere)

    assert ("unchanged", first.positions) == (retried.outcome, retried.positions)
    assert 25 * 60 == counted(office)
    assert 5 * 60 == counted(office, patient="second")


def test_totals_are_never_stored_and_making_them_anew_is_the_normal_path(office: House, tmp_path: Path) -> None:
    """No table of facts holds a total of minutes that anything adds to; what is shown is folded, and folded again."""
    entry = worked(office, "2026-01-20T15:00", 25)
    with read_models(office, tmp_path / "models") as models:
        followed = state_roots(models)
        rebuild(office.log, models)
        again = state_roots(models)
    strike = {"patient": office.ids["patient"], "month": "2026-01", "entry": entry, "reason": "not_worked"}
    office.accepted("strike_time", strike | {"evidence": "Sign-in sheet."}, actor="cora")

    assert followed == again
    assert 0 == counted(office)
    assert () == verify(office.log).findings


def test_ten_and_ten_and_ten_minutes_are_thirty(office: House) -> None:
    for hour in (15, 16, 17):
        worked(office, f"2026-01-20T{hour}:00", 10)
    result = month(office).result("noncomplex")

    assert result is not None
    assert (30, {"99490": 1}, 10) == (
        result.minutes,
        {line.code: line.units for line in result.lines},
        result.unpaid_minutes,
    )


def test_work_across_midnight_of_a_month_end_is_parted_between_its_months(office: House) -> None:
    office.log_time("2026-02-01T05:50:00Z", "2026-02-01T06:15:00Z")

    assert (10 * 60, 15 * 60) == (counted(office, "2026-01"), counted(office, "2026-02"))


def test_every_minute_has_one_subject_and_one_performer_at_birth_or_is_refused(office: House) -> None:
    whole = {"start": "2026-01-20T15:00:00Z", "end": "2026-01-20T15:20:00Z", "activity": "phone_call"}
    nobody_worked = office.send("log_time", whole | {"patient": office.ids["patient"]}, actor="bea")
    for_nobody = office.send("log_time", whole | {"performer": office.ids["bea"]}, actor="bea")
    for_a_stranger = {"patient": {"system": "mrn", "value": "unknown"}, "performer": office.ids["bea"]}
    waits = office.send("log_time", whole | for_a_stranger, actor="bea")

    assert ["field_missing"] * 2 == [a.refusal.code for a in (nobody_worked, for_nobody) if a.refusal]
    assert "parked" == waits.outcome
    assert 0 == counted(office)


def test_another_billing_practitioner_leaves_past_months_with_the_one_they_had(office: House) -> None:
    worked(office, "2026-01-20T15:00", 25)
    signed(office)
    standing = next(d.event for d in office.handler.state(f"patient/{office.ids['patient']}").designations)
    whose = {"patient": office.ids["patient"]}
    gone = {"designation": standing.designation, "reason": "patient_chose_other", "from_month": "2026-02"}
    office.accepted("withdraw_designation", whose | gone | {"evidence": "Letter."}, actor="ada")
    bills = {"programme": "CCM", "side": "practitioner", "from_month": "2026-02", "practitioner": office.ids["dot"]}
    office.accepted("designate_practitioner", whose | bills, actor="dot")

    assert (office.ids["ada"], "attested") == (month(office).practitioner, month(office).standing)
    assert office.ids["dot"] == month(office, "2026-02").practitioner
    assert "consent_names_other_practitioner" in missing(office, "2026-02")


def test_time_of_the_wrong_patient_is_moved_in_one_fact_that_stands_in_both_records(office: House) -> None:
    entry = worked(office, "2026-01-20T15:00", 25)
    another_patient(office)
    moving = {
        "patient": office.ids["patient"],
        "to_patient": office.ids["second"],
        "performer": office.ids["bea"],
        "month": "2026-01",
        "entry": entry,
        "start": "2026-01-20T15:00:00Z",
        "end": "2026-01-20T15:25:00Z",
        "activity": "phone_call",
        "description": "Talked about the other patient's pills.",
        "reason": "The wrong chart was open.",
    }
    answer = office.accepted("move_time", moving, actor="bea")
    (moved,) = answer.positions

    assert (0, 25 * 60) == (counted(office), counted(office, patient="second"))
    assert moved in {line.position for line in told_of(office)} & {line.position for line in told_of(office, "second")}
    assert "time_logged" in {line.topic for line in told_of(office)}, "what was recorded first stays readable"


def test_whether_a_month_is_closed_is_a_fold_of_its_facts(office: House) -> None:
    worked(office, "2026-01-20T15:00", 25)
    before = office.log.refresh()
    signed(office)
    at_signing = office.log.refresh()
    office.log_time("2026-01-21T15:00:00Z", "2026-01-21T15:25:00Z")

    assert ["ready", "attested", "stale"] == [month(office, as_of=at).standing for at in (before, at_signing, None)]


def test_whoever_leaves_keeps_every_approval_that_they_gave(office: House) -> None:
    worked(office, "2026-01-20T15:00", 25)
    attestation = signed(office)
    gone = {"role": "practitioner", "practice": office.ids["practice"], "last_on": "2026-02-03"}
    office.accepted("end_role", {"staff": office.ids["ada"]} | gone)
    (line,) = [line for line in told_of(office) if line.topic == "month_attested"]

    assert ("attested", attestation) == (month(office).standing, month(office).attested)
    assert office.ids["ada"] == line.who.actor


def test_a_month_ends_by_arithmetic_and_nothing_has_to_run_for_it(office: House) -> None:
    worked(office, "2026-01-20T15:00", 25)
    position, before = office.log.refresh(), month(office).digest
    office.clock = "2026-03-05T12:00:00Z"
    signed(office)
    worked(office, "2026-03-05T10:00", 10)

    assert position + 2 == office.log.refresh(), "the signature and the entry, and no fact of an end of a month"
    assert before == month(office).digest
    assert 10 * 60 == counted(office, "2026-03")


def test_why_a_month_is_not_billable_is_answered_for_one_patient_and_as_a_list(office: House, tmp_path: Path) -> None:
    worked(office, "2026-01-20T15:00", 25)
    another_patient(office)
    with read_models(office, tmp_path / "models") as models:
        listed = months(office.log, models, RULEBOOKS, "2026-01", with_silent=True)
    blocked = {row.patient: set(row.missing) for row in listed.rows}

    assert {
        office.ids["patient"]: set(),
        office.ids["second"]: missing(office, patient="second"),
    } == blocked
    assert {"practitioner_not_designated", "care_plan_missing", "risk_not_attested"} <= blocked[office.ids["second"]]


def test_every_total_opens_into_its_lines_with_the_reasons(office: House) -> None:
    for activity in ("phone_call", "appointment_booking"):
        hour = 15 if activity == "phone_call" else 16
        worked(office, f"2026-01-20T{hour}:00", 10, activity=activity)
    verdict = month(office)
    adopted = office.handler.governance().edition()
    assert adopted is not None
    opened = explain(verdict, RULEBOOKS(adopted))
    lines = [(line["seconds"], line["counted"], [why["code"] for why in line["because"]]) for line in opened["entries"]]

    assert 600 == opened["seconds"]["staff"] == sum(line[1] for line in lines)
    assert [[], ["activity_not_counted"]] == [[c for c in line[2] if c.startswith("activity")] for line in lines]
    assert {line["performer"] for line in opened["entries"]} == {office.ids["bea"]}
