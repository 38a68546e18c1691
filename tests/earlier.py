"""The edition that a ledger adopted before there were claims: the shipped one without what was added for them."""

from functools import cache
from typing import Final

from ledger.rulebook import Edition, Rulebook, rulebook_of, shipped_edition

_CLAIMS: Final = "medicare/claims.toml"
_OVERPAYMENTS: Final = "medicare/overpayments.toml"
_ADDED: Final = (
    *("competing_biller_reasons", "federal_holidays", "places_not_billed", "places_reviewed"),
    *("reopening_good_cause_years", "reopening_years", "replacements_taken"),
)
ADDED: Final = (
    *(f"medicare.claims.{name}" for name in _ADDED),
    *(f"medicare.overpayments.{name}" for name in ("lookback_years", "return_days", "suspension_days_max")),
    "medicare.overpayments.triage_days",
)
"""The quantities that it lacks."""
_NAMED_BY_THEM: Final = ("CCM-CLAIM-05", "CCM-CLAIM-21", "CCM-CLAIM-26", "CCM-CLAIM-27")


@cache
def earlier_edition() -> Edition:
    """The shipped edition as it was before there were claims; it is opened, and no longer admitted."""
    files = dict(shipped_edition().files)
    del files[_OVERPAYMENTS]
    head, *tables = files[_CLAIMS].decode().split("\n[")
    for rule in _NAMED_BY_THEM:
        head = head.replace(f'"{rule}", ', "").replace(f'"{rule}",', "")
    kept = (table for table in tables if table.partition("]")[0] not in _ADDED)
    return Edition.of({**files, _CLAIMS: "\n[".join((head, *kept)).encode()})


@cache
def earlier_rulebook() -> tuple[Rulebook, str]:
    """Its rulebook, and its digest."""
    return rulebook_of(earlier_edition()), earlier_edition().digest
