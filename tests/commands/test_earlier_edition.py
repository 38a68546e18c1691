"""A ledger that adopted its edition before there were claims: the life of a claim on it, and what it is told."""

from dataclasses import replace
from typing import Any

import pytest

from commands.opening import adoption
from ledger.claims.overpaying import deadlines, swept_since, urgency
from ledger.rulebook import shipped_edition
from tests.commands import overpaid
from tests.commands.test_claim_answers import acknowledged, denied, paid, reopening, status
from tests.commands.test_claim_changes import void
from tests.commands.test_claims import APRIL, claim_of, release, set_up, withdraw
from tests.commands.test_month_signing import attest
from tests.commands.world import ADA, BILLER, COMPLIANCE, on
from tests.earlier import earlier_edition, earlier_rulebook
from tests.gwt import Given, shipped_rulebook
from tests.reactions.given import MACHINE

BEFORE = ["rules_not_adopted"]


def signed() -> Given:
    """The month signed by Dr Ada under the earlier edition, and the biller on the second of April."""
    told = replace(set_up().and_(adoption(earlier_edition(), reason="The first one.")), law=earlier_rulebook())
    return told.by(ADA).then(attest(told)).by(BILLER).at(APRIL)


def released() -> Given:
    return signed().then(release()).at("2026-05-04T15:00:00+00:00")


def lost() -> Given:
    """A paid hour of which 20 minutes were struck, all under the earlier edition; noticed on 4 May."""
    return overpaid.noticed(overpaid.paid(law=earlier_rulebook()))


def adopted(ledger: Given) -> Given:
    """The same ledger once it has adopted the edition that this program ships."""
    both = adoption(earlier_edition(), reason="The first one."), adoption(shipped_edition(), reason="Claims.")
    return replace(ledger.and_(*both), law=shipped_rulebook())


# --- from a signed month to a paid one ----------------------------------------------------------------------------


def test_a_month_is_released_under_the_edition_that_was_signed_and_says_which_rules_it_lacks() -> None:
    then = signed().when(release())

    assert then.event.edition == earlier_edition().digest
    assert then.codes == BEFORE
    assert "rules adopt" in then.notices[0].remedy


def test_under_the_shipped_edition_nothing_is_said_of_rules_that_are_there() -> None:
    told = replace(set_up(), law=shipped_rulebook())
    told = told.by(ADA).then(attest(told)).by(BILLER).at(APRIL)

    assert told.when(release()).codes == []


def test_a_month_signed_under_the_earlier_edition_is_released_after_another_was_adopted() -> None:
    then = adopted(signed()).when(release())

    assert (then.event.edition, then.codes) == (earlier_edition().digest, [])


def test_a_claim_is_accepted_and_paid() -> None:
    told = released()
    told = told.then(acknowledged(told))

    assert told.when(paid(told)).codes == []
    assert status(told.then(paid(told))) == "paid"


def test_a_denial_says_that_nobody_looks_for_another_biller() -> None:
    told = released()

    assert told.when(denied(told, "B20")).codes == BEFORE
    assert adopted(told).when(denied(told, "B20")).codes == ["competing_biller_paid"]


def test_a_reopening_is_asked_for_however_late_and_says_that_no_rule_limits_it() -> None:
    told = released()
    told = told.then(denied(told, "50")).by(COMPLIANCE).at("2031-05-04T15:00:00+00:00")

    assert told.when(reopening(told, "2031-05-04")).codes == BEFORE
    assert adopted(told).when(reopening(told, "2031-05-04")).refused == "reopening_too_late"


def test_no_claim_is_replaced_or_voided_where_no_rule_says_that_the_payer_takes_it() -> None:
    told = released()
    told = told.then(paid(told))

    assert told.when(release(replaces=claim_of(told))).refused == "claim_not_replaceable"
    assert told.when(void(told)).refused == "claim_not_voidable"


def test_what_is_unpaid_is_withdrawn() -> None:
    told = released()

    assert status(told.then(withdraw(claim_of(told)))) == "withdrawn"


# --- and what is overpaid -----------------------------------------------------------------------------------------


def test_a_claim_loses_ground_by_the_edition_that_it_pinned_whatever_was_adopted_since() -> None:
    told = overpaid.struck(overpaid.paid(law=earlier_rulebook()), 2)
    before, after = told.when(overpaid.report(told)), adopted(told).when(overpaid.report(told))

    assert before.event.lost == after.event.lost
    assert before.event.amount == after.event.amount
    assert before.event.digest_now == after.event.digest_now


def test_its_deadlines_are_those_of_the_edition_in_use_when_they_are_asked_for() -> None:
    found = overpaid.overpayment(lost())
    before, now = earlier_rulebook()[0], shipped_rulebook()[0]

    assert deadlines(found, on("2026-05-04"), before.in_force) is None
    assert urgency(found, None, on("2026-05-04")) is None
    assert swept_since(on("2026-05-04"), before.in_force(on("2026-05-04"))) is None
    counted = deadlines(found, on("2026-05-04"), now.in_force)
    assert counted is not None
    assert (counted.triage, counted.conservative) == (on("2026-05-14"), on("2026-07-03"))


@pytest.mark.parametrize("name", ["triage", "dismiss", "by_person"])
def test_what_needs_no_rule_is_recorded_as_ever(name: str) -> None:
    told = lost()
    command: Any = getattr(overpaid, name)(told)

    assert told.when(command).codes == []


@pytest.mark.parametrize("name", ["identify", "begin"])
def test_what_rests_on_a_deadline_is_recorded_and_says_that_no_rule_gives_one(name: str) -> None:
    told = lost()
    command: Any = getattr(overpaid, name)(told)

    assert told.when(command).codes == BEFORE
    assert adopted(told).by(COMPLIANCE).when(command).codes == []


def test_money_goes_back_without_a_deadline_and_says_so() -> None:
    told = lost()
    told = told.then(overpaid.identify(told))

    assert told.when(overpaid.give_back(told)).codes == BEFORE
    assert overpaid.overpayment(told.then(overpaid.give_back(told))).status == "returned"


def test_an_investigation_ends_without_a_rule_of_how_long_it_lasts() -> None:
    told = lost()
    told = told.then(overpaid.begin(told))

    assert told.when(overpaid.end(told)).codes == []


def test_a_search_is_recorded_once_a_rule_says_how_far_it_goes_back() -> None:
    told = lost()
    refusal = told.when(overpaid.sweep(told)).refusal

    assert refusal.code == "lookback_not_adopted"
    assert "rules adopt" in refusal.remedy
    assert adopted(told).by(COMPLIANCE).when(overpaid.sweep(told)).codes == []


def test_the_machine_finds_it_once() -> None:
    told = lost().by(MACHINE)

    assert told.when(overpaid.report(told)).unchanged
