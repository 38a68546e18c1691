"""What reactions find in a real ledger, on both databases: each thing once, by a named machine."""

from datetime import UTC, datetime, timedelta

from commands.handle import Handler
from commands.reactions.machine import machine_of
from interfaces.system import PinnedZones, SimulatedClock, SystemIds
from ledger.store.fsck import verify
from ledger.streams.base import Vouched
from ledger.terms.identity import refusals_tag, staff_tag
from ledger.terms.outcome import Refused
from ledger.terms.people import Role
from tests.house import LOGIN, House
from tests.reactions.company import (
    MONTH,
    NEXT_DAY,
    NEXT_YEAR,
    add_late,
    counted,
    digest_of,
    findings,
    react,
    reactor,
    sign,
    stale_months,
    topics,
)

OF_A_DAY = ["refusals_counted", "month_went_stale"]
OF_A_YEAR = [
    "reaction_ran",
    "care_plan_review",
    "care_plan_age",
    "consent_age",
    "visit_age",
    "parked_delivery",
    "unanswered_stale_month",
]


def repeat_by_a_slow_clock(it: House) -> None:
    """Dr Ada is refused once more, by a program whose clock still shows the day before."""
    clock = SimulatedClock(datetime(2026, 2, 1, 23, 59, 59, tzinfo=UTC))
    slow = Handler(log=it.log, ids=SystemIds(), clock=clock, zones=PinnedZones(), login=LOGIN)
    data = {"patient": it.ids["patient"], "month": MONTH, "digest": "0" * 64}
    line = it.line("attest_month", data, actor="ada", clock="2026-02-01T23:59:59Z")
    (answer,) = slow.handle([slow.read(line)])
    assert answer.outcome == "refused"


def test_the_next_day_the_refusals_are_counted_and_the_stale_month_is_reported(it: House) -> None:
    react(it.log)

    assert OF_A_DAY == topics(findings(it.log))
    assert [("month_changed", 3)] == counted(it.log)


def test_a_year_later_everything_came_due_once(it: House) -> None:
    react(it.log)
    react(it.log, NEXT_YEAR)

    assert [*OF_A_DAY, *OF_A_YEAR] == topics(findings(it.log))


def test_a_run_that_finds_nothing_appends_nothing(it: House) -> None:
    react(it.log)
    react(it.log, NEXT_YEAR)
    before = it.log.refresh()

    again = react(it.log, NEXT_YEAR)

    assert before == it.log.refresh()
    assert {(): 4} == {each.recorded: len(again) for each in again.values()}


def test_the_finding_names_the_entry_that_came_after_the_signature(it: House) -> None:
    late = it.log.refresh() - 1
    react(it.log)

    (found,) = stale_months(it.log)

    assert (late,) == found.because
    assert digest_of(it) == found.digest_now


def test_a_month_that_changes_between_two_runs_is_reported_as_it_is_then(it: House) -> None:
    react(it.log)
    it.clock = "2026-02-04T12:00:00Z"
    add_late(it, "2026-01-12T15:00:00Z", "2026-01-12T15:05:00Z")
    add_late(it, "2026-01-13T15:00:00Z", "2026-01-13T15:05:00Z")
    react(it.log, NEXT_DAY + timedelta(days=2))

    first, second = stale_months(it.log)

    assert (first.attestation, digest_of(it)) == (second.attestation, second.digest_now)
    assert 3 == len(second.because)


def test_a_month_that_was_signed_anew_is_no_finding(it: House) -> None:
    it.clock = "2026-02-02T19:00:00Z"
    assert sign(it).outcome == "accepted"
    react(it.log)

    assert [] == stale_months(it.log)


def test_a_moved_staff_record_has_the_months_that_rest_on_it_judged_again(it: House) -> None:
    it.clock = "2026-02-02T19:00:00Z"
    sign(it)
    ended = {"staff": it.ids["bea"], "role": "clinical_staff", "practice": it.ids["practice"], "last_on": "2026-01-02"}
    it.accepted("end_role", ended)
    position = it.log.refresh()
    react(it.log)

    (found,) = stale_months(it.log)

    assert (position,) == found.because


def test_it_acts_under_its_own_name_and_the_program_vouches(it: House) -> None:
    react(it.log)

    machine = machine_of(it.handler.governance())
    reports = [fact for fact in it.log.follow(0, it.log.refresh()) if fact.event.TOPIC in OF_A_DAY]
    said = {(f.envelope.actor, f.envelope.capacity, f.envelope.on_behalf_of) for f in reports}

    assert {(machine, Role.MACHINE, None)} == said
    assert {LOGIN} == {fact.envelope.authenticated_as for fact in reports}
    assert not it.handler.state(staff_tag(machine or "")).is_person


def test_the_machine_is_registered_once(it: House) -> None:
    for _ in range(3):
        react(it.log)

    registered = [f for f in it.log.follow(0, it.log.refresh()) if f.envelope.command == "react"]

    assert ["staff_registered", "role_granted", "login_bound"] == [fact.event.TOPIC for fact in registered]
    assert {Vouched.PROGRAM} == {fact.envelope.vouched for fact in registered}


def test_a_machine_whose_role_was_ended_reacts_no_more(it: House) -> None:
    with reactor(it.log) as begun:
        machine = machine_of(it.handler.governance())
        it.clock = "2026-02-03T06:00:00Z"
        it.accepted("end_role", {"staff": machine, "role": "machine", "last_on": "2026-02-03"})
        before = it.log.refresh()
        ran = begun.run(NEXT_DAY + timedelta(days=1))

    assert isinstance(ran, Refused)
    assert "capacity_missing" == ran.code
    assert before == it.log.refresh()


def test_a_refusal_that_is_repeated_after_its_count_was_closed_is_counted_anew(it: House) -> None:
    react(it.log)
    repeat_by_a_slow_clock(it)

    assert 1 == verify(it.log).risen
    react(it.log, NEXT_DAY + timedelta(days=1))

    assert [("month_changed", 3), ("month_changed", 4)] == counted(it.log)
    assert 0 == verify(it.log).risen


def test_after_a_week_a_count_is_not_looked_at_any_more_and_verify_tells_that_it_rose(it: House) -> None:
    react(it.log)
    week_later = datetime(2026, 2, 9, 0, 5, tzinfo=UTC)
    react(it.log, week_later)
    repeat_by_a_slow_clock(it)
    react(it.log, week_later + timedelta(days=1))

    assert [("month_changed", 3)] == counted(it.log)
    assert 1 == verify(it.log).risen
    assert verify(it.log).is_sound


def test_the_day_of_a_refusal_is_waited_for(it: House) -> None:
    react(it.log, datetime(2026, 2, 2, 18, 0, tzinfo=UTC))
    assert [("month_changed", 3)] == counted(it.log)

    it.clock = "2026-02-02T19:00:00Z"
    sign(it, "1" * 64)
    react(it.log, datetime(2026, 2, 3, 0, 4, 59, tzinfo=UTC))
    assert [("month_changed", 3)] == counted(it.log)

    react(it.log, datetime(2026, 2, 3, 0, 5, tzinfo=UTC))
    assert [("month_changed", 3), ("month_changed", 1)] == counted(it.log)


def test_what_reactions_leave_is_whole_and_rests_on_no_reading_of_reviews(it: House) -> None:
    react(it.log)
    react(it.log, NEXT_YEAR)

    found = verify(it.log)
    rested = {tag for f in it.log.follow(0, it.log.refresh()) for tag, _ in f.envelope.read_set}

    assert found.is_sound, found.findings
    assert not any(tag.startswith(("reviewed/", "by/", "accessed/")) for tag in rested)
    assert refusals_tag(it.ids["patient"]) in rested
