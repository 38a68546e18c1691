"""What must agree between rules, in every view that programmes and payers' exceptions make of them.

Each rule may be sound by itself and yet two of them not be obeyed together: a code in two rows of the table of other
services, of which one would win in silence; an activity that counts and does not; a family that names a code on days
on which nothing says how many minutes the code needs; an add-on whose parent is another code than its family's base.
Such pairs are refused when rules are loaded for the first time, and both are named.

Promise: what passes leads every look-up of judging to one answer, on every day. Service for which no price is on file
has none: prices may end. Not promised: that the law is right.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations, product
from typing import Final

from ledger.rulebook.needed import ALWAYS, BESIDE, SINCE
from ledger.rulebook.reading import Quantity, Reading
from ledger.rulebook.sites import Sites
from ledger.rulebook.spans import Span, gap_in, spans_of
from ledger.rulebook.views import BASE_PROGRAMME, PayerException, base_name, overlaid, programmes_of

View = Mapping[str, Quantity]
_CCM: Final = "medicare.ccm."
_FAMILIES: Final = f"{_CCM}families."
_ROWS: Final = "medicare.conflicts."
_LISTS: Final = (
    (f"{_CCM}activities.", "", "the lists of activities"),
    (_ROWS, ".codes", "the table of other services"),
    ("medicare.pfs.pricing.", "_places", "the places of service"),
    (f"{_CCM}consent.evidence_counts_from_", "", "the kinds of evidence"),
    (f"{_CCM}initiating_visit.", "qualifying_codes", "the codes of visits"),
)
"""Lists of which a word may stand in one only on a day: how their names begin and end, and what they are together."""
_NEEDED_OF: Final = {"_base": ("minutes_minimum", "units_max"), "_addon": ("minutes_step", "units_max", "parent_code")}
"""What judging and claims read of a code, by its part in a family."""
_OF_A_CODE: Final = tuple({each for needed in _NEEDED_OF.values() for each in needed})
_BESIDE: Final = frozenset(name for needed in BESIDE.values() for name in needed) | BESIDE.keys()


def check_agreement(quantities: View, exceptions: Iterable[PayerException], sites: Sites) -> None:
    """Notes every pair of rules that cannot both be obeyed, and every day on which judging would lack one."""
    _check_always(quantities, sites)
    concerned = {name: quantity for name, quantity in quantities.items() if _concerns(name)}
    for view in _views(concerned, tuple(exceptions), programmes_of(quantities)):
        for begins, ends, together in _LISTS:
            _check_lists(view, begins, ends, together, sites)
        _check_families(view, sites)
        for name, needed in BESIDE.items():
            for span, each in product(spans_of(view.get(name)), needed):
                _check_there(view, each, name, span, sites)


def _concerns(name: str) -> bool:
    """Whether a quantity is looked at in the views: a list, a family, a quantity of a code."""
    programme = name.split(".", 2)[1] if name.count(".") > 1 else ""
    stands_for = name.replace(f"medicare.{programme}.", _CCM, 1) if programme in {"pcm", "apcm"} else name
    return (
        stands_for.startswith(_FAMILIES)
        or stands_for.endswith(_OF_A_CODE)
        or stands_for in _BESIDE
        or any(stands_for.startswith(begins) and stands_for.endswith(ends) for begins, ends, _ in _LISTS)
    )


def _views(concerned: View, exceptions: tuple[PayerException, ...], programmes: Iterable[str]) -> Iterator[View]:
    """The base and what every coverage makes of it, each for every programme; those that differ in nothing once."""
    payers = {None, *(each.payer for each in exceptions)}
    kinds = {None, *(each.kind for each in exceptions)}
    ours = [_concerned(each) for each in exceptions]
    held = [each for each in ours if each.quantities]
    seen = {tuple(each for each in held if each.applies(payer, kind)) for payer in payers for kind in kinds}
    for applied in sorted(seen, key=lambda each: [exception.file for exception in each]):
        for programme in (BASE_PROGRAMME, *sorted(programmes)):
            yield {quantity.name: quantity for quantity in overlaid(concerned, programme, applied)}


def _concerned(exception: PayerException) -> PayerException:
    held = tuple(quantity for quantity in exception.quantities if _concerns(base_name(quantity.name)))
    return replace(exception, quantities=held)


# --- lists ----------------------------------------------------------------------------------------------------


def _check_lists(view: View, begins: str, ends: str, together: str, sites: Sites) -> None:
    held: dict[str, list[tuple[str, Span]]] = {}
    for name, quantity in view.items():
        if name.startswith(begins) and name.endswith(ends):
            for span in spans_of(quantity):
                for word in span.reading.value if isinstance(span.reading.value, tuple) else ():
                    held.setdefault(word, []).append((name, span))
    for word, places in held.items():
        for (name, span), (other_name, other) in combinations(places, 2):
            if name != other_name and span.meets(other):
                _note_twice(word, together, (name, span), (other_name, other), sites)


def _note_twice(word: str, together: str, one: tuple[str, Span], two: tuple[str, Span], sites: Sites) -> None:
    names = {one[1].reading: one[0], two[1].reading: two[0]}
    at, beside = sites.later(one[1].reading, two[1].reading)
    day = max(one[1].first, two[1].first)
    sites.fault(
        at,
        f"{word} stands twice in {together} from {day}: in {names[at]} here, and in {names[beside]} at "
        f"{sites.where(beside)}.",
        f"Keep it in one: take it out here, or out of {names[beside]} for the same days (a payer by an exception to "
        "that list too).",
    )


# --- families -------------------------------------------------------------------------------------------------


def _check_families(view: View, sites: Sites) -> None:
    for name, quantity in view.items():
        if not name.startswith(_FAMILIES) or quantity.unit != "code":
            continue
        family, _, part = name.removeprefix(_FAMILIES).rpartition("_")
        for span in spans_of(quantity):
            for each in _NEEDED_OF.get(f"_{part}", ()):
                code = str(span.reading.value)
                _check_there(view, f"{_CCM}{code}.{each}", code, span, sites)
            if part == "base":
                _check_base(view, span, sites)
            elif part == "addon":
                _check_parent(view, family, span, sites)


def _check_there(view: View, needed: str, asks: str, span: Span, sites: Sites) -> None:
    """Notes that a quantity is not in force on every day on which a code or another quantity asks for it."""
    spans = spans_of(view.get(needed))
    day = gap_in(spans, span.first, span.last)
    if day is None:
        return
    stands = f" (it stands at {sites.where(spans[-1].reading)})" if spans else ""
    sites.fault(
        span.reading,
        f"{asks} is in force on {day}, and {needed} has no value then{stands}.",
        f"Give {needed} a value for these days, or end this one before {day}.",
    )


def _check_base(view: View, span: Span, sites: Sites) -> None:
    """A month has one unit of a base code: a limit below one would forbid the code, and is not how that is said."""
    for limit in spans_of(view.get(f"{_CCM}{span.reading.value}.units_max")):
        if limit.meets(span) and limit.reading.value == 0:
            sites.fault(
                limit.reading,
                f"A month has one unit of {span.reading.value}, the base code of a family, and this gives it none.",
                "Write 1 or more; a payer without the code says `absent = true` of the family's base code.",
            )


def _check_parent(view: View, family: str, span: Span, sites: Sites) -> None:
    """An add-on is added to its family's base code, and so that is its parent."""
    bases = [each for each in spans_of(view.get(f"{_FAMILIES}{family}_base")) if each.meets(span)]
    for parent in spans_of(view.get(f"{_CCM}{span.reading.value}.parent_code")):
        for base in bases:
            if parent.meets(span) and parent.meets(base) and parent.reading.value != base.reading.value:
                _note_parent(parent.reading, base.reading, span, sites)


def _note_parent(parent: Reading, base: Reading, addon: Span, sites: Sites) -> None:
    at, beside = sites.later(parent, base)
    sites.fault(
        at,
        f"The parent of {addon.reading.value} is {parent.value} and its family's base code is {base.value}: this "
        f"program adds it to the base code alone. The other stands at {sites.where(beside)}.",
        "Name one code in both, for the same days.",
    )


# --- always ---------------------------------------------------------------------------------------------------


def _check_always(quantities: View, sites: Sites) -> None:
    """Notes the days on which there are rules of a programme and not all that a month is judged by."""
    for since in spans_of(quantities.get(SINCE)):
        for needed in ALWAYS:
            spans = spans_of(quantities.get(needed))
            day = gap_in(spans, since.first, since.last)
            if day is None:
                continue
            remedy = f"Give {needed} a value for every day from {since.first} on."
            problem = f"No month from {day} on could be judged: {needed} has no value then."
            sites.fault(spans[-1].reading if spans else since.reading, problem, remedy)
