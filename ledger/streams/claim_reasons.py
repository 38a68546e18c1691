"""Facts that say why, in words, beside a claim: filed late, voided; and how a competing biller's payment was settled.

TOPIC and field names are the storage format (CCM-CLAIM-21, -22, -26; readings, section 7).
"""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from ledger.streams.base import SEALED, Closed, Event, Sealing, year_scope
from ledger.streams.claims import ClaimWords
from ledger.terms.identity import ClaimId, PatientId, claims_tag

ExplainedAct = Literal["late_filing", "void"]
CompetitionOutcome = Literal["other_withdrew", "payer_erred", "other_keeps_month"]
"""other_withdrew: the other biller took its claim back. payer_erred: nobody else billed the month. other_keeps_month:
it stays the other's, and is billed here no more."""


class _Explained(Event):
    """What these facts share: a claim, a day, and words under seal."""

    patient: PatientId
    claim: ClaimId
    on: date
    words: ClaimWords | Closed = Field(default=SEALED, exclude=True)

    def tags(self) -> tuple[str, ...]:
        return (claims_tag(self.patient),)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", claims_tag(self.patient), year_scope(self.patient, self.on.year)),)


class ClaimExplained(_Explained):
    """Why a claim was released behind its filing deadline, or voids another: recorded with its release."""

    TOPIC: ClassVar[str] = "claim_explained"
    about: ExplainedAct


class CompetitionSettled(_Explained):
    """A person said how it was settled that the payer paid somebody else for the month (CCM-CLAIM-21)."""

    TOPIC: ClassVar[str] = "competition_settled"
    outcome: CompetitionOutcome
