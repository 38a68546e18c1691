"""What the read models find for reactions: a page at a time, without what was raised; the same rows however made."""

from collections.abc import Iterator
from datetime import date

import pytest

from ledger.store.engine import StoredReadModels
from projections.findings import Findings
from projections.rebuild import agreement
from tests.house import House
from tests.reactions.company import BOOKS, MONTH, NEXT_YEAR, add_late, pull, react, sign

LATER = date(2027, 3, 1)


@pytest.fixture
def models(it: House) -> Iterator[StoredReadModels]:
    opened = it.log.read_models()
    yield opened
    opened.close()


@pytest.fixture
def found(it: House, models: StoredReadModels) -> Findings:
    return Findings(models, lambda: pull(it.log, models))


def targets(found: Findings, what: str, newest: date = LATER, today: date = LATER) -> list[str]:
    return [dated.target for dated in found.dated(what, newest, today, "", 10)]  # type: ignore[arg-type]


def test_it_stands_for_the_newest_fact(it: House, found: Findings) -> None:
    assert it.log.refresh() == found.bring_up()


def test_a_stale_month_is_found_and_a_month_as_signed_is_not(it: House, found: Findings) -> None:
    found.bring_up()
    (stale,) = found.stale_months(("", "", ""), 10)

    assert (it.ids["patient"], MONTH) == (stale.patient, stale.month)
    assert [] == found.stale_months((stale.patient, stale.month, stale.programme), 10)

    it.clock = "2026-02-03T12:00:00Z"
    sign(it)
    found.bring_up()
    assert [] == found.stale_months(("", "", ""), 10)


def test_pages_come_in_the_order_of_patient_and_month(it: House, found: Findings, models: StoredReadModels) -> None:
    it.clock = "2026-03-01T12:00:00Z"
    it.log_time("2026-02-08T15:00:00Z", "2026-02-08T15:25:00Z")
    found.bring_up()
    digest = models.rows("SELECT digest FROM month_billing WHERE month = ?", ("2026-02",))[0][0]
    it.accepted("attest_month", {"patient": it.ids["patient"], "month": "2026-02", "digest": digest}, actor="ada")
    add_late(it, "2026-02-09T15:00:00Z", "2026-02-09T15:05:00Z")
    found.bring_up()

    (first,) = found.stale_months(("", "", ""), 1)
    (second,) = found.stale_months((first.patient, first.month, first.programme), 1)

    assert ["2026-01", "2026-02"] == [first.month, second.month]
    assert [] == found.stale_months((second.patient, second.month, second.programme), 1)


def test_a_day_is_found_when_it_has_come(it: House, found: Findings) -> None:
    found.bring_up()

    assert [it.ids["patient"]] == targets(found, "care_plan_review", date(2027, 1, 5))
    assert [] == targets(found, "care_plan_review", date(2027, 1, 4))
    assert [] == [dated.target for dated in found.dated("visit_age", LATER, LATER, it.ids["patient"], 10)]


def test_nobody_is_found_whom_nobody_bills(it: House, found: Findings) -> None:
    found.bring_up()

    assert [] == targets(found, "consent_age", today=date(2025, 12, 31))


def test_a_delivery_waits_until_it_is_settled(it: House, found: Findings) -> None:
    found.bring_up()
    (target,) = targets(found, "parked_delivery")
    source, _, delivery = target.rpartition("/")
    discarded = {"source": source, "delivery": delivery, "reason": "test_data"}
    it.accepted("discard_delivery", discarded, actor="fay")
    found.bring_up()

    assert [] == targets(found, "parked_delivery")


def test_what_was_raised_is_not_found_again(it: House, found: Findings) -> None:
    react(it.log)
    react(it.log, NEXT_YEAR)
    found.bring_up()

    assert [] == found.stale_months(("", "", ""), 10)
    for what in ("care_plan_review", "care_plan_age", "consent_age", "visit_age", "parked_delivery"):
        assert [] == targets(found, what)


def test_a_settled_finding_waits_for_no_answer(it: House, found: Findings) -> None:
    react(it.log)
    found.bring_up()
    (review,) = targets(found, "unanswered_stale_month")
    it.clock = "2026-02-04T12:00:00Z"
    settled = {"review": review, "outcome": "done", "reason": "Signed anew."}
    it.accepted("settle_review", settled, actor="cora")
    found.bring_up()

    assert [] == targets(found, "unanswered_stale_month")


def test_followed_and_recomputed_rows_agree(it: House, found: Findings, models: StoredReadModels) -> None:
    found.bring_up()
    react(it.log)
    found.bring_up()
    react(it.log, NEXT_YEAR)
    found.bring_up()

    assert () == agreement(it.log, models, rulebook_of=BOOKS).differing
