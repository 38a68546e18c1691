"""Rounds that alternate between contenders, and the tables that they end in.

Promise: contenders take turns round by round (A B A B ...), so that whatever else the machine does meets all of them;
a figure is the median of its rounds with the smallest and the largest; a ratio is taken within each round and then its
median. Not promised: that a figure by itself means anything on another machine; ratios travel better.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from statistics import median
from typing import NamedTuple, ParamSpec, Self, TypeVar

from interfaces.system import calm_the_collector

P = ParamSpec("P")
T = TypeVar("T")

ROUNDS: int = 5


class GateFailed(AssertionError):
    """What was acknowledged, what is stored and what a follower sees are not the same: the figure means nothing."""


class Contender(NamedTuple):
    """One of those who take turns: its name, and its round, which is given a number and answers operations a second."""

    name: str
    round: Callable[[int], float]


class Rates(NamedTuple):
    """Operations a second, one figure a round."""

    name: str
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median of the rounds."""
        return median(self.rounds)

    def against(self, yardstick: "Rates") -> tuple[float, float, float]:
        """The ratio to a yardstick, taken within each round: median, smallest, largest."""
        ratios = [mine / theirs for mine, theirs in zip(self.rounds, yardstick.rounds, strict=True)]
        return median(ratios), min(ratios), max(ratios)


class Target(NamedTuple):
    """What the product promises: a number, and whether it is to be reached or not to be passed."""

    number: float
    is_ceiling: bool = False

    def verdict(self, measured: float) -> str:
        """`met` or `missed`."""
        return "met" if (measured <= self.number if self.is_ceiling else measured >= self.number) else "missed"


def take_turns(contenders: Sequence[Contender], rounds: int = ROUNDS) -> dict[str, Rates]:
    """Every contender in every round, in an order that turns, so that nobody always comes after the same one."""
    figures: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for number in range(rounds):
        turn = number % len(contenders)
        for contender in (*contenders[turn:], *contenders[:turn]):
            figures[contender.name].append(contender.round(number))
    return {name: Rates(name, tuple(measured)) for name, measured in figures.items()}


class Apart:
    """A process of its own for one contender, kept for all its rounds: nobody pays for the garbage of another.

    The collector of cycles is calmed as the command line calms it, for the peer as well.
    """

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=calm_the_collector)

    def __call__(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the function answers over there."""
        return self._pool.submit(act, *args, **kwargs).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()


class Stopwatch:
    """Seconds between entering and leaving."""

    seconds: float = 0.0

    def rate(self, count: int) -> float:
        """`count` operations as operations a second."""
        return count / self.seconds


@contextmanager
def timed() -> Iterator[Stopwatch]:
    """Time what stands inside, on a heap without old garbage."""
    gc.collect()
    watch = Stopwatch()
    begun = time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - begun


def gate(what: str, **counts: int) -> None:
    """Stop the whole run where counts differ that must be the same."""
    if len(set(counts.values())) > 1:
        said = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items())
        raise GateFailed(f"{what}: {said}")


# --- tables ---------------------------------------------------------------------------------------------------------


def number(figure: float) -> str:
    """A figure with as many digits as it deserves."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def spread(figure: float, low: float, high: float, unit: str = "") -> str:
    """A median with its range."""
    return f"{number(figure)}{unit} ({number(low)}–{number(high)})"  # noqa: RUF001 - a range has an en dash


def of_rates(rates: Rates) -> str:
    """A rate with the range of its rounds."""
    return spread(rates.median, min(rates.rounds), max(rates.rounds))


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str] = ()) -> str:
    """A Markdown table with a title and notes below, readable as it stands."""
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    lines = [_row(heads, widths), "|" + "|".join("-" * (width + 2) for width in widths) + "|"]
    lines += [_row(row, widths) for row in rows]
    return "\n".join([f"### {title}", "", *lines, "", *(f"- {note}" for note in notes), ""])


def rates_table(
    title: str,
    rates: Sequence[Rates],
    *,
    unit: str,
    yardstick: str,
    targets: dict[str, Target] | None = None,
    floors: dict[str, Target] | None = None,
    notes: Sequence[str] = (),
) -> str:
    """Rates with their ratio to the yardstick; `targets` bind the ratio of a contender, `floors` its rate."""
    by_name = {each.name: each for each in rates}
    rows = []
    for each in rates:
        ratio = each.against(by_name[yardstick])
        said, verdict = "", ""
        if target := (targets or {}).get(each.name):
            said, verdict = f"ratio ≥ {target.number:g}", target.verdict(ratio[0])
        if floor := (floors or {}).get(each.name):
            said, verdict = f"≥ {floor.number:,.0f} {unit}", floor.verdict(each.median)
        shown = "1 (yardstick)" if each.name == yardstick else spread(*ratio)
        rows.append([each.name, of_rates(each), shown, said, verdict])
    return table(title, ["what", unit, "ratio", "target", ""], rows, notes)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
