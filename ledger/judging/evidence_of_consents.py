"""The facts about consent that a month rests on: conversations, supplements, what voided or ended them.

Promise: a consent that was found void is shown with what voided it. Not promised: which of two stops came first; the
judge says what counts from when, these are the facts that it had before it.
"""

from datetime import date

from ledger.judging.consent import ConsentStanding, consents_of
from ledger.judging.consent_month import consent_in_month
from ledger.judging.evidence_of_people import designated
from ledger.judging.ground import Evidence, Ground, found
from ledger.judging.shapes import EntryLine
from ledger.streams.consent import ConsentRecorded, ConsentSupplemented
from ledger.streams.patient_state import ConsentOnRecord


def of_consent(consent: ConsentOnRecord) -> tuple[int, ...]:
    """A conversation and what supplemented it."""
    return (consent.position, *(each.position for each in consent.supplements))


def counting(ground: Ground) -> Evidence:
    """The consent from which minutes count, with its supplements; all that is on record where none does."""
    since = ground.verdict.consent_from
    own = [s for s in _standings(ground) if s.complete_from == since and since is not None]
    named = [s for s in own if ground.verdict.practitioner in (None, s.practitioner)]
    if not named:
        return all_consents(ground)
    return found(_positions(ground, named[:1]))


def started_in(ground: Ground) -> date | None:
    """The day on which the programme of the month began: the judge's own answer, as it was broken or not."""
    asked = (ground.facts.patient, ground.designation, ground.last, ground.law, ground.rulebook, ground.programme)
    return consent_in_month(*asked).started_on


def starting(ground: Ground) -> Evidence:
    """The consent from which minutes count, and what had ended those before it: they tell the programme's start."""
    return Evidence(counting(ground).facts).and_(revocations(ground)).and_(disenrolments(ground))


def all_consents(ground: Ground) -> Evidence:
    """Every consent to the programme, void ones and what voided them too; and that none of them stands in the month."""
    own = [c for c in ground.facts.patient.consents if c.event.programme is ground.programme]
    positions = [at for consent in own for at in of_consent(consent)]
    return found((*positions, *_voiding(ground)), absent=(ConsentRecorded.TOPIC,))


def incomplete(ground: Ground) -> Evidence:
    """The consents that lack something, and that nothing supplied it."""
    lacking = [s for s in _standings(ground) if s.lacks]
    return found(_positions(ground, lacking), absent=(ConsentSupplemented.TOPIC,))


def names_other(ground: Ground) -> Evidence:
    """The complete consents, who is designated, and that none names that practitioner."""
    complete = [s for s in _standings(ground) if s.complete_from is not None]
    own = found(_positions(ground, complete), absent=(ConsentRecorded.TOPIC,))
    return own.and_(designated(ground))


def void(ground: Ground) -> Evidence:
    """The consents that were found void, and what voided them."""
    gone = ground.facts.patient.status.void
    own = [at for c in ground.facts.patient.consents if c.event.consent in gone for at in of_consent(c)]
    return found((*own, *_voiding(ground)))


def declines(ground: Ground) -> Evidence:
    """What was declined, and the consent that stands."""
    own = (d.position for d in ground.facts.patient.declines if d.event.programme is ground.programme)
    return found(own).and_(counting(ground))


def revocations(ground: Ground) -> Evidence:
    """What the patient revoked by the end of the month."""
    told = ground.facts.patient.status.revocations
    standing = (r for r in told if r.retracted is None and ground.programme in r.event.scope)
    return found(r.position for r in standing if r.event.told_on <= ground.last)


def disenrolments(ground: Ground) -> Evidence:
    """What the practice ended by the end of the month."""
    ended = ground.facts.patient.status.disenrolments
    standing = (d for d in ended if d.retracted is None and d.event.programme is ground.programme)
    return found(d.position for d in standing if d.event.on <= ground.last)


def revoked(ground: Ground) -> Evidence:
    """The revocations, the consents that they ended, and that none followed."""
    return revocations(ground).and_(all_consents(ground))


def disenrolled(ground: Ground) -> Evidence:
    """The disenrolments, the consents that they ended, and that none followed."""
    return disenrolments(ground).and_(all_consents(ground))


def before_consent(ground: Ground, _: EntryLine) -> Evidence:
    """The consent from which minutes count, behind the work."""
    return counting(ground)


def without_consent(ground: Ground, _: EntryLine) -> Evidence:
    """All that is on record of consent, none of which stands."""
    return all_consents(ground)


def after_revocation(ground: Ground, _: EntryLine) -> Evidence:
    """The revocations, and the consent by which minutes count again, if any."""
    return revocations(ground).and_(counting(ground))


def after_disenrolment(ground: Ground, _: EntryLine) -> Evidence:
    """The disenrolments, and the consent by which minutes count again, if any."""
    return disenrolments(ground).and_(counting(ground))


def _standings(ground: Ground) -> tuple[ConsentStanding, ...]:
    return consents_of(ground.facts.patient, ground.programme, ground.rulebook)


def _positions(ground: Ground, standings: list[ConsentStanding]) -> list[int]:
    known = {c.event.consent: c for c in ground.facts.patient.consents}
    return [at for standing in standings for at in of_consent(known[standing.consent])]


def _voiding(ground: Ground) -> list[int]:
    return [each.position for each in ground.facts.patient.status.invalidations]
