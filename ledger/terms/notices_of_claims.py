"""Notices about claims and what payers answer; in order of precedence."""

from typing import Final

from ledger.terms.notice_kind import REVIEW, kind

OF_CLAIMS: Final = (
    kind(
        "answer_after_withdrawal",
        REVIEW,
        "The payer answered a claim that was withdrawn.",
        "CLAIM-28",
        "Ask the payer to take no action; what it paid is to be returned.",
    ),
    kind(
        "answer_out_of_order",
        REVIEW,
        "The answer came before one that it follows, or behind one that it precedes.",
        "CLAIM-28",
        "Nothing is lost: amounts are added and the newest day counts. Ask the payer for a file that is missing.",
    ),
    kind(
        "remittance_does_not_add_up",
        REVIEW,
        "The amounts of a remittance do not add up: charge less adjustments is not what was paid.",
        "CLAIM-21",
        "Compare it with the payer's notice; record what the payer corrects as a further remittance.",
    ),
    kind(
        "competing_biller_paid",
        REVIEW,
        "The payer says that somebody else was paid for the month.",
        "CLAIM-21 ONE-01",
        "Do not bill the month again; find out with the patient who is meant to bill.",
    ),
)
