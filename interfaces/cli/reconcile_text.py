"""The reconciliation of a month for people: its stages as a table, and every difference in plain words.

Promise: nothing is added up here. Not promised: what to do about a difference; most are how a month looks until it is
paid.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, get_args

from interfaces.cli.wording import counted, money

if TYPE_CHECKING:
    from decimal import Decimal

    from projections.claims.reconciled import Reconciled
    from projections.claims.reconciliation import Reconciliation
    from projections.claims.reconciliation_shapes import Difference, Size

WORDS: Final[Mapping[str, str]] = {
    "ready_not_released": "ready, not released",
    "no_longer_ready": "released, no longer ready",
    "fewer_units_ready": "released with more units than are ready now",
    "more_units_ready": "released with fewer units than are ready now",
    "other_codes_ready": "released with other codes than are ready now",
    "charge_differs": "released with another charge than is asked now",
    "duplicate_claim": "a second live claim of the month",
    "withdrawn": "released and withdrawn",
    "rejected_not_resent": "rejected, not resent",
    "resent": "rejected, and resent as another claim",
    "replaced": "replaced by another claim",
    "voided": "voided",
    "no_acknowledgment": "released, no acknowledgment yet",
    "paid_beyond_charge": "answered beyond the charge: perhaps paid twice",
    "does_not_add_up": "the payer's amounts do not add up",
    "taken_back_by_void": "taken back by the answer to a void",
    "no_remittance": "accepted, no remittance yet",
    "taken_back": "a payment or denial was taken back, nothing followed",
    "answered_in_part": "answered for a part of the charge",
    "denied": "denied",
    "units_denied": "paid, but not all units",
    "paid_less_than_expected": "paid less than expected; with the patient's share, against what was expected",
    "paid_though_withdrawn": "paid, though it was withdrawn",
    "replaced_not_taken_back": "replaced, and its payment was not taken back",
    "voided_not_taken_back": "voided, and its payment was not taken back",
    "paid_anew": "taken back and paid anew",
    "void_not_answered": "a void that was not answered yet",
    "perhaps_overpaid": "perhaps overpaid; how far that is looked into, and how much",
    "given_back": "given back as overpaid, to the payer and to the patient",
    "paid_by_another_payer": "paid by another payer behind this one, of the patient's share",
}
"""Every reason in words."""
_STEPS: Final[Mapping[str, str]] = {
    "released": "From ready to released",
    "accepted": "From released to accepted",
    "answered": "From accepted to paid, denied and open",
    "open": "Of what is open",
    "denied": "Of what is denied",
    "paid": "To look at in what is paid (moves no sum)",
}


def stages_of(found: "Reconciliation") -> list[tuple[str, str, str, str]]:
    """The rows of the table of stages."""
    return [
        _row("ready", found.ready),
        _row("released", found.released),
        _row("accepted", found.accepted),
        _row("  paid", found.paid),
        _amount("  patient's share", found.patient_share),
        _amount("  reductions", found.reduced),
        _row("  denied", found.denied),
        _row("  open", found.open),
    ]


def _row(name: str, size: "Size") -> tuple[str, str, str, str]:
    return name, f"{size.claims:,}", f"{size.units:,}", money(size.amount)


def _amount(name: str, amount: "Decimal") -> tuple[str, str, str, str]:
    return name, "", "", money(amount)


def lines_of(found: "Reconciliation") -> Iterator[str]:
    """Reductions by reason, the differences by step, and whether everything is named."""
    from projections.claims.reconciliation_shapes import Step  # noqa: PLC0415 - loaded by now

    if found.reductions:
        listed = ", ".join(f"{reason} {money(amount)}" for reason, amount in found.reductions)
        yield f"Reductions by reason: {listed}."
    for step in get_args(Step):
        lines = [each for each in found.differences if each.step == step]
        if lines:
            yield f"{_STEPS[step]}:"
            yield from (_line(each) for each in lines)
    yield _ending(found)


def beside(reconciled: "Reconciled") -> Iterator[str]:
    """What is in no sum."""
    if reconciled.found.given_back:
        given = money(reconciled.found.given_back)
        yield f"Given back to payers as overpaid: {given}, in no sum."
        yield "What payers took back in their answers is in what they paid already."
    for patient, code in reconciled.with_visits:
        yield f"Left out: {code} of {patient}, which rides on the claim of a visit."
    if reconciled.unmatched:
        waiting = counted(reconciled.unmatched, "answer of a payer waits", "answers of payers wait")
        yield f"{waiting} for a claim of whatever month: in no sum. `ccm-ledger parked list` shows them."


def _line(each: "Difference") -> str:
    about = f"{each.patient} {each.programme}" + (f" {each.claim}" if each.claim else "")
    size = each.size
    amounts = f"{_some(size.claims, 'claim')}, {_some(size.units, 'unit')}, {_signed(size.amount)}"
    moved = f": {amounts}" if size.claims or size.units or size.amount else ""
    says = f" ({', '.join(each.says)})" if each.says else ""
    return f"  {about}  {WORDS[each.reason]}{moved}{says}"


def _some(number: int, noun: str) -> str:
    return f"{number:+,d} {noun}{'' if abs(number) == 1 else 's'}"


def _signed(amount: "Decimal") -> str:
    return f"{'-' if amount < 0 else '+'}{money(abs(amount))}"


def _ending(found: "Reconciliation") -> str:
    if not found.balances:
        return "The stages do not balance: differences are left without a name. Report this; it is a defect."
    if not found.ready.claims and not found.released.claims and not found.differences:
        return "Nothing is ready, and nothing was released."
    if not found.differences:
        return "No difference: everything that is ready was released, accepted and paid."
    return f"Balanced to the cent: {counted(len(found.differences), 'difference')}, each named above."
