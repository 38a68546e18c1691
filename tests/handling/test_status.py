"""What ends, voids and interrupts a programme, through the whole door: told late, taken back, asked as known then."""

from pathlib import Path
from typing import Any

from ledger.store.sqlite.read_models import ReadModels
from projections.follow import Follower
from projections.judged import AdoptedRulebooks
from projections.patient_history import history
from projections.questions import month_of, months
from tests.facts import codes
from tests.house import House

MARCH, APRIL = "2026-03", "2026-04"
EVIDENCE = {"evidence": "Form of 12 March."}


def worked(it: House) -> None:
    """Twenty-five minutes in March and in April."""
    it.clock = "2026-05-04T15:00:00Z"
    for day in ("2026-03-03", "2026-04-14"):
        assert it.log_time(f"{day}T16:00:00Z", f"{day}T16:25:00Z").outcome == "accepted"


def of_patient(it: House, **data: Any) -> dict[str, Any]:
    return {"patient": it.ids["patient"], **data}


def seconds(it: House, month: str, as_of: int | None = None) -> int:
    return month_of(it.log, AdoptedRulebooks(), it.ids["patient"], month, as_of=as_of).staff_seconds


def test_scenario_20_five_minutes_after_a_revocation_are_accepted_and_count_nothing(at_home: House) -> None:
    at_home.clock = "2026-04-03T15:00:00Z"
    assert at_home.log_time("2026-03-03T16:00:00Z", "2026-03-03T16:25:00Z").outcome == "accepted"
    at_home.accepted("record_revocation", of_patient(at_home, scope=["CCM"], told_on="2026-03-12"), actor="fay")
    later = at_home.log_time("2026-04-02T16:00:00Z", "2026-04-02T16:05:00Z", activity="chart_review")
    march = month_of(at_home.log, AdoptedRulebooks(), at_home.ids["patient"], MARCH)

    assert ("accepted", ["after_revocation"]) == (later.outcome, codes(later.notices))
    assert [("99490", 1)] == [(line.code, line.units) for line in march.charges]
    assert 0 == seconds(at_home, APRIL)


def test_scenario_21_a_stay_takes_its_own_minutes_only(at_home: House) -> None:
    at_home.clock = "2026-04-30T15:00:00Z"
    stay = {"kind": "hospital_inpatient", "admitted_on": "2026-04-05", "discharged_on": "2026-04-09"}
    at_home.accepted("record_stay", of_patient(at_home, **stay), actor="feed")
    inside = at_home.log_time("2026-04-06T15:00:00Z", "2026-04-06T15:10:00Z")
    outside = at_home.log_time("2026-04-20T15:00:00Z", "2026-04-20T15:14:00Z")

    assert ("during_stay" in codes(inside.notices), "during_stay" in codes(outside.notices)) == (True, False)
    assert 14 * 60 == seconds(at_home, APRIL)


def test_every_turn_is_still_answered_as_it_was_known_then(at_home: House) -> None:
    worked(at_home)
    consent = at_home.handler.state(f"patient/{at_home.ids['patient']}").consents[0].event.consent
    was = [(at_home.log.position, seconds(at_home, APRIL))]

    def turn(command: str, actor: str = "fay", **data: Any) -> dict[str, str]:
        answer = at_home.accepted(command, of_patient(at_home, **data), actor=actor)
        was.append((answer.positions[-1], seconds(at_home, APRIL)))
        return dict(answer.ids)

    back = {"reason": "entered_in_error", **EVIDENCE}
    revocation = turn("record_revocation", scope=["CCM"], told_on="2026-03-12")
    turn("retract_revocation", "cora", **revocation, **back)
    stay = turn("record_stay", "feed", kind="snf_part_a", admitted_on="2026-04-10")
    turn("record_stay", "feed", kind="snf_part_a", **stay, admitted_on="2026-04-10", discharged_on="2026-04-12")
    turn("record_disenrolment", programme="CCM", on="2026-04-13", reason="moved_away")
    ended = at_home.handler.state(f"patient/{at_home.ids['patient']}").status.disenrolments[0].event.disenrolment
    turn("retract_disenrolment", "cora", disenrolment=ended, **back)
    turn("record_death", on="2026-04-02")
    turn("retract_death", **back)
    turn("invalidate_consent", "cora", consent=consent, reason="forged", **EVIDENCE)

    assert [1500, 0, 1500, 0, 1500, 0, 1500, 0, 1500, 0] == [counted for _, counted in was]
    assert [counted for _, counted in was] == [seconds(at_home, APRIL, position) for position, _ in was]


def test_a_revocation_told_late_moves_the_rows_of_the_months_since(at_home: House, tmp_path: Path) -> None:
    worked(at_home)
    models = ReadModels(tmp_path)
    follower = Follower(at_home.log, models)
    follower.pull()
    at_home.accepted("record_revocation", of_patient(at_home, scope=["CCM"], told_on="2026-03-12"), actor="fay")
    follower.pull()
    rows = {month: months(at_home.log, models, AdoptedRulebooks(), month).rows[0] for month in (MARCH, APRIL)}
    models.close()

    assert {MARCH: 1500, APRIL: 0} == {month: row.staff_seconds for month, row in rows.items()}
    assert "consent_revoked" in rows[APRIL].missing


def test_a_capability_that_lapsed_blocks_the_months_after_it(at_home: House) -> None:
    worked(at_home)
    lapse = {"practice": at_home.ids["practice"], "capability": "access_24x7", "last_on": "2026-03-31"}
    before = month_of(at_home.log, AdoptedRulebooks(), at_home.ids["patient"], APRIL)
    at_home.accepted("end_capability", lapse)
    rulebooks = AdoptedRulebooks()
    march, april = (month_of(at_home.log, rulebooks, at_home.ids["patient"], month) for month in (MARCH, APRIL))

    assert ([], [], ["access_24x7_not_attested"]) == tuple(map(codes, (before.missing, march.missing, april.missing)))


def test_coverage_restated_in_retrospect_is_asked_as_known_then(at_home: House) -> None:
    worked(at_home)
    coverage = at_home.handler.state(f"patient/{at_home.ids['patient']}").coverages[0].event.coverage
    then = at_home.log.position
    restated = {"payer": "medicare", "kind": "medicare_ffs", "from_on": "2015-01-01", "until_on": "2026-04-10"}
    at_home.accepted("record_coverage", of_patient(at_home, coverage=coverage, **restated), actor="fay")

    assert (1500, 0) == (seconds(at_home, APRIL, then), seconds(at_home, APRIL))


def test_history_shows_who_revoked_what_and_seals_what_was_said(at_home: House) -> None:
    at_home.clock = "2026-04-03T15:00:00Z"
    said = of_patient(at_home, scope=["CCM", "RPM"], told_on="2026-03-12", told_to=at_home.ids["bea"], note="Enough.")
    at_home.accepted("record_revocation", said, actor="fay")
    closed = history(at_home.log, at_home.ids["patient"])[-1]
    opened = history(at_home.log, at_home.ids["patient"], open_words=at_home.log.open_words)[-1]

    assert ("Consent revoked", "2026-03-12") == (closed.what, str(closed.happened_on))
    assert {("scope", "CCM, RPM"), ("told to", at_home.ids["bea"])} <= set(closed.details)
    assert "Enough." not in str(closed.words)
    assert (("note", "Enough."),) == opened.words


def test_compliance_that_obtained_a_consent_does_not_void_it(at_home: House) -> None:
    at_home.clock = "2026-04-03T15:00:00Z"
    data = of_patient(
        at_home,
        programme="CCM",
        occurred_at="2026-04-01T15:00:00Z",
        method="verbal",
        obtained_by=at_home.ids["cora"],
        practitioner=at_home.ids["ada"],
        given_by="self",
        items={"availability": True, "cost_sharing": True, "one_practitioner": True, "right_to_stop": True},
        evidence={"kind": "contemporaneous_note"},
    )
    own = dict(at_home.accepted("record_consent", data, actor="cora").ids)
    answer = at_home.send("invalidate_consent", of_patient(at_home, **own, reason="forged", **EVIDENCE), actor="cora")

    assert answer.refusal is not None
    assert "not_self" == answer.refusal.code
