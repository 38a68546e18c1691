"""Commands about a month: time, decision making, family choice, attestation."""

from typing import ClassVar, Literal

from pydantic import Field

from commands.intents.base import Command, Ref, RevisionNumber, Stated, Wire
from ledger.streams.care_month import ClockOrder, DecisionLevel, Employer, Family
from ledger.terms.calendar import CareMonth, GivenDay, GivenInstant
from ledger.terms.identity import Digest
from ledger.terms.people import Country, Programme, Word, Words

CaptureGiven = Literal["asserted_timer", "edited_timer", "manual", "passive", "imported_total"]
"""How the time was captured, as a sender may say; `observed_timer` is what the ledger's own timer saw (start_timer)."""


JudgedProgramme = Literal[Programme.CCM, Programme.PCM, Programme.APCM]
"""A programme whose months are judged, so that there are families to choose from, and a digest to sign."""


class ContactGiven(Wire):
    """Whom the work was a contact with."""

    with_whom: Literal["patient", "caregiver", "provider", "pharmacy", "community", "other"]
    two_way: bool
    channel: Literal["phone", "video", "portal", "message", "in_person", "mail", "other"]
    outcome: Literal["reached", "left_message", "no_answer", "wrong_number"] | None = None


class EntryGiven(Command):
    """What a time entry says: `start` and `end`, or, without clock times, `on` and `minutes`.

    `activity` is a category of the rulebook's catalogue or the source's own word, which is sealed and counts as
    unlisted.
    """

    patient: Ref
    performer: Ref
    programme: Programme = Programme.CCM
    start: GivenInstant | None = None
    end: GivenInstant | None = None
    on: GivenDay | None = None
    minutes: int | None = Field(default=None, ge=1, le=1440)
    order: ClockOrder | None = None
    activity: Words | None = None
    description: Words | None = None
    capture: CaptureGiven = "manual"
    supervised_by: Ref | None = None
    employer: Employer | None = None
    work_country: Country | None = None
    work_state: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    contact: ContactGiven | None = None
    sensitivity: Literal["normal", "substance_use", "psychotherapy", "other_restricted"] = "normal"
    plan_revision: RevisionNumber | None = None
    form_version: Word | None = None


class LogTime(EntryGiven):
    """Record work for a patient."""

    NAME: ClassVar = "log_time"
    KIND: ClassVar = "testimony"


class AttestDecisionMaking(Command):
    """Attest, as the billing practitioner, the medical decision making of a month."""

    NAME: ClassVar = "attest_mdm"
    KIND: ClassVar = "act"
    patient: Ref
    month: CareMonth
    level: DecisionLevel
    problems: Stated
    data: Stated
    risk: Stated


class ChooseFamily(Command):
    """Choose, as the billing practitioner, one of the families that the month supports."""

    NAME: ClassVar = "choose_family"
    KIND: ClassVar = "act"
    patient: Ref
    month: CareMonth
    family: Family
    programme: JudgedProgramme = Programme.CCM


class AttestMonth(Command):
    """Sign the digest of the month as `month` shows it; refused where the month says something else by now."""

    NAME: ClassVar = "attest_month"
    KIND: ClassVar = "act"
    patient: Ref
    month: CareMonth
    digest: Digest
    programme: JudgedProgramme = Programme.CCM


class AttestInBatch(AttestMonth):
    """Sign a month among others, each with its own signature: it is ready, and of a family attested in batches."""

    NAME: ClassVar = "attest_in_batch"
