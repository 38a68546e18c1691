"""What each node of a tree of reasons is called, in words.

Promise: every kind of node that the judge makes has words; one that has none is called by its name and value. Not
promised: what a node rests on, which stands below it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from interfaces.cli.wording import ESTIMATE, clock, counted, dollars, family_name, moment

Node = Mapping[str, Any]


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
        return f"The minutes make all the units that {code} may have"
    return f"The next unit of {code} needs {counted(node['value'], 'minute')}"


def level_text(level: Mapping[str, Any]) -> str:
    """Whom a level of APCM is for."""
    if level["conditions_max"] is not None:
        return f"fewer than {level['conditions_max'] + 1} active chronic conditions"
    qmb = "with" if level["asks_qmb"] else "without"
    return f"{level['conditions_min']} or more active chronic conditions, {qmb} QMB status"


def _level(node: Node, code: str) -> str:
    return f"{code} is for {level_text(node)}"


def _elsewhere(node: Node, code: str) -> str:
    if node["is_for_clinics"]:
        return f"{code} is for rural health clinics and federally qualified health centers; the practice is none"
    if node["in_force"]:
        return f"{code} is one of {node['value']}: ask with `--programme {node['value']}`"
    dates = f"to {node['until']} only" if node["until"] else "on"
    return f"{code} is one of {node['value']} from {node['from']} {dates}"


def _on_visit(_: Node, code: str) -> str:
    return f"{code} rides on the claim of a visit whose code carries it; on none of the month it does"


def _conditions(node: Node, _: str) -> str:
    return counted(node["value"], "active chronic condition")


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
    "level": _level,
    "elsewhere": _elsewhere,
    "on_visit": _on_visit,
    "conditions": _conditions,
    "qmb": lambda node, _: f"Qualified Medicare Beneficiary (QMB): {node['value']}",
    "date_of_service": lambda node, _: f"Date of service: {node['value']}",
    "consent_from": _consent_from,
    "practitioner": lambda node, _: f"Billing practitioner: {_shown(node['value'])}",
    "practice": lambda node, _: f"Practice that bills: {_shown(node['value'])}",
    "payer": lambda node, _: f"Payer: {_shown(node['value'])}",
    "suggested": _plainly("Suggested family"),
    "chosen": _plainly("Chosen family"),
    "standing": _plainly("Standing"),
}
