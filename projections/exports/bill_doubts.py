"""Where a bill does not support its claim: what the claim says beside what the disclosed facts and the rules give.

Promise: each doubt says in which respect, and names codes, fields, positions and amounts, never a word about a person.
"""

import base64
import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from ledger.claims.building import Content, content_of
from ledger.judging.law import law_on
from ledger.judging.payers import book_of
from ledger.judging.shapes import MonthFacts, Verdict
from ledger.rulebook import EditionDamaged, Reading, ReadingSet, Rulebook
from ledger.streams.claims import ClaimReleased
from ledger.streams.claims_state import Claim, Claims
from ledger.terms.calendar import last_day
from projections.exports.bill_file import Bill

Where = Literal["claim", "edition", "facts", "month", "units", "money", "content", "readings", "derivation", "since"]
"""claim: it was withdrawn, rejected, or another one stands for it. edition: not the pinned one. facts: some that it
rests on are not there. month: not the one that was signed. units, money, content: a line, an amount, a field. readings:
not the edition's. derivation: the maker's program said something else. since: what came into the month later takes
something away."""


_OVER: Final = ("withdrawn", "rejected", "replaced", "voided")


class Doubt(NamedTuple):
    """Where a bill does not support its claim."""

    where: Where
    happened: str


class Line(NamedTuple):
    """A line of the claim, and how many of its units the facts support."""

    code: str
    units: int
    charge: Decimal
    supported: int


def of_claim(claims: Claims, claim: Claim) -> list[Doubt]:
    """Where the claim asks for nothing any more: it was taken back, turned away, or another one stands for it."""
    status = claims.status(claim)
    return [Doubt("claim", f"The claim was {status} since.")] if status in _OVER else []


def of_month(event: ClaimReleased, verdict: Verdict) -> list[Doubt]:
    """Where the month is not the one that was signed, is signed by nobody, or may not be released."""
    found = []
    if verdict.digest != event.digest:
        found.append(Doubt("month", "The month that the disclosed facts give is not the one that was signed."))
    if verdict.attested is None:
        found.append(Doubt("month", "No attestation of the month stands among the disclosed facts."))
    if verdict.missing:
        codes = ", ".join(dict.fromkeys(notice.code for notice in verdict.missing))
        found.append(Doubt("month", f"Something blocks the release of the month: {codes}."))
    return found


def of_lines(lines: tuple[Line, ...]) -> list[Doubt]:
    """Which units are claimed beyond what the facts support."""
    return [
        Doubt("units", f"{line.code} is claimed x{line.units}, and the facts support x{line.supported}.")
        for line in lines
        if line.supported < line.units
    ]


def of_content(event: ClaimReleased, verdict: Verdict, facts: MonthFacts, rulebook: Rulebook) -> list[Doubt]:
    """What else the claim says, against what the facts and the rules give for it."""
    said: dict[str, tuple[object, object]] = {
        "practice": (event.practice, verdict.practice),
        "practitioner": (event.practitioner, verdict.practitioner),
        "payer": (event.payer, verdict.payer),
        "family": (event.family, verdict.family),
        "date_of_service": (event.date_of_service, verdict.date_of_service),
    }
    practice = facts.practices.get(event.practice)
    if practice is None:
        return _differing(said)
    book, on = book_of(verdict, rulebook), verdict.date_of_service
    law, rules = law_on(book, last_day(event.month)), book.in_force(on)
    content = content_of(verdict, facts.patient, practice, law, rules, place=event.place_of_service)
    said["service_from"] = (event.service_from, content.service_from)
    said["diagnoses"] = (event.diagnoses, content.diagnoses)
    return _differing(said) + _of_money(event, content)


def _differing(said: Mapping[str, tuple[object, object]]) -> list[Doubt]:
    different = [name for name, (claimed, given) in said.items() if claimed != given]
    return [Doubt("content", f"The claim's {name} is not what the facts give.") for name in different]


def _of_money(event: ClaimReleased, content: Content) -> list[Doubt]:
    given = {line.code: line for line in content.lines}
    found = []
    for line in event.lines:
        other = given.get(line.code)
        if other is None:
            found.append(Doubt("money", f"The facts give no charge for {line.code}."))
        elif (line.units, line.charge, line.expected) != (other.units, other.charge, other.expected):
            found.append(Doubt("money", f"{line.code} is charged ${line.charge}, and the facts give ${other.charge}."))
    return found


def of_readings(bill: Bill, rulebook: Rulebook, verdict: Verdict) -> list[Doubt]:
    """Whether the readings that the release noted are in the file, and stand in the edition that it was decided by."""
    released = bill.fact_of_claim()
    assert released is not None, "the claim was read from it"
    envelope = released.fact().envelope
    if envelope.readings is None:
        return []
    sets = {hashlib.sha256(content).hexdigest(): content for content in map(base64.b64decode, bill.readings)}
    if envelope.readings not in sets:
        return [Doubt("readings", "The readings that the release noted are not in the file.")]
    try:
        noted = ReadingSet.from_bytes(sets[envelope.readings]).readings
    except EditionDamaged:
        return [Doubt("readings", "The readings in the file cannot be read.")]
    if envelope.edition != verdict.edition:
        return []  # released by a later edition than the one that was signed: its readings are not those of the month
    book = book_of(verdict, rulebook)
    strange = [each.name for each in noted if not _holds(book, each) and not _holds(rulebook, each)]
    return [
        Doubt("readings", f"A reading that the release noted is not the edition's: {name}.") for name in strange[:5]
    ]


def _holds(book: Rulebook, reading: Reading) -> bool:
    """Whether a reading stands in a rulebook as it was noted; a payer's is found in the payer's view, by its base."""
    return book.in_force(reading.effective).find(reading.name.partition("@")[0]) == reading
