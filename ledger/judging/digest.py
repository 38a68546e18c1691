"""The digest of a derived month: what `attest_month` signs, and what stale means.

The bytes are a storage format, decided once and pinned by a golden vector: UTF-8 lines, each ended by a line feed,
fields parted by `|`. No field can hold either, for all are ids, codes, numbers and dates. Line by line:

    ccm-month-1|patient|month|edition
    bills|practice|practitioner|payer|date of service
    seconds|staff|personal|untimed
    entry|id|on|performer|activity|seconds|counted|pool|notice codes, parted by commas      (in order of recording)
    family|name|minutes|available or not|code:units:dollars, parted by commas
    chosen|family
    visit|date|code|units|dollars|parent|practitioner      (only where something rides on a visit's claim)
    finding|code

A month judged by the exceptions of payers' profiles has, behind `bills`, the line `profile|name,name`.
The month of another programme than CCM begins with `ccm-month-1|patient|month|edition|programme`.
Nothing is `-`. Attestations, positions and the words of notices are not part of it: signing a month does not change
it, and neither does moving the ledger or rewording a message.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from ledger.judging.shapes import EntryLine, FamilyResult, VisitLine
from ledger.terms.outcome import Notice
from ledger.terms.people import Programme

if TYPE_CHECKING:
    from ledger.judging.countable import Counted

FORMAT: Final = "ccm-month-1"


def month_bytes(
    *,
    patient: str,
    month: str,
    edition: str,
    practice: str | None,
    practitioner: str | None,
    payer: str | None,
    date_of_service: date,
    counted: "Counted",
    families: str,
    chosen: str | None,
    findings: Sequence[Notice],
    programme: Programme = Programme.CCM,
    profiles: tuple[str, ...] = (),
    with_visits: Sequence[VisitLine] = (),
) -> bytes:
    """The canonical bytes of a derived month; `families` is what family_text says of them."""
    of_other = "" if programme is Programme.CCM else f"|{programme.value}"
    lines = [
        f"{FORMAT}|{patient}|{month}|{edition}{of_other}",
        f"bills|{practice or '-'}|{practitioner or '-'}|{payer or '-'}|{date_of_service.isoformat()}",
        *([f"profile|{','.join(profiles)}"] if profiles else ()),
        f"seconds|{counted.staff_seconds}|{counted.personal_seconds}|{counted.untimed_seconds}",
        *_entries(counted.lines),
        *([families] if families else ()),
        f"chosen|{chosen or '-'}",
        *map(_visit, with_visits),
        *[f"finding|{n.code}" for n in findings],
        "",
    ]
    return "\n".join(lines).encode()


def _entries(lines: Sequence[EntryLine]) -> Iterator[str]:
    days: dict[date, str] = {}
    for entry, _, on, performer, activity, seconds, counted, pool, notices, _, _ in lines:
        written = days.get(on)
        if written is None:
            written = days[on] = on.isoformat()
        codes = ",".join([n.code for n in notices]) if notices else "-"
        yield f"entry|{entry}|{written}|{performer}|{activity or '-'}|{seconds}|{counted}|{pool or '-'}|{codes}"


def _visit(line: VisitLine) -> str:
    dollars = "-" if line.amount is None else line.amount
    return f"visit|{line.on.isoformat()}|{line.code}|{line.units}|{dollars}|{line.parent}|{line.practitioner}"


def family_text(results: Sequence[FamilyResult]) -> str:
    """The lines of the families, for months that share them."""
    return "\n".join(map(_family, results))


def _family(result: FamilyResult) -> str:
    lines = ",".join([f"{c.code}:{c.units}:{'-' if c.amount is None else c.amount}" for c in result.lines]) or "-"
    return f"family|{result.family}|{result.minutes}|{'yes' if result.is_available else 'no'}|{lines}"
