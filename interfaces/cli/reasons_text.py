"""A tree of reasons in words: indented, one thought a line, at most a hundred columns wide.

A rule is quoted where it first stands, `[3] name = value (from ...; source)`, and named `[3]` after that; a fact is
told where it first stands, `#40 time_logged of 2026-01-08`, and named `#40` after that. Promise: every node, rule and
fact of the tree is shown. Not promised: that a line stays under a hundred columns where one word alone is longer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from textwrap import wrap
from typing import Any, Final

from interfaces.cli.wording import ESTIMATE, clock, counted, dollars, family_name, moment, some, unit_text

WIDTH: Final = 100
_STEP: Final = "  "
_FACTS_MAX: Final = 5
"""Of so many facts that are told already all are named again."""
Node = Mapping[str, Any]


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


# --- what each node is called --------------------------------------------------------------------------------------


def title(node: Node) -> str:
    """A node in words; one that has none is called by its name and value."""
    kind, _, rest = str(node["what"]).partition(".")
    says = _TITLES.get(kind)
    return says(node, rest) if says is not None else f"{node['what'].replace('_', ' ')}: {_shown(node['value'])}"


def _shown(value: object) -> str:
    return "none" if value is None else str(value)


def _amount(node: Node, _: str) -> str:
    return f"Amount: {dollars(node['value'])} ({ESTIMATE})" if node["value"] else "Amount: none"


def _family(node: Node, family: str) -> str:
    if node.get("see"):
        return f"{family_name(family)}: {dollars(node['value']) if node['value'] else 'none'}"
    if not node["is_available"]:
        return f"{family_name(family)}: not available"
    how = "bills" if node["bills"] else "available"
    return f"{family_name(family)}: {how}, {dollars(node['value'])} ({ESTIMATE})"


def _charge(node: Node, rest: str) -> str:
    units = f" x{node['units']}" if "units" in node else ""
    return f"{rest.rpartition('.')[2]}{units}: {dollars(node['value'])}"


def _with_visit(node: Node, code: str) -> str:
    """The dollars of a code that rides on a visit."""
    return f"{code} x{node['units']} with the visit of {node['on']} ({node['parent']}): {dollars(node['value'])}"


def _units(node: Node, rest: str) -> str:
    return f"{counted(node['value'], 'unit')} of {rest.rpartition('.')[2]}"


def _price(node: Node, code: str) -> str:
    if node["value"] is None:
        return f"no price of {code} on file"
    exact = f": {node['before_rounding']} rounded {node['rounding']}" if node.get("before_rounding") else ""
    return f"{dollars(node['value'])} for one unit of {code}{exact}"


def _minutes(node: Node, family: str) -> str:
    return f"{counted(node['value'], 'minute')} of {family_name(family)}"


def _unpaid(node: Node, family: str) -> str:
    return f"{counted(node['value'], 'minute')} of {family_name(family)} that no unit pays"


_SECONDS: Final[Mapping[str, str]] = {
    "staff": "of staff",
    "personal": "of the billing practitioner",
    "untimed": "counted without clock times",
    "not_counted": "not counted",
}


def _seconds(node: Node, pool: str) -> str:
    return f"{clock(node['value'])} {_SECONDS.get(pool, pool)}"


def _entry(node: Node, entry: str) -> str:
    if node.get("see"):
        return f"{entry}: {clock(node['value'])} count"
    timed = "" if node["is_timed"] else ", without clock times"
    share = f"{clock(node['value'])} of {clock(node['seconds'])} count{timed}"
    return f"{node['on']}  {share}  #{node['position']} {node['activity'] or 'no activity given'}"


def _segment(node: Node, _: str) -> str:
    if "from" not in node:
        return f"{clock(node['value'])} on {node['on']}"
    return f"{clock(node['value'])} from {node['from']} to {node['to']}"


def _said(node: Node, code: str) -> str:
    from ledger.terms.notices import without_rule  # noqa: PLC0415 - loaded by now

    if "happened" not in node:
        return code
    names = tuple(reading["reading"] for reading in node["because"])
    return f"{code}: {without_rule(node['happened'], names)}"


def _group(node: Node, code: str) -> str:
    return f"{code}: {clock(node['value'])}"


def _needed(node: Node, code: str) -> str:
    if node["value"] is None:
        return f"{code} has all the units that it may have"
    return f"The next unit of {code} needs {counted(node['value'], 'minute')}"


def _instead(node: Node, _: str) -> str:
    how = "chosen" if node["is_chosen"] else "suggested"
    lines = ", ".join(f"{line['code']} x{line['units']}" for line in node["lines"])
    return f"Another family bills: {family_name(node['value'])} ({how}): {lines}, {dollars(node['amount'])}"


def _consent_from(node: Node, _: str) -> str:
    since = moment(datetime.fromisoformat(node["value"])) if node["value"] else "none"
    return f"Consent lets count from: {since}"


def _plainly(says: str) -> Callable[[Node, str], str]:
    return lambda node, _: f"{says}: {_shown(node['value']).replace('_', ' ')}"


_TITLES: Final[Mapping[str, Callable[[Node, str], str]]] = {
    "amount": _amount,
    "family": _family,
    "charge": _charge,
    "with_visit": _with_visit,
    "units": _units,
    "price": _price,
    "minutes": _minutes,
    "unpaid_minutes": _unpaid,
    "seconds": _seconds,
    "entry": _entry,
    "segment": _segment,
    "notice": _said,
    "missing": _said,
    "against": _said,
    "not_counted": _group,
    "needed": _needed,
    "bills_instead": _instead,
    "date_of_service": lambda node, _: f"Date of service: {node['value']}",
    "consent_from": _consent_from,
    "practitioner": lambda node, _: f"Billing practitioner: {_shown(node['value'])}",
    "practice": lambda node, _: f"Practice that bills: {_shown(node['value'])}",
    "payer": lambda node, _: f"Payer: {_shown(node['value'])}",
    "suggested": _plainly("Suggested family"),
    "chosen": _plainly("Chosen family"),
    "standing": _plainly("Standing"),
}
