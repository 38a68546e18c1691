"""A small care-management company for tests: people with fixed ids, and a seeded stream of what happens to them.

The stream is shaped like real use (patients register, consent, have plans; nurses log time, some of it overlapping or
late; months are attested; commands are refused; charts are read) and is a function of its seed.
"""

import base64
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from ledger.rulebook import FORMULAS_VERSION, Edition, shipped_edition
from ledger.streams.access import CommandRefused, RecordRead
from ledger.streams.base import Envelope, Event, Source, Vouched
from ledger.streams.care_month import Contact, FamilyChosen, MonthAttested, Segment, TimeLogged, TimeWords
from ledger.streams.care_plan import CarePlanCopyGiven, CarePlanRevised, CarePlanSigned
from ledger.streams.consent import ConsentRecorded, ConsentWords, ItemsAffirmed
from ledger.streams.designation import PractitionerDesignated
from ledger.streams.governance import DeliveryParked, DeliveryReleased, DeliveryWords, LedgerOpened, RulebookAdopted
from ledger.streams.patient import (
    CodedConcept,
    ConditionRecorded,
    ConditionWords,
    CoverageRecorded,
    Demographics,
    IdentityWords,
    PatientRegistered,
    PracticeAssigned,
    RiskAttested,
    VisitRecorded,
)
from ledger.streams.practice import CapabilityAttested, PolicyAdopted, PracticeRegistered
from ledger.streams.staff import RoleGranted, StaffRegistered, StaffWords
from ledger.terms.identity import id_from
from ledger.terms.people import Programme, Role, Side
from tests.projections.fake_log import envelope

NAME = "Zebulon Quackenbush"
"""No table of a read model may ever hold it."""


def an_id(kind: str, number: int) -> str:
    """The id with that number."""
    return id_from(kind, number.to_bytes(16, "big"))


PRACTICES = tuple(an_id("pr", n) for n in (1, 2))
PRACTITIONERS = tuple(an_id("st", n) for n in (1, 2))
NURSES = tuple(an_id("st", n) for n in range(1000, 1006))
BILLER = an_id("st", 90)
ADMINISTRATOR = an_id("st", 99)


class Told(NamedTuple):
    """An event with the envelope and the instant that it is appended with."""

    event: Event
    envelope: Envelope
    recorded_at: datetime


@cache
def adoption() -> RulebookAdopted:
    """The fact that the shipped edition came into use."""
    edition: Edition = shipped_edition()
    content = base64.b64encode(edition.to_bytes()).decode()
    return RulebookAdopted(
        edition=edition.digest, formulas=FORMULAS_VERSION, content=content, reason="Adopted when it was opened."
    )


def nurses_of(count: int) -> tuple[str, ...]:
    """As many nurses as asked for; the first are always the same."""
    return tuple(an_id("st", 1000 + n) for n in range(count))


def set_up(nurses: tuple[str, ...] = NURSES) -> tuple[Event, ...]:
    """The company without patients."""
    people: list[Event] = []
    for staff in PRACTITIONERS:
        people.append(StaffRegistered(staff=staff, credential="md", npi="1234567893", words=StaffWords(name=NAME)))
        people.append(RoleGranted(staff=staff, role=Role.PRACTITIONER, from_on=date(2025, 1, 1)))
    for staff in nurses:
        people.append(StaffRegistered(staff=staff, credential="rn", work_country="US", words=StaffWords(name=NAME)))
        people.append(RoleGranted(staff=staff, role=Role.CLINICAL_STAFF, from_on=date(2025, 1, 1)))
    practices = [
        PracticeRegistered(practice=practice, name="Elm Street", tin="123456789", zone="America/New_York")
        for practice in PRACTICES
    ]
    opened = LedgerOpened(name="Elm Care", simulated=True, administrator=ADMINISTRATOR, login="os:test")
    return (opened, adoption(), *practices, *people)


def chart(patient: str, number: int, on: date) -> Iterator[Event]:
    """What is known of a patient who is ready for CCM; every third one lacks something."""
    practice, practitioner = PRACTICES[number % 2], PRACTITIONERS[number % 2]
    at = datetime(on.year, on.month, on.day, 15, 0, tzinfo=UTC)
    words = IdentityWords(demographics=Demographics(given="Zebulon", family="Quackenbush"))
    yield PatientRegistered(patient=patient, links=(), practice=practice, words=words)
    yield PracticeAssigned(patient=patient, practice=practice, from_on=on)
    for code, offset in (("I10", 0), ("E11.9", 1)):
        yield ConditionRecorded(
            patient=patient,
            condition=an_id("cd", number * 10 + offset),
            source_code=CodedConcept(system="snomed", code="38341003"),
            icd10=code,
            onset_on=date(2020, 1, 1),
            expected_12_months=True,
            words=ConditionWords(description=NAME),
        )
    yield RiskAttested(patient=patient, practitioner=practitioner, on=on)
    if number % 3:
        yield VisitRecorded(
            patient=patient,
            visit=an_id("vs", number),
            on=on,
            code="99214",
            practitioner=practitioner,
            ccm_discussed=True,
        )
    yield CoverageRecorded(
        patient=patient, coverage=an_id("cv", number), payer="medicare", kind="medicare_ffs", from_on=date(2020, 1, 1)
    )
    yield ConsentRecorded(
        patient=patient,
        consent=an_id("cs", number),
        programme=Programme.CCM,
        occurred_at=at,
        method="verbal",
        obtained_by=NURSES[number % len(NURSES)],
        practitioner=practitioner,
        given_by="self",
        items=ItemsAffirmed(availability=True, cost_sharing=True, one_practitioner=True, right_to_stop=number % 5 != 0),
        evidence="contemporaneous_note",
        words=ConsentWords(note=NAME),
    )
    yield PractitionerDesignated(
        patient=patient,
        designation=an_id("dg", number),
        practitioner=practitioner,
        practice=practice,
        programme=Programme.CCM,
        side=Side.PRACTITIONER,
        from_month=f"{on:%Y-%m}",
    )
    yield CarePlanRevised(
        patient=patient,
        revision=1,
        revised_at=at,
        author=practitioner,
        elements=("problem_list", "expected_outcome", "measurable_goals", "medication_management"),
        intervention_owners=True,
        goals=2,
    )
    yield CarePlanSigned(patient=patient, revision=1, practitioner=practitioner, signed_at=at)
    yield CarePlanCopyGiven(patient=patient, revision=1, given_at=at, given_to="patient", channel="portal")


def time(
    patient: str,
    number: int,
    performer: str,
    start: datetime,
    seconds: int,
    *,
    activity: str = "medication_reconciliation",
) -> TimeLogged:
    """A timed entry on one day."""
    segment = Segment(start=start, end=start + timedelta(seconds=seconds), on=start.date(), offset=0)
    return TimeLogged(
        entry=an_id("te", number),
        patient=patient,
        practice=PRACTICES[0],
        performer=performer,
        programme=Programme.CCM,
        activity=activity,
        described=True,
        segments=(segment,),
        seconds=seconds,
        zone="America/New_York",
        tzdata="2025.2",
        contact=Contact(with_whom="patient", two_way=True, channel="phone", outcome="reached"),
        capture="observed_timer",
        words=TimeWords(description=NAME),
    )


def happenings(seed: int, count: int, patients: int = 6, months: int = 3, nurses: int = 6) -> Iterator[Told]:
    """The set-up, and then `count` further facts, in the order of their recording."""
    chance = random.Random(seed)
    program = envelope(ADMINISTRATOR, "init", capacity=Role.ADMINISTRATOR)
    now = datetime(2026, 1, 5, 13, 0, tzinfo=UTC)
    team = nurses_of(nurses)
    # A practice changes its policies a few times in its life, not with every hundredth entry.
    rare = min(0.08, 20 / count)
    for event in set_up(team):
        yield Told(event, program, now)
    known: list[int] = []
    step = timedelta(days=28 * months) / count
    made = 0
    while made < count:
        now += step
        if len(known) < patients and (not known or chance.random() < min(0.2, patients * 4 / count)):
            events = tuple(chart(an_id("pt", len(known) + 1), len(known) + 1, now.date()))
            known.append(len(known) + 1)
        else:
            events = (_one(chance, known, made, now, team, rare),)
        for event in events:
            yield Told(event, _by(chance, event), now)
        made += len(events)


def _by(chance: random.Random, event: Event) -> Envelope:
    match event:
        case TimeLogged():
            source = Source(system="timer", recorded_at=event.segments[-1].end)
            return envelope(event.performer, "log_time", vouched=Vouched.SOURCE, source=source)
        case MonthAttested() | FamilyChosen():
            return envelope(event.practitioner, "attest_month", capacity=Role.PRACTITIONER)
        case RecordRead():
            return envelope(event.reader, "month", capacity=Role.BILLER)
    return envelope(chance.choice(NURSES), "record_fact")


def _one(
    chance: random.Random, known: list[int], number: int, now: datetime, team: tuple[str, ...], rare: float
) -> Event:
    each = chance.choice(known)
    patient, month, die = an_id("pt", each), f"{now:%Y-%m}", chance.random()
    practitioner = PRACTITIONERS[each % 2]
    if chance.random() < rare:
        return _set_up_later(chance, number, practitioner, now)
    if die < 0.90:
        seconds = chance.choice((300, 754, 1200, 2400))
        # Most work is recorded when it is done; some of it hours later, and then it may overlap.
        ago = timedelta(minutes=chance.randrange(0, 600) if chance.random() < 0.15 else 1, seconds=seconds)
        start = now.replace(microsecond=0) - ago
        # A patient has one nurse, mostly; so has real work.
        performer = team[each % len(team)] if chance.random() < 0.9 else chance.choice(team)
        return time(patient, number, performer, start, seconds)
    if die < 0.92:
        return FamilyChosen(patient=patient, month=month, practitioner=practitioner, family="noncomplex")
    if die < 0.94:
        return MonthAttested(
            patient=patient,
            month=month,
            attestation=an_id("at", number),
            practitioner=practitioner,
            attested_at=now,
            statement="billing_practitioner_statement",
            digest="0" * 64,
            as_of=1,
            edition=adoption().edition,
            family="noncomplex",
            staff_seconds=0,
            personal_seconds=0,
            lines=(),
        )
    if die < 0.97:
        patients = tuple(dict.fromkeys(an_id("pt", chance.choice(known)) for _ in range(3)))
        return RecordRead(reader=BILLER, on=now.date(), question="months", patients=patients, month=month)
    return CommandRefused(
        subject=patient,
        command="attest_month",
        code="minutes_below_minimum",
        because="13 of 20 minutes",
        on=now.date(),
    )


def _set_up_later(chance: random.Random, number: int, practitioner: str, now: datetime) -> Event:
    match chance.randrange(5):
        case 0:
            return RoleGranted(staff=chance.choice(NURSES), role=Role.FRONT_DESK, from_on=now.date())
        case 1:
            practice = chance.choice(PRACTICES)
            return PolicyAdopted(practice=practice, policy="untimed_counts", value="no", from_on=now.date())
        case 2:
            return CapabilityAttested(
                practice=PRACTICES[0], capability="access_24x7", attested_by=practitioner, from_on=now.date()
            )
        case 3:
            return DeliveryParked(
                delivery=an_id("dv", number),
                source="timer",
                command="log_time",
                waits_for="patient",
                awaited="0" * 32,
                words=DeliveryWords(line=NAME),
            )
    return DeliveryReleased(delivery=an_id("dv", number), source="timer", outcome="refused", code="patient_unknown")
