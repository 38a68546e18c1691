"""Refusals of a witness: a log that nobody watches, a checkpoint that does not go on from the one seen before.

In precedence order. refusals.py joins the catalogue.
"""

from typing import Final

from ledger.terms.refusal import Refusal

_SPEC: Final = "A witness vouches for one history that only grows (C2SP tlog-cosignature; architecture, 1)."

NAMING_OF_LOGS: Final = (
    Refusal(
        "log_not_watched",
        "This ledger watches no log of that origin.",
        "A witness knows by which keys a log signs before it takes a checkpoint (C2SP signed-note; architecture, 1).",
        "Let an administrator name the log and its keys: `ccm-ledger witness trust`.",
    ),
)

ACTING_OF_LOGS: Final = (
    Refusal(
        "checkpoint_smaller",
        "The checkpoint has {size} facts, and one of {seen} was seen before.",
        _SPEC,
        "Where the log went back behind what it had signed, it was rolled back: keep both notes and ask its operator.",
    ),
    Refusal(
        "checkpoint_contradicts",
        "Another root was seen of the same log at {size} facts.",
        _SPEC,
        "Keep both notes: together they prove that two histories were signed. `ccm-ledger witness cosign` keeps them.",
    ),
    Refusal(
        "checkpoint_from_elsewhere",
        "The proof begins at {after} facts, and the newest checkpoint seen has {seen}.",
        _SPEC,
        "Ask the log for a proof from the checkpoint that `ccm-ledger witness list` shows.",
        retryable=True,
    ),
)
