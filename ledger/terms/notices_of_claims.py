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
        "remittance_told_before",
        REVIEW,
        "A remittance of the claim with the same day and amounts is on record from elsewhere: it may be the same one.",
        "CLAIM-21",
        "Compare both with the payer's notice; where they are one, record a reversal, its amounts below zero.",
    ),
    kind(
        "competing_biller_paid",
        REVIEW,
        "The payer says that somebody else was paid for the month.",
        "CLAIM-21 ONE-01",
        "Do not bill the month again; find out with the patient who is meant to bill.",
    ),
    kind(
        "billed_twice",
        REVIEW,
        "Two patients who are one person each have a live claim for the same month.",
        "CLAIM-20 ONE-01",
        "Have compliance look at the later claim: withdraw it where it is unpaid, return its money where it is paid.",
    ),
    kind(
        "filing_deadline_near",
        REVIEW,
        "The last day on which the claim may be received is near.",
        "CLAIM-22",
        "Send it now, and see that the payer acknowledges it; a rejected claim does not count as filed.",
    ),
    kind(
        "filed_late",
        REVIEW,
        "The claim was released behind its filing deadline, for the exception that was stated.",
        "CLAIM-22",
        "Keep what the payer granted with the claim; without it the claim is denied and no appeal is open.",
    ),
    kind(
        "place_to_review",
        REVIEW,
        "The place of service is one to be looked at before care management is billed there.",
        "CLAIM-05",
        "See whether the practitioner would see the patient there; otherwise release the month with another site.",
    ),
    kind(
        "waived_before",
        REVIEW,
        "The share of another claim of the patient was waived too.",
        "PAY-02",
        "See that each waiver has its own documented hardship: a routine waiver is prohibited.",
    ),
    kind(
        "received_before_lookback",
        REVIEW,
        "The money of an overpayment came before the years in which one is returned.",
        "OVP-04",
        "Have compliance decide whether it goes back all the same; no deadline of the rule counts for it.",
    ),
    kind(
        "investigation_not_timely",
        REVIEW,
        "An investigation began after the deadline of the overpayment: it suspends nothing.",
        "OVP-03",
        "Return the money now.",
    ),
    kind(
        "returned_more_than_noticed",
        REVIEW,
        "More went back than was noticed as overpaid.",
        "OVP-01",
        "Compare the amounts with the payment; what was too much is asked back from the payer.",
    ),
    kind(
        "returned_late",
        REVIEW,
        "An overpayment went back after its deadline.",
        "OVP-01 OVP-05",
        "Have counsel look at it: what is kept past the deadline is an obligation under the False Claims Act.",
    ),
    kind(
        "rules_not_adopted",
        REVIEW,
        "The edition in use was adopted before there were the rules that say what to look at here.",
        "CLAIM-21 OVP-01",
        "Adopt the edition that this program ships: `ccm-ledger rules adopt`. What is on record stays as it is.",
    ),
)
