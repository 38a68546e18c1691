"""What changed in a derived month between two moments, entry by entry, and the facts that did it.

Promise: both sides are verdicts of the one judge as of their position; every field that differs is named, and each fact
that changed the month in between stands beside it, with who, when and why. A fact that changed nothing in this month is
not listed. Not promised: that the later answer is the better one.
"""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from ledger.judging.needs import gather
from ledger.judging.shapes import EntryLine, FamilyResult, Verdict
from ledger.terms.outcome import Notice
from projections.history_line import HistoryLine, OpenWords
from projections.judged import RulebookOf, judged
from projections.month_answer import AsAttested, attested
from projections.month_states import MonthStates
from projections.month_walk import Step, walk
from projections.patient_history import StreamsLog, lines_beside
from projections.two_patients import one_person


class EntryChange(NamedTuple):
    """An entry that came, went, or is judged otherwise."""

    entry: str
    kind: Literal["new", "gone", "changed"]
    before: EntryLine | None
    after: EntryLine | None
    notices_added: tuple[str, ...]
    notices_removed: tuple[str, ...]


class FamilyChange(NamedTuple):
    """A family of codes whose result differs."""

    family: str
    before: FamilyResult | None
    after: FamilyResult | None


class Because(NamedTuple):
    """A fact that changed the month, and what it changed."""

    line: HistoryLine
    changed: tuple[str, ...]
    staff_seconds: int
    """What it added to the counted seconds of staff; less than none where it took some away."""
    personal_seconds: int


class MonthDiff(NamedTuple):
    """A month at two positions, and what lies between."""

    patient: str
    month: str
    since: int
    until: int
    before: Verdict
    after: Verdict
    changed: tuple[str, ...]
    """Which parts of the month differ, in the order of `PARTS`."""
    entries: tuple[EntryChange, ...]
    families: tuple[FamilyChange, ...]
    missing_added: tuple[Notice, ...]
    missing_removed: tuple[Notice, ...]
    notices_added: tuple[Notice, ...]
    notices_removed: tuple[Notice, ...]
    attested_before: AsAttested | None
    attested_after: AsAttested | None
    because: tuple[Because, ...]


PARTS: Final = (
    "standing",
    "entries",
    "seconds",
    "families",
    "codes",
    "dollars",
    "with_visits",
    "chosen",
    "missing",
    "notices",
    "practitioner",
    "practice",
    "payer",
    "date_of_service",
    "consent",
    "edition",
    "attestation",
    "digest",
)
"""The parts of a month that may differ."""


def month_diff(
    log: StreamsLog,
    rulebook_of: RulebookOf,
    patient: str,
    month: str,
    *,
    since: int,
    until: int,
    open_words: OpenWords | None = None,
) -> MonthDiff:
    """What changed in a month behind position `since` and up to `until`. Both must lie behind the first adoption."""
    first, last = (MonthStates(log, patient, month, after=position) for position in (since, until))
    before = judged(first.at, rulebook_of, patient, month).verdict
    after = judged(last.at, rulebook_of, patient, month).verdict
    attested_before, attested_after = (_attested(states, patient, month) for states in (first, last))
    steps = tuple(walk(log, rulebook_of, patient, month, since=since, until=until))
    return MonthDiff(
        patient=patient,
        month=month,
        since=since,
        until=until,
        before=before,
        after=after,
        changed=changed_parts(before, after),
        entries=entry_changes(before, after),
        families=_family_changes(before, after),
        missing_added=_beyond(after.missing, before.missing),
        missing_removed=_beyond(before.missing, after.missing),
        notices_added=_beyond(after.notices, before.notices),
        notices_removed=_beyond(before.notices, after.notices),
        attested_before=attested_before,
        attested_after=attested_after,
        because=because_of(log, patient, steps, open_words, group=one_person(log, patient, since, until), as_of=until),
    )


def _attested(states: MonthStates, patient: str, month: str) -> AsAttested | None:
    standing = gather(patient, month, lambda tag: states.at(tag).state).month.standing_attestation()
    return attested(standing) if standing is not None else None


def because_of(
    log: StreamsLog,
    patient: str,
    steps: tuple[Step, ...],
    open_words: OpenWords | None = None,
    *,
    group: tuple[str, ...] = (),
    as_of: int | None = None,
) -> tuple[Because, ...]:
    """The facts that changed a month, each with what it changed; `group` and `as_of` as `lines_beside` takes them."""
    lines = lines_beside(log, patient, [step.fact for step in steps], open_words, group=group, as_of=as_of)
    return tuple(
        Because(
            line,
            changed_parts(step.before, step.after),
            step.after.staff_seconds - step.before.staff_seconds,
            step.after.personal_seconds - step.before.personal_seconds,
        )
        for line, step in zip(lines, steps, strict=True)
    )


def changed_parts(before: Verdict, after: Verdict) -> tuple[str, ...]:
    """The names of the parts in which two verdicts on one month differ, in the order of `PARTS`."""
    first, second = _parts(before), _parts(after)
    return tuple(name for name in PARTS if first[name] != second[name])


def _parts(verdict: Verdict) -> dict[str, object]:
    return {
        "standing": verdict.standing,
        "entries": verdict.lines,
        "seconds": (verdict.staff_seconds, verdict.personal_seconds, verdict.untimed_seconds),
        "families": verdict.families,
        "codes": tuple((line.code, line.units) for line in verdict.charges),
        "dollars": verdict.amount,
        "with_visits": verdict.with_visits,
        "chosen": (verdict.chosen, verdict.suggested),
        "missing": verdict.missing,
        "notices": verdict.notices,
        "practitioner": verdict.practitioner,
        "practice": verdict.practice,
        "payer": verdict.payer,
        "date_of_service": verdict.date_of_service,
        "consent": verdict.consent_from,
        "edition": verdict.edition,
        "attestation": verdict.attested,
        "digest": verdict.digest,
    }


def entry_changes(before: Verdict, after: Verdict) -> tuple[EntryChange, ...]:
    """The entries that came, went, or are judged otherwise: those of the later month in its order, then those gone."""
    first = {line.entry: line for line in before.lines}
    second = {line.entry: line for line in after.lines}
    found = []
    for entry in (*second, *(each for each in first if each not in second)):
        was, now = first.get(entry), second.get(entry)
        if was != now:
            found.append(_entry_change(entry, was, now))
    return tuple(found)


def _entry_change(entry: str, was: EntryLine | None, now: EntryLine | None) -> EntryChange:
    codes_before = tuple(notice.code for notice in was.notices) if was else ()
    codes_after = tuple(notice.code for notice in now.notices) if now else ()
    return EntryChange(
        entry,
        "new" if was is None else "gone" if now is None else "changed",
        was,
        now,
        tuple(code for code in codes_after if code not in codes_before),
        tuple(code for code in codes_before if code not in codes_after),
    )


def _family_changes(before: Verdict, after: Verdict) -> tuple[FamilyChange, ...]:
    names = dict.fromkeys(result.family for verdict in (before, after) for result in verdict.families)
    pairs = ((name, before.result(name), after.result(name)) for name in names)
    return tuple(FamilyChange(name, was, now) for name, was, now in pairs if was != now)


def _beyond(notices: Iterable[Notice], known: Iterable[Notice]) -> tuple[Notice, ...]:
    """Notices whose code, words or seconds the other side does not have."""
    others = set(known)
    return tuple(notice for notice in notices if notice not in others)
