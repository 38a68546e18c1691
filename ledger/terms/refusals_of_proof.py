"""Refusals about the log and its keys. In precedence order; refusals.py joins the catalogue."""

from typing import Final

from ledger.terms.refusal import Refusal

_SIGNED: Final = (
    "Who signed the log, and when, is told by facts; a key is adopted once, retired once (architecture, 1)."
)

NAMING_OF_PROOF: Final = (
    Refusal(
        "no_such_log_key",
        "The ledger never adopted the key that the command names.",
        _SIGNED,
        "`ccm-ledger log-key show` lists the keys of the log.",
    ),
)

ACTING_OF_PROOF: Final = (
    Refusal(
        "log_key_retired",
        "The key was retired: it signs nothing any more.",
        _SIGNED,
        "Adopt a new key: `ccm-ledger log-key rotate` draws one.",
        audited=True,
    ),
    Refusal(
        "map_beyond_ledger",
        "The map counts facts that the ledger does not hold.",
        "A map of completeness covers the facts up to a position that is there (architecture, 5; readings, 8).",
        "`ccm-ledger completeness map` makes the map of what is there.",
    ),
    Refusal(
        "last_log_key",
        "It is the only key of its kind that signs: without it nothing could be sealed.",
        _SIGNED,
        "Adopt its successor first: `ccm-ledger log-key rotate`.",
        retryable=True,
    ),
)
