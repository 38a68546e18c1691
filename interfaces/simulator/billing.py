"""What the demo's biller and payer say: the charges of two practices, and a payer's files about the claims it was sent.

Works on what the ledger itself answers (`claims` as JSON), because only the ledger knows the numbers of its claims.
Promise: the payer takes every claim in and pays it whole, by a price list of its own. Not promised: that a payer is
so kind; payer.py has manners.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from interfaces.simulator.enrolment import Line, line
from interfaces.simulator.payer_files import Parties, Writer
from interfaces.simulator.payer_money import Terms, paid_line
from interfaces.simulator.payer_words import Adjudicated, AnswerFile, AtTheDoor, ClaimSent, LineSent
from interfaces.x12.answer_shapes import Payee, PayerParty
from interfaces.x12.writing import Correspondent
from ledger.streams.claims import control_number

CHARGES: Final = {
    "99490": "85.00",
    "99439": "65.00",
    "99487": "180.00",
    "99489": "95.00",
    "99491": "115.00",
    "99437": "80.00",
}
"""What the practices ask for one unit of a code."""
_PAID: Final = {
    "99490": "66.13",
    "99439": "50.44",
    "99487": "144.29",
    "99489": "78.16",
    "99491": "89.18",
    "99437": "63.13",
}
"""What the payer allows for one."""
_BILLER: Final = {"system": "staff", "value": "C-BILL-1"}
_RELEASED_AT: Final = datetime(2026, 4, 6, 14, tzinfo=UTC)
_PAID_AT: Final = datetime(2026, 4, 20, 14, tzinfo=UTC)
_PARTIES: Final = Parties(
    PayerParty("SIMULATED MEDICARE", "SIMMAC"),
    Payee("DEMO CARE COMPANY", "1245319599"),
    Correspondent("ZZ", "SIMMAC", "SIMMAC"),
    Correspondent("ZZ", "DEMOCARE", "DEMOCARE"),
)
_TERMS: Final = Terms(
    price=lambda code, _: Decimal(_PAID[code]),
    coinsurance_percent=Decimal(20),
    sequestration_percent=Decimal(2),
)

Answer = Mapping[str, Any]


def charge_lines(practices: Iterable[str]) -> list[Line]:
    """What each practice asks for each code, and where acknowledgments come from."""
    adopted = [
        _line(
            f"charge:{practice}:{code}",
            "adopt_charge",
            {"practice": practice, "code": code, "amount": amount, "from_on": "2026-01-01"},
            _RELEASED_AT,
        )
        for practice in practices
        for code, amount in CHARGES.items()
    ]
    return [*adopted, _source("acknowledgment", _RELEASED_AT)]


def later_lines() -> list[Line]:
    """Two weeks later: where remittances come from."""
    return [_source("remittance", _PAID_AT)]


def acknowledged(claims: Sequence[Answer]) -> bytes:
    """The 277CA file by which the payer took the claims in, on the day of their release."""
    on = _RELEASED_AT.date()
    taken = tuple(
        AtTheDoor(sent.control_number, "accepted", on, _payer_number(number), ("A2:20",))
        for number, sent in enumerate(map(_sent, claims), start=1)
    )
    return _written(claims, AnswerFile(1, "acknowledgment", "DEMO-ACK-1", on, taken))


def remitted(claims: Sequence[Answer]) -> bytes:
    """The 835 file by which it paid them, two weeks later."""
    on = _PAID_AT.date()
    paid = tuple(_paid(sent, number, on) for number, sent in enumerate(map(_sent, claims), start=1))
    return _written(claims, AnswerFile(2, "remittance", "DEMO-EFT-1", on, paid))


def _paid(sent: ClaimSent, number: int, on: date) -> Adjudicated:
    lines = tuple(paid_line(each, sent.served_on, _TERMS, Decimal(0)) for each in sent.lines)
    return Adjudicated(sent.control_number, "paid", on, _payer_number(number), lines)


def _written(claims: Sequence[Answer], file: AnswerFile) -> bytes:
    return Writer(_PARTIES, {sent.control_number: sent for sent in map(_sent, claims)}).written(file)


def _sent(claim: Answer) -> ClaimSent:
    lines = tuple(
        LineSent(each["code"], each["units"], Decimal(CHARGES[each["code"]]) * each["units"]) for each in claim["units"]
    )
    number = control_number(claim["claim"])
    return ClaimSent(number, claim["patient"], date.fromisoformat(claim["date_of_service"]), lines)


def _payer_number(number: int) -> str:
    return f"2226{number:09d}"


def _source(system: str, at: datetime) -> Line:
    return line(f"source:{system}", "register_source", {"system": system}, at, source=None)


def _line(key: str, command: str, data: Line, at: datetime) -> Line:
    return line(key, command, data, at, source=None) | {"actor": {"id": _BILLER}}
