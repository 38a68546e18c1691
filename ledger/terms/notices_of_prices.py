"""Notices about what a month is expected to pay: they stand beside a price, and move no verdict."""

from typing import Final

from ledger.terms.notice_kind import REVIEW, kind

OF_PRICES: Final = (
    kind(
        "no_payment_rules",
        REVIEW,
        "The edition does not say how a payment follows from the fee schedule.",
        "RATE-13 RATE-14 PAY-01",
        "Adopt an edition that does; the national amount stands as the estimate.",
    ),
    kind(
        "payer_sets_own_rates",
        REVIEW,
        "The payer of the month is not Medicare FFS: no payment is worked out.",
        "ELIG-07",
        "Look it up in the contract; the national amount shows the size only.",
    ),
    kind(
        "locality_not_priced",
        REVIEW,
        "A locality is on record, and the parts of the relative values are not: the national amount stands for it.",
        "RATE-11",
        "Adopt an edition with rvu_pe_nonfacility or rvu_pe_facility, and rvu_mp, for the code.",
    ),
)
