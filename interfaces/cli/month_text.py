"""One patient-month in words: minutes, codes and units, dollars, what is missing, and why, line by line.

Promise: everything shown stands in the judge's verdict; nothing is counted, judged or rounded here. Amounts are
labelled as what they are: national estimates.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.clocks import clock_line
from interfaces.cli.month_price import expected_line
from interfaces.cli.wording import ESTIMATE, clock, codes, counted, moment, money, notice_lines

if TYPE_CHECKING:
    from ledger.judging.prices import Price
    from ledger.judging.shapes import EntryLine, FamilyResult, Verdict
    from ledger.rulebook import Reading
    from projections.history_line import HistoryLine

STANDINGS: Final[Mapping[str, str]] = {
    "nothing_logged": "nothing is logged",
    "below_minimum": "no family of codes reaches its minimum",
    "blocked": "the minutes suffice, and something is missing before release",
    "ready": "nothing blocks release; nobody has attested yet",
    "attested": "attested, and unchanged since",
    "stale": "attested, and changed since: it must be attested again",
}
FAMILIES: Final[Mapping[str, str]] = {
    "noncomplex": "non-complex CCM",
    "complex": "complex CCM",
    "personal": "CCM by the practitioner personally",
}


_KINDS: Final = frozenset({"yes_no", "word", "words", "code", "codes", "effect"})
"""Units of a rule that say what kind of value it is and measure nothing."""


def month_lines(verdict: "Verdict", price: "Price | None" = None) -> Iterator[str]:
    """The month as a whole; `price` is what its codes are expected to pay."""
    payer = verdict.payer or "no coverage on file, so the estimate is for Medicare FFS"
    yield f"Standing: {verdict.standing.replace('_', ' ')}: {STANDINGS[verdict.standing]}."
    yield f"Counted: {clock(verdict.staff_seconds)} of staff, {clock(verdict.personal_seconds)} of the practitioner."
    if verdict.untimed_seconds:
        yield f"  Of it {clock(verdict.untimed_seconds)} without clock times."
    since = f"from {moment(verdict.consent_from)} on" if verdict.consent_from else "nothing, for want of consent"
    yield f"Consent lets count: {since}."
    biller = verdict.practitioner or "nobody is designated"
    yield f"Billing practitioner: {biller}. Practice: {verdict.practice or 'none'}. Payer: {payer}."
    if verdict.profiles:
        named = ", ".join(verdict.profiles)
        yield f"Judged with the exceptions of the profile {named}; `ccm-ledger rules payers` says what they change."
    yield from _charges(verdict, price)
    if verdict.missing:
        yield f"Missing before release: {counted(len(verdict.missing), 'point')}."
        yield from notice_lines(verdict.missing)
    if verdict.notices:
        yield f"To be looked at: {counted(len(verdict.notices), 'point')}."
        yield from notice_lines(verdict.notices)
    yield f"Digest that `attest_month` signs: {verdict.digest}"
    yield f"Judged by edition {verdict.edition[:12]} of the rulebook."


def _charges(verdict: "Verdict", price: "Price | None") -> Iterator[str]:
    family = verdict.family
    if family is None or not verdict.charges:
        yield "Codes: none yet."
        return
    how = "chosen by the practitioner" if verdict.chosen else "suggested"
    yield f"Codes ({FAMILIES[family]}, {how}), date of service {verdict.date_of_service}:"
    for line in verdict.charges:
        yield f"  {line.code} x{line.units}  {money(line.amount)}"
    if verdict.amount is None:
        yield f"  Together: no price is on file for {verdict.date_of_service}."
    else:
        yield f"  Together {money(verdict.amount)} ({ESTIMATE})."
    if price is not None:
        yield expected_line(price)


def explained_lines(
    verdict: "Verdict",
    readings: Iterable["Reading"],
    told: Mapping[int, "HistoryLine"],
    after: Collection[str] = (),
) -> Iterator[str]:
    """Every entry, every family and every rule that the verdict rests on.

    `told` are the facts of the entries by position, `after` the entries that came after the attestation.
    """
    yield ""
    yield f"Entries: {counted(len(verdict.lines), 'entry', 'entries')}, in the order in which they were recorded."
    for line in verdict.lines:
        yield from _entry(line, told.get(line.position), is_after=line.entry in after)
    yield ""
    yield "Families of codes:"
    for result in verdict.families:
        yield from _family(result)
    yield ""
    yield "Rules that were read:"
    for reading in readings:
        yield from _reading(reading)
    if verdict.reading_set:
        yield f"Digest of these readings: {verdict.reading_set}"


def _entry(line: "EntryLine", fact: "HistoryLine | None", *, is_after: bool) -> Iterator[str]:
    timed = "" if line.is_timed else ", without clock times"
    yield f"  {line.on}  {clock(line.counted)} of {clock(line.seconds)} count{timed}  position {line.position}"
    pool = f", {line.pool} minutes" if line.pool else ""
    asserted = fact.who.asserted_by if fact else None
    voucher = f"; asserted by {asserted}" if asserted else ""
    yield f"    {line.activity or 'no activity given'} by {line.performer}{pool}; entry {line.entry}{voucher}"
    if fact is not None:
        behind = "; after the attestation" if is_after else ""
        between = clock_line(fact)
        yield f"    recorded {moment(fact.recorded_at)}{f'; {between}' if between else ''}{behind}"
    yield from notice_lines(line.notices, indent="    ")


def _family(result: "FamilyResult") -> Iterator[str]:
    if result.is_available:
        outcome = f"{codes(result.lines)}, {money(result.amount)} ({ESTIMATE})"
    else:
        outcome = "not available"
    yield f"  {FAMILIES[result.family]}: {counted(result.minutes, 'minute')}: {outcome}"
    if result.unpaid_minutes:
        yield f"    {counted(result.unpaid_minutes, 'minute')} beyond the last paid unit."
    yield from notice_lines(result.notices, indent="    ")


def _reading(reading: "Reading") -> Iterator[str]:
    from ledger.rulebook.describe import shown_value  # noqa: PLC0415 - loaded by now

    until = f" to {reading.until}" if reading.until else ""
    unit = "" if reading.unit in _KINDS else f" {reading.unit}"
    yield f"  {reading.name} = {shown_value(reading.value)}{unit}"
    rules = f" [{', '.join(reading.rules)}]" if reading.rules else ""
    yield f"    effective {reading.effective}{until}; {reading.cite}{rules}"


def why_not_lines(reasons: Mapping[str, Any]) -> Iterator[str]:
    """Why a code is not among those of the month, or has no more units, in the judge's own reasons."""
    code = reasons["code"]
    yield ""
    if not reasons["is_known"]:
        yield f"{code} belongs to no family of CCM codes in force then; those that do: {', '.join(reasons['known'])}."
        return
    billed, most = reasons["billed_units"], reasons["units_max"]
    of_most = ", and nothing limits them" if most is None else f" of at most {most}"
    has = f"{code} has {counted(billed, 'unit')}{of_most}" if billed else f"{code} is not among the codes"
    yield f"{has} ({FAMILIES[reasons['family']]}, {counted(reasons['minutes'], 'minute')})."
    if reasons["minutes_missing"]:
        needed = counted(reasons["minutes_for_next_unit"], "minute")
        yield f"  The next unit needs {needed}: {reasons['minutes_missing']} more."
    elif reasons["minutes_missing"] is None:
        yield "  The minutes make all the units that it may have."
    if reasons["other_family_bills"]:
        earned = f" The minutes would make {code} x{reasons['units_earned']}." if reasons["units_earned"] else ""
        yield f"  Another family bills: {FAMILIES[reasons['other_family_bills']]}.{earned}"
    if reasons["uncounted_seconds"]:
        yield f"  {clock(reasons['uncounted_seconds'])} of the month do not count: `--explain` says why."
    for each in reasons["because"]:
        yield f"  {each['code']}: {each['happened']}"
        if each["remedy"]:
            yield f"    {each['remedy']}"
