"""A patient-month opened in words: every figure with its reasons, every entry, every rule; and why not some code.

Promise: everything shown stands in the tree of reasons; nothing is counted, judged or rounded here, and no rule is
quoted twice. Amounts are labelled as what they are: national estimates.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.clocks import clock_line
from interfaces.cli.reasons_text import Quoting, ReasonsText, wrapped
from interfaces.cli.reasons_titles import Node, level_text
from interfaces.cli.wording import clock, counted, family_name, moment

if TYPE_CHECKING:
    from projections.history_line import HistoryLine

_KEY: Final = (
    "How the month comes about. #40 is a fact by its position, told where it first stands; [3] a rule, quoted "
    "where it first stands."
)
_DOLLARS: Final = ("amount", "family", "with_visit")
_TIME: Final = ("seconds", "entry")


def explained_lines(
    reasons: Mapping[str, Any],
    readings: Iterable[Mapping[str, Any]],
    reading_set: str | None,
    told: Mapping[int, "HistoryLine"],
    after: Collection[str] = (),
) -> Iterator[str]:
    """What is said of a month and each of its figures, with the reasons, and the rules that were read besides.

    `readings` are all rules that were read; `told` are the facts of the entries by position, `after` the entries that
    came after the attestation.
    """
    quoting = Quoting()
    text = ReasonsText(quoting, lambda node: _beside(node, told, after))
    figures = reasons["figures"]
    yield ""
    yield from wrapped(_KEY, hang="")
    for name, says in (("missing", "Missing before release"), ("notices", "To be looked at")):
        yield ""
        yield f"{says}: {counted(len(reasons[name]), 'point')}."
        yield from _all(text, reasons[name], depth=1)
    yield ""
    yield from _all(text, [node for node in figures if _kind(node) in _DOLLARS])
    yield ""
    yield from _all(text, [node for node in figures if _kind(node) in _TIME and not node.get("see")])
    yield ""
    yield from _all(text, [node for node in figures if _kind(node) not in (*_DOLLARS, *_TIME)])
    yield ""
    yield from _besides(quoting, readings)
    if reading_set:
        yield f"Digest of all rules that were read: {reading_set}"


def _all(text: ReasonsText, nodes: Iterable[Node], *, depth: int = 0) -> Iterator[str]:
    for node in nodes:
        yield from text.lines(node, depth)


def _kind(node: Node) -> str:
    return str(node["what"]).partition(".")[0]


def _beside(node: Node, told: Mapping[int, "HistoryLine"], after: Collection[str]) -> Iterator[str]:
    """Whose work an entry is, who vouches for it, and when it stands on each clock."""
    yield f"{node['entry']} by {node['performer']}"
    fact = told.get(node["position"])
    if fact is None:
        return
    asserted = f"; asserted by {fact.who.asserted_by}" if fact.who.asserted_by else ""
    behind = "; after the attestation" if node["entry"] in after else ""
    yield f"recorded {moment(fact.recorded_at)}{asserted}{behind}"
    yield from (each for each in (clock_line(fact) or "").split("; ") if each)


def _besides(quoting: Quoting, readings: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The rules that were read and are behind nothing above: nothing stood against them."""
    rest = [reading for reading in readings if not quoting.is_quoted(reading)]
    if rest:
        yield f"Rules that were read besides: {counted(len(rest), 'rule')}; nothing above came of them."
        yield from quoting.rest(rest, "  ")


# --- why not -----------------------------------------------------------------------------------------------------


def why_not_lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """Why a code is not among those of the month, or has no more units, in the judge's own reasons."""
    code = answer["code"]
    yield ""
    if not answer["is_known"]:
        yield from _of_no_family(answer)
        return
    billed, most = answer["billed_units"], answer["units_max"]
    of_most = ", and nothing limits them" if most is None else f" of at most {most}"
    has = f"{code} has {counted(billed, 'unit')}{of_most}" if billed else f"{code} is not among the codes"
    minutes = f", {counted(answer['minutes'], 'minute')}" if answer["is_by_minutes"] else ""
    yield f"{has} ({family_name(answer['family'])}{minutes})."
    yield from _short_of(answer)
    remedies: Sequence[str] = answer.get("remedies", ())
    if remedies:
        yield "  What would have to be so, or to be done:"
        for remedy in remedies:
            yield from wrapped(f"- {remedy}", "    ")
    yield from _opened(answer)


def _of_no_family(answer: Mapping[str, Any]) -> Iterator[str]:
    code, known = answer["code"], ", ".join(answer["known"]) or "none"
    if answer.get("with_visit"):
        yield from wrapped(f"{code} is billed: it rides on the claim of its visit, and is none of the month's codes.")
    else:
        of = answer["programme"]
        yield from wrapped(f"{code} belongs to no family of {of} codes in force then; those that do: {known}.")
    yield from _opened(answer)


def _short_of(answer: Mapping[str, Any]) -> Iterator[str]:
    if not answer["is_by_minutes"]:
        yield "  The code follows from the number of chronic conditions and QMB status, not from minutes."
        yield from _of_level(answer.get("level"))
    elif answer["minutes_missing"]:
        needed = counted(answer["minutes_for_next_unit"], "minute")
        yield f"  The next unit needs {needed}: {answer['minutes_missing']} more."
    elif answer["minutes_missing"] is None:
        yield "  The minutes make all the units that it may have."
    else:
        yield f"  The minutes suffice for the next unit: it needs {answer['minutes_for_next_unit']}."
    if answer["other_family_bills"]:
        earned = (
            f" The minutes would make {answer['code']} x{answer['units_earned']}." if answer["units_earned"] else ""
        )
        yield f"  Another family bills: {family_name(answer['other_family_bills'])}.{earned}"
    if answer["uncounted_seconds"] and answer["is_by_minutes"]:
        yield f"  {clock(answer['uncounted_seconds'])} of the month do not count."


def _of_level(level: Mapping[str, Any] | None) -> Iterator[str]:
    if level is None:
        return
    conditions = counted(level["conditions"], "active chronic condition")
    has = f"{conditions}, and QMB status is {'' if level['is_qmb'] else 'not '}on record"
    yield from wrapped(f"It is for {level_text(level)}; the month has {has}: {level['bills'] or 'no code'}.", "  ")


def _opened(answer: Mapping[str, Any]) -> Iterator[str]:
    """The same, opened: the rules of the code, the minutes there are, what does not count, what stands against it."""
    nodes = answer.get("reasons", ())
    against = [node for node in nodes if _kind(node) == "against"]
    text = ReasonsText(Quoting(), lambda node: (f"{node['entry']} by {node['performer']}",), opens_pools=False)
    if nodes:
        yield ""
    yield from _all(text, [node for node in nodes if node not in against])
    if against:
        yield f"What stands against it: {counted(len(against), 'point')}."
        yield from _all(text, against, depth=1)
