"""Of a patient who changed practices a month rests on the month beside it: what moves the one is looked for in both."""

from pathlib import Path

import pytest

from ledger.store.sqlite.read_models import ReadModels
from ledger.streams.governance import LedgerOpened
from projections.changed_months import changed_months
from projections.follow import Follower
from projections.judged import AdoptedRulebooks
from projections.questions import month_of
from projections.rebuild import rebuild
from projections.table_set import state_roots
from tests.commands import changes, test_month_edges, world
from tests.commands.world import COMPLIANCE, PATIENT
from tests.gwt import Given, given
from tests.projections.company import ADMINISTRATOR, adoption
from tests.projections.test_month_reading import log_of

MARCH, APRIL = test_month_edges.MARCH, test_month_edges.APRIL


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Given:
    """Twenty minutes that two zones see in March and in April, in a ledger that adopted the shipped law."""
    opened = LedgerOpened(name="Elm Care", simulated=True, administrator=ADMINISTRATOR, login="os:test")
    monkeypatch.setattr(world, "given", lambda *events: given(opened, adoption(), *events))
    return test_month_edges.both()


def struck(ledger: Given) -> Given:
    """The entry of March, which was recorded first, is struck."""
    strike = changes.strike(changes.entry_of(ledger, 0, PATIENT, MARCH), month=MARCH)
    return ledger.by(COMPLIANCE).at(test_month_edges.SECOND).then(strike)


def test_the_row_of_april_moves_with_an_entry_of_march(shared: Given, tmp_path: Path) -> None:
    models = ReadModels(tmp_path)
    seconds = []
    for ledger in (shared, struck(shared)):
        log = log_of(ledger)
        Follower(log, models).pull()
        seconds += models.rows("SELECT staff_seconds FROM month_billing WHERE month = ?", (APRIL,))
    followed = state_roots(models)
    rebuild(log, models)

    assert [(0,), (1200,)] == seconds
    assert followed == state_roots(models)


def test_both_months_are_listed_where_an_entry_of_one_of_them_goes(shared: Given, tmp_path: Path) -> None:
    models = ReadModels(tmp_path)
    before, log = len(shared.facts), log_of(struck(shared))
    Follower(log, models).pull()

    found = changed_months(log, models, AdoptedRulebooks(), since=before, until=len(log.facts)).months

    assert [MARCH, APRIL] == [each.month for each in found]
    assert ["time_struck"] == [fact.line.topic for fact in found[1].because]


def test_as_of_before_a_strike_april_says_what_it_said(shared: Given) -> None:
    log = log_of(struck(shared))
    then, now = (month_of(log, AdoptedRulebooks(), PATIENT, APRIL, at) for at in (len(shared.facts), None))

    assert (0, 1200) == (then.staff_seconds, now.staff_seconds)


def test_a_month_that_rests_on_no_other_any_more_is_listed_as_of_when_it_did(shared: Given, tmp_path: Path) -> None:
    models = ReadModels(tmp_path)
    before = len(shared.facts)
    once = struck(shared)
    until = len(once.facts)
    strike = changes.strike(changes.entry_of(once, 0, PATIENT, APRIL), month=APRIL)
    log = log_of(once.by(COMPLIANCE).at(test_month_edges.SECOND).then(strike))
    Follower(log, models).pull()

    found = changed_months(log, models, AdoptedRulebooks(), since=before, until=until).months

    assert [MARCH, APRIL] == [each.month for each in found]
