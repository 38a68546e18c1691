"""One example of every event of a hold and of an erasure, for the golden vectors."""

from datetime import date

from ledger.streams.base import Event
from ledger.streams.erasure import (
    ErasureApproved,
    ErasureBegun,
    ErasureDone,
    ErasureRequested,
    ErasureWithdrawn,
    ErasureWords,
    HoldPlaced,
    HoldReleased,
    scopes_of,
)
from tests.store.sample import OTHER_PATIENT, PATIENT

HOLD = "hd_aaaaaaaaaaaaaaaaaaaaaaaaaa"
ERASURE = "er_aaaaaaaaaaaaaaaaaaaaaaaaaa"
WORDS = ErasureWords(reason="The contractor asked for the charts of this year.")
SCOPES = scopes_of((PATIENT, OTHER_PATIENT), (2014, 2015), identity=True, deliveries=("dv_aaaaaaaaaaaaaaaaaaaaaaaaaa",))

OF_ERASURES: tuple[Event, ...] = (
    HoldPlaced(patient=PATIENT, hold=HOLD, matter="UPIC-2026-7", years=(2014, 2015), words=WORDS),
    HoldReleased(patient=PATIENT, hold=HOLD, words=WORDS),
    ErasureRequested(
        patient=PATIENT,
        erasure=ERASURE,
        ground="retention_over",
        years=(2014, 2015),
        identity=True,
        of_age_in=2012,
        retain_until=date(2025, 12, 31),
        words=WORDS,
    ),
    ErasureApproved(patient=PATIENT, erasure=ERASURE, not_before=date(2026, 4, 1), words=WORDS),
    ErasureWithdrawn(patient=PATIENT, erasure=ERASURE, words=WORDS),
    ErasureBegun(patient=PATIENT, others=(OTHER_PATIENT,), erasure=ERASURE, scopes=SCOPES),
    ErasureDone(
        patient=PATIENT,
        others=(OTHER_PATIENT,),
        erasure=ERASURE,
        scopes=SCOPES,
        facts=12,
        parts=14,
        command_keys=11,
        certificate="ab" * 32,
    ),
)
