"""The billing practitioner and the people of a month: who may bill it, and what to look at in who worked.

Somebody who left, was excluded, or whose licence lapsed is judged by what is on record for the month, also when that
was learned later. Promise: of a check or a licence that nobody recorded nothing is claimed.
"""

from datetime import date
from typing import Final

from ledger.judging.case import Case
from ledger.judging.law import MonthLaw
from ledger.rulebook import Reading
from ledger.streams.care_month import Work
from ledger.streams.patient_state import Designation
from ledger.streams.staff import Staff
from ledger.streams.tally import supervisors_of
from ledger.terms.calendar import first_day, month_of
from ledger.terms.notices import notice
from ledger.terms.outcome import Notice
from ledger.terms.people import Role, Side

_PRACTITIONER: Final = Role.PRACTITIONER
_CHECKS: Final = "performers.exclusion_check_effect"
_ELSEWHERE: Final = "performers.other_practice_effect"
_SUPERVISING: Final = "performers.supervisor_roles"
_BESIDE: Final = "billing_practitioner.other_programmes"
_BESIDE_ANYBODY: Final = "billing_practitioner.anybodys_programmes"
_BESIDE_EFFECT: Final = "billing_practitioner.other_programmes_effect"


def billing_practitioner(staff: Staff | None, designation: Designation, on: date, law: MonthLaw) -> list[Notice]:
    """Whether the designated practitioner may bill a month whose date of service is `on`, and had not left by then.

    Who left within the month may bill it; who left before it may not (CCM-ONE-03).
    Reads: medicare.ccm.billing_practitioner.credentials, .per_month_max, medicare.ccm.performers.excluded_counts,
    .licence_lapsed_counts (CCM-ONE-03, -04, -06, -07, CCM-STAFF-06, CCM-RED-23).
    """
    found: list[Notice] = []
    served_on = on
    if staff is not None and staff.departed_on is not None and not _holds(staff, designation, on):
        found = _left(staff.departed_on, on, law)
        if found and staff.departed_on < first_day(month_of(on)):
            return found
        served_on = min(on, staff.departed_on)
    found += _may_bill(staff, designation, served_on, law)
    excluded = staff.excluded if staff is not None and not law.excluded_counts else ()
    if any(days.touches(first_day(month_of(on)), on) for days in excluded):
        happened = "The designated practitioner was excluded from federal health programmes in the month."
        found.append(notice("practitioner_excluded", happened, law.reading("performers.excluded_counts")))
    return found


def _holds(staff: Staff, designation: Designation, on: date) -> bool:
    return staff.holds(_PRACTITIONER, on, designation.event.practice)


def _left(departed_on: date, on: date, law: MonthLaw) -> list[Notice]:
    if departed_on >= on:
        return []
    by = law.reading("billing_practitioner.per_month_max")
    if departed_on < first_day(month_of(on)):
        happened = f"The designated practitioner left on {departed_on.isoformat()}, and the designation stands open."
        return [notice("practitioner_departed", happened, by)]
    happened = f"The designated practitioner left on {departed_on.isoformat()}, within the month."
    return [notice("practitioner_left_in_month", happened, by)]


def _may_bill(staff: Staff | None, designation: Designation, on: date, law: MonthLaw) -> list[Notice]:
    by = law.reading("billing_practitioner.credentials")
    if staff is None or not staff.is_registered:
        why = "is not registered as staff"
    elif staff.credential not in law.billing_credentials:
        why = f"has the credential {staff.credential or 'none'}, which may not bill CCM"
    elif not _holds(staff, designation, on):
        why = f"does not hold the role of practitioner in that practice on {on.isoformat()}"
    elif staff.npi is None:
        why = "has no NPI on record"
    elif staff.licences and not law.licence_lapsed_counts and staff.was_licensed(on) is False:
        why = f"has no licence on record that held on {on.isoformat()}"
        by = law.reading("performers.licence_lapsed_counts")
    else:
        return []
    return [notice("practitioner_may_not_bill", f"The designated practitioner {why}.", by)]


def people_reviews(case: Case) -> list[Notice]:
    """What to look at in who worked in the month: exclusions not looked up, work for another practice, who supervised.

    Reads: medicare.ccm.performers.exclusion_check_effect, .other_practice_effect, .supervisor_roles; an edition that
    lacks them asks for nothing.
    """
    facts, law = case.facts, case.law
    found: list[Notice] = []
    if any(staff.checks for staff in facts.staff.values()) and (by := law.find(_CHECKS)) is not None:
        unseen = _unchecked(case)
        if unseen:
            happened = f"Of those whose work counts or who bill, {unseen} were checked before and not in the month."
            found.append(notice("exclusion_check_missing", happened, by))
    if len(facts.practices) > 1 and case.practice is not None and (by := law.find(_ELSEWHERE)) is not None:
        elsewhere = {e.work.entry for e in facts.month.entries if e.work.practice != case.practice}
        seconds = sum(line.counted for line in case.counted.lines if line.entry in elsewhere)
        if seconds:
            happened = f"{seconds} seconds count that were worked for another practice than the one that bills."
            found.append(notice("worked_for_other_practice", happened, by))
    others = supervisors_of(facts.month.tally, facts.month.entries) - {case.designee}
    if others and (by := law.find(_SUPERVISING)) is not None:
        found += _supervision(case, others, by)
    return found


def _supervision(case: Case, others: frozenset[str | None], by: Reading) -> list[Notice]:
    """Entries that count and name a supervisor, not the billing practitioner, who had no role to supervise there."""
    named = {e.work.entry: e.work for e in case.facts.month.entries if e.work.supervised_by in others}
    counting = [(named[line.entry], line.on) for line in case.counted.lines if line.counted and line.entry in named]
    unable = sum(not _may_supervise(case, work, on, _words(by)) for work, on in counting)
    if not unable:
        return []
    happened = f"{unable} entries count whose supervisor held no practitioner's role in that practice on that day."
    return [notice("supervisor_not_practitioner", happened, by)]


def _may_supervise(case: Case, work: Work, on: date, roles: tuple[str, ...]) -> bool:
    staff = case.facts.staff.get(work.supervised_by or "")
    held = staff.roles if staff is not None else ()
    return any(h.role.value in roles and h.covers(on) and h.practice in (None, work.practice) for h in held)


def _unchecked(case: Case) -> int:
    """How many of those whose time counts, or who bill, were checked with an answer before the month and not in it."""
    first, last = case.window.first, case.window.last
    concerned = {line.performer for line in case.counted.lines if line.counted} | {case.designee}
    seen_in = [
        [check.checked_on for check in staff.checks if check.result != "unknown"]
        for who, staff in case.facts.staff.items()
        if who in concerned
    ]
    return sum(any(on < first for on in days) and not any(first <= on <= last for on in days) for days in seen_in)


def merge_reviews(case: Case) -> list[Notice]:
    """What to look at in a month of patients who turned out to be one: attested for both, designated to two.

    Reads: medicare.ccm.billing_practitioner.per_month_max (CCM-ONE-01, CCM-CLAIM-20).
    """
    month, found = case.facts.month, list[Notice]()
    signed_for = {attested.event.patient for attested in month.signed(case.programme) if attested.withdrawn is None}
    if len(signed_for) > 1:
        happened = "The month was attested for two patients who are one."
        by = case.law.reading("billing_practitioner.per_month_max")
        found.append(notice("merged_both_attested", happened, by))
    designations = case.facts.patient.designations
    if len(designations) > 1 and len({d.event.practitioner for d in designations if _bills(d, case)}) > 1:
        happened = "Two practitioners are designated for the month; the one designated first bills."
        by = case.law.reading("billing_practitioner.per_month_max")
        found.append(notice("designations_collide", happened, by))
    return found


def other_programmes(case: Case) -> list[Notice]:
    """Programmes that may not be billed beside this one, and for which somebody is designated in the month too.

    Some the same practitioner may not bill, some nobody may: each blocks the month until one of the two stands down.
    Reads: medicare.ccm.billing_practitioner.other_programmes, .anybodys_programmes, .other_programmes_effect
    (CCM-CODE-16, CCM-CONF-APCM; readings, section 12). An edition without the effect has them looked at, one without
    the programmes says nothing.
    """
    designations, month = case.facts.patient.designations, case.facts.month.month
    if len(designations) < 2 or case.designee is None or (own := case.law.find(_BESIDE)) is None:
        return []
    excluded = dict.fromkeys(_words(own), own)
    anybodys = case.law.find(_BESIDE_ANYBODY)
    barred = dict.fromkeys(_words(anybodys), anybodys) if anybodys is not None else {}
    found: dict[str, Notice] = {}
    for each in (d for d in designations if d.event.side is Side.PRACTITIONER and d.occupies(month)):
        other = each.event.programme.value
        if (by := barred.get(other.lower())) is not None:
            found[other] = _excluded(other, "Somebody", "until one of the two stands down neither is", by, case.law)
        elif each.event.practitioner == case.designee and (by := excluded.get(other.lower())) is not None:
            found[other] = _excluded(other, "The billing practitioner", "one of the two may be", by, case.law)
    return list(found.values())


def _words(by: Reading) -> tuple[str, ...]:
    return by.value if isinstance(by.value, tuple) else ()


def _excluded(other: str, who: str, then: str, by: Reading, law: MonthLaw) -> Notice:
    code = "billed_in_other_programme" if law.find(_BESIDE_EFFECT) is None else "programme_excludes_other"
    return notice(code, f"{who} is designated for {other} in the month too; {then} billed.", by)


def _bills(designation: Designation, case: Case) -> bool:
    event, month = designation.event, case.facts.month.month
    return event.programme is case.programme and event.side is Side.PRACTITIONER and designation.occupies(month)
