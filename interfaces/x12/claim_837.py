"""Claims as an 837P: every claim as loops, claims of one biller together, and of one subscriber and plan.

Promise: equal claims, head and order give equal bytes; every claim that is handed in is in the file, once. The names
are those of the field's numbers (loop 2010BA, segment NM1); the words about them are our own.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Final

from interfaces.x12.claim_shapes import (
    BillingProvider,
    ClaimToSend,
    Facility,
    Line,
    Place,
    Plan,
    Receiver,
    Rendering,
    Submitter,
    Subscriber,
)
from interfaces.x12.writing import Group, Head, Segment, amount, interchange

VERSION: Final = "005010X222A1"
CLAIMS_A_SET: Final = 5000
"""As many claims as one transaction set may hold."""
POINTERS_MAX: Final = 4
"""As many diagnoses as a line may point to."""


def file_837(head: Head, submitter: Submitter, receiver: Receiver, claims: Sequence[ClaimToSend]) -> str:
    """One interchange with these claims: of the same biller together, in the order in which each came first."""
    sorted_claims = _together(claims)
    sets = [sorted_claims[at : at + CLAIMS_A_SET] for at in range(0, len(sorted_claims), CLAIMS_A_SET)]
    made = tuple(tuple(_set(head, number, submitter, receiver, each)) for number, each in enumerate(sets, start=1))
    return interchange(head, (Group("HC", VERSION, "837", made),))


def _together(claims: Sequence[ClaimToSend]) -> list[ClaimToSend]:
    billers = {claim.biller: at for at, claim in reversed(list(enumerate(claims)))}
    insured = {(claim.biller, claim.subscriber, claim.plan): at for at, claim in reversed(list(enumerate(claims)))}
    return sorted(
        claims, key=lambda claim: (billers[claim.biller], insured[claim.biller, claim.subscriber, claim.plan])
    )


def _set(
    head: Head, number: int, submitter: Submitter, receiver: Receiver, claims: Sequence[ClaimToSend]
) -> Iterator[Segment]:
    yield "BHT", "0019", "00", f"{head.control:09}{number:04}", f"{head.at:%Y%m%d}", f"{head.at:%H%M}", "CH"
    yield _organisation("41", submitter.name, "46", submitter.number)
    yield "PER", "IC", submitter.contact, "TE", submitter.phone
    yield _organisation("40", receiver.name, "46", receiver.number)
    level = 0
    for biller, of_biller in groupby(claims, key=lambda claim: claim.biller):
        level += 1
        parent = level
        yield from _biller(biller, level)
        for (subscriber, plan), own in groupby(of_biller, key=lambda claim: (claim.subscriber, claim.plan)):
            level += 1
            yield "HL", str(level), str(parent), "22", "0"
            yield from _subscriber(subscriber, plan)
            for claim in own:
                yield from _claim(claim)


def _organisation(entity: str, name: str, kind: str = "", number: str = "") -> Segment:
    return "NM1", entity, "2", name, "", "", "", "", kind, number


def _place(place: Place) -> Iterator[Segment]:
    yield "N3", place.line, place.second or ""
    yield "N4", place.city, place.state, place.zip_code


def _biller(biller: BillingProvider, level: int) -> Iterator[Segment]:
    """Loops 2000A and 2010AA."""
    yield "HL", str(level), "", "20", "1"
    yield "PRV", "BI", "PXC", biller.taxonomy
    yield _organisation("85", biller.name, "XX", biller.npi)
    yield from _place(biller.place)
    yield "REF", "EI", biller.tin


def _subscriber(subscriber: Subscriber, plan: Plan) -> Iterator[Segment]:
    """Loops 2000B, 2010BA and 2010BB."""
    yield "SBR", "P", "18", "", "", "", "", "", "", plan.filing
    yield _insured(subscriber, plan)
    yield from _place(subscriber.place)
    yield "DMG", "D8", _day(subscriber.born_on), subscriber.sex
    yield _organisation("PR", plan.payer, "PI", plan.number)


def _insured(subscriber: Subscriber, plan: Plan) -> Segment:
    return "NM1", "IL", "1", subscriber.name.family, subscriber.name.given, "", "", "", "MI", plan.member


def _claim(claim: ClaimToSend) -> Iterator[Segment]:
    """Loop 2300 with those below it."""
    place = (claim.place_of_service, "B", claim.frequency)
    yield "CLM", claim.control_number, amount(claim.charge), "", "", place, "Y", "A", "Y", "Y"
    if claim.payer_number is not None:
        yield "REF", "F8", claim.payer_number
    yield "HI", *(("ABK" if at == 0 else "ABF", code.replace(".", "")) for at, code in enumerate(claim.diagnoses))
    yield from _rendering(claim.rendering)
    if claim.facility is not None:
        yield from _facility(claim.facility)
    if claim.other_plan is not None:
        yield from _other_plan(claim.subscriber, claim.other_plan)
    for number, line in enumerate(claim.lines, start=1):
        yield from _line(number, line, len(claim.diagnoses))


def _rendering(rendering: Rendering) -> Iterator[Segment]:
    """Loop 2310B."""
    yield "NM1", "82", "1", rendering.name.family, rendering.name.given, "", "", "", "XX", rendering.npi
    yield "PRV", "PE", "PXC", rendering.taxonomy


def _facility(facility: Facility) -> Iterator[Segment]:
    """Loop 2310C."""
    known = ("XX", facility.npi) if facility.npi is not None else ("", "")
    yield _organisation("77", facility.name, *known)
    yield from _place(facility.place)


def _other_plan(subscriber: Subscriber, plan: Plan) -> Iterator[Segment]:
    """Loops 2320, 2330A and 2330B."""
    yield "SBR", "S", "18", "", "", "", "", "", "", plan.filing
    yield "OI", "", "", "Y", "", "", "Y"
    yield _insured(subscriber, plan)
    yield _organisation("PR", plan.payer, "PI", plan.number)


def _line(number: int, line: Line, diagnoses: int) -> Iterator[Segment]:
    """Loop 2400."""
    pointers = tuple(str(at) for at in range(1, min(diagnoses, POINTERS_MAX) + 1))
    yield "LX", str(number)
    yield "SV1", ("HC", line.code), amount(line.charge), "UN", str(line.units), "", "", pointers
    if line.first == line.last:
        yield "DTP", "472", "D8", _day(line.first)
    else:
        yield "DTP", "472", "RD8", f"{_day(line.first)}-{_day(line.last)}"
    yield "REF", "6R", line.number


def _day(on: date) -> str:
    return f"{on:%Y%m%d}"
