"""The questions: a month as of any moment, the months of a practice, readiness, what waits."""

from base64 import b64decode
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ledger.judging.needs import facts_of, missing_tags
from ledger.judging.verdict import judge_month
from ledger.rulebook import Edition, rulebook_of
from ledger.store.engine import StoredReadModels
from ledger.streams.governance import DeliveryDiscarded, DeliveryParked
from ledger.streams.patient import PatientRegistered
from ledger.streams.staff import RoleEnded
from ledger.terms.errors import LedgerDamaged
from ledger.terms.people import Role
from projections.follow import Follower
from projections.judged import AdoptedRulebooks
from projections.moments import position_of
from projections.questions import month_of, months, parked_list
from projections.readiness import patients_known, readiness
from projections.states import States
from projections.tables.layout import MONTH_BILLING, MonthRow
from tests.projections.company import BILLER, NURSES, PRACTICES, PRACTITIONERS, adoption, an_id, chart, set_up, time
from tests.projections.fake_log import OPENED_AT, FakeLog, envelope

RULEBOOKS = AdoptedRulebooks()
FIRST, SECOND, SILENT = (an_id("pt", n) for n in (1, 2, 4))
WORKED = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


@pytest.fixture
def log() -> FakeLog:
    """Two patients of two practices, each with 20 minutes in March 2026 by the same nurse, and one without time."""
    made = FakeLog()
    by = envelope(BILLER, "set_up", capacity=Role.ADMINISTRATOR)
    for event in set_up():
        made.add(event, by)
    for number in (1, 2, 4):
        for event in chart(an_id("pt", number), number, date(2026, 2, 2)):
            made.add(event, by)
    nurse = envelope(NURSES[0], "log_time")
    made.add(time(FIRST, 1, NURSES[0], WORKED, 1200), nurse, WORKED + timedelta(hours=1))
    made.add(time(SECOND, 2, NURSES[0], WORKED + timedelta(hours=2), 1200), nurse, WORKED + timedelta(hours=3))
    return made


def rows(log: FakeLog, models: StoredReadModels) -> dict[str, MonthRow]:
    Follower(log, models, rulebook_of=RULEBOOKS).pull()
    return {row.patient: row for row in map(MonthRow.of, models.rows(MONTH_BILLING.select()))}


def test_twenty_minutes_are_one_unit_of_99490(log: FakeLog, models: StoredReadModels) -> None:
    row = rows(log, models)[FIRST]

    assert row.staff_seconds == 1200
    assert row.minutes == 20
    assert row.charges == (("99490", 1),)
    assert row.amount == month_of(log, RULEBOOKS, FIRST, "2026-03").amount
    assert isinstance(row.amount, Decimal)
    assert row.practice == PRACTICES[1]
    assert row.practitioner == PRACTITIONERS[1]


def test_the_table_and_the_question_agree(log: FakeLog, models: StoredReadModels) -> None:
    row, verdict = rows(log, models)[SECOND], month_of(log, RULEBOOKS, SECOND, "2026-03")

    assert row.digest == verdict.digest
    assert row.missing == tuple(dict.fromkeys(notice.code for notice in verdict.missing))
    assert row.standing == verdict.standing


def test_the_question_is_put_to_the_judge_with_the_facts_that_the_judge_asks_for(log: FakeLog) -> None:
    states = States(log, after=len(log.facts))
    held: dict[str, Any] = {}
    while missing := missing_tags(FIRST, "2026-03", held):
        held |= {tag: states.at(tag).state for tag in missing}
    adopted = adoption()
    rulebook = rulebook_of(Edition.from_bytes(b64decode(adopted.content)))
    directly = judge_month(facts_of(FIRST, "2026-03", held), rulebook, edition=adopted.edition)

    assert directly == month_of(log, RULEBOOKS, FIRST, "2026-03")


def test_a_month_as_of_a_position_or_instant_shows_nothing_learned_later(log: FakeLog) -> None:
    last = len(log.facts)
    before, after = (month_of(log, RULEBOOKS, SECOND, "2026-03", as_of) for as_of in (last - 1, last))
    by_instant = month_of(log, RULEBOOKS, SECOND, "2026-03", WORKED + timedelta(hours=2))

    assert (0, 1200) == (before.staff_seconds, after.staff_seconds)
    assert by_instant == before
    assert before.standing == "nothing_logged"


def test_a_position_beyond_the_ledger_means_its_end(log: FakeLog) -> None:
    assert position_of(log, 10**9) == len(log.facts)
    assert position_of(log, None) == len(log.facts)


def test_a_month_before_any_edition_was_adopted_cannot_be_judged(log: FakeLog) -> None:
    with pytest.raises(LedgerDamaged, match="never adopted"):
        month_of(log, RULEBOOKS, FIRST, "2026-03", 1)


def test_an_entry_that_contests_an_earlier_one_shows_in_both_months(log: FakeLog, models: StoredReadModels) -> None:
    assert "contested" not in " ".join(rows(log, models)[FIRST].notices)
    overlapping = time(SECOND, 3, NURSES[0], WORKED + timedelta(minutes=10), 1200)
    log.add(overlapping, envelope(NURSES[0], "log_time"))
    found = rows(log, models)

    assert "contested" in " ".join(found[FIRST].notices)
    assert found[FIRST].staff_seconds == 1200
    assert found[FIRST].position == found[SECOND].position == len(log.facts)
    # Twenty minutes before, and ten of the twenty later ones: the other ten are the first patient's.
    assert found[SECOND].staff_seconds == 1800


def test_a_month_is_judged_again_when_its_performer_loses_the_role(log: FakeLog, models: StoredReadModels) -> None:
    before = rows(log, models)[FIRST]
    ended = RoleEnded(staff=NURSES[0], role=Role.CLINICAL_STAFF, last_on=date(2026, 3, 1))
    log.add(ended, envelope(BILLER, "end_role"))
    after = rows(log, models)[FIRST]

    assert (1200, 0) == (before.staff_seconds, after.staff_seconds)
    assert after.position == len(log.facts)


def test_the_months_of_a_practice(log: FakeLog, models: StoredReadModels) -> None:
    rows(log, models)
    everybody = months(log, models, RULEBOOKS, "2026-03")
    one = months(log, models, RULEBOOKS, "2026-03", practice=PRACTICES[0])

    assert [FIRST, SECOND] == [row.patient for row in everybody.rows]
    assert [SECOND] == [row.patient for row in one.rows]
    assert everybody.position == len(log.facts)
    assert months(log, models, RULEBOOKS, "2026-04").rows == ()


def test_the_months_as_of_a_position_leave_out_what_had_not_begun(log: FakeLog, models: StoredReadModels) -> None:
    rows(log, models)
    earlier = months(log, models, RULEBOOKS, "2026-03", as_of=len(log.facts) - 1)

    assert [FIRST] == [row.patient for row in earlier.rows]


def test_patients_for_whom_nobody_logged_anything_are_listed_on_request(log: FakeLog, models: StoredReadModels) -> None:
    rows(log, models)
    found = months(log, models, RULEBOOKS, "2026-03", with_silent=True)

    assert {FIRST, SECOND, SILENT} == {row.patient for row in found.rows}
    assert next(row.standing for row in found.rows if row.patient == SILENT) == "nothing_logged"


def test_the_readiness_list_says_what_each_patient_lacks(log: FakeLog, models: StoredReadModels) -> None:
    bare = an_id("pt", 77)
    log.add(PatientRegistered(patient=bare, links=()), envelope(BILLER, "register_patient"))
    rows(log, models)
    found = readiness(log, RULEBOOKS, (*patients_known(models), an_id("pt", 999)), "2026-03")
    by_patient = {each.patient: each for each in found.patients}

    assert {FIRST, SECOND, SILENT, bare} == set(by_patient)
    assert not by_patient[bare].is_ready
    assert len(by_patient[bare].codes) > len(by_patient[FIRST].codes)
    assert found.counted()[0][1] >= 1
    assert patients_known(models, PRACTICES[0]) == tuple(sorted((SECOND, SILENT)))


def test_readiness_as_of_a_position_knows_nobody_before_they_were_registered(log: FakeLog) -> None:
    assert readiness(log, RULEBOOKS, (FIRST,), "2026-03", as_of=5).patients == ()


def parked(number: int, source: str) -> DeliveryParked:
    return DeliveryParked(
        delivery=an_id("dv", number), source=source, command="log_time", waits_for="patient", awaited="0" * 32
    )


def test_what_waits_is_listed_oldest_first_and_closed_ones_on_request() -> None:
    log = FakeLog()
    by = envelope(BILLER, "log_time")
    for event in (parked(1, "timer"), parked(2, "alarm"), parked(3, "timer")):
        log.add(event, by, OPENED_AT)
    log.add(DeliveryDiscarded(delivery=an_id("dv", 1), source="timer", reason="test_data"), by)

    assert [2, 3] == [delivery.position for delivery in parked_list(log)]
    assert [1, 2, 3] == [delivery.position for delivery in parked_list(log, as_of=3)]
    assert [1, 2, 3] == [delivery.position for delivery in parked_list(log, with_closed=True)]
