"""Refusals about claims: a month that cannot be released, a claim that cannot be withdrawn or replaced.

In precedence order. refusals.py joins the catalogue.
"""

from typing import Final

from ledger.terms.refusal import Refusal

_BEFORE_ATTESTATION: Final = (
    "Nothing is submitted before its documentation is complete and signed (CCM-CLAIM-07; readings, 6)."
)
_ONE_CLAIM: Final = (
    "A patient's month has one live claim for each programme and side, whatever its date of service (CCM-CLAIM-20; "
    "readings, 3)."
)

_BILLED: Final = (
    "A designation is withdrawn freely before its months are billed, not while a claim of one is live, and afterwards "
    "by compliance only (readings, 3)."
)

NAMING_OF_CLAIMS: Final = (
    Refusal(
        "no_such_claim",
        "The patient's record holds no claim with the id that the command gives.",
        "A fact names what it is about, and that must be in the ledger (readings, 1).",
        "Look the claim up: `ccm-ledger claims` lists them.",
    ),
    Refusal(
        "answer_without_claim",
        "No claim of this ledger has the control number that the answer gives; the answer waits.",
        "Answers of payers are matched by the control number of the claim (readings, 7).",
        "If the number is a wrong one of ours, `ccm-ledger parked resolve` says which claim it means; if the claim is "
        "of another system, discard it: `ccm-ledger parked list`.",
        retryable=True,
    ),
)

ACTING_OF_CLAIMS: Final = (
    Refusal(
        "month_not_over",
        "The month {month} has not ended yet.",
        "By default a claim is released when its month is over, so that later work needs no second one (readings, 12).",
        "Release it on the first day of the next month, or adopt the policy `release_timing` with `threshold`.",
        retryable=True,
    ),
    Refusal(
        "month_not_attested",
        "Nobody has attested the month {month}, or the attestation was withdrawn.",
        _BEFORE_ATTESTATION,
        "Have the billing practitioner attest the month.",
        retryable=True,
        audited=True,
    ),
    Refusal(
        "attestation_stale",
        "The month {month} is no longer what was attested.",
        _BEFORE_ATTESTATION,
        "Look at it with `ccm-ledger month`, and have the billing practitioner attest it anew.",
        retryable=True,
        audited=True,
    ),
    Refusal(
        "month_blocked_from_release",
        "The month {month} is not ready: {codes}.",
        "What blocks the release of a month stands in its own notices, each with its rule (readings, 12).",
        "`ccm-ledger month --explain` says of each what to do.",
        retryable=True,
        audited=True,
    ),
    Refusal(
        "competing_biller_on_record",
        "The payer says that somebody else was paid for {month}, and nobody recorded how that was settled.",
        "A competing biller's payment stops billing of the month (CCM-CLAIM-21; readings, 7).",
        "Find out with the patient and the payer who bills the month, and record it with `settle_competition`.",
        audited=True,
    ),
    Refusal(
        "claim_is_live",
        "A claim of {month} for this programme and side is live.",
        _ONE_CLAIM,
        "Withdraw that claim, or name it in `replaces` where the payer rejected it or takes replacements, or where "
        "another payer than the month's denied it or took all back.",
        audited=True,
    ),
    Refusal(
        "claim_not_replaceable",
        "The claim that is to be replaced is {status}.",
        "A claim that was rejected is sent again; one that the payer has is replaced where the payer takes that, and "
        "is reopened otherwise (CCM-CLAIM-25, CCM-CLAIM-26; readings, 7).",
        "Record its acknowledgment or remittance first, or ask for a reopening with `reopen_claim`.",
    ),
    Refusal(
        "claim_not_voidable",
        "The claim that is to be voided is {status}, or its payer takes no void.",
        "A claim that the payer has is voided where the payer takes that, and reopened otherwise; one that it does not "
        "have yet is withdrawn (CCM-CLAIM-26, CCM-CLAIM-27; readings, 7).",
        "Withdraw it with `withdraw_claim`, or ask for a reopening with `reopen_claim`.",
    ),
    Refusal(
        "payer_number_not_known",
        "The payer has not said under which number it keeps the claim.",
        "What replaces or voids a claim names it by the payer's own number (CCM-CLAIM-26).",
        "Record the acknowledgment or remittance that gives the number.",
        retryable=True,
    ),
    Refusal(
        "lines_do_not_stand",
        "Lines of the claim do not go together: {codes}.",
        "An add-on stands beside its base code, one family is billed in a month, and no code has more units than its "
        "limit (CCM-CODE-06, CCM-CODE-09).",
        "`ccm-ledger month --explain` shows the families of the month; the billing practitioner chooses one.",
        audited=True,
    ),
    Refusal(
        "charge_not_adopted",
        "The practice adopted no charge for {codes} on the date of service.",
        "A claim line carries what the practice asks for it (CCM-CLAIM-08).",
        "Adopt it with `adopt_charge`.",
        retryable=True,
    ),
    Refusal(
        "npi_not_on_record",
        "The NPI of the {whose} is not on record.",
        "A claim names who rendered the service and who bills it by NPI (CCM-NPI-01, CCM-NPI-03).",
        "Record the NPI, then release the month.",
        retryable=True,
    ),
    Refusal(
        "place_not_on_record",
        "The practice has no site with the place of service that the command gives.",
        "The place of service is where the practitioner would see the patient: a site of the practice (CCM-CLAIM-05).",
        "Name a place of service of one of its sites, or leave it out.",
    ),
    Refusal(
        "place_not_billed",
        "The place of service is one at which care management is not billed.",
        "The place of service is where the practitioner would see the patient; telehealth is none (CCM-CLAIM-05).",
        "Register a site where patients are seen, and release the month with it.",
    ),
    Refusal(
        "filing_deadline_over",
        "The last day on which this claim could be received was {deadline}.",
        "A claim is received within one calendar year of its date of service (CCM-CLAIM-22 to CCM-CLAIM-24).",
        "Where the payer grants an exception, say which in `late_because`.",
    ),
    Refusal(
        "claim_not_exportable",
        "The claim is {status}.",
        "A file for the payer holds claims that are released and still stand (CCM-CLAIM-28; readings, 7).",
        "Export the claim that stands for it, if there is one.",
    ),
    Refusal(
        "claim_lost_its_ground",
        "The month supports less than was released, and the claim is to be withdrawn.",
        "What is known not to be supported is not sent (CCM-CLAIM-07; readings, 7).",
        "Withdraw the claim, and release the month anew as it stands.",
    ),
    Refusal(
        "claim_exported_before",
        "A file holds the claim already, or the payer said that it has it.",
        "What is sent twice is denied as a duplicate, and looks like double billing (CCM-CLAIM-20).",
        "Wait for the payer's acknowledgment; if the file was lost, export the claim with `again`.",
    ),
    Refusal(
        "claim_not_adjudicated",
        "The payer had not adjudicated the claim by that day.",
        "A reopening changes an initial determination; before there is one, a claim is withdrawn (CCM-CLAIM-27).",
        "Withdraw the claim with `withdraw_claim`, or wait for the remittance.",
    ),
    Refusal(
        "reopening_too_late",
        "A reopening for this reason could be asked for within {years} years of the adjudication, until {last}.",
        "Within one year for any reason, within four years for good cause (CCM-CLAIM-27).",
        "State good cause, where there is one; otherwise an appeal may be open.",
    ),
    Refusal(
        "claim_not_withdrawable",
        "The claim is {status}.",
        "A claim is withdrawn before the payer adjudicated it; afterwards it is reopened, voided or refunded "
        "(CCM-CLAIM-26, CCM-CLAIM-27; readings, 7).",
        "Ask for a reopening with `reopen_claim`, or return the money.",
    ),
    Refusal(
        "no_competing_biller",
        "No answer to the claim says that somebody else was paid for the month.",
        "Settled is what a payer's denial said (CCM-CLAIM-21).",
        "Look at the claim's answers with `ccm-ledger claim show`.",
    ),
    Refusal(
        "qmb_never_billed",
        "The patient was a Qualified Medicare Beneficiary on the date of service.",
        "Such a patient is never billed a share, so there is none to waive (CCM-PAY-03).",
        "Send the share to Medicaid, or write it off; nothing is asked of the patient.",
    ),
    Refusal(
        "no_share_to_waive",
        "The payer left nothing of the claim to the patient, or the claim stands no more.",
        "A waiver is of the share of one claim, for documented hardship, and never ahead of it (CCM-PAY-02).",
        "Wait for the remittance; it says what the patient's share is.",
    ),
    Refusal(
        "designation_billed",
        "A claim of {month} of this practitioner and programme is live.",
        _BILLED,
        "Withdraw the claim first, or void it where the payer takes that; or withdraw the designation from a month on "
        "that is not billed.",
    ),
    Refusal(
        "designation_was_billed",
        "A claim of {month} of this practitioner and programme was released before.",
        _BILLED,
        "Ask the compliance officer, with the evidence; or withdraw the designation from a month on that was not "
        "billed.",
        audited=True,
    ),
)
