"""People through the whole door: one person under two ids, the wrong patient, a change of practice and of biller."""

from typing import Any

from commands.access import ask_to_read
from commands.answer import Answer
from ledger.judging.shapes import Verdict
from ledger.streams.access import RecordRead
from ledger.streams.base import ERASED, Fact
from ledger.streams.care_month import TimeLogged
from ledger.streams.wrong_patient import ConditionMoved
from projections.judged import AdoptedRulebooks
from projections.questions import month_of
from tests.house import House, consent_of

RULEBOOKS = AdoptedRulebooks()


def month(it: House, month: str, patient: str = "patient", as_of: int | None = None) -> Verdict:
    return month_of(it.log, RULEBOOKS, it.ids[patient], month, as_of)


def codes(answer: Answer) -> list[str]:
    return [notice.code for notice in answer.notices]


def second_patient(it: House, born_on: str = "1950-02-03") -> None:
    """The same person again, under another record number."""
    data = {
        "identifiers": [{"system": "mrn", "value": "mrn-2"}],
        "demographics": {"given": "Pat", "family": "Poe", "born_on": born_on},
        "practice": it.ids["practice"],
    }
    it.ids["twin"] = dict(it.accepted("register_patient", data, actor="fay").ids)["patient"]


def merge(it: House) -> Answer:
    data = {"patient": it.ids["patient"], "merged": it.ids["twin"], "evidence": "One passport."}
    return it.accepted("merge_patients", data, actor="cora")


def unmerge(it: House) -> Answer:
    data = {"patient": it.ids["patient"], "merged": it.ids["twin"], "evidence": "Two passports."}
    return it.accepted("unmerge_patients", data, actor="cora")


# --- one person under two ids -----------------------------------------------------------------------------------


def test_months_of_both_are_one_from_the_merge_on_and_two_again_after_it_is_undone(at_home: House) -> None:
    second_patient(at_home)
    at_home.clock = "2026-03-31T20:00:00Z"
    at_home.log_time("2026-03-10T15:00:00Z", "2026-03-10T15:12:00Z")
    at_home.log_time("2026-03-11T15:00:00Z", "2026-03-11T15:13:00Z", patient=at_home.ids["twin"])
    before = at_home.log.refresh()
    merge(at_home)
    joined = [month(at_home, "2026-03", who) for who in ("patient", "twin")]
    then = month(at_home, "2026-03", "twin", before)
    unmerge(at_home)

    assert [(at_home.ids["patient"], 1500, "ready")] * 2 == [(v.patient, v.staff_seconds, v.standing) for v in joined]
    assert (at_home.ids["twin"], 780) == (then.patient, sum(line.seconds for line in then.lines))
    assert 720 == month(at_home, "2026-03").staff_seconds


def test_dates_of_birth_are_compared_though_they_are_sealed(at_home: House) -> None:
    second_patient(at_home, born_on="1951-02-03")

    assert ["birth_dates_differ"] == codes(merge(at_home))


def test_one_date_of_birth_is_nothing_to_look_at(at_home: House) -> None:
    second_patient(at_home)

    assert [] == codes(merge(at_home))


def test_who_names_the_merged_patient_by_a_number_speaks_of_the_one_who_goes_on(at_home: House) -> None:
    second_patient(at_home)
    merge(at_home)
    at_home.clock = "2026-03-31T20:00:00Z"
    named = {"system": "mrn", "value": "mrn-2"}
    at_home.log_time("2026-03-10T15:00:00Z", "2026-03-10T15:25:00Z", patient=named)

    assert 1500 == month(at_home, "2026-03").staff_seconds


def test_a_merge_in_one_group_with_the_registration_waits_until_that_is_durable(at_home: House) -> None:
    named = {"system": "mrn", "value": "mrn-2"}
    born = {"given": "Pat", "born_on": "1951-02-03"}
    lines = (
        at_home.line("register_patient", {"identifiers": [named], "demographics": born}, actor="fay"),
        at_home.line(
            "merge_patients",
            {"patient": at_home.ids["patient"], "merged": named, "evidence": "One passport."},
            actor="cora",
        ),
    )
    answers = at_home.send_lines(*lines)

    assert ["accepted", "accepted"] == [answer.outcome for answer in answers]
    assert ["birth_dates_differ"] == codes(answers[-1])


def test_a_look_at_a_joined_month_is_a_look_at_both(at_home: House) -> None:
    second_patient(at_home)
    merge(at_home)
    at_home.handler.default_actor = at_home.ids["bea"]
    ask_to_read(at_home.handler, "month", [at_home.ids["twin"]], month="2026-03")
    read = at_home.log.follow(at_home.log.refresh() - 1, 1)[0].event

    assert isinstance(read, RecordRead)
    assert (at_home.ids["patient"], at_home.ids["twin"]) == read.patients


def test_a_look_at_the_history_of_either_is_a_look_at_that_one(at_home: House) -> None:
    second_patient(at_home)
    merge(at_home)
    at_home.handler.default_actor = at_home.ids["bea"]
    ask_to_read(at_home.handler, "history", [at_home.ids["twin"]])
    read = at_home.log.follow(at_home.log.refresh() - 1, 1)[0].event

    assert isinstance(read, RecordRead)
    assert (at_home.ids["twin"],) == read.patients


def test_the_joined_month_is_attested_by_its_own_digest(at_home: House) -> None:
    second_patient(at_home)
    at_home.clock = "2026-04-01T20:00:00Z"
    at_home.log_time("2026-03-10T15:00:00Z", "2026-03-10T15:12:00Z")
    at_home.log_time("2026-03-11T15:00:00Z", "2026-03-11T15:13:00Z", patient=at_home.ids["twin"])
    merge(at_home)
    signed = {"patient": at_home.ids["twin"], "month": "2026-03", "digest": month(at_home, "2026-03").digest}
    at_home.accepted("attest_month", signed, actor="ada")

    assert "attested" == month(at_home, "2026-03").standing


# --- the wrong patient ------------------------------------------------------------------------------------------


def newest(it: House) -> Fact:
    return it.log.follow(it.log.refresh() - 1, 1)[0]


def test_words_of_a_moved_condition_are_opened_and_sealed_under_the_right_patients_key(at_home: House) -> None:
    second_patient(at_home)
    recorded = {"icd10": "N18.3", "onset_on": "2019-05-03", "expected_12_months": True, "description": "On the film."}
    condition = at_home.accepted("record_condition", {"patient": at_home.ids["patient"], **recorded}, actor="ada")
    move = {
        **dict(condition.ids),
        "patient": at_home.ids["patient"],
        "to_patient": at_home.ids["twin"],
        "reason": "Mixed up.",
    }
    at_home.accepted("move_condition", move, actor="cora")
    moved = at_home.log.open_words(newest(at_home))

    assert isinstance(moved, ConditionMoved)
    assert moved.words is not ERASED
    assert ("On the film.", "Mixed up.") == (_text(moved.words, "description"), _text(moved.reason, "reason"))


def _text(words: Any, field: str) -> str:
    return str(getattr(words, field))


def test_a_moved_plan_revision_leaves_the_month_it_was_wrong_for_and_serves_the_right_one(at_home: House) -> None:
    second_patient(at_home)
    at_home.clock = "2026-03-31T20:00:00Z"
    at_home.log_time("2026-03-10T15:00:00Z", "2026-03-10T15:25:00Z")
    move = {
        "patient": at_home.ids["patient"],
        "revision": 1,
        "to_patient": at_home.ids["twin"],
        "reason": "Wrong chart.",
    }
    answer = at_home.accepted("move_plan_revision", move, actor="cora")

    assert {"revision": "1"} == dict(answer.ids)
    assert ["care_plan_missing"] == [notice.code for notice in month(at_home, "2026-03").missing]
    assert "care_plan_missing" not in [notice.code for notice in month(at_home, "2026-03", "twin").missing]


# --- another practice, another biller ---------------------------------------------------------------------------


def second_practice(it: House) -> None:
    """A practice in New York with a practitioner, a nurse and a front desk of its own, and what it must attest."""
    site = {"name": "Main", "place_of_service": "11"}
    data = {"name": "Harbor Medicine", "tin": "987654321", "zone": "America/New_York", "sites": [site]}
    it.ids["harbor"] = dict(it.accepted("register_practice", data).ids)["practice"]
    for capability, year in (("cehrt_year", 2025), ("access_24x7", None)):
        attested = {"practice": it.ids["harbor"], "capability": capability, "from_on": "2025-01-01"}
        it.accepted("attest_capability", attested | ({"edition_year": year} if year else {}))
    for short, credential, npi, role in (
        ("nell", "md", "1999999992", "practitioner"),
        ("nora", "rn", None, "clinical_staff"),
        ("finn", None, None, "front_desk"),
    ):
        role_there = {"role": role, "practice": it.ids["harbor"], "from_on": "2025-01-01"}
        person = {"name": short, "credential": credential, "npi": npi, "work_country": "US", "roles": [role_there]}
        it.ids[short] = dict(it.accepted("register_staff", person).ids)["staff"]


def transferred(it: House) -> None:
    """From the sixteenth of March on the patient belongs to New York; ten minutes before that, fifteen after it."""
    second_practice(it)
    it.clock = "2026-03-10T22:00:00Z"
    it.log_time("2026-03-10T15:00:00Z", "2026-03-10T15:10:00Z")
    assigned = {"patient": it.ids["patient"], "practice": it.ids["harbor"], "from_on": "2026-03-16"}
    it.accepted("assign_practice", assigned, actor="finn")
    it.clock = "2026-03-20T22:00:00Z"
    it.log_time("2026-03-20T15:00:00Z", "2026-03-20T15:15:00Z", performer=it.ids["nora"], actor="nora")


def test_each_entry_keeps_the_practice_and_zone_of_its_day(at_home: House) -> None:
    transferred(at_home)
    state = at_home.handler.state(f"care_month/{at_home.ids['patient']}/2026-03")
    logged = [f.event for f in at_home.log.read(f"care_month/{at_home.ids['patient']}/2026-03")]

    assert [at_home.ids["practice"], at_home.ids["harbor"]] == [entry.work.practice for entry in state.entries]
    assert ["America/Chicago", "America/New_York"] == [e.zone for e in logged if isinstance(e, TimeLogged)]


def test_who_was_designated_bills_the_month_of_the_transfer_and_it_is_for_review(at_home: House) -> None:
    transferred(at_home)
    found = month(at_home, "2026-03")

    assert (at_home.ids["practice"], at_home.ids["ada"], 1500) == (
        found.practice,
        found.practitioner,
        found.staff_seconds,
    )
    assert "worked_for_other_practice" in [notice.code for notice in found.notices]


def test_work_in_the_night_of_the_transfer_lies_on_the_local_day_of_the_practice(at_home: House) -> None:
    transferred(at_home)
    placed = []
    # 22:30 in Chicago and 23:30 in New York, both on the fifteenth; an hour later it is the next day in New York.
    for start, end in (("03:30", "03:40"), ("04:30", "04:40")):
        at_home.log_time(f"2026-03-16T{start}:00Z", f"2026-03-16T{end}:00Z")
        event = newest(at_home).event
        assert isinstance(event, TimeLogged)
        placed.append((event.practice, event.dates()[0].isoformat()))

    assert [(at_home.ids["practice"], "2026-03-15"), (at_home.ids["harbor"], "2026-03-16")] == placed


def succeeded(it: House, *, consented: str | None = "2026-04-10T15:00:00Z") -> None:
    """Dr Ada leaves at the end of March; Dr Dot is designated from April on, with the patient's consent to her."""
    it.clock = "2026-03-31T20:00:00Z"
    it.log_time("2026-03-10T15:00:00Z", "2026-03-10T15:25:00Z")
    (ada,) = it.handler.state(f"patient/{it.ids['patient']}").designations
    withdrawal = {
        "patient": it.ids["patient"],
        "designation": ada.event.designation,
        "reason": "practitioner_left",
        "from_month": "2026-04",
        "evidence": "Retired.",
    }
    it.accepted("withdraw_designation", withdrawal, actor="ada")
    it.accepted("record_departure", {"staff": it.ids["ada"], "last_on": "2026-03-31", "reason": "retired"})
    it.clock = "2026-04-30T20:00:00Z"
    designation = {"programme": "CCM", "side": "practitioner", "from_month": "2026-04", "practitioner": it.ids["dot"]}
    it.accepted("designate_practitioner", {"patient": it.ids["patient"], **designation}, actor="dot")
    if consented:
        it.accepted("record_consent", consent_of(it, occurred_at=consented, practitioner=it.ids["dot"]), actor="bea")


def test_the_predecessors_month_stays_with_the_predecessor(at_home: House) -> None:
    succeeded(at_home)

    assert (at_home.ids["ada"], "ready") == (month(at_home, "2026-03").practitioner, month(at_home, "2026-03").standing)


def test_minutes_count_for_the_successor_from_the_consent_that_names_the_successor(at_home: House) -> None:
    succeeded(at_home)
    at_home.log_time("2026-04-08T15:00:00Z", "2026-04-08T15:10:00Z")
    at_home.log_time("2026-04-20T15:00:00Z", "2026-04-20T15:25:00Z")
    found = month(at_home, "2026-04")

    assert (at_home.ids["dot"], 1500) == (found.practitioner, found.staff_seconds)
    assert [True, False] == ["before_consent" in [n.code for n in line.notices] for line in found.lines]


def test_without_an_own_consent_the_successor_is_blocked(at_home: House) -> None:
    succeeded(at_home, consented=None)
    at_home.log_time("2026-04-20T15:00:00Z", "2026-04-20T15:25:00Z")
    found = month(at_home, "2026-04")

    assert 0 == found.staff_seconds
    assert "consent_names_other_practitioner" in [notice.code for notice in found.missing]


def test_a_departed_practitioner_signs_nothing_more_and_what_was_signed_stands(at_home: House) -> None:
    succeeded(at_home)
    signed = {"patient": at_home.ids["patient"], "month": "2026-03", "digest": month(at_home, "2026-03").digest}
    answer = at_home.send("attest_month", signed, actor="ada")

    assert answer.refusal is not None
    assert "capacity_missing" == answer.refusal.code
    assert "care_plan_not_signed" not in [notice.code for notice in month(at_home, "2026-03").missing]
