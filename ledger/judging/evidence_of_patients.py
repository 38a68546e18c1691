"""The facts about a patient that a month rests on: conditions, risk, visits, coverage, stays, death, care plan.

Promise: what was considered is shown, also where it did not suffice; what is looked for and not there is named by its
kind. Not promised: words; a position leads to the fact, and who may read that is asked there.
"""

from collections.abc import Iterable

from ledger.judging.evidence_of_consents import started_in, starting
from ledger.judging.ground import Evidence, Ground, found
from ledger.judging.plans import plan_in_force
from ledger.judging.readiness import active_conditions
from ledger.judging.visits import looked_back_to
from ledger.streams.care_plan import (
    CarePlanCopyGiven,
    CarePlanRevised,
    CarePlanSigned,
    PlanRevision,
    SignatureAttested,
)
from ledger.streams.patient import (
    ConditionRecorded,
    CoverageRecorded,
    DeathRecorded,
    RiskAttested,
    VisitRecorded,
)
from ledger.streams.stays import StayRecorded


def death(ground: Ground) -> Evidence:
    """The death as last recorded."""
    return found(each.position for each in ground.facts.patient.deaths[-1:])


def until_the_end(ground: Ground) -> Evidence:
    """What the last day of service rests on where no end lies before it: coverage, and that nobody told of a death."""
    told = death(ground)
    return coverage(ground).and_(told if told.facts else Evidence((), (DeathRecorded.TOPIC,)))


def conditions(ground: Ground) -> Evidence:
    """The conditions in force in the month, as last recorded; those that were taken out of the record too."""
    return found((*_active(ground), *(gone.position for _, gone in ground.facts.patient.taken_out)))


def too_few_conditions(ground: Ground) -> Evidence:
    """The conditions in force in the month, and that no further one is on record."""
    return conditions(ground).and_(Evidence((), (ConditionRecorded.TOPIC,)))


def risk(ground: Ground) -> Evidence:
    """That nobody attested the patient's risk by the month's end; who did so later."""
    return found((each.position for each in ground.facts.patient.risks), absent=(RiskAttested.TOPIC,))


def visits(ground: Ground) -> Evidence:
    """The visits by the month's end, as far back as the programme's start looks."""
    started_on = started_in(ground) or ground.last
    since = looked_back_to(started_on, ground.last, ground.rulebook.in_force(started_on), ground.law)
    return found(each.position for each in ground.facts.patient.visits if since <= each.event.on <= ground.last)


def visits_of_month(ground: Ground) -> Evidence:
    """The visits of the month."""
    return found(each.position for each in ground.facts.patient.visits if ground.first <= each.event.on <= ground.last)


def visit_days(ground: Ground) -> Evidence:
    """The visits, and what was told of them as services of the month."""
    told = (each for each in ground.facts.month.services if each.retracted is None)
    return visits_of_month(ground).and_(
        found(each.position for each in told if each.event.code in ground.law.visit_day_codes)
    )


def extra_planning(ground: Ground) -> Evidence:
    """What practitioners attested beyond a visit of the month, and of any other visit; nobody took it back."""
    standing = [each for each in ground.facts.patient.extra_planning if each.retracted is None]
    own = {each.event.practitioner for each in standing if ground.first <= each.event.on <= ground.last}
    return found(each.position for each in standing if each.event.practitioner in own)


def extra_planning_late(ground: Ground) -> Evidence:
    """The same, and the consent by which the programme started, with what had ended those before it."""
    return extra_planning(ground).and_(starting(ground))


def no_visit(ground: Ground) -> Evidence:
    """The visits of that time, none of which qualifies, and what tells the start of the programme."""
    return visits(ground).and_(starting(ground)).and_(Evidence((), (VisitRecorded.TOPIC,)))


# --- coverage and stays ------------------------------------------------------------------------------------------


def coverage(ground: Ground) -> Evidence:
    """The coverages on file that touch the month, each as last recorded."""
    touching = (c for c in _coverages(ground) if c[1].from_on <= ground.last)
    return found(at for at, c in touching if c.until_on is None or c.until_on >= ground.first)


def qmb(ground: Ground) -> Evidence:
    """The coverages of the date of service that say that the patient is a QMB; else those of the month, none of which.

    One coverage that says so suffices.
    """
    on = ground.verdict.date_of_service
    held = (c for c in _coverages(ground) if c[1].from_on <= on and (c[1].until_on is None or c[1].until_on >= on))
    saying = [at for at, c in held if c.qmb]
    return found(saying) if saying else coverage(ground).and_(Evidence((), (CoverageRecorded.TOPIC,)))


def no_coverage(ground: Ground) -> Evidence:
    """All coverages on file, none of which holds in the month."""
    return found((at for at, _ in _coverages(ground)), absent=(CoverageRecorded.TOPIC,))


def unconfirmed_coverage(ground: Ground) -> Evidence:
    """The coverage that ended in the month, and that nobody confirmed it for the date of service."""
    return coverage(ground).and_(Evidence((), (CoverageRecorded.TOPIC,)))


def _coverages(ground: Ground) -> Iterable[tuple[int, CoverageRecorded]]:
    newest = {c.event.coverage: c for c in sorted(ground.facts.patient.coverages, key=lambda c: c.position)}
    return [(c.position, c.event) for c in newest.values()]


def stays(ground: Ground) -> Evidence:
    """The stays on record that touch the month."""
    return found(_stays(ground))


def open_stays(ground: Ground) -> Evidence:
    """The stays whose discharge nobody recorded."""
    return found(_stays(ground, open_only=True), absent=(StayRecorded.TOPIC,))


def _stays(ground: Ground, *, open_only: bool = False) -> list[int]:
    standing = (s for s in ground.facts.patient.status.stays if s.retracted is None)
    touching = (s for s in standing if s.event.admitted_on <= ground.last)
    return [
        s.position
        for s in touching
        if s.event.discharged_on is None or (not open_only and s.event.discharged_on >= ground.first)
    ]


# --- the care plan -----------------------------------------------------------------------------------------------


def plan(ground: Ground) -> Evidence:
    """The revision in force on the date of service; that there is none, where there is none."""
    revision = _in_force(ground)
    return found((revision.position,)) if revision is not None else no_plan(ground)


def no_plan(ground: Ground) -> Evidence:
    """The revisions that are not in force: later ones, those taken out with what took them out."""
    return found(_all_revisions(ground), absent=(CarePlanRevised.TOPIC,))


def unsigned_plan(ground: Ground) -> Evidence:
    """The revision in force, every signature on any revision, and that there is none that would do."""
    return _signed(ground, absent=(CarePlanSigned.TOPIC, SignatureAttested.TOPIC))


def signatures(ground: Ground) -> Evidence:
    """The revision in force, and what was signed or answered for."""
    return _signed(ground, absent=())


def no_copy(ground: Ground) -> Evidence:
    """Every revision, and that no copy of any was given."""
    return found(_all_revisions(ground), absent=(CarePlanCopyGiven.TOPIC,))


def _signed(ground: Ground, *, absent: tuple[str, ...]) -> Evidence:
    said = (each for r in ground.facts.plan.revisions for each in (*r.signatures, *r.answered_for))
    return found((*plan(ground).facts, *(at for _, at in said)), absent=absent)


def _in_force(ground: Ground) -> PlanRevision | None:
    return plan_in_force(ground.facts.plan, ground.verdict.date_of_service)


def _all_revisions(ground: Ground) -> list[int]:
    every = ground.facts.plan.revisions
    return [*(r.position for r in every), *(r.taken_out.position for r in every if r.taken_out is not None)]


def _active(ground: Ground) -> list[int]:
    patient = ground.facts.patient
    newest = {c.event.condition: c.position for c in patient.conditions}
    return [newest[c.condition] for c in active_conditions(patient, ground.first, ground.last, ground.law)]
