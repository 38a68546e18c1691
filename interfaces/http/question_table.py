"""The table of questions: which command of the command line answers at which path, and which options are offered.

Promise: what an option takes, and what it means, is the command's own declaration (asked.py); here stand names alone.
An option is offered because it is named here: one that names a file, another ledger, another reader or another form of
the answer is not, and a test asks about each that is left out.
"""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple


class Question(NamedTuple):
    """One question: a command whose `--json` is the answer."""

    name: str
    """The operation, unique in the document."""
    path: str
    """Below the ledger; what stands in braces is an argument of the command."""
    command: tuple[str, ...]
    options: tuple[str, ...] = ()
    """What is offered as query parameters: options, and arguments that are not in the path, by the command's names."""
    method: Literal["GET", "POST"] = "GET"
    tag: str = "questions"
    fixed: tuple[str, ...] = ()
    """Words that are always said."""
    is_of_today: bool = False
    """Whether the answer changes with the day at some practice, although nothing was recorded."""
    has_tag: bool = True
    """Whether the newest fact behind the answer tells if it is the same: not where reads stand in the answer, nor where
    it is of the log's seals or of the program."""
    about_patients: bool = True
    """Whether it may be a read of patient data, for which a purpose can be named."""


_MONTH: Final = "/patients/{patient}/months/{month}"
QUESTIONS: Final[Sequence[Question]] = (
    Question(
        "read_month",
        _MONTH,
        ("month",),
        ("as_of", "programme", "explain", "why_not", "basis", "attestations", "minute"),
    ),
    Question("read_statement", f"{_MONTH}/statement", ("statement",), ("as_of", "programme")),
    Question("read_month_diff", f"{_MONTH}/diff", ("diff-month",), ("a", "b", "words")),
    Question(
        "read_history",
        "/patients/{patient}/history",
        ("history",),
        (
            *("as_of", "words", "accesses", "month", "action", "decisions", "since", "until", "clock"),
            *("limit", "after"),
        ),
    ),
    Question("read_diff", "/patients/{patient}/diff", ("diff",), ("a", "b", "words", "accesses")),
    Question("read_accounting", "/patients/{patient}/accounting", ("accounting",), ("as_of",), is_of_today=True),
    Question("find_patients", "/patients/find", ("find",), ("as_of",), "POST", has_tag=False),
    Question(
        "prove_completeness",
        "/patients/{patient}/completeness",
        ("completeness", "prove"),
        ("month", "fact_class"),
        has_tag=False,
    ),
    Question(
        "list_months",
        "/months/{month}",
        ("months",),
        ("practice", "all", "as_of", "by_day", "entered_since", "entered_until", "clock"),
    ),
    Question(
        "list_ready", "/months/{month}/ready", ("ready",), ("practice", "since", "within", "as_of"), is_of_today=True
    ),
    Question("reconcile_month", "/months/{month}/reconciliation", ("reconcile",), ("practice", "as_of")),
    Question("list_changed_months", "/changed-months", ("diff-months",), ("a", "b", "month", "practice")),
    Question("list_readiness", "/readiness", ("readiness",), ("practice", "month", "as_of"), is_of_today=True),
    Question("list_claims", "/claims", ("claims",), ("month", "status", "practice", "as_of")),
    Question("read_claim", "/claims/{claim}", ("claim", "show"), ("as_of", "words")),
    Question("list_overpayments", "/overpayments", ("overpayments",), ("open", "practice", "as_of"), is_of_today=True),
    Question("list_reviews", "/reviews", ("reviews",), ("month", "practice", "settled", "as_of")),
    Question("list_deliveries", "/deliveries", ("deliveries",), ("source", "day"), is_of_today=True),
    Question("list_parked", "/parked", ("parked", "list"), ("source", "closed", "as_of"), is_of_today=True),
    Question("list_holds", "/holds", ("hold", "list"), ("patient", "open")),
    # It says which have ended by now, and names the reads: both change without a fact that a tag would tell.
    Question("list_elevations", "/elevations", ("elevate", "list"), ("open",), has_tag=False),
    Question("list_erasures", "/erasures", ("erase", "list"), ("patient", "open")),
    Question(
        "search_audit_trail",
        "/audit",
        ("audit",),
        (
            *("actor", "patient", "practice", "action", "outcome", "source", "since", "until", "clock", "as_of"),
            *("limit", "after"),
        ),
        has_tag=False,
    ),
    Question(
        "list_rules",
        "/rules",
        ("rules", "list"),
        ("on", "payer", "kind", "as_of"),
        tag="rules",
        about_patients=False,
    ),
    Question("list_payers", "/rules/payers", ("rules", "payers"), ("as_of",), tag="rules", about_patients=False),
    Question(
        "read_rule_coverage",
        "/rules/coverage",
        ("rules", "coverage"),
        ("state", "as_of"),
        tag="rules",
        about_patients=False,
    ),
    Question(
        "price_code",
        "/rules/prices/{code}",
        ("rules", "price"),
        ("on", "units", "facility", "qp", "gpci", "credential", "as_of"),
        tag="rules",
        about_patients=False,
    ),
    Question(
        "diff_rules", "/rules/diff", ("rules", "diff"), ("before", "after", "practice", "rules_only"), tag="rules"
    ),
    Question(
        "read_rule",
        "/rules/{id}",
        ("rules", "show"),
        ("on", "payer", "kind", "as_of"),
        tag="rules",
        about_patients=False,
    ),
    Question("list_refusals", "/refusals", ("refusals",), tag="rules", about_patients=False, has_tag=False),
    Question("read_schema", "/schema/{what}", ("schema",), tag="rules", about_patients=False, has_tag=False),
    Question("read_receipt", "/receipts/{position}", ("receipt",), tag="log", about_patients=False, has_tag=False),
    Question(
        "read_unsealed", "/log/unsealed", ("seal",), fixed=("--status",), tag="log", about_patients=False, has_tag=False
    ),
)
