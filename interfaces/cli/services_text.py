"""The other services of a month in words: what was searched, from where, and what follows from each.

Promise: everything shown stands in the judge's verdict, and the answer says where nobody looked. Not promised: that
nothing else was furnished.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from interfaces.cli.wording import counted, moment

if TYPE_CHECKING:
    from ledger.judging.conflicts import ServiceLine

_BILLERS: Final[Mapping[str, str]] = {
    "same_npi": "the month's own NPI",
    "same_tin": "the month's own TIN",
    "other_npi": "another NPI, its TIN unknown",
    "other": "another biller",
    "unknown": "nobody knows by whom",
}


def services_lines(lines: Sequence["ServiceLine"]) -> Iterator[str]:
    """What was searched for other services of the month, and each that was found."""
    from ledger.judging.conflicts import searched  # noqa: PLC0415 - loaded by now

    yield ""
    if not lines:
        yield "Other services: none was told to this ledger, and nothing else was searched."
        return
    yield f"Other services: {counted(len(lines), 'report')} in this ledger; nothing else was searched."
    for source in searched(lines):
        yield f"  {source.source}: {source.services}, the last one told {moment(source.last_told_at)}"
    for line in lines:
        yield from _service(line)


def _service(line: "ServiceLine") -> Iterator[str]:
    event = line.told.event
    days = f"{event.on} to {event.until_on}" if event.until_on else f"{event.on}"
    yield f"  {days}  {event.code} by {_BILLERS[line.biller]}  position {line.told.position}"
    row = f"row {line.row}" if line.row else "in no row of the table"
    means = line.finding or "stands in no way"
    by = f" ({line.by.name} = {line.by.value})" if line.by is not None else ""
    yield f"    {row}: {means}{by}; service {event.service}, told by {event.source}"
