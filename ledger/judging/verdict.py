"""The one judge: facts of a patient-month and the law in, a verdict out.

What the law says is data, how it is applied is `judge_month`: the refusal, the projection and the packet call the
same function and cannot disagree. Promise: pure; equal facts and equal rules give an equal verdict and digest. Not
promised: claims; their facts are not recorded yet.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Final, NamedTuple

from ledger.judging.case import Case
from ledger.judging.conflicts import NO_SERVICES, conflicts_in_month
from ledger.judging.consent_month import consent_in_month
from ledger.judging.context import MonthContext
from ledger.judging.countable import Counted, judge_entries
from ledger.judging.digest import month_bytes
from ledger.judging.extra_planning import planned_in_month
from ledger.judging.families import Families, complex_obstacle, judge_families
from ledger.judging.findings import findings_of
from ledger.judging.law import Applied, MonthLaw, Readings, law_on, readings_of
from ledger.judging.other_families import FAMILIES_OF, Clinic, Pools, clinic_of, judge_apcm, judge_clinic, judge_pcm
from ledger.judging.payers import book_in
from ledger.judging.plans import COMPLEX_REVIEW, plan_in_force
from ledger.judging.readiness import active_conditions, choice_in_month, distinct_conditions
from ledger.judging.service_date import LAST_DAY, convention_of, dated_by, names_read
from ledger.judging.shapes import EntryLine, MonthFacts, Signable, Standing, Verdict
from ledger.judging.site import suggested_by_site
from ledger.judging.window import Window, is_qmb, window_of
from ledger.rulebook import Rulebook
from ledger.streams.care_plan import PlanRevision
from ledger.streams.month_state import Attested, CareMonth, Entry
from ledger.streams.patient_state import Designation
from ledger.terms.calendar import first_day, last_day
from ledger.terms.notices import notice
from ledger.terms.outcome import Notice
from ledger.terms.people import Programme, Side

_CCM: Final = Programme.CCM
_PRACTITIONER_SIDE: Final = Side.PRACTITIONER
_NOTHING_READ: Final = Readings((), (), "")


def judge_month(
    facts: MonthFacts, rulebook: Rulebook, *, edition: str, record: bool = True, programme: Programme = _CCM
) -> Verdict:
    """The verdict on one patient-month of a programme (CCM, PCM or APCM) on the practitioner's side.

    Time, eligibility and the plan are read by the rules of the month's last day, units and dollars by those of the date
    of service, a consent by those of its own day, the initiating visit by those of the programme's first day; all with
    the exceptions that the month's coverage falls under.
    `edition` is the digest of the rulebook; `record` asks for the names of the readings and their digest.
    """
    assert programme in FAMILIES_OF, "no rules are written down for this programme"
    last = last_day(facts.month.month)
    window = window_of(facts.patient, first_day(facts.month.month), last)
    rulebook = book_in(window, rulebook, programme)
    law = law_on(rulebook, last)
    if not law.exists:
        return _no_rules(facts, last, edition, programme)
    case = _case(facts, law, window, rulebook, programme)
    others = conflicts_in_month(case) if facts.month.services else NO_SERVICES
    missing, notices = findings_of(case, others.findings)
    read = readings_of(rulebook, _applied(case, others.names)) if record else _NOTHING_READ
    month, families, counted = facts.month, case.families, case.counted

    signable = _signing(case, (*missing, *notices), edition)
    own = signable(month.patient)
    return Verdict(
        patient=month.patient,
        month=month.month,
        practice=case.practice,
        practitioner=case.designee,
        payer=case.payer,
        date_of_service=case.on,
        staff_seconds=counted.staff_seconds,
        personal_seconds=counted.personal_seconds,
        untimed_seconds=counted.untimed_seconds,
        lines=counted.lines,
        families=families.results,
        suggested=families.suggested,
        chosen=case.chosen,
        missing=missing,
        notices=notices,
        standing=_standing(case, _as_signed(month, own, signable, programme), bool(missing)),
        attested=_attestation(month, programme),
        signable=own,
        edition=edition,
        readings=read.names,
        reading_set=read.digest or None,
        consent_from=case.consent.counts_from,
        reads=read.reads,
        programme=programme,
        payer_kind=window.coverage.kind if window.coverage else None,
        profiles=case.profiles,
        services=others.lines,
        with_visits=case.with_visits,
        raised=month.raised,
    )


def _signing(case: Case, findings: tuple[Notice, ...], edition: str) -> Callable[[str], Signable]:
    """What is signed of a month, by the id under which it is."""
    return lambda patient: Signable(
        lambda: month_bytes(
            month=case.facts.month.month,
            patient=patient,
            practice=case.practice,
            practitioner=case.designee,
            payer=case.payer,
            date_of_service=case.on,
            counted=case.counted,
            families=case.families.text,
            chosen=case.chosen,
            findings=findings,
            edition=edition,
            programme=case.programme,
            profiles=case.profiles,
            with_visits=case.with_visits,
        )
    )


def _case(facts: MonthFacts, law: MonthLaw, window: Window, rulebook: Rulebook, programme: Programme) -> Case:
    """The seconds, the date of service that follows from them, and the families by the rules of that date."""
    patient, month, last = facts.patient, facts.month, window.last
    designation = patient.designation(month.month, programme, _PRACTITIONER_SIDE)
    designee = designation.event.practitioner if designation else None
    consent = consent_in_month(patient, designation, last, law, rulebook, programme)
    if consent.stopped is not None:
        window = window._replace(left_on=consent.stopped.left_on)
    context = MonthContext(facts, law, window, designee, consent, programme)
    counted = judge_entries(month.entries, context, month.tally)
    chosen, choice_notices = choice_in_month(month, designee, programme)
    practice = facts.practices.get(designation.event.practice) if designation else None
    default = window.date_of_service(counted.last_counted_on)
    # On each of the days that it may be dated by, the month is looked at with the rules of that day.
    dating = partial(_dated, facts, law, counted, programme, designation, rulebook)
    on, dated, plan, clinic, families = dating(default)
    besides = context.besides
    if (convention := convention_of(practice, law, last)) != LAST_DAY:
        billing = next((each for each in families.results if each.family == (chosen or families.suggested)), None)
        moved = dated_by(convention, default, counted, billing, law, last)
        besides |= names_read(convention, law.rules)
        on, dated, plan, clinic, families = dating(moved) if moved != on else (on, dated, plan, clinic, families)
    started = consent.started_on or last
    start_rules = law.rules if law.rules.first_day <= started else rulebook.in_force(started)
    planned = None
    if patient.extra_planning:
        charges = families.charges(chosen)
        planned = planned_in_month(
            patient, month.month, rulebook, consent.started_on, charges=charges, on=on, designee=designee
        )
        planned = planned if programme is _CCM else planned.beside_other_programme()
    return Case(
        facts,
        law,
        dated,
        start_rules,
        window,
        designation,
        consent,
        context,
        counted,
        on,
        started,
        plan,
        families,
        chosen,
        tuple(choice_notices) if clinic is None else (*choice_notices, *clinic.notices),
        context.stays,
        besides,
        programme,
        rulebook.profiles,
        planned,
    )


class _Dated(NamedTuple):
    """A month by the rules of a date of service."""

    on: date
    law: MonthLaw
    plan: PlanRevision | None
    clinic: Clinic | None
    families: Families


def _dated(
    facts: MonthFacts,
    law: MonthLaw,
    counted: Counted,
    programme: Programme,
    designation: Designation | None,
    rulebook: Rulebook,
    on: date,
) -> _Dated:
    """The plan and the families of a month by the rules of a date of service, `on`; `law` is that of its last day."""
    dated = law if law.rules.first_day <= on else law_on(rulebook, on)
    plan = plan_in_force(facts.plan, on)
    practice = facts.practices.get(designation.event.practice) if designation else None
    clinic = clinic_of(practice, on, dated.rules) if practice is not None and practice.capabilities else None
    last, designee = last_day(facts.month.month), designation.event.practitioner if designation else None
    families = _families(
        facts, counted, plan, programme, clinic, law=law, dated=dated, last=last, on=on, designee=designee
    )
    if clinic is None and families.is_by_price:
        bills = practice if designation else facts.practices.get(facts.patient.practice_on(on) or "")
        families = suggested_by_site(families, bills, on, dated.rules)
    return _Dated(on, dated, plan, clinic, families)


def _families(
    facts: MonthFacts,
    counted: Counted,
    plan: PlanRevision | None,
    programme: Programme,
    clinic: Clinic | None,
    *,
    law: MonthLaw,
    dated: MonthLaw,
    last: date,
    on: date,
    designee: str | None,
) -> Families:
    """The families of the programme, by the rules of the date of service, `on`."""
    pools, raised = Pools(counted.staff_seconds, counted.personal_seconds), facts.month.raised
    if programme is Programme.APCM:
        conditions = len(distinct_conditions(active_conditions(facts.patient, last.replace(day=1), last, law)))
        return judge_apcm(pools, conditions, is_qmb(facts.patient, on), dated.rules)
    obstacle = complex_obstacle(facts.month, designee, plan, dated) if programme is _CCM else None
    if clinic is not None:
        return judge_clinic(programme, pools, obstacle, law, dated.rules, raised, clinic)
    if programme is Programme.PCM:
        return judge_pcm(pools, law, dated.rules, raised)
    return judge_families(*pools, obstacle, law, dated.rules, raised)


def _applied(case: Case, conflicts: tuple[str, ...]) -> Applied:
    """Which parts of the law were read, by the first day on which the rules of each hold, so that months share them."""
    besides = case.besides
    if case.is_complex and case.law.find(COMPLEX_REVIEW) is not None:
        besides |= {f"medicare.ccm.{COMPLEX_REVIEW}"}
    return Applied(
        time=case.law.rules.first_day,
        lists=case.law.lists(case.counted.activities, case.counted.has_untimed) | besides,
        on=case.dated.rules.first_day,
        families=case.families.read,
        consents=tuple([rules.first_day for rules in case.consent.read_on]),
        started=case.start_rules.first_day,
        conflicts=conflicts,
        visits=case.planned.reads if case.planned is not None else (),
    )


def _as_signed(month: CareMonth, own: Signable, signable: Callable[[str], Signable], programme: Programme) -> Signable:
    """The month under the id by which it was signed: a merge alone, which gives it another, makes nothing stale."""
    standing = month.standing_attestation(programme)
    signed_as = standing.event.patient if standing is not None else month.patient
    return own if signed_as == month.patient else signable(signed_as)


def _standing(case: Case, signable: Signable, blocked: bool) -> Standing:
    """Where the month stands: an attestation speaks first, for it pins the digest or is stale.

    APCM needs no time.
    """
    month, programme = case.facts.month, case.programme
    standing = month.standing_attestation(programme)
    if standing is not None:
        return _signed(standing, signable)
    if programme is not Programme.APCM and not _has_entries(month, programme):
        return "nothing_logged"
    if case.families.suggested is None:
        return "below_minimum"
    return "blocked" if blocked else "ready"


def _signed(standing: Attested, signable: Signable) -> Standing:
    return "attested" if standing.event.digest == signable.digest else "stale"


def _has_entries(month: CareMonth, programme: Programme) -> bool:
    """Whether anything is logged: for CCM of whatever programme, for it is the month that all see first."""
    return bool(month.entries) if programme is _CCM else any(e.work.programme is programme for e in month.entries)


def _attestation(month: CareMonth, programme: Programme) -> str | None:
    standing = month.standing_attestation(programme)
    return standing.event.attestation if standing is not None else None


def _no_rules(facts: MonthFacts, last: date, edition: str, programme: Programme) -> Verdict:
    """A month for which no rules of the programme are in force: nothing counts, and nothing else is said."""
    month, happened = facts.month, f"No rules of {programme.value} are in force in {facts.month.month}."
    counted = Counted(
        tuple([_outside(entry, happened) for entry in month.entries]), 0, 0, 0, None, False, frozenset(), False
    )
    missing = (notice("no_rules_in_force", happened),)
    practice = facts.patient.practice_on(last)
    signable = Signable(
        lambda: month_bytes(
            month=month.month,
            patient=month.patient,
            practice=practice,
            practitioner=None,
            payer=None,
            date_of_service=last,
            counted=counted,
            families="",
            chosen=None,
            findings=missing,
            edition=edition,
            programme=programme,
        )
    )
    attested = month.standing_attestation(programme)
    unsigned: Standing = "below_minimum" if month.entries else "nothing_logged"
    return Verdict(
        patient=month.patient,
        month=month.month,
        practice=practice,
        practitioner=None,
        payer=None,
        date_of_service=last,
        staff_seconds=0,
        personal_seconds=0,
        untimed_seconds=0,
        lines=counted.lines,
        families=(),
        suggested=None,
        chosen=None,
        missing=missing,
        notices=(),
        standing=unsigned if attested is None else _signed(attested, signable),
        attested=attested.event.attestation if attested is not None else None,
        signable=signable,
        edition=edition,
        readings=(),
        reading_set=None,
        programme=programme,
    )


def _outside(entry: Entry, happened: str) -> EntryLine:
    work = entry.work
    found = (notice("outside_the_rules", happened, seconds=entry.seconds),)
    on = entry.pieces[0].on if entry.pieces else work.on
    timed = bool(entry.pieces)
    return EntryLine(
        work.entry, entry.position, on, work.performer, work.activity, entry.seconds, 0, None, found, None, timed
    )
