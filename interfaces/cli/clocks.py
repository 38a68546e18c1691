"""The three clocks on the command line: which one a search is on, and what a fact says on each.

Promise: a clock that a fact does not have is shown as missing, never filled from another; what lies between clocks is
the projection's arithmetic.
"""

from argparse import Namespace
from typing import TYPE_CHECKING, Final

from interfaces.cli.usage import Parser, WrongUsage, day_or_instant

if TYPE_CHECKING:
    from datetime import date, datetime

    from projections.history_line import HistoryLine

CLOCKS: Final = ("happened", "source", "recorded")


def clock_options(parser: Parser) -> None:
    """Declare `--clock`, `--since` and `--until`."""
    parser.add_argument("--since", metavar="WHEN", type=day_or_instant, help="from this day or instant on")
    parser.add_argument("--until", metavar="WHEN", type=day_or_instant, help="up to this day (to its end) or instant")
    parser.add_argument(
        "--clock",
        choices=CLOCKS,
        default="recorded",
        help="which clock: when it happened, when its source wrote it down, when this ledger learned it (recorded)",
    )


def bounds(args: Namespace) -> "tuple[date | datetime | None, date | datetime | None]":
    """What `--since` and `--until` name on the clock that is searched; WrongUsage where they are reversed."""
    since, until = bound(args.since, args.clock, is_end=False), bound(args.until, args.clock, is_end=True)
    if since is not None and until is not None and since > until:
        raise WrongUsage("The time that is searched ends before it begins.", "Give its beginning to `--since`.")
    return since, until


def bound(given: str | None, clock: str, *, is_end: bool) -> "date | datetime | None":
    """A day is its whole day: on the clocks of source and ledger, in UTC."""
    from datetime import UTC, date, datetime, time  # noqa: PLC0415 - `--help` must not wait for it

    if given is None:
        return None
    if len(given) > len("2026-04-01"):
        if clock == "happened":
            raise WrongUsage("The clock `happened` is searched by days.", "Write the day alone, such as 2026-04-01.")
        return datetime.fromisoformat(given).astimezone(UTC)
    day = date.fromisoformat(given)
    if clock == "happened":
        return day
    return datetime.combine(day, time.max if is_end else time.min, tzinfo=UTC)


def clock_line(line: "HistoryLine") -> str | None:
    """The other clocks of a fact and what lies between them; None where the ledger's own is all there is."""
    from interfaces.cli.wording import apart, moment  # noqa: PLC0415 - loaded by now

    said, late = [], line.lateness
    if late.happened_to_ledger_seconds:
        said.append(f"learned {apart(late.happened_to_ledger_seconds)} than it happened")
    if line.source_recorded_at is not None:
        after = late.happened_to_source_seconds
        than = f" ({apart(after)} than it happened)" if after is not None else ""
        said.append(f"its source wrote it down {moment(line.source_recorded_at)}{than}")
        if late.source_to_ledger_seconds is not None:
            said.append(f"learned {apart(late.source_to_ledger_seconds)} than its source wrote it down")
    return "; ".join(said) or None


def happened_text(line: "HistoryLine") -> str:
    """The day on which a fact happened, by its own word; a dash where it gives none."""
    return str(line.happened_on) if line.has_date else "-"
