"""The decider about limits of codes: compliance lets a month hold more units than an edit does.

Only a limit that the rules call clinical may be raised; one that follows from a code's own definition may not
(readings, sections 7 and 12). Promise: nobody raises a limit of a month that they worked in or bill.
"""

from datetime import date
from typing import Final

from commands.deciding import Asked, Law, States
from commands.guards import by_rule, is_future
from commands.intents.codes import RaiseLimit
from ledger.judging.other_families import FAMILIES_OF
from ledger.judging.payers import book_on
from ledger.rulebook import Reading, Rules
from ledger.streams.limits import LimitRaised, LimitWords
from ledger.streams.month_state import CareMonth
from ledger.streams.patient_state import Patient
from ledger.terms.calendar import first_day, last_day, month_of
from ledger.terms.identity import care_month_tag, patient_tag
from ledger.terms.notices import notice
from ledger.terms.outcome import Accepted, Notice, Outcome, Refused, Unchanged
from ledger.terms.refusals import REFUSALS, refused

_FAMILIES: Final = "medicare.ccm.families"


def decide_raise_limit(asked: Asked[RaiseLimit], states: States, law: Law) -> Outcome:
    """Let a month hold more units of a code, as compliance, with the reason and where the records lie.

    The newest word on a code holds; it may go back as far as the limit itself. Reads the patient, the month, and the
    sealed reason of what was said last; law, as of the month's last day and for its payer: medicare.ccm.families.*, the
    code's limit_may_be_overridden and units_max (CCM-CODE-03, -04, -05). Refuses, in order: in_the_future, after_death,
    not_self (the actor worked in the month, or bills it), limit_not_overridable, limit_not_above. Unchanged where just
    this was said last. Notices: attested_month_moved.
    """
    command, patient = asked.command, asked.patient
    if need := states.missing(patient_tag(patient), care_month_tag(patient, command.month)):
        return need
    state, month = states.patient(patient), states.month(patient, command.month)
    if is_future(asked, first_day(command.month)):
        return refused("in_the_future", what=f"The month {command.month}")
    died_on = state.died_on()
    if died_on is not None and command.month > month_of(died_on):
        return refused("after_death", what="the month")
    if _is_own(asked.actor, state, month):
        return refused("not_self", what="The month")
    rules = _rules_of(command.code, state, last_day(command.month), law)
    limit = _raisable_from(command.code, rules)
    if isinstance(limit, Refused):
        return limit
    most = int(str(limit.value))
    words = LimitWords(reason=command.reason, records=command.records)
    newest = next(((e, at) for e, at in reversed(month.limits) if e.code == command.code), None)
    if newest is not None and newest[0].units == command.units and _opened(asked, *newest) == words:
        return Unchanged((newest[1],))
    was_raised = newest is not None and newest[0].units > most
    if command.units < most or (command.units == most and not was_raised):
        because = by_rule(limit, REFUSALS["limit_not_above"].because)
        return refused("limit_not_above", because=because, billed=command.code, limit=str(most))
    event = LimitRaised(
        patient=patient, month=command.month, code=command.code, units=command.units, by=asked.actor, words=words
    )
    return Accepted((event,), attested_notices(month))


def attested_notices(month: CareMonth) -> tuple[Notice, ...]:
    """That a month which stands attested may say something else now."""
    if not any(month.standing_attestation(each) for each in FAMILIES_OF):
        return ()
    happened = f"The month {month.month} stands attested; where this changes what was signed, it is stale."
    return (notice("attested_month_moved", happened),)


def _is_own(actor: str, patient: Patient, month: CareMonth) -> bool:
    """Whether somebody worked in a month, entered work of it, or bills it."""
    worked = any(actor in (entry.work.performer, entry.work.entered_by) for entry in month.entries)
    return worked or any(d.event.practitioner == actor and d.occupies(month.month) for d in patient.designations)


def _rules_of(code: str, patient: Patient, on: date, law: Law) -> Rules | None:
    """The rules of a day as the programme has them that bills a code, for the patient's payer; None where none does."""
    for programme, families in FAMILIES_OF.items():
        rules = law.on(on, book_on(patient, on, law.rulebook, programme))
        names = (f"{_FAMILIES}.{family}_{part}" for family in families for part in ("base", "addon"))
        if any(rules.get(name) == code for name in names):
            return rules
    return None


def _raisable_from(code: str, rules: Rules | None) -> Reading | Refused:
    """The limit that may be raised; the refusal where the code has none in force, or no rule lets it be."""
    by = rules.find(f"medicare.ccm.{code}.limit_may_be_overridden") if rules is not None else None
    name = f"medicare.ccm.{code}.units_max"
    if rules is None or by is None or by.value is not True or rules.limit(name) is None:
        because = by_rule(by, REFUSALS["limit_not_overridable"].because)
        return refused("limit_not_overridable", because=because, billed=code)
    return rules.reading(name)


def _opened(asked: Asked[RaiseLimit], event: LimitRaised, position: int) -> object:
    """The words of what was said before; closed where their key is gone."""
    said = asked.opened(event.tags()[0], position)
    assert isinstance(said, LimitRaised)
    return said.words
