"""Notices about the people of a month: two records of one person, who left, who was not checked; in order."""

from typing import Final

from ledger.terms.notice_kind import REVIEW, kind

OF_PEOPLE: Final = (
    kind(
        "merged_both_attested",
        REVIEW,
        "The month was attested for two patients who turned out to be one.",
        "ONE-01 CLAIM-20",
        "Withdraw one attestation and sign the joined month; where both were billed, one claim is to be withdrawn.",
    ),
    kind(
        "designations_collide",
        REVIEW,
        "Two practitioners are designated for a month of two patients who turned out to be one.",
        "ONE-01 ONE-03",
        "Settle whom the patient chose, and withdraw the other designation.",
    ),
    kind(
        "practitioner_left_in_month",
        REVIEW,
        "The designated practitioner left within the month.",
        "ONE-03",
        "Check that the month's minimum was met under the practitioner who bills; only one may bill.",
    ),
    kind(
        "worked_for_other_practice",
        REVIEW,
        "Counted time was worked for another practice than the one that bills.",
        "ONE-03 STAFF-06",
        "Check that the work was done under the billing practitioner's supervision; only one practice may bill.",
    ),
    kind(
        "exclusion_check_missing",
        REVIEW,
        "Somebody whose exclusion is checked was not checked in the month.",
        "STAFF-06",
        "Look the person up in the list, and record what it says.",
    ),
)
