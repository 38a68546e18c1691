"""A tree of reasons in words: indented, one thought a line, at most a hundred columns wide.

A rule is quoted where it first stands, `[3] name = value (from ...; source)`, and named `[3]` after that; a fact is
told where it first stands, `#40 time_logged of 2026-01-08`, and named `#40` after that. Promise: every node, rule and
fact of the tree is shown. Not promised: that a line stays under a hundred columns where one word alone is longer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

from interfaces.cli.reasons_titles import Node, title
from interfaces.cli.wording import clock, counted, some, unit_text

WIDTH: Final = 100
_STEP: Final = "  "
_FACTS_MAX: Final = 5
"""Of so many facts that are told already all are named again."""


def wrapped(text: str, indent: str = "", *, hang: str = "  ") -> list[str]:
    """A thought as lines of at most a hundred columns; what does not fit hangs below it."""
    lines = wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + hang,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return lines or [indent.rstrip()]


class Quoting:
    """Rules and facts of one screen: each is told once, and has a short mark after that."""

    def __init__(self) -> None:
        self._marks: dict[tuple[str, str], int] = {}
        self._told: set[int] = set()

    def grounds(self, node: Node, indent: str) -> Iterator[str]:
        """What a node rests on: new rules in full, marks and facts on one line, and what was looked for in vain."""
        new, marks = self._sorted(node["because"])
        yield from self._quoted(new, indent)
        own = node.get("position")
        facts = [fact for fact in node["facts"] if fact["position"] != own]
        said = [f"by {', '.join(marks)}"] if marks else []
        said += [f"rests on {self._facts(facts)}"] if facts else []
        if said:
            yield from wrapped("; ".join(said), indent)
        if absent := node["absent"]:
            is_there = {fact.get("kind") for fact in node["facts"]} & set(absent["kinds"])
            what = "none that would do" if is_there else "not found"
            yield from wrapped(f"{what} up to #{absent['up_to']}: {', '.join(absent['kinds'])}", indent)

    def rest(self, readings: Iterable[Mapping[str, Any]], indent: str) -> Iterator[str]:
        """The rules that were not quoted so far."""
        yield from self._quoted(self._sorted(readings)[0], indent)

    def is_quoted(self, reading: Mapping[str, Any]) -> bool:
        """Whether a rule was told already."""
        return _key(reading) in self._marks

    def tells(self, position: int) -> None:
        """A fact is told by where it stands."""
        self._told.add(position)

    def _sorted(self, because: Iterable[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], list[str]]:
        """Rules that are new, and the marks of those that are not."""
        every = list(because)
        known = [f"[{self._marks[_key(reading)]}]" for reading in every if self.is_quoted(reading)]
        return [reading for reading in every if not self.is_quoted(reading)], known

    def _quoted(self, new: Iterable[Mapping[str, Any]], indent: str) -> Iterator[str]:
        for reading in new:
            mark = self._marks[_key(reading)] = len(self._marks) + 1
            yield from wrapped(f"[{mark}] {rule_text(reading)}", indent, hang="    ")

    def _facts(self, facts: Sequence[Mapping[str, Any]]) -> str:
        """Facts by position; of many that stand above the first few."""
        if len(facts) > _FACTS_MAX and all(fact["position"] in self._told for fact in facts):
            return some([self._fact(fact) for fact in facts], shown_max=_FACTS_MAX)
        return ", ".join(map(self._fact, facts))

    def _fact(self, fact: Mapping[str, Any]) -> str:
        at = fact["position"]
        if at in self._told or "kind" not in fact:
            return f"#{at}"
        self._told.add(at)
        return f"#{at} {fact['kind']} of {fact['on'] or 'no date given'}"


def _key(reading: Mapping[str, Any]) -> tuple[str, str]:
    return reading["reading"], reading["effective"]


def rule_text(reading: Mapping[str, Any]) -> str:
    """A rule with its value, its dates and its source."""
    from ledger.rulebook.describe import shown_value  # noqa: PLC0415 - loaded by now

    value = reading["value"]
    shown = shown_value(tuple(value) if isinstance(value, list) else value)
    until = f" to {reading['until']}" if reading["until"] else ""
    rules = f"; {', '.join(reading['rules'])}" if reading["rules"] else ""
    of = unit_text(reading["unit"], is_one=value == 1)
    return f"{reading['reading']} = {shown}{of} (from {reading['effective']}{until}; {reading['cite']}{rules})"


_POOLS: Final = ("seconds.staff", "seconds.personal")
Beside = Callable[[Node], Iterable[str]]
"""What else there is to say of an entry: who vouches for it, and when on each clock."""


class ReasonsText:
    """Nodes in words; where `opens_pools` is false, pools say how many entries they have and no more."""

    def __init__(self, quoting: Quoting, beside: Beside, *, opens_pools: bool = True) -> None:
        self._quoting = quoting
        self._beside = beside
        self._opens_pools = opens_pools
        self._shown: set[str] = set()

    def lines(self, node: Node, depth: int = 0) -> Iterator[str]:
        """A node and everything below it."""
        indent = _STEP * depth
        if node.get("see"):
            where = "above" if node["what"] in self._shown else "below"
            yield from wrapped(f"{title(node)} ({where})", indent)
            return
        self._shown.add(node["what"])
        if _goes_without_saying(node):
            return
        yield from wrapped(title(node), indent)
        if node["what"] in _POOLS and not (node["value"] and self._opens_pools):
            if node["value"]:
                yield f"{indent}{_STEP}{counted(len(node['parts']), 'entry', 'entries')}; `--explain` opens them"
            return
        yield from self._own(node, indent + _STEP)
        yield from self._parts(node, depth + 1)

    def _own(self, node: Node, indent: str) -> Iterator[str]:
        """What is said of a node itself: whose it is, what it rests on, what to do about it."""
        if node["what"].startswith("entry."):
            self._quoting.tells(node["position"])
            for said in self._beside(node):
                yield from wrapped(said, indent)
        if node["what"] != "segment":
            yield from self._quoting.grounds(node, indent)
        if node.get("remedy"):
            yield from wrapped(node["remedy"], indent)

    def _parts(self, node: Node, depth: int) -> Iterator[str]:
        """What a node is made of; of entries that are opened elsewhere what was taken from each."""
        taken = {each["entry"]: each["seconds"] for each in node.get("entries", ())}
        for part in node["parts"]:
            entry = str(part["what"]).removeprefix("entry.")
            if part.get("see") and entry in taken:
                yield f"{_STEP * depth}{clock(taken[entry])} of {entry}"
            else:
                yield from self.lines(part, depth)


def _goes_without_saying(node: Node) -> bool:
    """Whether a node says nothing new: none of something, or minutes without any unit, all of which are unpaid."""
    if node["what"].startswith("unpaid_minutes."):
        return not node["value"] or not node["because"]
    return node["what"] in ("seconds.untimed", "seconds.not_counted") and not node["value"]
