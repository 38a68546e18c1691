"""Who may speak: logins, sources, capacity; and which refusals become facts."""

import pytest

from commands.handle import Handler
from commands.wire import Delivery
from interfaces.system import PinnedZones, SystemClock, SystemIds
from ledger.streams.access import CommandRefused
from tests.house import House

PATIENT = {"identifiers": [{"system": "mrn", "value": "mrn-5"}], "demographics": {"given": "Ruth"}}


def test_a_ledger_in_earnest_takes_no_clock_from_a_line(in_earnest: House) -> None:
    answer = in_earnest.send("register_source", {"system": "lab"}, clock="2026-01-01T00:00:00Z")

    assert answer.refusal is not None
    assert "clock_not_simulated" == answer.refusal.code


@pytest.mark.parametrize("clock", ["1900-01-01T05:00:00+14:00", "1900-12-31T23:59:59Z", "2099-01-01T00:00:00Z"])
def test_a_simulated_clock_stays_where_care_months_are(at_home: House, clock: str) -> None:
    """Behind 2099 the list of the month before would be of no care month, and every later question fail."""
    answer = at_home.send("register_source", {"system": "lab"}, clock=clock)

    assert answer.refusal is not None
    assert "clock_beyond_care_months" == answer.refusal.code
    assert "accepted" == at_home.send("register_source", {"system": "lab"}, clock="2098-12-31T23:59:59Z").outcome


def test_a_login_speaks_only_for_its_own_staff_member(in_earnest: House) -> None:
    answer = in_earnest.send("register_patient", PATIENT, actor="fay")

    assert answer.refusal is not None
    assert "login_not_bound" == answer.refusal.code


def test_a_source_that_names_nobody_is_told_to_name_who_acts(in_earnest: House) -> None:
    """Whoever made a key for a source is not sent to bind its login: a source's line names who acts."""
    line = in_earnest.line("register_patient", PATIENT, source={"system": "ehr"})
    delivery = in_earnest.handler.read(line)
    assert isinstance(delivery, Delivery)

    (answer,) = in_earnest.handler.handle([delivery._replace(login="key:of-the-source")])

    assert answer.refusal is not None
    assert "login_not_bound" == answer.refusal.code
    assert "`actor`" in answer.refusal.remedy


def test_a_source_that_is_trusted_for_acts_speaks_for_others(in_earnest: House) -> None:
    answer = in_earnest.send("register_patient", PATIENT, actor="feed", source={"system": "ehr"})

    assert "accepted" == answer.outcome


def test_a_source_that_is_not_trusted_for_acts_brings_no_act(in_earnest: House) -> None:
    answer = in_earnest.send("register_patient", PATIENT, actor="feed", source={"system": "timer"})

    assert answer.refusal is not None
    assert "source_not_trusted_for_acts" == answer.refusal.code


def test_a_source_that_nobody_registered_is_refused(in_earnest: House) -> None:
    answer = in_earnest.send("register_patient", PATIENT, actor="feed", source={"system": "stranger"})

    assert answer.refusal is not None
    assert "source_unknown" == answer.refusal.code


def test_the_administrator_designates_nobody(at_home: House) -> None:
    designation = {"programme": "PCM", "side": "practitioner", "from_month": "2026-02"}
    data = designation | {"patient": at_home.ids["patient"], "practitioner": at_home.ids["ada"]}
    answer = at_home.send("designate_practitioner", data, actor="admin")

    assert answer.refusal is not None
    assert "capacity_missing" == answer.refusal.code


def second_designation(it: House) -> None:
    data = {
        "patient": it.ids["patient"],
        "practitioner": it.ids["dot"],
        "programme": "CCM",
        "side": "practitioner",
        "from_month": "2026-03",
    }
    answer = it.send("designate_practitioner", data, actor="dot")
    assert answer.refusal is not None
    assert answer.refusal.code == "month_occupied"


def test_a_second_billing_practitioner_is_refused_and_the_refusal_is_a_fact(at_home: House) -> None:
    at_home.clock = "2026-02-02T12:00:00Z"
    second_designation(at_home)
    (fact,) = at_home.log.read(f"refusals/{at_home.ids['patient']}")

    assert isinstance(fact.event, CommandRefused)
    assert ("month_occupied", at_home.ids["dot"]) == (fact.event.code, fact.envelope.actor)


def test_a_refusal_that_repeats_on_one_day_raises_a_count_and_moves_no_decision(at_home: House) -> None:
    at_home.clock = "2026-02-02T12:00:00Z"
    before = at_home.log.head(f"patient/{at_home.ids['patient']}")
    for _ in range(3):
        second_designation(at_home)

    assert 1 == len(list(at_home.log.read(f"refusals/{at_home.ids['patient']}")))
    assert [3] == [count.times for count in at_home.log.refusal_counts()]
    assert before == at_home.log.head(f"patient/{at_home.ids['patient']}")


def test_an_actor_who_is_unknown_is_refused(at_home: House) -> None:
    answer = at_home.send("register_patient", PATIENT, actor="st_" + "b" * 26)

    assert answer.refusal is not None
    assert "actor_unknown" == answer.refusal.code


def test_a_source_delivers_by_its_own_login_only(in_earnest: House) -> None:
    in_earnest.accepted("register_source", {"system": "lab", "login": "os:lab", "trusted_for_acts": True})
    answer = in_earnest.send("register_patient", PATIENT, actor="feed", source={"system": "lab"})

    assert answer.refusal is not None
    assert "source_of_other_login" == answer.refusal.code


def test_a_stranger_parks_nothing_by_naming_somebody_on_whose_behalf(in_earnest: House) -> None:
    stranger = Handler(
        log=in_earnest.log, ids=SystemIds(), clock=SystemClock(), zones=PinnedZones(), login="os:stranger"
    )
    unknown = {"system": "hr", "value": "nobody"}
    line = in_earnest.line("register_patient", PATIENT, actor={"id": in_earnest.ids["fay"], "on_behalf_of": unknown})
    (answer,) = stranger.handle([stranger.read(line)])

    assert answer.refusal is not None
    assert "login_not_bound" == answer.refusal.code


def test_compliance_of_another_practice_withdraws_no_designation(at_home: House) -> None:
    practice = {"name": "Rival Care", "tin": "987654321", "zone": "America/Chicago"}
    rival = dict(at_home.accepted("register_practice", practice).ids)["practice"]
    role = {"role": "compliance", "practice": rival, "from_on": "2025-01-01"}
    data = {"name": "Rita Rival", "roles": [role]}
    at_home.ids["rita"] = dict(at_home.accepted("register_staff", data).ids)["staff"]
    designation = at_home.handler.state(f"patient/{at_home.ids['patient']}").designations[0].event.designation
    withdrawal = {"reason": "transfer", "from_month": "2026-02", "evidence": "A letter."}
    who = {"patient": at_home.ids["patient"], "designation": designation}
    answer = at_home.send("withdraw_designation", who | withdrawal, actor="rita")

    assert answer.refusal is not None
    assert "rival_may_not_withdraw" == answer.refusal.code
