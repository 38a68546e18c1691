"""A fact about two patients tells whoever reads the record of one of them nothing that names or tells of the other."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from ledger.store.engine import StoredReadModels
from ledger.streams.access import RecordRead
from ledger.streams.base import Event
from ledger.streams.care_month import EntryContent
from ledger.streams.care_plan import CarePlanRevised, CarePlanSigned, PlanRevisionMoved
from ledger.streams.merging import PatientsMerged, PatientsUnmerged
from ledger.streams.patient import ConditionRecorded, PatientRegistered
from ledger.streams.time_changes import TimeAllocated, TimeMoved
from ledger.streams.upcast import EVENTS
from ledger.streams.wrong_patient import ConditionMoved
from ledger.terms.people import Role
from projections.follow import Follower
from projections.happened import fields_of
from projections.history_line import HistoryLine
from projections.judged import AdoptedRulebooks
from projections.patient_diff import PatientDiff, patient_diff
from projections.patient_history import history
from projections.questions import audit
from projections.states import States
from projections.two_patients import ANOTHER, TOLD
from projections.wording import from_utc
from tests.projections.company import BILLER, NURSES, PRACTICES, an_id, set_up, time
from tests.projections.fake_log import FakeLog, envelope

WRONG, RIGHT = an_id("pt", 1), an_id("pt", 2)
CONDITION = an_id("cd", 1)
OLD_ENTRY, NEW_ENTRY = an_id("te", 1), an_id("te", 2)
AT = datetime(2026, 3, 10, 15, tzinfo=UTC)
RECORDED = ConditionRecorded(patient=WRONG, condition=CONDITION, icd10="I10", onset_on=date(2020, 5, 3))
CONDITION_MOVED = ConditionMoved(
    patient=RIGHT, condition=CONDITION, icd10="J44.9", onset_on=date(2020, 5, 4), from_patient=WRONG
)
LOGGED = time(WRONG, 1, NURSES[0], AT, 1200)
CONTENT = {name: getattr(LOGGED, name) for name in EntryContent.model_fields}
TIME_MOVED = TimeMoved(
    **{**CONTENT, "patient": RIGHT, "entry": NEW_ENTRY, "practice": PRACTICES[1]},
    left_months=("2026-03",),
    from_patient=WRONG,
    from_entry=OLD_ENTRY,
)
ALLOCATED = TimeAllocated(
    patient=RIGHT,
    entry=NEW_ENTRY,
    other_patient=WRONG,
    other_entry=OLD_ENTRY,
    performer=NURSES[0],
    months=("2026-04",),
    other_months=("2026-03",),
    days=(date(2026, 3, 31),),
)
PLAN = CarePlanRevised(
    patient=WRONG,
    revision=1,
    revised_at=AT,
    author=NURSES[0],
    elements=("goals",),
    intervention_owners=True,
    goals=2,
)
PLAN_MOVED = PlanRevisionMoved(
    patient=RIGHT,
    revision=7,
    revised_at=AT,
    author=NURSES[1],
    elements=("medications",),
    intervention_owners=True,
    goals=3,
    from_patient=WRONG,
    from_revision=1,
)
MERGED, UNMERGED = PatientsMerged(patient=RIGHT, merged=WRONG), PatientsUnmerged(patient=RIGHT, merged=WRONG)
READ = RecordRead(reader=NURSES[0], on=AT.date(), question="months", patients=(RIGHT, WRONG, an_id("pt", 3)))


def log_of(*events: Event) -> FakeLog:
    log = FakeLog()
    registered = (PatientRegistered(patient=who, links=()) for who in (WRONG, RIGHT))
    for event in (*set_up(), *registered, *events):
        log.add(event, envelope(BILLER, "record", capacity=Role.COMPLIANCE))
    return log


def last_of(patient: str, *events: Event) -> HistoryLine:
    """How the newest fact is told in a patient's record."""
    return history(log_of(*events), patient, with_accesses=True)[-1]


def told(line: HistoryLine) -> str:
    return repr((line.stream, line.details, line.words, line.what, line.happened, line.happened_on, line.over))


def changes_of(patient: str, *events: Event) -> PatientDiff:
    log = log_of(*events)
    law = AdoptedRulebooks()(States(log, after=len(log.facts)).at("ledger").state.edition())
    return patient_diff(log, law, patient, since=20, until=len(log.facts), days=(AT.date(), AT.date()))


MOVES: tuple[tuple[Event, ...], ...] = (
    (RECORDED, CONDITION_MOVED),
    (LOGGED, TIME_MOVED),
    (LOGGED, ALLOCATED),
    (PLAN, PLAN_MOVED),
    (MERGED, UNMERGED),
    (READ,),
)


@pytest.mark.parametrize("events", MOVES, ids=lambda events: events[-1].TOPIC)
@pytest.mark.parametrize(("of", "other"), [(WRONG, RIGHT), (RIGHT, WRONG)], ids=["wrong", "right"])
def test_the_record_of_one_patient_never_names_the_other(events: tuple[Event, ...], of: str, other: str) -> None:
    line = last_of(of, *events)

    assert other not in told(line)
    assert an_id("pt", 3) not in told(line)
    assert ANOTHER in told(line) or "2 others" in told(line)
    assert other not in repr(changes_of(of, *events).changes)


def test_whose_condition_was_moved_away_is_told_which_and_nothing_of_the_other_patients() -> None:
    line = last_of(WRONG, RECORDED, CONDITION_MOVED)

    assert (("patient", ANOTHER), ("from patient", WRONG), ("condition", CONDITION)) == tuple(sorted_by_label(line))
    assert f"patient/{WRONG}" == line.stream


def sorted_by_label(line: HistoryLine) -> Iterator[tuple[str, str]]:
    for name in ("patient", "from patient", "condition"):
        yield name, dict(line.details)[name]
    assert len(line.details) == 3


def test_moved_time_tells_the_wrong_patient_the_entry_that_left_and_not_the_work() -> None:
    line = last_of(WRONG, LOGGED, TIME_MOVED)

    assert {"patient": ANOTHER, "from patient": WRONG, "from entry": OLD_ENTRY, "left months": "2026-03"} == dict(
        line.details
    )
    assert f"care_month/{WRONG}/2026-03" == line.stream
    assert (None, line.recorded_at.date(), True) == (line.happened, line.happened_on, line.has_date)


def test_moved_time_tells_the_right_patient_the_work_and_not_the_entry_that_left() -> None:
    line = last_of(RIGHT, LOGGED, TIME_MOVED)
    details = dict(line.details)

    assert (NEW_ENTRY, ANOTHER, PRACTICES[1]) == (details["entry"], details["from patient"], details["practice"])
    assert OLD_ENTRY not in told(line)


@pytest.mark.parametrize(
    ("of", "own", "months", "others"),
    [(RIGHT, NEW_ENTRY, "2026-04", (OLD_ENTRY, "2026-03'")), (WRONG, OLD_ENTRY, "2026-03", (NEW_ENTRY, "2026-04"))],
    ids=["keeps", "gives up"],
)
def test_allocated_seconds_name_the_own_entry_alone(of: str, own: str, months: str, others: tuple[str, str]) -> None:
    line = last_of(of, LOGGED, ALLOCATED)

    assert {own, months, ANOTHER, of} <= {text for _, text in line.details}
    assert not any(other in told(line) for other in others)


def test_a_moved_revision_tells_the_wrong_patient_its_number_alone() -> None:
    assert {"patient": ANOTHER, "from patient": WRONG, "from revision": "1"} == dict(
        last_of(WRONG, PLAN, PLAN_MOVED).details
    )
    assert "from revision" not in dict(last_of(RIGHT, PLAN, PLAN_MOVED).details)


def test_who_was_merged_is_named_while_the_merge_stands() -> None:
    assert {"patient": RIGHT, "merged": WRONG} == dict(last_of(WRONG, MERGED).details)
    assert {"patient": ANOTHER, "merged": WRONG} == dict(last_of(WRONG, MERGED, UNMERGED).details)


def test_a_look_at_several_patients_says_how_many_others() -> None:
    assert f"{WRONG} and 2 others" == dict(last_of(WRONG, READ).details)["patients"]


def test_what_was_taken_out_is_told_in_words() -> None:
    details = [change.details for change in changes_of(WRONG, RECORDED, CONDITION_MOVED).changes]

    assert "TakenOut" not in repr(details)
    assert (("taken out", None, "moved to another patient, position 24"),) in details


def test_the_trail_of_the_wrong_patient_holds_neither_practice_nor_month_of_the_work(models: StoredReadModels) -> None:
    log = log_of(LOGGED, TIME_MOVED)
    Follower(log, models, rulebook_of=AdoptedRulebooks()).pull()
    rows = {who: audit(log, models, patient=who).entries[-1].row for who in (WRONG, RIGHT)}

    assert (None, None) == (rows[WRONG].practice, rows[WRONG].month)
    assert (PRACTICES[1], "2026-03") == (rows[RIGHT].practice, rows[RIGHT].month)


def test_every_event_about_two_patients_says_what_it_tells_each_of_them() -> None:
    of_two = {topic for topic, event in EVENTS.items() if fields_of(event).other is not None}

    assert of_two == set(TOLD)
    for topic, told in TOLD.items():
        assert {told.first, told.second, *told.of_second, *told.of_both} <= set(EVENTS[topic].model_fields), topic


def test_who_signed_a_revision_is_named_in_the_difference() -> None:
    signed = CarePlanSigned(patient=WRONG, revision=1, practitioner=NURSES[0], signed_at=AT)
    (change,) = changes_of(WRONG, PLAN, signed).changes

    assert ("signatures", None, f"{NURSES[0]}, position 24") in change.details


@pytest.mark.parametrize(("offset", "text"), [(-21600, "UTC-06:00"), (0, "UTC+00:00"), (19800, "UTC+05:30")])
def test_an_offset_reads_as_clocks_show_it(offset: int, text: str) -> None:
    assert text == from_utc(offset)


@pytest.mark.parametrize("events", MOVES[:4], ids=lambda events: events[-1].TOPIC)
def test_a_difference_up_to_a_moment_before_a_merge_names_nobody_whom_it_did_not_name_then(
    events: tuple[Event, ...],
) -> None:
    log = log_of(*events, MERGED)
    until = len(log.facts) - 1
    law = AdoptedRulebooks()(States(log, after=until).at("ledger").state.edition())
    then, later = (
        patient_diff(each, law, WRONG, since=20, until=until, days=(AT.date(), AT.date()))
        for each in (log_of(*events), log)
    )

    told_then, told_later = ([told(line) for stream in each.streams for line in stream.lines] for each in (then, later))

    assert told_then == told_later
    assert then._replace(streams=()) == later._replace(streams=())


@pytest.mark.parametrize("alone", [False, True], ids=["whole history", "the look alone"])
def test_a_look_at_a_merged_patient_names_both_ids_whatever_is_shown_beside_it(alone: bool) -> None:
    log = log_of(MERGED, READ)
    (line,) = history(log, WRONG, with_accesses=True, after=len(log.facts) - 1 if alone else 0)[-1:]

    assert f"{RIGHT}, {WRONG} and 1 other" == dict(line.details)["patients"]
