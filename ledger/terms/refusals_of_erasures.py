"""Refusals about holds and erasures: what there is none of, what is closed, who may not, what stands against it.

In precedence order. refusals.py joins the catalogue.
"""

from typing import Final

from ledger.terms.refusal import Refusal

_READINGS: Final = "(CCM-RET-04; readings, 8)"
_LOOK: Final = "Look at `ccm-ledger hold list` and `ccm-ledger erase list`."

NAMING_OF_ERASURES: Final = (
    Refusal(
        "no_such_hold",
        "The patient's record holds no hold with the id that the command gives.",
        "A fact names what it is about, and that must be in the ledger (readings, 1).",
        _LOOK,
    ),
    Refusal(
        "no_such_erasure",
        "The patient's record holds no erasure with the id that the command gives.",
        "A fact names what it is about, and that must be in the ledger (readings, 1).",
        _LOOK,
    ),
)

ACTING_OF_ERASURES: Final = (
    Refusal(
        "nothing_to_erase",
        "The command names no words: no year, and not who the patient is.",
        f"An erasure says what is to be erased {_READINGS}.",
        "Name the years, or say that names and identifiers are to go.",
    ),
    Refusal(
        "erased_before",
        "The keys of everything that the command names were destroyed before, or are about to be.",
        f"What is erased stays erased {_READINGS}.",
        "Nothing is to be done; the certificate says what was erased.",
    ),
    Refusal(
        "erasure_closed",
        "The erasure is {status}.",
        "What was answered is a fact and is not changed (architecture, 1).",
        "Ask for it anew where words are left that are to go.",
    ),
    Refusal(
        "erasure_not_approved",
        "Nobody has approved the erasure.",
        f"It takes two persons: one asks, another approves {_READINGS}.",
        "Have another compliance officer record `approve_erasure`.",
        retryable=True,
    ),
    Refusal(
        "erasure_not_begun",
        "The erasure has not begun.",
        f"What is done was begun: that fact says which keys go {_READINGS}.",
        "Run `ccm-ledger erase run`.",
        retryable=True,
    ),
    Refusal(
        "erasure_by_one",
        "Whoever asked for the erasure cannot approve it.",
        f"It takes two persons: one asks, another approves {_READINGS}.",
        "Have another compliance officer look at it.",
        audited=True,
    ),
    Refusal(
        "erasure_of_own_work",
        "The words that would go are about work that the actor did, signed or bills.",
        "Nobody decides about their own work (readings, 2).",
        "Have a compliance officer who had no part in it decide.",
        audited=True,
    ),
    Refusal(
        "notice_not_over",
        "The erasure may begin on {on}.",
        f"Between approval and erasure there is time to object {_READINGS}.",
        "Run it then. Who knows of a reason against it places a hold.",
        retryable=True,
    ),
    Refusal(
        "hold_stands",
        "A hold stands on what would be erased.",
        f"What is held is not erased, whatever its age {_READINGS}.",
        "Wait until compliance releases the hold.",
        retryable=True,
        audited=True,
    ),
    Refusal(
        "review_open",
        "A review about the patient is open.",
        f"Nothing is erased while somebody looks into it {_READINGS}.",
        "Have compliance settle it first (`ccm-ledger reviews`).",
        retryable=True,
        audited=True,
    ),
    Refusal(
        "overpayment_open",
        "A possible overpayment of the patient's claims is open.",
        f"Nothing is erased while money may be owed {_READINGS}.",
        "Have it dismissed, or identified and returned, first (`ccm-ledger overpayments`).",
        retryable=True,
        audited=True,
    ),
    Refusal(
        "dispute_open",
        "A time entry in {months} is disputed.",
        f"Nothing is erased while its truth is disputed {_READINGS}.",
        "Have compliance settle the dispute first.",
        retryable=True,
        audited=True,
    ),
    Refusal(
        "retention_not_adopted",
        "The edition in use was adopted before there were rules of retention.",
        f"Without them nobody can say that words need not be kept any more {_READINGS}.",
        "Adopt the edition that this program ships (`ccm-ledger rules adopt`).",
        retryable=True,
    ),
    Refusal(
        "retention_not_over",
        "The words must be kept until {until}.",
        "The latest day of all rules of retention binds (CCM-RET-01 to -04; readings, 8).",
        "Ask for it after that day.",
        retryable=True,
        audited=True,
    ),
)

SEALING_OF_ERASURES: Final = (
    Refusal(
        "words_erased",
        "The command brings words about a part of the record that was erased.",
        "A destroyed key never comes back, and words are sealed under no other (architecture, 5).",
        "Send the facts without their words: no notes, names or pointers. Compliance knows who ordered the erasure.",
    ),
)
