"""Numbers for Prometheus: counters, gauges and histograms in its text format (version 0.0.4).

Promise: labels come from what the program itself names, and past a bound new ones are counted together, so that nobody
outside makes a series or fills the memory. Not promised: more of the format than this server tells.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
SERIES_MAX: Final = 20_000
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets: an append takes some milliseconds, a long question some seconds."""
_OTHERS: Final = "other"
Labels = tuple[str, ...]


class Counter:
    """Counts by labels, which only grow."""

    def __init__(self, name: str, told: str, labels: Sequence[str]) -> None:
        self.name, self.told, self.labels = name, told, tuple(labels)
        self.values: dict[Labels, float] = {}

    def add(self, labels: Labels, by: float = 1) -> None:
        """So many more."""
        key = _bounded(labels, self.values)
        self.values[key] = self.values.get(key, 0) + by

    def lines(self, ledgers: frozenset[str] | None) -> Iterator[str]:
        """What is told of it; of some ledgers alone where they are named."""
        yield from _head(self.name, self.told, "counter")
        for labels, value in sorted(self.values.items()):
            if _is_shown(self.labels, labels, ledgers):
                yield f"{self.name}{shown(self.labels, labels)} {_number(value)}"


class Histogram:
    """How long things took, by labels."""

    def __init__(self, name: str, told: str, labels: Sequence[str], bounds: Sequence[float] = SECONDS) -> None:
        self.name, self.told, self.labels, self.bounds = name, told, tuple(labels), tuple(bounds)
        self.values: dict[Labels, list[float]] = {}

    def observe(self, labels: Labels, seconds: float) -> None:
        """One more took so long."""
        key = _bounded(labels, self.values)
        counts = self.values.get(key)
        if counts is None:
            counts = self.values[key] = [0.0] * (len(self.bounds) + 2)
        counts[bisect_left(self.bounds, seconds)] += 1
        counts[-1] += seconds

    def lines(self, ledgers: frozenset[str] | None) -> Iterator[str]:
        """What is told of it; of some ledgers alone where they are named."""
        yield from _head(self.name, self.told, "histogram")
        for labels, (*counts, total) in sorted(self.values.items()):
            if not _is_shown(self.labels, labels, ledgers):
                continue
            sum_so_far = 0.0
            for bound, count in zip((*map(_number, self.bounds), "+Inf"), counts, strict=True):
                sum_so_far += count
                yield f"{self.name}_bucket{shown((*self.labels, 'le'), (*labels, bound))} {_number(sum_so_far)}"
            yield f"{self.name}_sum{shown(self.labels, labels)} {total:.6f}"
            yield f"{self.name}_count{shown(self.labels, labels)} {_number(sum_so_far)}"


def gauge(name: str, told: str, labels: Sequence[str], values: Mapping[Labels, float]) -> Iterator[str]:
    """Numbers as they are now."""
    yield from _head(name, told, "gauge")
    for key, value in sorted(values.items()):
        yield f"{name}{shown(labels, key)} {_number(value)}"


def counter(name: str, told: str, labels: Sequence[str], values: Mapping[Labels, float]) -> Iterator[str]:
    """Counts that somebody else keeps."""
    yield from _head(name, told, "counter")
    for key, value in sorted(values.items()):
        yield f"{name}{shown(labels, key)} {_number(value)}"


def text(lines: Iterable[str]) -> bytes:
    """Everything that is told, as it goes over the wire."""
    return "".join(f"{line}\n" for line in lines).encode()


def shown(names: Sequence[str], values: Sequence[str]) -> str:
    """Labels as they are written; none of ours needs an escape, and one that came otherwise gets it."""
    if not names:
        return ""
    pairs = (f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True))
    return f"{{{','.join(pairs)}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _head(name: str, told: str, kind: str) -> tuple[str, str]:
    return f"# HELP {name} {told}", f"# TYPE {name} {kind}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _bounded(labels: Labels, known: Mapping[Labels, object]) -> Labels:
    return labels if labels in known or len(known) < SERIES_MAX else (_OTHERS,) * len(labels)


def _is_shown(names: Labels, labels: Labels, ledgers: frozenset[str] | None) -> bool:
    return ledgers is None or ("ledger" in names and labels[names.index("ledger")] in ledgers)
