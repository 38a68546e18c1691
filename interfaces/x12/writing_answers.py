"""Answers of payers as X12: 277CA and 835, for a payer that is simulated. What is written here is what we read.

Promise: one transaction for each acknowledgment and each payment, with totals that are added up here; bytes depend on
nothing but what is handed in. Raises Unwritable where words have no form in the basic character set.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from interfaces.x12.acknowledgment_277 import ACKNOWLEDGMENT
from interfaces.x12.answer_shapes import (
    AcknowledgedClaim,
    Acknowledgment,
    PaidClaim,
    PaidLine,
    PayerParty,
    PaymentMade,
    Taken,
)
from interfaces.x12.remittance_835 import REMITTANCE, REVERSED
from interfaces.x12.writing import Element, Group, Head, Segment, amount, interchange

_TAKEN_A_SEGMENT: Final = 6


def acknowledgment_277(head: Head, acknowledgments: Sequence[Acknowledgment]) -> str:
    """An interchange with one 277CA for each acknowledgment."""
    sets = tuple(tuple(_acknowledged(head, each)) for each in acknowledgments)
    return interchange(head, (Group(ACKNOWLEDGMENT.group, ACKNOWLEDGMENT.version, "277", sets),))


def _acknowledged(head: Head, said: Acknowledgment) -> Iterator[Segment]:
    at = f"{said.received_on:%Y%m%d}"
    yield ("BHT", "0085", "08", said.trace, f"{head.at:%Y%m%d}", f"{head.at:%H%M}", "TH")
    yield ("HL", "1", "", "20", "1")
    yield ("NM1", "PR", "2", said.payer.name, "", "", "", "", "PI", said.payer.number)
    yield ("TRN", "1", said.trace)
    yield ("DTP", "050", "D8", at)
    yield ("DTP", "009", "D8", at)
    total = amount(sum((each.charge for each in said.claims), Decimal(0)))
    yield ("HL", "2", "1", "21", "1")
    yield ("NM1", "41", "2", said.payee.name, "", "", "", "", "46", said.receiver)
    yield ("TRN", "2", said.batch)
    yield ("STC", ("A1", "19", "PR"), at, "WQ", total)
    yield from _counts(said.claims, "90", "AA")
    yield ("HL", "3", "2", "19", "1")
    yield ("NM1", "85", "2", said.payee.name, "", "", "", "", "XX", said.payee.npi)
    yield ("TRN", "1", said.batch)
    yield ("STC", ("A1", "19", "PR"), "", "WQ", total)
    yield from _counts(said.claims, "QA", "QC")
    for number, claim in enumerate(said.claims, start=4):
        yield from _acknowledged_claim(number, claim, at)


def _counts(claims: Sequence[AcknowledgedClaim], taken_in: str, turned_away: str) -> Iterator[Segment]:
    for marks, is_accepted in (((taken_in, "YU"), True), ((turned_away, "YY"), False)):
        of = [each for each in claims if each.is_accepted is is_accepted]
        if of:
            yield ("QTY", marks[0], str(len(of)))
    for mark, is_accepted in (("YU", True), ("YY", False)):
        of = [each for each in claims if each.is_accepted is is_accepted]
        if of:
            yield ("AMT", mark, amount(sum((each.charge for each in of), Decimal(0))))


def _acknowledged_claim(number: int, claim: AcknowledgedClaim, at: str) -> Iterator[Segment]:
    patient = claim.patient
    yield ("HL", str(number), "3", "PT")
    yield ("NM1", "QC", "1", patient.family, patient.given, "", "", "", "MI", patient.number)
    yield ("TRN", "2", claim.control_number)
    action = "WQ" if claim.is_accepted else "U"
    for codes in claim.codes:
        yield ("STC", codes, at, action, amount(claim.charge))
    if claim.payer_number:
        yield ("REF", "1K", claim.payer_number)
    yield ("DTP", "472", "D8", f"{claim.served_on:%Y%m%d}")


def remittance_835(head: Head, payments: Sequence[PaymentMade]) -> str:
    """An interchange with one 835 for each payment."""
    sets = tuple(tuple(_paid(each)) for each in payments)
    return interchange(head, (Group(REMITTANCE.group, REMITTANCE.version, "835", sets),))


def _paid(payment: PaymentMade) -> Iterator[Segment]:
    on, total = f"{payment.on:%Y%m%d}", payment.amount
    way = ("H", "NON") if total == 0 else ("I", "CHK")
    yield ("BPR", way[0], amount(abs(total)), "D" if total < 0 else "C", way[1], *[""] * 11, on)
    yield ("TRN", "1", payment.number, payment.payer.number)
    yield ("DTM", "405", on)
    yield from _payer(payment.payer)
    yield ("N1", "PE", payment.payee.name, "XX", payment.payee.npi)
    if payment.claims:
        yield ("LX", "1")
    for claim in payment.claims:
        yield from _paid_claim(claim)
    year_end = f"{payment.on:%Y}1231"
    for at in range(0, len(payment.held_back), _TAKEN_A_SEGMENT):
        pairs: list[Element] = []
        for held in payment.held_back[at : at + _TAKEN_A_SEGMENT]:
            pairs += [(held.reason, held.reference), amount(held.amount)]
        yield ("PLB", payment.payee.npi, year_end, *pairs)


def _payer(payer: PayerParty) -> Iterator[Segment]:
    yield ("N1", "PR", payer.name)
    yield ("N3", payer.line)
    yield ("N4", payer.city, payer.state, payer.zip_code)
    yield ("PER", "BL", payer.name, "TE", payer.phone)


def _paid_claim(claim: PaidClaim) -> Iterator[Segment]:
    # A reversal states no share of the patient: what its adjustments take back is it.
    share = "" if claim.status == REVERSED else amount(claim.share)
    money = (amount(claim.charge), amount(claim.paid), share)
    yield ("CLP", claim.control_number, claim.status, *money, "MB", claim.payer_number, "11", "1")
    yield from _taken(claim.taken)
    patient = claim.patient
    yield ("NM1", "QC", "1", patient.family, patient.given, "", "", "", "MI", patient.number)
    if claim.remarks:
        yield ("MOA", "", "", *claim.remarks)
    for line in claim.lines:
        yield from _paid_line(line)


def _paid_line(line: PaidLine) -> Iterator[Segment]:
    billed, looked_at = ("HC", line.code), ("HC", line.adjudicated_as or line.code)
    units = "" if line.units == 1 and line.adjudicated_as is None else str(line.units)
    money = (amount(line.charge), amount(line.paid))
    yield ("SVC", looked_at, *money, "", units, billed if line.adjudicated_as else "")
    yield ("DTM", "472", f"{line.served_on:%Y%m%d}")
    yield from _taken(line.taken)
    for remark in line.remarks:
        yield ("LQ", "HE", remark)


def _taken(taken: Sequence[Taken]) -> Iterator[Segment]:
    """Adjustments, those of one group that follow each other in one segment, six of them at most."""
    groups: list[list[Taken]] = []
    for each in taken:
        if groups and groups[-1][0].group == each.group:
            groups[-1].append(each)
        else:
            groups.append([each])
    for group in groups:
        for at in range(0, len(group), _TAKEN_A_SEGMENT):
            part = group[at : at + _TAKEN_A_SEGMENT]
            elements: list[str] = []
            for each in part:
                elements += [each.reason, amount(each.amount), ""]
            yield ("CAS", part[0].group, *elements)
