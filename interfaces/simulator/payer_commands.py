"""The answers of a simulated payer as lines of `submit`: for a ledger that is not fed with files.

Promise: every line carries the source row by which an answer that comes again is known, and a key that its file's
number makes another one, so that only the source row tells a repetition. Not promised: an actor or a clock; the caller
adds them.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from interfaces.simulator.payer_words import Adjudicated, AnswerFile, AtTheDoor, LineAnswer, Off

Line = dict[str, Any]


def lines_of(file: AnswerFile, system: str) -> Iterator[Line]:
    """The lines that a file of answers comes to; `system` is the registered source that delivers it."""
    for place, answer in enumerate(file.answers, 1):
        match answer:
            case AtTheDoor():
                command, data = "record_acknowledgment", _acknowledged(answer)
            case Adjudicated():
                command, data = "record_remittance", _remitted(answer)
        source = {"system": system, "id": file.row(place)}
        yield {"v": 1, "key": f"{system}:{file.number}:{place}", "command": command, "source": source, "data": data}


def _acknowledged(answer: AtTheDoor) -> Line:
    number = {"payer_number": answer.payer_number} if answer.payer_number is not None else {}
    return {
        "control_number": answer.control_number,
        "outcome": answer.outcome,
        "received_on": answer.received_on.isoformat(),
        "codes": list(answer.codes),
    } | number


def _remitted(answer: Adjudicated) -> Line:
    return {
        "control_number": answer.control_number,
        "status": answer.status,
        "on": answer.on.isoformat(),
        "payer_number": answer.payer_number,
        "charge": _dollars(answer.charge),
        "paid": _dollars(answer.paid),
        "patient_share": _dollars(answer.share),
        "lines": [_line(line) for line in answer.lines],
    }


def _line(line: LineAnswer) -> Line:
    return {
        "code": line.code,
        "units": line.units,
        "charge": _dollars(line.charge),
        "paid": _dollars(line.paid),
        "adjustments": [_off(off) for off in line.off],
        "remarks": list(line.remarks),
    }


def _off(off: Off) -> Line:
    return {"group": off.group, "reason": off.reason, "amount": _dollars(off.amount)}


def _dollars(amount: Decimal) -> str:
    return f"{amount:.2f}"
