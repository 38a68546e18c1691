"""The questions that software of current values could not answer (operators.md), each one command on one ledger.

Left out are those about claims, overrides and exports, which are not recorded yet. docs/questions.md is the list.
"""

from tests.house import House, consent_of
from tests.questions.conftest import MONTH, Desk, attest, second_patient

TWO_HOURS = ("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")


def worked(it: House) -> None:
    """Twenty-five minutes on the 8th and seventeen on the 9th: one unit and one more."""
    it.log_time(*TWO_HOURS)
    it.log_time("2026-01-09T15:00:00Z", "2026-01-09T15:17:00Z")


def test_who_approved_this_month_before_it_was_closed(desk: Desk) -> None:
    with desk.told() as it:
        worked(it)
        it.clock = "2026-01-30T12:00:00Z"
        attest(it)

    signed = desk.ask("month", desk.patient, MONTH)["as_attested"]

    assert (signed["by"], signed["attested_at"]) == (desk.ids["ada"], "2026-01-30T12:00:00Z")
    assert signed["charges"] == [{"code": "99490", "units": 1}, {"code": "99439", "units": 1}]


def test_what_the_month_looked_like_when_it_was_signed(desk: Desk) -> None:
    with desk.told() as it:
        worked(it)
        attest(it)
        it.log_time("2026-01-12T15:00:00Z", "2026-01-12T15:30:00Z")

    now = desk.ask("month", desk.patient, MONTH)
    then = desk.ask("month", desk.patient, MONTH, "--as-of", str(now["as_attested"]["position"]))

    assert (now["standing"], now["seconds"]["staff"]) == ("stale", 42 * 60)
    assert (then["standing"], then["seconds"]["staff"]) == ("attested", 42 * 60)
    assert then["digest"] == now["as_attested"]["digest"]


def test_was_consent_on_record_on_the_day_of_the_first_minute_and_on_what_evidence(desk: Desk) -> None:
    with desk.told() as it:
        worked(it)

    basis = desk.ask("month", desk.patient, MONTH, "--basis")["basis"]

    first = basis["first_minute"]
    assert (first["start"], first["consent_counted"], first["consent_known_then"]) == (
        "2026-01-08T15:00:00Z",
        True,
        True,
    )
    (consent,) = basis["consents"]
    assert (consent["method"], consent["evidence"]) == ("verbal", "contemporaneous_note")
    assert (consent["consent"], consent["obtained_by"]) == (first["consent"], desk.ids["bea"])


def test_a_first_minute_before_consent_is_said_to_have_none(desk: Desk) -> None:
    with desk.told() as it:
        it.log_time("2026-01-02T15:00:00Z", "2026-01-02T15:30:00Z")

    first = desk.ask("month", desk.patient, MONTH, "--basis")["basis"]["first_minute"]

    assert (first["consent_counted"], first["consent_known_then"], first["consent"]) == (False, False, None)


def test_which_consent_dates_came_from_an_import(desk: Desk) -> None:
    with desk.told() as it:
        source = {"system": "ehr", "id": "c-7", "recorded_at": "2025-12-01T09:00:00Z"}
        undated = consent_of(it)
        del undated["occurred_at"]
        it.accepted("record_consent", undated, actor="bea", source=source)

    imported = desk.ask("audit", "--action", "record_consent", "--source", "ehr")["facts"]
    shown = desk.read("audit", "--action", "record_consent", "--source", "ehr")

    assert [(fact["happened"], fact["has_date"]) for fact in imported] == [(None, False)]
    assert imported[0]["source_recorded_at"] == "2025-12-01T09:00:00Z"
    assert "  2026-01-20T18:00:00Z  -         2025-12-01T09:00:00Z" in shown


def test_which_conditions_were_in_force_in_that_month(desk: Desk) -> None:
    with desk.told() as it:
        over = {"icd10": "J44.9", "onset_on": "2021-01-01", "abated_on": "2025-12-31", "expected_12_months": True}
        it.accepted("record_condition", {"patient": it.ids["patient"], **over}, actor="ada")

    conditions = desk.ask("month", desk.patient, MONTH, "--basis")["basis"]["conditions"]

    assert [(each["code"], each["in_force"]) for each in conditions] == [
        ("E11.9", True),
        ("I10", True),
        ("J44.9", False),
    ]


def test_which_attestations_a_person_made(desk: Desk) -> None:
    with desk.told() as it:
        worked(it)
        attest(it)

    made = desk.ask("audit", "--actor", desk.ids["ada"], "--action", "attest_month")["facts"]
    by_another = desk.ask("audit", "--actor", desk.ids["dot"], "--action", "attest_month")["facts"]

    assert [(fact["patient"], fact["month"], fact["is_person"]) for fact in made] == [(desk.patient, MONTH, True)]
    assert by_another == []


def test_which_rule_and_code_version_produced_this_code(desk: Desk) -> None:
    with desk.told() as it:
        worked(it)

    answer = desk.ask("month", desk.patient, MONTH, "--explain")

    rules = {rule["name"]: rule for rule in answer["readings"]}
    assert rules["medicare.ccm.99439.minutes_step"]["effective"] == "2021-01-01"
    assert rules["medicare.ccm.99439.minutes_step"]["cite"]
    assert answer["adopted"]["edition"] == answer["edition"]
    assert answer["adopted"]["position"] == 5


def test_who_was_the_billing_practitioner_then(desk: Desk) -> None:
    with desk.told() as it:
        answer = desk_designation(it)
        data = {"patient": it.ids["patient"], "designation": answer, "reason": "transfer", "from_month": "2026-02"}
        it.accepted("withdraw_designation", data | {"evidence": "Moved away."}, actor="ada")
        data = {"patient": it.ids["patient"], "programme": "CCM", "side": "practitioner", "from_month": "2026-02"}
        it.accepted("designate_practitioner", data | {"practitioner": it.ids["dot"]}, actor="dot")

    billed = {month: desk.ask("month", desk.patient, month)["bills"] for month in (MONTH, "2026-02")}

    assert billed[MONTH]["practitioner"] == desk.ids["ada"]
    assert billed["2026-02"]["practitioner"] == desk.ids["dot"]


def desk_designation(it: House) -> str:
    """The id of the patient's designation."""
    state = it.handler.state(f"patient/{it.ids['patient']}")
    designation: str = state.designations[-1].event.designation
    return designation


def test_which_clinic_was_the_patients_then(desk: Desk) -> None:
    with desk.told() as it:
        other = {"name": "Hilltop", "tin": "987654321", "zone": "America/Denver"}
        hilltop = dict(it.accepted("register_practice", other).ids)["practice"]
        data = {"patient": it.ids["patient"], "practice": hilltop, "from_on": "2026-01-15"}
        it.accepted("assign_practice", data, actor="fay")

    basis = desk.ask("month", desk.patient, MONTH, "--basis", actor="ada")["basis"]

    assert [(each["practice"], each["from_on"]) for each in basis["clinics"]] == [
        (desk.ids["practice"], "2025-01-01"),
        (hilltop, "2026-01-15"),
    ]


def test_was_this_minute_counted_twice(desk: Desk) -> None:
    with desk.told() as it:
        worked(it)
        it.log_time("2026-01-08T15:10:00Z", "2026-01-08T15:40:00Z", performer=it.ids["cal"])
        other = second_patient(it)
        it.log_time("2026-01-08T15:20:00Z", "2026-01-08T15:30:00Z", patient=other)

    minute = desk.ask("month", desk.patient, MONTH, "--minute", "2026-01-08T15:21:00Z")["minute"]

    assert (minute["counted_seconds"], minute["is_counted_twice"]) == (60, False)
    assert [(each["performer"] == desk.ids["bea"], each["counted"]) for each in minute["holders"]] == [
        (True, 60),
        (False, 0),
        (True, 0),
    ]
    assert minute["holders"][1]["because"][0] == "time_already_covered"


def test_when_was_it_entered_as_against_worked(desk: Desk) -> None:
    with desk.told() as it:
        written = {"system": "timer", "id": "t-1", "recorded_at": "2026-01-09T15:25:00Z"}
        it.log_time(*TWO_HOURS, source=written)

    (fact,) = desk.ask("history", desk.patient, "--month", MONTH, "--action", "log_time")["facts"]

    assert (fact["happened"], fact["source_recorded_at"], fact["recorded_at"]) == (
        "2026-01-08T15:00:00Z",
        "2026-01-09T15:25:00Z",
        "2026-01-20T18:00:00Z",
    )
    assert fact["lateness"] == {
        "happened_to_source_seconds": 86_400,
        "happened_to_ledger_seconds": 12 * 86_400 + 9_300,
        "source_to_ledger_seconds": 11 * 86_400 + 9_300,
        "by_days": False,
    }


def test_which_entries_came_after_approval(desk: Desk) -> None:
    with desk.told() as it:
        worked(it)
        attest(it)
        late = dict(it.log_time("2026-01-12T15:00:00Z", "2026-01-12T15:05:00Z").ids)["entry"]

    since = desk.ask("diff-month", desk.patient, MONTH, "attested", "now")

    assert [(each["entry"], each["kind"]) for each in since["entries"]] == [(late, "new")]
    assert [each["entry"] for each in desk.ask("month", desk.patient, MONTH)["entered_after_attestation"]] == [late]
    assert [fact["topic"] for fact in since["because"]] == ["month_attested", "time_logged"]


def test_was_a_rejection_ever_turned_into_an_approval_without_a_person(desk: Desk) -> None:
    with desk.told() as it:
        it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:13:00Z")
        digest = {"patient": it.ids["patient"], "month": MONTH, "digest": "0" * 64}
        refused = it.send("attest_month", digest, actor="ada")
        it.log_time("2026-01-09T15:00:00Z", "2026-01-09T15:17:00Z")
        attest(it)

    answer = desk.ask("history", desk.patient, "--decisions")

    assert refused.outcome == "refused"
    decided = [(fact["topic"], fact["who"]["actor"]) for fact in answer["facts"] if fact["command"] == "attest_month"]
    assert decided == [("command_refused", desk.ids["ada"]), ("month_attested", desk.ids["ada"])]
    assert answer["decided_by_programs"] == []


def test_which_patient_months_changed_between_two_dates(desk: Desk) -> None:
    with desk.told() as it:
        worked(it)
        other = second_patient(it)
        it.log_time("2026-01-10T15:00:00Z", "2026-01-10T15:20:00Z", patient=other)
        it.clock = "2026-02-03T18:00:00Z"
        it.log_time("2026-01-12T15:00:00Z", "2026-01-12T15:20:00Z")

    changed = desk.ask("diff-months", "2026-02-01T00:00:00Z", "2026-02-28T00:00:00Z")["months"]

    assert [(each["patient"], each["month"]) for each in changed] == [(desk.patient, MONTH)]
    (each,) = changed
    assert (each["before"]["amount"], each["after"]["amount"]) == ("116.57", "167.01")
    assert [(fact["topic"], fact["who"]["actor"]) for fact in each["because"]] == [("time_logged", desk.ids["bea"])]


def test_why_was_a_month_held(desk: Desk) -> None:
    with desk.told() as it:
        state = desk_designation(it)
        data = {"patient": it.ids["patient"], "designation": state, "reason": "entered_in_error"}
        worked(it)
        it.accepted("withdraw_designation", data | {"from_month": MONTH, "evidence": "Wrong one."}, actor="ada")
        held_at = it.log.refresh()
        data = {"patient": it.ids["patient"], "programme": "CCM", "side": "practitioner", "from_month": MONTH}
        it.accepted("designate_practitioner", data | {"practitioner": it.ids["ada"]}, actor="ada")

    then = desk.ask("month", desk.patient, MONTH, "--as-of", str(held_at))
    now = desk.ask("month", desk.patient, MONTH)

    assert "practitioner_not_designated" in [each["code"] for each in then["missing"]]
    assert (then["standing"], now["standing"]) == ("blocked", "ready")


def test_which_care_plan_revision_did_the_nurse_work_from(desk: Desk) -> None:
    with desk.told() as it:
        it.log_time(*TWO_HOURS, plan_revision=1)
        it.clock = "2026-01-21T18:00:00Z"
        plan = {
            "patient": it.ids["patient"],
            "revised_at": "2026-01-08T10:00:00Z",
            "author": it.ids["ada"],
            "elements": [{"element": "goals", "text": "Lower."}],
            "intervention_owners": True,
            "goals": 1,
        }
        it.accepted("revise_care_plan", plan, actor="ada")

    (entry,) = desk.ask("month", desk.patient, MONTH, "--basis")["basis"]["plans"]

    assert (entry["said"], entry["known_then"], entry["in_force"]) == (1, 1, 2)


def test_how_often_was_the_month_reopened(desk: Desk) -> None:
    with desk.told() as it:
        worked(it)
        first = attest(it)
        late = it.log_time("2026-01-12T15:00:00Z", "2026-01-12T15:05:00Z").positions[0]
        second = attest(it)

    answer = desk.ask("month", desk.patient, MONTH, "--attestations")["attestations"]

    assert answer["times_reopened"] == 1
    assert [(each["attestation"], each["fate"]) for each in answer["listed"]] == [(first, "stale"), (second, "stands")]
    assert answer["listed"][0]["reopened_by"]["position"] == late


def test_who_looked_at_this_record(desk: Desk) -> None:
    with desk.told() as it:
        worked(it)
    desk.ask("month", desk.patient, MONTH, actor="bill")

    looked = desk.ask("history", desk.patient, "--accesses", "--action", "record_read")["facts"]

    assert (looked[0]["who"]["actor"], looked[0]["command"]) == (desk.ids["bill"], "read_month")
    assert looked[0]["who"]["purpose"] == "payment"


def test_which_minutes_were_removed_by_whom_and_why(desk: Desk) -> None:
    with desk.told() as it:
        worked(it)
        entry = dict(it.log_time("2026-01-12T15:00:00Z", "2026-01-12T15:05:00Z").ids)["entry"]
        before = it.log.refresh()
        it.accepted(
            "strike_time",
            {
                "patient": it.ids["patient"],
                "month": MONTH,
                "entry": entry,
                "reason": "recorded_twice",
                "evidence": "Logged twice.",
            },
            actor="cora",
        )

    gone = desk.ask("diff-month", desk.patient, MONTH, str(before), "now")

    assert [(each["entry"], each["kind"]) for each in gone["entries"]] == [(entry, "gone")]
    assert [fact["who"]["actor"] for fact in gone["because"]] == [desk.ids["cora"]]


def test_a_withdrawn_attestation_is_told_as_a_decision_and_as_a_reopening(desk: Desk) -> None:
    with desk.told() as it:
        worked(it)
        signed = attest(it)
        data = {"patient": it.ids["patient"], "month": MONTH, "attestation": signed}
        why = {"reason": "signed_in_error", "words": "Signed too early."}
        it.accepted("withdraw_attestation", data | why, actor="ada")

    reopened = desk.ask("month", desk.patient, MONTH, "--attestations")["attestations"]
    decisions = desk.ask("history", desk.patient, "--decisions", "--month", MONTH)["facts"]

    assert [each["fate"] for each in reopened["listed"]] == ["withdrawn"]
    assert [fact["topic"] for fact in decisions] == ["month_attested", "attestation_withdrawn"]
