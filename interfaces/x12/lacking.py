"""What a claim can lack for its file: a code, what it means, and which command mends it.

Promise: a claim that lacks anything is left out whole and named with all that it lacks; no message holds a word about a
patient. The order is that in which a claim is told about.
"""

from typing import Final, NamedTuple


class Lack(NamedTuple):
    """One thing that a claim lacks."""

    code: str
    happened: str
    remedy: str


_ALL: Final = (
    Lack(
        "clinics_bill_otherwise",
        "The practice was a health center or rural health clinic on the date of service; its claims are institutional.",
        "Bill it from the billing system that makes them (837I, UB-04); this file is for professional claims "
        "(CCM-CLAIM-09).",
    ),
    Lack("interchange_missing", "Nobody recorded who sends the practice's files.", "Record it: `record_interchange`."),
    Lack(
        "billing_details_missing",
        "Name, address and taxonomy under which the practice bills are not on record.",
        "Record them: `record_billing_details`.",
    ),
    Lack(
        "signatures_not_on_file",
        "The practice does not say that it keeps the signatures that a claim says are on file.",
        "Collect them, then say so with `record_billing_details`.",
    ),
    Lack("practice_npi_missing", "The practice was registered without an NPI.", "Register it with its NPI."),
    Lack(
        "payer_identity_missing",
        "Name and number under which the payer takes the practice's claims are not on record.",
        "Record them: `record_payer_identity`.",
    ),
    Lack(
        "rendering_details_missing",
        "The practitioner's name and taxonomy are not on record.",
        "Record them: `record_rendering_details`.",
    ),
    Lack("rendering_npi_missing", "The practitioner was registered without an NPI.", "Register it."),
    Lack(
        "coverage_missing",
        "No coverage by the claim's payer is on record for the date of service.",
        "Record it with `record_coverage`, or withdraw the claim.",
    ),
    Lack(
        "pays_after_another",
        "Another coverage of that day pays before the claim's payer, and its answer belongs into the file.",
        "Check the ranks of the coverages; bill the first payer first.",
    ),
    Lack(
        "member_missing",
        "The patient's number with the payer is not on record.",
        "Record it: `record_coverage` with `member`, or of Medicare `link_identifier` with the system `mbi`.",
    ),
    Lack(
        "member_unreadable",
        "The patient's number with Medicare does not have the shape of an MBI.",
        "Correct it: eleven characters, no S, L, O, I, B, Z (CCM-CLAIM, minimum data).",
    ),
    Lack("patient_name_missing", "The patient's name is not on record.", "Register the patient again with it."),
    Lack(
        "patient_birth_missing", "The patient's day of birth is not on record.", "Register the patient again with it."
    ),
    Lack("patient_sex_missing", "The patient's sex is not on record.", "Register the patient again with it."),
    Lack(
        "patient_address_missing",
        "The patient's address in parts (street, city, state, ZIP) is not on record.",
        "Register the patient again with `postal`.",
    ),
    Lack("diagnosis_missing", "The claim names no diagnosis.", "Withdraw it, record the conditions, release it again."),
    Lack(
        "payer_number_missing",
        "The payer's own number of the claim that this one stands for is not on record.",
        "Record the acknowledgment or remittance that gives it.",
    ),
    Lack(
        "letters_not_writable",
        "A name or an address has letters that a file cannot hold and that have no plain form.",
        "Record it in Latin letters.",
    ),
    Lack(
        "words_too_long",
        "A name or an address is longer than a file can hold.",
        "Record a shorter form, as the payer has it.",
    ),
)

LACKS: Final = {lack.code: lack for lack in _ALL}
"""Everything that a claim can lack, by its code."""


def in_order(codes: set[str]) -> tuple[Lack, ...]:
    """What a claim lacks, each once, in the order of this page."""
    assert codes <= LACKS.keys(), "a code of this page"
    return tuple(lack for lack in _ALL if lack.code in codes)
