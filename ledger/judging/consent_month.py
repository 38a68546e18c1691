"""Consent as it stands in one month: from when minutes count, where they pause, and what stands in the way.

Promise: a month of a patient who never stopped takes one short pass; stops are looked at only where there are any.
Not promised: that a consent was understood, or a revocation meant; what is on record is judged.
"""

from datetime import date, datetime
from typing import Final, NamedTuple

from ledger.judging.consent import (
    ConsentStanding,
    consent_notices,
    consents_of,
    judge_consent,
    lack_reading,
    lack_words,
    not_before,
)
from ledger.judging.days import end_of
from ledger.judging.law import MonthLaw
from ledger.judging.stops import STOP_NAMES, Held, Pause, Stop, Stopped, ended_by, latest, stops_of, unbroken_since
from ledger.rulebook import Rulebook, RulesInForce
from ledger.streams.patient_state import Designation, Patient
from ledger.streams.status_state import CLEAN
from ledger.terms.notices import notice
from ledger.terms.outcome import Notice
from ledger.terms.people import Programme

_VOID_NAME: Final = "medicare.ccm.consent.invalid_counts"
_NOTHING: Final[frozenset[str]] = frozenset()


class MonthConsent(NamedTuple):
    """Consent as it stands in one month."""

    counts_from: datetime | None
    """The moment from which minutes of the month's billing practitioner count."""
    counts_on: tuple[date, date] | None
    """The earliest and latest local date of that moment."""
    started_on: date | None
    """The day of the first complete consent of the programme that the month belongs to, whoever is named.

    One that was broken and taken up again starts anew (CCM-INIT-07; readings, section 12); None: there is none.
    """
    blocks: tuple[Notice, ...]
    notices: tuple[Notice, ...]
    read_on: tuple[RulesInForce, ...]
    """The rules by which consents were read, each once."""
    stopped: Stopped | None = None
    """What revocations and disenrolments make of the month; None where there are none."""
    besides: frozenset[str] = _NOTHING
    """What else was read of the month's rules."""


def consent_in_month(
    patient: Patient,
    designation: Designation | None,
    last: date,
    law: MonthLaw,
    rulebook: Rulebook,
    programme: Programme = Programme.CCM,
) -> MonthConsent:
    """From when minutes count in a month, and what stands in the way.

    Minutes count from the first complete consent that names the month's billing practitioner and that nothing ended
    before; while nobody is designated, from the first such one. A decline changes nothing, a void consent never was
    (CCM-CONSENT-01, -07, -08, -13).
    """
    asked = _Asked(patient, programme, designation, last, law)
    standings = consents_of(patient, programme, rulebook)
    if patient.status is CLEAN:
        return _started(_unstopped(asked, standings), asked, rulebook)
    practice = designation.event.practice if designation else None
    stops = stops_of(patient, programme, practice, law)
    found = _stopped(asked, standings, stops) if stops else None
    if found is None:
        found = _unstopped(asked, standings)
    return _with_void(_started(found, asked, rulebook), asked, rulebook)


def _started(found: MonthConsent, asked: "_Asked", rulebook: Rulebook) -> MonthConsent:
    """The same, started on no day before its programme began."""
    if found.started_on is None:
        return found
    started = not_before(found.started_on, asked.programme, rulebook, asked.last)
    return found if started == found.started_on else found._replace(started_on=started)


class _Asked(NamedTuple):
    """Whose month of which programme is asked about, by which law."""

    patient: Patient
    programme: Programme
    designation: Designation | None
    last: date
    law: MonthLaw

    @property
    def designee(self) -> str | None:
        return self.designation.event.practitioner if self.designation else None


def _unstopped(asked: _Asked, standings: tuple[ConsentStanding, ...]) -> MonthConsent:
    """The month of a patient who never stopped."""
    last, designee = asked.last, asked.designee
    if not standings:
        return MonthConsent(None, None, None, (_none_on_file(asked),), (), ())
    complete = _complete(standings, last)
    started = min((s.local[0] for s in complete if s.local), default=None)
    named = [s for s in complete if designee is None or s.practitioner == designee]
    month_end = end_of(last)
    first = min(named, key=lambda s: (s.complete_from or month_end, s.position), default=None)
    read_on = tuple(dict.fromkeys(s.rules for s in standings))
    if first is None:
        why = _names_other(asked) if complete else _why_none(standings, asked)
        return MonthConsent(None, None, started, (why,), (), read_on)
    return MonthConsent(
        first.complete_from, first.local, started, (), _about(first, asked, complete, month_end), read_on
    )


def _stopped(asked: _Asked, standings: tuple[ConsentStanding, ...], stops: tuple[Stop, ...]) -> MonthConsent | None:
    """The month of a patient whose consents were ended; None where none of them was."""
    last, law, designee = asked.last, asked.law, asked.designee
    complete = _complete(standings, last)
    held = [Held(s, s.complete_from, s.local[0], ended_by(s, stops)) for s in complete if s.complete_from and s.local]
    if all(h.stop is None for h in held):
        return None
    first, month_end = last.replace(day=1), end_of(last)
    named = [h for h in held if designee is None or h.consent.practitioner == designee]
    standing = sorted((h for h in named if h.stands_in(first)), key=lambda h: (h.moment, h.consent.position))
    before = latest(h.stop for h in named if h.stop is not None and h.stop.last_on < first)
    pauses, final = _pauses(standing, last)
    told = _told(named, held, first, last)
    stopped = Stopped(before, pauses, told)
    started = unbroken_since(held, first)
    read_on = tuple(dict.fromkeys(s.rules for s in standings))
    found = _reviews(held, final, last, law, is_off=final is not None or not standing)
    besides = frozenset(name for name in STOP_NAMES if law.rules.find(name) is not None)
    if not standing:
        blocks = (_why_ended(held, first, asked),)
        return MonthConsent(None, None, started, blocks, tuple(found), read_on, stopped, besides)
    begins = standing[0].consent
    about = (*_about(begins, asked, complete, month_end), *found)
    return MonthConsent(begins.complete_from, begins.local, started, (), about, read_on, stopped, besides)


def _pauses(standing: list[Held], last: date) -> tuple[tuple[Pause, ...], Stop | None]:
    """Where minutes pause within the month, and what ended the last consent of the month by its end, if anything."""
    pauses: list[Pause] = []
    stop = standing[0].stop if standing else None
    for held in standing[1:]:
        if stop is None:
            break
        if held.on > stop.last_on:
            pauses.append(Pause(stop.last_on, held.moment, held.consent.local, stop))
            stop = held.stop
        elif held.stop is None or held.stop.last_on > stop.last_on:
            stop = held.stop
    if stop is None or stop.last_on > last:
        return tuple(pauses), None
    # The last day of a disenrolment is a border, also where it is the month's last.
    if stop.kind == "disenrolled" or stop.last_on < last:
        pauses.append(Pause(stop.last_on, None, None, stop))
    return tuple(pauses), stop


def _told(named: list[Held], held: list[Held], first: date, last: date) -> tuple[tuple[date, date | None], ...]:
    """The days by the month's end on which the patient revoked a consent, each with that of the next consent.

    Those that were followed by a consent before the month are left out: it is a month like any other.
    """
    stops = {h.stop for h in named if h.stop is not None and h.stop.kind == "revoked" and h.stop.said_on <= last}
    found: dict[date, date | None] = {}
    for stop in sorted(stops, key=lambda s: s.said_on):
        again = min((h.on for h in held if not stop.ends(h.consent)), default=None)
        if again is None or again > first:
            found[stop.said_on] = again
    return tuple(found.items())


def _why_ended(held: list[Held], first: date, asked: _Asked) -> Notice:
    if any(h.stands_in(first) for h in held):
        return _names_other(asked)
    stop = latest(h.stop for h in held if h.stop is not None)
    assert stop is not None
    happened = f"No consent stands in the month: {stop.happened}, and no complete consent followed."
    return notice(stop.block, happened, stop.by(asked.law))


def _reviews(held: list[Held], final: Stop | None, last: date, law: MonthLaw, *, is_off: bool) -> list[Notice]:
    """What to look at of stops: the last month of a programme, and a consent of the very day of a revocation."""
    found: list[Notice] = []
    if final is not None:
        code = "consent_revoked_in_month" if final.kind == "revoked" else "disenrolled_in_month"
        happened = f"The programme ends in this month: {final.happened}. Later months need consent again."
        found.append(notice(code, happened, final.by(law)))
    doubtful = [h.stop for h in held if h.stop is not None and h.consent.happened_on == h.stop.said_on]
    if is_off and any(stop.kind == "revoked" and stop.said_on <= last for stop in doubtful):
        happened = "The patient consented and revoked on one day; the revocation is taken as the later word."
        found.append(notice("consent_on_day_of_revocation", happened, law.rules.find(STOP_NAMES[0])))
    return found


def _with_void(found: MonthConsent, asked: _Asked, rulebook: Rulebook) -> MonthConsent:
    """The month with a word on consents that were found void and would have stood in it."""
    void, law = asked.patient.status.void, asked.law
    if not void:
        return found
    judged = [judge_consent(c, rulebook) for c in asked.patient.consents if c.event.programme is asked.programme]
    if not any(s.consent in void for s in _complete(tuple(judged), asked.last)):
        return found
    happened = "A consent was found void; the month is judged as if it never was."
    by = law.rules.find(_VOID_NAME)
    said = notice("consent_invalidated", happened, by)
    besides = found.besides | ({_VOID_NAME} if by is not None else _NOTHING)
    return found._replace(notices=(*found.notices, said), besides=besides)


def _complete(standings: tuple[ConsentStanding, ...], last: date) -> list[ConsentStanding]:
    return [s for s in standings if s.local is not None and s.local[0] <= last]


def _about(
    first: ConsentStanding, asked: _Asked, complete: list[ConsentStanding], month_end: datetime
) -> tuple[Notice, ...]:
    """What to look at of the consent by which minutes begin to count, and of declines after it."""
    notices = [] if not (first.by_recollection or first.recorded_late) else list(consent_notices(first))
    if asked.patient.declines:
        notices += _declines(asked, complete, month_end)
    return tuple(notices)


def _none_on_file(asked: _Asked) -> Notice:
    happened = f"No complete consent to {asked.programme.value} is on file for the month."
    return notice("consent_not_on_file", happened, asked.law.reading("consent.required"))


def _names_other(asked: _Asked) -> Notice:
    by = asked.law.reading("consent.new_practitioner_needs_own")
    return notice(
        "consent_names_other_practitioner",
        "A complete consent is on file and names another practitioner than the month's billing practitioner.",
        by,
    )


def _why_none(standings: tuple[ConsentStanding, ...], asked: _Asked) -> Notice:
    incomplete = [s for s in standings if s.lacks]
    if incomplete:
        newest = incomplete[-1]
        lacks = "; ".join(lack_words(code) for code in newest.lacks)
        by = lack_reading(newest.lacks[0], newest.rules)
        return notice("consent_incomplete", f"A consent is on file and starts no programme: {lacks}.", by)
    return _none_on_file(asked)


def _declines(asked: _Asked, complete: list[ConsentStanding], month_end: datetime) -> list[Notice]:
    newest = max(s.complete_from for s in complete if s.complete_from)
    after = [
        d.event.occurred_at
        for d in asked.patient.declines
        if d.event.programme is asked.programme and newest < d.event.occurred_at < month_end
    ]
    if not after:
        return []
    when = min(after).isoformat(timespec="seconds")
    happened = f"The patient declined at {when}, after a complete consent; the consent stands."
    return [notice("declined_after_consent", happened, asked.law.reading("consent.decline_stops"))]
