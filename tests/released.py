"""Claims as facts, straight into a ledger: for whatever begins where claims are with the payer already."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from commands.claims.numbers import NUMBERS
from ledger.store.connection import Ledger
from ledger.streams.base import Appended, Envelope, Proposal, Vouched
from ledger.streams.claims import ClaimLine, ClaimReleased, control_number
from ledger.terms.identity import id_from
from ledger.terms.people import Programme, Side

_GROUP: Final = 1_024
_DIGEST: Final = "0" * 64


def id_of(kind: str, number: int) -> str:
    """The id of a kind that a number spells: the same in every run."""
    return id_from(kind, number.to_bytes(4, "big") * 4)


def released(log: Ledger, number: int, *, month: str = "2026-03", on: date = date(2026, 3, 31)) -> ClaimReleased:
    """Claim of a patient of its own: 99490 once for 85 dollars and 99439 once for 60."""
    claim = id_of("cl", number)
    return ClaimReleased(
        patient=id_of("pt", number),
        claim=claim,
        month=month,
        programme=Programme.CCM,
        side=Side.PRACTITIONER,
        practice=id_of("pr", 1),
        practitioner=id_of("st", 1),
        payer="medicare",
        family="noncomplex",
        date_of_service=on,
        place_of_service="11",
        diagnoses=("E11.9", "I10"),
        lines=(
            ClaimLine(code="99490", units=1, charge=Decimal("85.00"), expected=Decimal("66.13")),
            ClaimLine(code="99439", units=1, charge=Decimal("60.00"), expected=Decimal("50.44"), parent="99490"),
        ),
        control_number=control_number(claim),
        attestation=id_of("at", number),
        digest=_DIGEST,
        as_of=1,
        edition=_DIGEST,
        link=log.token(NUMBERS, control_number(claim)),
    )


def release_directly(
    log: Ledger, numbers: Iterable[int], *, login: str = "os:tester", clock: str | None = None
) -> list[ClaimReleased]:
    """Append a claim for each number, as facts that no command made."""
    envelope = Envelope(
        authenticated_as=login, actor=id_of("st", 1), capacity=None, vouched=Vouched.LOGIN, command="release_claim"
    )
    claims = [released(log, number) for number in numbers]
    now = None if clock is None else datetime.fromisoformat(clock)
    for group in _groups(claims):
        results = log.append([Proposal((each,), envelope, (), clock=now) for each in group])
        assert all(isinstance(result, Appended) for result in results)
    return claims


def _groups(claims: list[ClaimReleased]) -> Iterator[list[ClaimReleased]]:
    return (claims[at : at + _GROUP] for at in range(0, len(claims), _GROUP))
