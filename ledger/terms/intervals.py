"""Arithmetic on half-open intervals of whole epoch seconds: sorted, disjoint tuples in, the same out."""

from bisect import bisect_left

Interval = tuple[int, int]
Intervals = tuple[Interval, ...]


def overlap(covered: Intervals, start: int, end: int) -> Intervals:
    """The pieces of [start, end) that `covered` holds already."""
    if not covered or start >= covered[-1][1]:
        return ()  # the usual case: work is recorded in the order in which it was done
    first = max(bisect_left(covered, (start, start)) - 1, 0)
    found: list[Interval] = []
    for held_start, held_end in covered[first:]:
        if held_start >= end:
            break
        low, high = max(held_start, start), min(held_end, end)
        if low < high:
            found.append((low, high))
    return tuple(found)


def union(covered: Intervals, start: int, end: int) -> Intervals:
    """`covered` with [start, end) added; touching intervals become one."""
    if start >= end:
        return covered
    if not covered or start > covered[-1][1]:
        return (*covered, (start, end))
    before = [held for held in covered if held[1] < start]
    after = [held for held in covered if held[0] > end]
    touching = [held for held in covered if held[1] >= start and held[0] <= end]
    low = min([start, *(held[0] for held in touching)])
    high = max([end, *(held[1] for held in touching)])
    return (*before, (low, high), *after)


def total(intervals: Intervals) -> int:
    """The seconds in disjoint intervals."""
    return sum(end - start for start, end in intervals)


def union_all(*groups: Intervals) -> Intervals:
    """The union of several groups of intervals."""
    joined: Intervals = ()
    for start, end in sorted(piece for group in groups for piece in group):
        joined = union(joined, start, end)
    return joined


def without(start: int, end: int, taken: Intervals) -> Intervals:
    """What is left of [start, end) when `taken` (sorted, disjoint) is cut out."""
    left: list[Interval] = []
    for held_start, held_end in taken:
        if held_end <= start or held_start >= end:
            continue
        if held_start > start:
            left.append((start, held_start))
        start = max(start, held_end)
    if start < end:
        left.append((start, end))
    return tuple(left)
