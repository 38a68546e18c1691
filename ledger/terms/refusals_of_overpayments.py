"""Refusals about possible overpayments: what there is none of, what is closed, what was said before.

In precedence order. refusals.py joins the catalogue.
"""

from typing import Final

from ledger.terms.refusal import Refusal

_LOOK: Final = "Look at `ccm-ledger overpayments`."

NAMING_OF_OVERPAYMENTS: Final = (
    Refusal(
        "no_such_overpayment",
        "The patient's record holds no possible overpayment with the id that the command gives.",
        "A fact names what it is about, and that must be in the ledger (readings, 1).",
        _LOOK,
    ),
)

ACTING_OF_OVERPAYMENTS: Final = (
    Refusal(
        "claim_stands",
        "The claim has lost nothing that was not noticed before, or nothing is asked or paid for it.",
        "A claim is judged again by the edition that it pinned; what a month gained is no part of it (readings, 7).",
        "Nothing is to be reported.",
        retryable=True,
    ),
    Refusal(
        "overpayment_closed",
        "The possible overpayment is {status}.",
        "What was answered is a fact and is not changed (architecture, 1).",
        _LOOK + " What was dismissed can be identified later.",
    ),
    Refusal(
        "identified_before",
        "The overpayment was identified on {on}, which is earlier.",
        "The days count from the first day on which it was known (CCM-OVP-01, CCM-OVP-02).",
        "Nothing is to be recorded: a later day moves no deadline.",
        audited=True,
    ),
    Refusal(
        "overpayment_identified",
        "The overpayment was identified on {on}.",
        "What was identified is returned: keeping it is an obligation under the False Claims Act (CCM-OVP-01).",
        "Return it with `return_overpayment`, or have counsel look at it.",
        audited=True,
    ),
    Refusal(
        "overpayment_not_identified",
        "Nobody has identified the overpayment.",
        "Closing it needs the day from which the deadline counts (CCM-OVP-01, CCM-OVP-02; readings, 7).",
        "Have compliance record `identify_overpayment`, then the return.",
        retryable=True,
    ),
    Refusal(
        "no_amount",
        "The command names no amount above zero.",
        "An overpayment has an amount, of the payer's or of the patient's, and so has its return (readings, 7).",
        "Give the amount, the patient's share, or both.",
    ),
    Refusal(
        "more_than_was_paid",
        "For the claim {paid} was paid, and {share} was left to the patient.",
        "No more can be overpaid than was paid (readings, 7).",
        "Record the remittance that is missing, or correct the amounts.",
        retryable=True,
    ),
    Refusal(
        "investigation_begun",
        "An investigation of this overpayment began on {on}.",
        "One investigation suspends the deadline, once (CCM-OVP-03).",
        "Nothing is to be recorded; end it with `end_investigation` when it is over.",
    ),
    Refusal(
        "no_investigation",
        "No investigation of this overpayment was begun.",
        "What ends has begun (readings, 1).",
        "Record `begin_investigation` first.",
        retryable=True,
    ),
    Refusal(
        "investigation_ends_early",
        "The investigation began on {on}, which is later.",
        "What ends has begun (readings, 1).",
        "Correct the day.",
    ),
    Refusal(
        "lookback_not_adopted",
        "The edition in use was adopted before there was a rule of how far back the same cause is searched for.",
        "A search is complete by the rule of the lookback (CCM-OVP-04); a ledger judges by what it adopted.",
        "Adopt the edition that this program ships with `ccm-ledger rules adopt`, then record the search.",
        retryable=True,
    ),
    Refusal(
        "sweep_too_short",
        "The search must go back to money received on {since}.",
        "An overpayment is returned where it is identified within six years of its receipt (CCM-OVP-04).",
        "Search from that day on, then record it.",
    ),
)
