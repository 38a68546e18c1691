"""Everything that there is to say of a month as a whole: what blocks its release, and what to look at.

Promise: every finding is made, in the order of the catalogue; none hides another.
"""

from datetime import date
from typing import Final

from ledger.judging.case import Case
from ledger.judging.families import Families
from ledger.judging.law import MonthLaw, law_of
from ledger.judging.people import merge_reviews, other_programmes, people_reviews
from ledger.judging.plans import plan_blocks, plan_reviews
from ledger.judging.readiness import billing_blocks, eligibility_findings, family_blocks
from ledger.judging.visits import visit_findings
from ledger.judging.window import Window, coverage_blocks, coverage_reviews
from ledger.terms.notices import in_order, notice
from ledger.terms.outcome import Effect, Notice

_BLOCKS: Final = Effect.BLOCKS_RELEASE
_NO_NEWS: Final = frozenset({"family_below_minimum", "family_not_in_force", "family_not_for_clinic"})


def findings_of(case: Case, others: tuple[Notice, ...] = ()) -> tuple[tuple[Notice, ...], tuple[Notice, ...]]:
    """What blocks the release of a month, and what a person should look at; `others` is what other services lead to."""
    law, window = case.law, case.window
    found = [*case.choice_notices, *others]
    if law_of(case.start_rules).exists:
        found += visit_findings(
            case.facts.patient,
            designee=case.designee,
            started_on=case.started_on,
            last=window.last,
            staff=case.facts.staff,
            law=law,
            start_rules=case.start_rules,
            programme=case.programme,
            practices=case.facts.practices,
        )
    found += case.consent.blocks
    found += case.consent.notices
    found += _after_death(window, law)
    found += billing_blocks(case.facts, case.designation, case.practice, case.on, law, lambda: case.days_worked)
    found += eligibility_findings(case.facts.patient, case.plan, window.first, window.last, law)
    found += coverage_blocks(window, case.on, law)
    found += plan_blocks(case.facts.plan, case.plan, case.designee, law)
    found += plan_reviews(case.facts.plan, case.plan, case.designee, case.on, law, is_complex=case.is_complex)
    found += family_blocks(case.families.results, case.chosen, case.dated.rules)
    found += _time_reviews(case, law)
    if case.stays is not None:
        found += case.stays.findings(case.counted.days, law)
    found += people_reviews(case)
    found += merge_reviews(case)
    found += _family_reviews(case.families, case.chosen, case.on)
    if case.planned is not None:
        found += (*case.planned.notices, *case.planned.same_date)
    found += other_programmes(case)
    if not found:
        return (), ()
    missing = [n for n in found if n.effect is _BLOCKS]
    return in_order(missing), in_order([n for n in found if n.effect is not _BLOCKS])


def _after_death(window: Window, law: MonthLaw) -> list[Notice]:
    """The month after the patient's death (CCM-RED-22); the month of death itself may be released."""
    if window.died_on is None or window.died_on >= window.first:
        return []
    happened = f"The month lies after the patient's death on {window.died_on.isoformat()}."
    return [notice("month_after_death", happened, law.reading("time.after_death_counts"))]


def _time_reviews(case: Case, law: MonthLaw) -> list[Notice]:
    """What to look at in the counted time of the month as a whole (CCM-TIME-13, CCM-ELIG-05, -07)."""
    counted, window = case.counted, case.window
    found: list[Notice] = []
    if counted.last_counted_on is not None and not counted.two_way_contact:
        happened = "Time counts and no two-way contact with the patient, or a caregiver, is on record in the month."
        found.append(notice("no_two_way_contact", happened, law.reading("time.no_contact_effect")))
    if not window.is_plain:
        found += coverage_reviews(window, counted.days, law, case.profiles)
    return found


def _family_reviews(families: Families, chosen: str | None, on: date) -> list[Notice]:
    """What the family that bills, or complex CCM in its reach, says of itself; and a missing price (CCM-RATE-12)."""
    found: list[Notice] = []
    billing = chosen or families.suggested
    for result in families.results:
        if result.is_available and result.family == billing:
            found += result.notices
            if result.amount is None:
                found.append(notice("no_price_on_file", f"No price is on file for {on.isoformat()}."))
        elif not result.is_available and result.notices[0].code not in _NO_NEWS:
            found += result.notices
    return found
