"""Merged patients in the read models: one row for both, wherever the merge falls, and two again after an unmerge."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ledger.store.engine import StoredReadModels
from ledger.streams.base import Event
from ledger.streams.merging import PatientsMerged, PatientsUnmerged
from ledger.streams.staff import ExclusionChecked
from ledger.terms.people import Role
from projections.follow import Follower
from projections.judged import AdoptedRulebooks
from projections.month_billing import ELSEWHERE
from projections.questions import Months, month_of, months
from projections.readiness import patients_known, readiness
from projections.rebuild import agreement, rebuild
from projections.table_set import state_roots
from projections.tables.layout import MONTH_BILLING, MonthRow
from tests.projections.company import BILLER, NURSES, Told, an_id, chart, happenings, set_up, time
from tests.projections.conftest import OpenModels
from tests.projections.fake_log import FakeLog, envelope

RULEBOOKS = AdoptedRulebooks()
FIRST, SECOND = an_id("pt", 1), an_id("pt", 2)
WORKED = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
BY = envelope(BILLER, "merge_patients", capacity=Role.COMPLIANCE)
MERGE, UNMERGE = PatientsMerged(patient=FIRST, merged=SECOND), PatientsUnmerged(patient=FIRST, merged=SECOND)


@pytest.fixture
def log() -> FakeLog:
    """Two patients, each with 20 minutes in March 2026; the second also in April."""
    made = FakeLog()
    for event in (*set_up(), *chart(FIRST, 1, date(2026, 2, 2)), *chart(SECOND, 2, date(2026, 2, 2))):
        made.add(event, BY)
    for number, (who, days) in enumerate(((FIRST, 0), (SECOND, 1), (SECOND, 28)), start=1):
        made.add(time(who, number, NURSES[0], WORKED + timedelta(days=days), 1200), BY, WORKED + timedelta(days=30))
    return made


def pulled(log: FakeLog, models: StoredReadModels) -> StoredReadModels:
    Follower(log, models, rulebook_of=RULEBOOKS).pull()
    return models


def asked(log: FakeLog, models: StoredReadModels, month: str = "2026-03", **how: Any) -> Months:
    return months(log, pulled(log, models), RULEBOOKS, month, **how)


def seconds(found: Months) -> dict[str, int]:
    return {row.patient: row.staff_seconds for row in found.rows}


def test_a_joined_month_is_one_row_of_the_one_who_goes_on(log: FakeLog, models: StoredReadModels) -> None:
    before = seconds(asked(log, models))
    log.add(MERGE, BY)

    assert {FIRST: 1200, SECOND: 1200} == before
    assert {FIRST: 2400} == seconds(asked(log, models))


def test_a_month_that_only_the_merged_patient_had_is_the_other_ones(log: FakeLog, models: StoredReadModels) -> None:
    log.add(MERGE, BY)

    assert {FIRST: 1200} == seconds(asked(log, models, "2026-04"))


def test_after_an_unmerge_the_rows_are_those_of_before(log: FakeLog, models: StoredReadModels) -> None:
    before = [seconds(asked(log, models, month)) for month in ("2026-03", "2026-04")]
    for event in (MERGE, UNMERGE):
        log.add(event, BY)
        pulled(log, models)

    assert before == [seconds(asked(log, models, month)) for month in ("2026-03", "2026-04")]


def test_months_as_of_before_the_merge_are_of_two(log: FakeLog, models: StoredReadModels) -> None:
    before = len(log.facts)
    log.add(MERGE, BY)

    assert {FIRST: 1200, SECOND: 1200} == seconds(asked(log, models, as_of=before))
    assert {FIRST: 2400} == seconds(asked(log, models, as_of=before + 1))
    assert {SECOND: 1200} == seconds(asked(log, models, "2026-04", as_of=before))


def test_a_month_of_either_id_is_the_joined_one_and_as_of_before_its_own(log: FakeLog) -> None:
    before = len(log.facts)
    log.add(MERGE, BY)
    found = [month_of(log, RULEBOOKS, SECOND, "2026-03", as_of) for as_of in (None, before)]

    assert [(FIRST, 2400), (SECOND, 1200)] == [(verdict.patient, verdict.staff_seconds) for verdict in found]


def test_a_merged_patient_is_listed_with_the_other_one_alone(log: FakeLog, models: StoredReadModels) -> None:
    log.add(MERGE, BY)
    listed = asked(log, models, "2026-05", with_silent=True)
    ready = readiness(log, RULEBOOKS, patients_known(models), "2026-03")

    assert [FIRST] == [row.patient for row in listed.rows] == [each.patient for each in ready.patients]


def test_a_check_that_comes_late_has_the_months_judged_again(log: FakeLog, models: StoredReadModels) -> None:
    pulled(log, models)
    log.add(
        ExclusionChecked(
            staff=NURSES[0],
            checked_on=date(2026, 4, 20),
            source="leie",
            result="excluded",
            excluded_from=date(2026, 3, 11),
        ),
        BY,
    )

    assert {FIRST: 1200, SECOND: 0} == seconds(asked(log, models))


def merging(seed: int, count: int) -> Iterator[Told]:
    """What happens to a company, with merges and unmerges of its patients in between."""
    chance = random.Random(f"merges {seed}")
    into: dict[str, str] = {}
    known: list[str] = []
    for told in happenings(seed, count):
        yield told
        patient = getattr(told.event, "patient", None)
        if told.event.TOPIC == "patient_registered" and patient:
            known.append(patient)
        if len(known) > 2 and chance.random() < 0.1:
            event = _merge_or_unmerge(chance, known, into)
            if event is not None:
                yield Told(event, BY, told.recorded_at)


def _merge_or_unmerge(chance: random.Random, known: list[str], into: dict[str, str]) -> Event | None:
    if into and chance.random() < 0.35:
        merged = chance.choice(sorted(into))
        return PatientsUnmerged(patient=into.pop(merged), merged=merged)
    one, other = chance.sample(known, 2)
    while one in into:
        one = into[one]
    if other in into or one == other:
        return None
    into[other] = one
    return PatientsMerged(patient=one, merged=other)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_fold_follow_and_rebuild_agree_wherever_merges_fall(open_models: OpenModels, seed: int) -> None:
    log = FakeLog()
    for told in merging(seed, 150):
        log.add(*told)
    chance = random.Random(seed)
    followed, rebuilt = open_models("followed"), open_models("rebuilt")
    log.visible = 0
    while log.visible < len(log.facts):
        log.visible = min(len(log.facts), log.visible + chance.randrange(1, 40))
        Follower(log, followed, rulebook_of=RULEBOOKS, batch=chance.randrange(1, 30)).pull()
    rebuild(log, rebuilt, rulebook_of=RULEBOOKS, facts_max=chance.choice((50, 100, 10_000)))

    assert state_roots(followed) == state_roots(rebuilt)
    assert () == agreement(log, followed, rulebook_of=RULEBOOKS).differing


def test_no_second_is_listed_twice_wherever_merges_fall(models: StoredReadModels) -> None:
    log = FakeLog()
    for told in merging(7, 200):
        log.add(*told)
    listed = [MonthRow.of(row) for row in pulled(log, models).rows(MONTH_BILLING.select())]
    entries = [
        line.entry
        for row in listed
        if row.standing != ELSEWHERE
        for line in month_of(log, RULEBOOKS, row.patient, row.month).lines
    ]

    assert any(row.standing == ELSEWHERE for row in listed)
    assert len(entries) == len(set(entries)) == sum(fact.event.TOPIC == "time_logged" for fact in log.facts)
