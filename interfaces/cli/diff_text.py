"""Differences in words and in JSON: what came, what went, what says something else, and by which facts.

Promise: everything shown is an answer of the projections; both sides of each difference are shown, and nothing that is
the same. A patient's words stand here only where they were opened for this reader.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from interfaces.cli.history import line_json, told
from interfaces.cli.month_parts import SHORT, attested_json
from interfaces.cli.wording import clock, codes, counted, family_name, money

if TYPE_CHECKING:
    from ledger.judging.shapes import Verdict
    from ledger.terms.outcome import Notice
    from projections.changed_months import ChangedMonths
    from projections.elements import ElementChange
    from projections.month_diff import Because, EntryChange, MonthDiff
    from projections.patient_diff import PatientDiff


# --- a patient ----------------------------------------------------------------------------------------------------


def diff_json(found: "PatientDiff") -> dict[str, Any]:
    """A patient's difference for programs."""
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now

    return {
        "patient": found.patient,
        "since": found.since,
        "as_of": found.until,
        "stood_before": plain(found.stood_before),
        "stands_after": plain(found.stands_after),
        "changes": [
            {
                **{name: getattr(each, name) for name in ("kind", "id", "change")},
                "details": [{"what": what, "before": before, "after": after} for what, before, after in each.details],
            }
            for each in found.changes
        ],
        "streams": [
            {"stream": each.stream, "facts": [line_json(line) for line in each.lines]} for each in found.streams
        ],
    }


def diff_lines(found: "PatientDiff", *, with_words: bool) -> Iterator[str]:
    """A patient's difference for people."""
    count = sum(len(each.lines) for each in found.streams)
    yield f"{found.patient} between position {found.since} and position {found.until}: {counted(count, 'fact')}."
    yield from _stood_lines(found)
    if found.changes:
        yield ""
        yield "What came, went or says something else:"
        for change in found.changes:
            yield from _change_lines(change)
    for stream in found.streams:
        yield ""
        yield f"{stream.stream}: {counted(len(stream.lines), 'fact')}"
        for line in stream.lines:
            yield from (f"  {text}" for text in told(line, with_words=with_words))


def _stood_lines(found: "PatientDiff") -> Iterator[str]:
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now

    before, after = plain(found.stood_before) or {}, plain(found.stands_after) or {}
    if not before and after:
        yield "The ledger did not know this patient at the first moment."
    for name in [name for name in after or before if name != "on"]:
        was, now = _text(before.get(name)), _text(after.get(name))
        if was != now:
            yield f"  {name.replace('_', ' ')}: {was} -> {now}"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None else str(value)


def _change_lines(change: "ElementChange") -> Iterator[str]:
    yield f"  {change.change}: {change.kind} {change.id}"
    for what, before, after in change.details:
        if change.change == "changed":
            yield f"    {what}: {before or '-'} -> {after or '-'}"
        else:
            yield f"    {what}: {after if change.change == 'new' else before}"


# --- a month ------------------------------------------------------------------------------------------------------


def month_diff_json(found: "MonthDiff") -> dict[str, Any]:
    """A month's difference for programs."""
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now

    notices = {
        name: [{"code": notice.code, "happened": notice.happened} for notice in getattr(found, name)]
        for name in ("missing_added", "missing_removed", "notices_added", "notices_removed")
    }
    return {
        "patient": found.patient,
        "month": found.month,
        "since": found.since,
        "as_of": found.until,
        "changed": list(found.changed),
        "before": side_json(found.before),
        "after": side_json(found.after),
        "entries": plain(found.entries),
        "families": plain(found.families),
        **notices,
        "attested_before": attested_json(found.attested_before) if found.attested_before else None,
        "attested_after": attested_json(found.attested_after) if found.attested_after else None,
        "because": [because_json(each) for each in found.because],
        "amounts_are": "national estimates",
    }


def side_json(verdict: "Verdict") -> dict[str, Any]:
    """One side of a month's difference."""
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now

    return {
        "standing": verdict.standing,
        "seconds": {
            "staff": verdict.staff_seconds,
            "personal": verdict.personal_seconds,
            "untimed": verdict.untimed_seconds,
        },
        "family": verdict.family,
        "charges": plain(verdict.charges),
        "amount": plain(verdict.amount),
        "missing": [notice.code for notice in verdict.missing],
        "notices": [notice.code for notice in verdict.notices],
        "practitioner": verdict.practitioner,
        "practice": verdict.practice,
        "payer": verdict.payer,
        "date_of_service": plain(verdict.date_of_service),
        "consent_from": plain(verdict.consent_from),
        "attested": verdict.attested,
        "edition": verdict.edition,
        "digest": verdict.digest,
    }


def because_json(each: "Because") -> dict[str, Any]:
    """A fact that changed a month, for programs."""
    added = {"staff_seconds": each.staff_seconds, "personal_seconds": each.personal_seconds}
    return {**line_json(each.line), "changed": list(each.changed), "added": added}


def month_diff_lines(found: "MonthDiff", *, with_words: bool) -> Iterator[str]:
    """A month's difference for people."""
    yield f"{found.month} of {found.patient} between position {found.since} and position {found.until}."
    if not found.changed:
        yield "It says the same at both."
    yield from _part_lines(found.before, found.after, found.changed)
    if found.entries:
        yield "Entries:"
        for entry in found.entries:
            yield _entry_line(entry)
    for family in found.families:
        was, now = (f"{codes(each.lines) or 'none'}" if each else "none" for each in (family.before, family.after))
        minutes = [str(each.minutes) if each else "-" for each in (family.before, family.after)]
        yield f"{family_name(family.family)}: {minutes[0]} -> {minutes[1]} minutes; {was} -> {now}"
    yield from _notice_lines("Missing before release", found.missing_added, found.missing_removed)
    yield from _notice_lines("To be looked at", found.notices_added, found.notices_removed)
    yield f"Because of {counted(len(found.because), 'fact')}:"
    for each in found.because:
        yield from _because_lines(each, with_words=with_words)


def _part_lines(before: "Verdict", after: "Verdict", changed: Iterable[str]) -> Iterator[str]:
    for part in changed:
        match part:
            case "standing" | "practitioner" | "practice" | "payer" | "date_of_service":
                was, now = (getattr(side, part) or "none" for side in (before, after))
                yield f"{part.replace('_', ' ').capitalize()}: {was} -> {now}"
            case "seconds":
                for who, pool in (("staff", "staff_seconds"), ("the practitioner", "personal_seconds")):
                    yield f"Counted of {who}: {clock(getattr(before, pool))} -> {clock(getattr(after, pool))}"
            case "codes":
                yield f"Codes: {codes(before.charges) or 'none'} -> {codes(after.charges) or 'none'}"
            case "dollars":
                yield f"Dollars: {money(before.amount)} -> {money(after.amount)} (national estimates)"
            case "chosen":
                yield f"Family: {before.family or 'none'} -> {after.family or 'none'}"
            case "consent":
                yield f"Consent lets count from: {before.consent_from or 'never'} -> {after.consent_from or 'never'}"
            case "edition" | "digest":
                yield f"{part.capitalize()}: {getattr(before, part)[:SHORT]} -> {getattr(after, part)[:SHORT]}"
            case "attestation":
                yield f"Attestation: {before.attested or 'none'} -> {after.attested or 'none'}"


def _entry_line(entry: "EntryChange") -> str:
    was, now = entry.before, entry.after
    line = now or was
    assert line is not None, "a change has a side"
    sides = [f"{clock(side.counted)} of {clock(side.seconds)}" if side else "nothing" for side in (was, now)]
    signs = [*(f"+{code}" for code in entry.notices_added), *(f"-{code}" for code in entry.notices_removed)]
    reasons = f"; {', '.join(signs)}" if signs else ""
    return f"  {entry.kind}: {entry.entry} of {line.on}, {sides[0]} -> {sides[1]} count{reasons}"


def _notice_lines(label: str, added: Iterable["Notice"], removed: Iterable["Notice"]) -> Iterator[str]:
    for sign, notices in (("+", added), ("-", removed)):
        for notice in notices:
            yield f"{label}: {sign} {notice.code}: {notice.happened}"


def _because_lines(each: "Because", *, with_words: bool) -> Iterator[str]:
    yield from (f"  {text}" for text in told(each.line, with_words=with_words))
    seconds = each.staff_seconds + each.personal_seconds
    added = f" ({'+' if seconds > 0 else '-'}{clock(abs(seconds))})" if seconds else ""
    yield f"      changed: {', '.join(each.changed) or 'words of notices'}{added}"


# --- the months ---------------------------------------------------------------------------------------------------


def changed_json(found: "ChangedMonths") -> dict[str, Any]:
    """The months that differ, for programs."""
    return {
        "since": found.since,
        "as_of": found.until,
        "months": [
            {
                "patient": each.patient,
                "month": each.month,
                "changed": list(each.changed),
                "before": side_json(each.before),
                "after": side_json(each.after),
                "because": [because_json(fact) for fact in each.because],
            }
            for each in found.months
        ],
        "amounts_are": "national estimates",
    }


def changed_lines(found: "ChangedMonths") -> Iterator[str]:
    """The months that differ, for people."""
    many = counted(len(found.months), "patient-month")
    yield f"Between position {found.since} and position {found.until} {many} changed."
    for each in found.months:
        yield ""
        yield f"{each.month} of {each.patient}: {', '.join(each.changed) or 'words of notices'}"
        yield f"  {each.before.standing} -> {each.after.standing}; {_worth(each.before)} -> {_worth(each.after)}"
        for fact in each.because:
            line = fact.line
            who = f"{line.who.actor}{f' as {line.who.capacity}' if line.who.capacity else ''}"
            yield f"  because of {line.position}  {line.what} of {line.happened_on}, by {who}"
            yield f"    changed: {', '.join(fact.changed) or 'words of notices'}"


def _worth(verdict: "Verdict") -> str:
    return f"{codes(verdict.charges) or 'no codes'} {money(verdict.amount)}"
