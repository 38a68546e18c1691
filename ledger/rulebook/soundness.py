"""What is asked of rules that are read for the first time, beyond what every adopted edition was asked.

An edition that a ledger adopted must open for ever; one that is offered to it is looked at more closely, because what
loads and is not obeyed as it reads is worse than what is refused. So these checks run where rules are written, checked
or adopted (`load_rulebook`, `admitted`), and not where a ledger opens what it holds (`rulebook_of`).

Promise: every fault has file, line and remedy. Not promised: a clock. That somebody checked a value before its source
was published is a fault; that a day lies in the future nobody here can tell.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from ledger.rulebook.carried_out import CARRIED_OUT, PAYMENT_STEPS
from ledger.rulebook.coherence import check_agreement
from ledger.rulebook.reading import Quantity, Reading, Value
from ledger.rulebook.relative_values import check_parts
from ledger.rulebook.rule_file import RuleFile
from ledger.rulebook.sites import Sites
from ledger.rulebook.units_read import unit_read
from ledger.rulebook.views import EXCEPTION_MARK, PayerException, base_name

BASE: Final = "medicare"
"""The root of the rules that months are judged by."""
PERCENT_MOST: Final = Decimal(100)
_has_letters: Final = re.compile(r"[^\W\d_]").search


def check_root(rule_files: Iterable[RuleFile]) -> None:
    """Notes the files of the base that nothing reads: those of another root beside `medicare/`."""
    by_root: dict[str, list[RuleFile]] = {}
    for rule_file in rule_files:
        by_root.setdefault(rule_file.name.split("/", 1)[0].removesuffix(".toml"), []).append(rule_file)
    if BASE not in by_root:
        return
    for root in sorted(by_root.keys() - {BASE}):
        for rule_file in by_root[root]:
            problem = f"Months are judged by the rules below {BASE}/, and nothing reads {root}/."
            rule_file.fault(problem, f"Put it below {BASE}/, or write it as an exception at payers/{root}/FILE.toml.")


def check_values(rule_file: RuleFile, quantities: Iterable[Quantity], sites: Sites) -> None:
    """Notes what no value should say: units that nothing reads, percents above 100, citations without a word."""
    checked = rule_file.tables.get("checked")
    for quantity in quantities:
        unit = unit_read(base_name(quantity.name))
        if unit is not None and quantity.unit != unit:
            problem = f"{quantity.name} is read in {unit}, and its unit is {quantity.unit}."
            sites.table(quantity).fault(problem, f'Write unit = "{unit}", with its values in {unit}.')
            continue
        for reading in quantity.readings:
            _check_reading(reading, checked, sites)


def check_together(quantities: Mapping[str, Quantity], exceptions: Iterable[PayerException], sites: Sites) -> None:
    """Notes what is wrong between rules: see coherence.py, and the parts of relative values."""
    check_agreement(quantities, exceptions, sites)
    check_parts(quantities, sites)


def _check_reading(reading: Reading, checked: object, sites: Sites) -> None:
    name = base_name(reading.name)
    if reading.unit == "percent" and isinstance(reading.value, Decimal) and reading.value > PERCENT_MOST:
        sites.fault(reading, f"{reading.value} percent is more than all.", "Write a percent from 0.0 to 100.0.")
    if not _has_letters(reading.cite):
        sites.fault(reading, "The citation has no letters.", "Name the rule or paper that says so.")
    if type(checked) is date and reading.published is not None and reading.published > checked:
        problem = f"The file was checked on {checked}, before this was published on {reading.published}."
        sites.fault(reading, problem, "Mend one of the dates, or compare the value with its source again.")
    only: tuple[Value, ...] | None = (PAYMENT_STEPS[name],) if name in PAYMENT_STEPS else None
    if only is None and EXCEPTION_MARK not in reading.name:  # an exception was asked this when it was read
        only = CARRIED_OUT.get(name)
    if only is not None and reading.value not in only:
        shown = " or ".join(", ".join(each) if isinstance(each, tuple) else str(each).lower() for each in only)
        sites.fault(reading, "This program judges by one answer here, and it is another.", f"It is {shown}.")
