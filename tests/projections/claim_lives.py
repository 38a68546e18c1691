"""Lives of claims as folded facts, for tests of the arithmetic: what was released, and what the payer said of it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ledger.streams.base import Envelope, Event, Fact, Vouched
from ledger.streams.claims import (
    Adjustment,
    ClaimAcknowledged,
    ClaimLine,
    ClaimReleased,
    ClaimRemitted,
    ClaimWithdrawn,
    RemittedLine,
    control_number,
)
from ledger.streams.claims_state import Claims, evolve
from ledger.terms.people import Programme, Side
from projections.claims.reconciled import life_of
from projections.claims.reconciliation_shapes import ClaimLife, ReadyMonth
from tests.gwt import opaque

PATIENT, PRACTICE, ADA = opaque("pt", 1), opaque("pr", 1), opaque("st", 1)
MONTH = "2026-03"
FIRST, SECOND, THIRD = (opaque("cl", number) for number in (1, 2, 3))
_ENVELOPE = Envelope(authenticated_as="os:test", actor="test", capacity=None, vouched=Vouched.LOGIN, command="test")
AT = datetime(2026, 4, 2, 15, tzinfo=UTC)


def dollars(amount: str) -> Decimal:
    return Decimal(amount)


def line(code: str = "99490", units: int = 1, charge: str = "85.00") -> ClaimLine:
    return ClaimLine(code=code, units=units, charge=dollars(charge), expected=dollars("66.13") * units)


BOTH = (line(), line("99439", 2, "120.00"))


def released(claim: str = FIRST, *, patient: str = PATIENT, lines: Any = None, **changes: Any) -> ClaimReleased:
    """A claim of March for 99490, 85 dollars."""
    whole: dict[str, Any] = {
        "patient": patient,
        "claim": claim,
        "month": MONTH,
        "programme": Programme.CCM,
        "side": Side.PRACTITIONER,
        "practice": PRACTICE,
        "practitioner": ADA,
        "payer": "medicare",
        "family": "noncomplex",
        "date_of_service": date(2026, 3, 31),
        "place_of_service": "11",
        "diagnoses": ("E11.9", "I10"),
        "lines": lines or (line(),),
        "control_number": control_number(claim),
        "attestation": opaque("at", 1),
        "digest": "0" * 64,
        "as_of": 1,
        "edition": "0" * 64,
        "link": "0" * 32,
    }
    return ClaimReleased(**whole | changes)


def acknowledged(claim: str = FIRST, outcome: Any = "accepted", *codes: str) -> ClaimAcknowledged:
    return ClaimAcknowledged(
        patient=PATIENT, claim=claim, outcome=outcome, received_on=date(2026, 4, 3), codes=tuple(codes)
    )


def withdrawn(claim: str = FIRST) -> ClaimWithdrawn:
    return ClaimWithdrawn(patient=PATIENT, claim=claim, reason="month_changed", on=date(2026, 4, 5))


def off(name: str, amount: str) -> Adjustment:
    group, _, reason = name.partition("-")
    return Adjustment(group=group, reason=reason, amount=dollars(amount))  # type: ignore[arg-type]


def told(code: str, units: int, charge: str, paid: str, *adjustments: Adjustment) -> RemittedLine:
    return RemittedLine(code=code, units=units, charge=dollars(charge), paid=dollars(paid), adjustments=adjustments)


def remitted(claim: str = FIRST, status: Any = "paid", *lines: RemittedLine, **changes: Any) -> ClaimRemitted:
    """An answer that is the sum of its lines."""
    shares = (a.amount for each in lines for a in each.adjustments if a.group == "PR")
    whole: dict[str, Any] = {
        "charge": sum((each.charge for each in lines), dollars("0.00")),
        "paid": sum((each.paid for each in lines), dollars("0.00")),
        "patient_share": sum(shares, dollars("0.00")),
    }
    return ClaimRemitted(
        patient=PATIENT, claim=claim, status=status, lines=lines, **{"on": date(2026, 4, 20)} | whole | changes
    )


PAID = told("99490", 1, "85.00", "52.90", off("CO-45", "18.87"), off("PR-2", "13.23"))
DENIED = told("99490", 1, "85.00", "0.00", off("CO-97", "85.00"))
BACK = told("99490", 1, "-85.00", "-52.90", off("CO-45", "-18.87"), off("PR-2", "-13.23"))


def claims_of(*events: Event) -> Claims:
    """The claims after these facts."""
    state = Claims()
    for position, event in enumerate(events, 1):
        state = evolve(state, Fact(position, AT, event.tags()[0], 1, event, _ENVELOPE))
    return state


def lives(*events: Event, patient: str = PATIENT) -> list[ClaimLife]:
    """What became of each claim of one patient."""
    claims = claims_of(*events)
    return [life_of(claims, claim, patient) for claim in claims.claims]


def ready(units: Iterable[tuple[str, int]] = (("99490", 1),), charge: str = "85.00", **changes: Any) -> ReadyMonth:
    """March, ready as the claims here say it."""
    return ReadyMonth(PATIENT, "CCM", PRACTICE, True, tuple(units), dollars(charge))._replace(**changes)


def not_ready(*why: str) -> ReadyMonth:
    return ReadyMonth(PATIENT, "CCM", PRACTICE, False, why=why)
