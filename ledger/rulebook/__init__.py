"""L1, the law: dated, cited rules as data, editions of them, and the arithmetic that they call for."""

from ledger.rulebook.carried_out import PAYMENT_STEPS
from ledger.rulebook.coverage import Covered, coverage
from ledger.rulebook.describe import Description, describe, list_names
from ledger.rulebook.editions import Edition, admitted, profiles_in, rulebook_of, shipped_edition, with_profiles
from ledger.rulebook.errors import Diagnostic, EditionDamaged, NoSuchRule, RulebookError, UnknownFormulas
from ledger.rulebook.formulas import (
    FORMULAS_VERSION,
    UnitsEarned,
    activity_standing,
    amount,
    code_of_level,
    decision_making_suffices,
    lookback_start,
    units_complex,
    units_noncomplex,
    units_of,
    units_personal,
)
from ledger.rulebook.load import load_rulebook
from ledger.rulebook.reading import Quantity, Reading, ReadingSet, Value
from ledger.rulebook.register import STATES, Entry, Register, State
from ledger.rulebook.relative_values import add_up
from ledger.rulebook.rules import Rulebook, Rules, RulesInForce, TracedRules
from ledger.rulebook.views import PayerException

__all__ = [
    "FORMULAS_VERSION",
    "PAYMENT_STEPS",
    "STATES",
    "Covered",
    "Description",
    "Diagnostic",
    "Edition",
    "EditionDamaged",
    "Entry",
    "NoSuchRule",
    "PayerException",
    "Quantity",
    "Reading",
    "ReadingSet",
    "Register",
    "Rulebook",
    "RulebookError",
    "Rules",
    "RulesInForce",
    "State",
    "TracedRules",
    "UnitsEarned",
    "UnknownFormulas",
    "Value",
    "activity_standing",
    "add_up",
    "admitted",
    "amount",
    "code_of_level",
    "coverage",
    "decision_making_suffices",
    "describe",
    "list_names",
    "load_rulebook",
    "lookback_start",
    "profiles_in",
    "rulebook_of",
    "shipped_edition",
    "units_complex",
    "units_noncomplex",
    "units_of",
    "units_personal",
    "with_profiles",
]
