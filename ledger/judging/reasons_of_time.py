"""Why so many seconds count: pools, entries, segments, and what was taken away by which notice.

Promise: the counted seconds of the entries of a pool add up to the pool's; those of all groups of what does not count
to what is missing of what was logged. Not promised: which second of an entry it was that another one holds.
"""

from datetime import UTC, datetime
from typing import Final

from ledger.judging import evidence_of_people as people
from ledger.judging import evidence_of_time as time
from ledger.judging.citing import Citing, Readings
from ledger.judging.evidence import of_line
from ledger.judging.ground import NOTHING, Evidence, Ground, found
from ledger.judging.reason import Opening, Reason
from ledger.judging.shapes import EntryLine, Pool
from ledger.streams.month_state import Entry
from ledger.terms.notices import RANK
from ledger.terms.outcome import Effect, Notice

POOLS: Final[tuple[Pool, ...]] = ("staff", "personal")
_PERFORMED_BY: Final = {
    "staff": (".performers.clinical_roles", ".performers.clinical_credentials"),
    "personal": (".performers.clinical_roles", ".billing_practitioner.per_month_max"),
}


class TimeReasons:
    """The reasons of one month's seconds."""

    def __init__(self, ground: Ground, citing: Citing, opening: Opening) -> None:
        self._ground = ground
        self._citing = citing
        self._opening = opening
        verdict = ground.verdict
        self._seconds = {"staff": verdict.staff_seconds, "personal": verdict.personal_seconds}

    def pool(self, pool: Pool) -> Reason:
        """The seconds of a pool, by entry."""
        what, value = f"seconds.{pool}", self._seconds[pool]
        return self._opening.once(what, value, lambda: self._pool(what, pool))

    def untimed(self) -> Reason:
        """The counted seconds that have no clock times."""
        own = [line for line in self._ground.verdict.lines if line.counted and not line.is_timed]
        because = self._citing.of(".policy.untimed_counts")
        evidence = NOTHING if own else time.logged(self._ground)
        parts = tuple(self.entry(line) for line in own)
        return Reason("seconds.untimed", self._ground.verdict.untimed_seconds, because, evidence, parts)

    def not_counted(self) -> Reason:
        """What was logged and does not count, by the notice that took it away."""
        lines = self._ground.verdict.lines
        value = sum(line.seconds - line.counted for line in lines)
        taken: dict[str, list[tuple[EntryLine, Notice]]] = {}
        for line in lines:
            for notice in line.notices:
                if notice.effect is Effect.NOT_COUNTED and notice.seconds:
                    taken.setdefault(notice.code, []).append((line, notice))
        parts = tuple(self._group(code, taken[code]) for code in sorted(taken, key=RANK.__getitem__))
        return Reason("seconds.not_counted", value, (), NOTHING if parts else time.logged(self._ground), parts)

    def _group(self, code: str, taken: list[tuple[EntryLine, Notice]]) -> Reason:
        """What one notice took away of all entries."""
        because = tuple(dict.fromkeys(r for _, notice in taken for r in self._citing.of_notice(notice)))
        every = [of_line(notice, line, self._ground) for line, notice in taken]
        absent = [kind for each in every for kind in each.absent]
        evidence = found((at for each in every for at in each.facts), absent=absent)
        parts = tuple(self.entry(line) for line, _ in taken)
        more = (("code", code), ("entries", [{"entry": line.entry, "seconds": n.seconds} for line, n in taken]))
        return Reason(f"not_counted.{code}", sum(n.seconds or 0 for _, n in taken), because, evidence, parts, more=more)

    def _pool(self, what: str, pool: Pool) -> Reason:
        lines = [line for line in self._ground.verdict.lines if line.pool == pool and line.counted]
        because = self._citing.of(*_PERFORMED_BY[pool])
        evidence = NOTHING if lines else time.logged(self._ground)
        return Reason(what, self._seconds[pool], because, evidence, tuple(self.entry(line) for line in lines))

    def entry(self, line: EntryLine) -> Reason:
        """One entry: its segments, and what was taken away."""
        what = f"entry.{line.entry}"
        return self._opening.once(what, line.counted, lambda: self._entry(what, line))

    def _entry(self, what: str, line: EntryLine) -> Reason:
        entry = self._ground.entry(line)
        own = time.of_entry(self._ground, line)
        segments = _segments(entry, line, own) if entry is not None else ()
        said = tuple(self._notice(notice, line) for notice in line.notices)
        evidence = own.and_(people.performing(self._ground, line))
        return Reason(
            what, line.counted, self._citing.of_activity(line.activity), evidence, (*segments, *said), more=_says(line)
        )

    def _notice(self, notice: Notice, line: EntryLine) -> Reason:
        """Something said of an entry."""
        readings: Readings = self._citing.of_notice(notice)
        evidence = of_line(notice, line, self._ground)
        return Reason(f"notice.{notice.code}", notice.seconds, readings, evidence, more=notice_says(notice))

    def entries_beside(self) -> tuple[Reason, ...]:
        """The entries that nothing opened so far: of a month without rules all of them."""
        every = (self.entry(line) for line in self._ground.verdict.lines)
        return tuple(reason for reason in every if not reason.is_opened_elsewhere)


def notice_says(notice: Notice) -> tuple[tuple[str, object], ...]:
    """What a notice says, beside the rules and the facts that it rests on."""
    return (
        ("code", notice.code),
        ("effect", notice.effect.value),
        ("happened", notice.happened),
        ("remedy", notice.remedy),
    )


def _says(line: EntryLine) -> tuple[tuple[str, object], ...]:
    return (
        ("entry", line.entry),
        ("position", line.position),
        ("on", line.on.isoformat()),
        ("performer", line.performer),
        ("activity", line.activity),
        ("seconds", line.seconds),
        ("pool", line.pool),
        ("is_timed", line.is_timed),
    )


def _segments(entry: Entry, line: EntryLine, own: Evidence) -> tuple[Reason, ...]:
    """The stretches of work of an entry within the month; of one without clock times its day."""
    if not entry.pieces:
        return (Reason("segment", line.seconds, evidence=own, more=(("on", line.on.isoformat()),)),)
    return tuple(
        Reason(
            "segment",
            piece.end - piece.start,
            evidence=own,
            more=(("from", _instant(piece.start)), ("to", _instant(piece.end)), ("on", piece.on.isoformat())),
        )
        for piece in entry.pieces
    )


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
