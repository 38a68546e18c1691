"""An attested month is never raised without approval: what an entry counted when the month was signed is its most.

What raises is a new or longer entry, or one whose category turns to counted (readings, sections 5 and 12). Work that
began after the signature is later work. Seconds that come free because another entry gave them up, and facts about the
patient (a consent, a stay taken back), are nobody's raise: they make the attestation stale and no more.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from ledger.judging.shapes import Verdict
from ledger.streams.base import Fact

CONTENT = ("time_logged", "time_corrected", "time_moved")


class Signed(NamedTuple):
    """An attestation: when it was signed, and what each entry counted then."""

    at: datetime
    counted: dict[str, int]


class Raising:
    """What stood attested, and that it was not raised."""

    def __init__(self) -> None:
        self.at: dict[str, datetime] = {}
        self.signed: dict[str, Signed] = {}
        self.raised = 0
        """How often approval let a month be raised: a year in which it never happened shows nothing."""

    def learn(self, fact: Fact) -> None:
        """One more fact."""
        event: Any = fact.event
        if event.TOPIC == "month_attested":
            self.at[event.attestation] = event.attested_at

    def look(
        self, before: dict[str, int], verdict: Verdict, facts: Iterable[Fact], begins: dict[str, datetime | date]
    ) -> None:
        """A month judged anew: `before` is what its entries counted, `begins` when they begin."""
        attestation = verdict.attested
        if attestation is None:
            return
        counted = {line.entry: line.counted for line in verdict.lines}
        signed = self.signed.get(attestation)
        if signed is None:
            self.signed[attestation] = Signed(self.at[attestation], counted)
            return
        events: list[Any] = [fact.event for fact in facts]
        approved = {event.entry for event in events if event.TOPIC == "late_entry_approved"}
        self.raised += sum(counted.get(entry, 0) > before.get(entry, 0) for entry in approved)
        for entry in {event.entry for event in events if event.TOPIC in CONTENT} & counted.keys():
            most = max(before.get(entry, 0), signed.counted.get(entry, 0))
            is_later = _is_later(begins[entry], signed.at)
            assert counted[entry] <= most or is_later, f"{verdict.month} was raised without approval: {entry}"


def _is_later(begins: datetime | date, signed_at: datetime) -> bool:
    return begins >= signed_at if isinstance(begins, datetime) else begins >= signed_at.date()
