"""L2, the judge: states and the rules in force in, a verdict on a patient-month out; pure, and the only way to one."""

from ledger.judging.explain import explain, why_not
from ledger.judging.law import reading_list
from ledger.judging.needs import facts_of, gather, missing_tags, needed_tags, pinned_edition
from ledger.judging.payers import book_of
from ledger.judging.shapes import MonthFacts, Verdict
from ledger.judging.verdict import judge_month

__all__ = [
    "MonthFacts",
    "Verdict",
    "book_of",
    "explain",
    "facts_of",
    "gather",
    "judge_month",
    "missing_tags",
    "needed_tags",
    "pinned_edition",
    "reading_list",
    "why_not",
]
