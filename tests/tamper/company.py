"""The facts of a small practice, for a ledger that is tampered with: words, keys, readings, a refusal, looks at charts.

Fifty facts with a row of every kind, some seconds apart, as a function of nothing: every run has the same.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Final

from ledger.store.connection import Ledger
from ledger.streams.access import CommandRefused, RecordRead
from ledger.streams.base import CommandKey, Envelope, Event, Origin, Proposal, Source, Vouched, identity_scope
from ledger.streams.erasure import ErasureBegun, ErasureDone
from ledger.streams.governance import LedgerOpened
from ledger.streams.patient import Demographics, DemographicsReported, IdentityWords, PatientRegistered
from ledger.terms.people import Role
from tests.projections.company import (
    ADMINISTRATOR,
    BILLER,
    NURSES,
    PRACTITIONERS,
    an_id,
    chart,
    set_up,
    time,
)
from tests.projections.fake_log import envelope
from tests.store.sample import StandingClock

FROM: Final = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
READINGS: Final = b'["medicare.ccm.99490.minutes_minimum"]'
PATIENTS: Final = tuple(an_id("pt", number) for number in (1, 2, 3))
ERASURE: Final = an_id("er", 1)
ERASED_SCOPE: Final = identity_scope(PATIENTS[2])
"""The one key of the sample that an erasure took."""


def erased() -> Iterator[tuple[Event, Envelope]]:
    """A patient who was registered by mistake, and whose words are gone."""
    patient, program = PATIENTS[2], envelope(ADMINISTRATOR, "erase", capacity=Role.ADMINISTRATOR)
    words = IdentityWords(demographics=Demographics(given="Zebulon"))
    registered = PatientRegistered(patient=patient, links=(), practice=an_id("pr", 1), words=words)
    yield registered, envelope(NURSES[0], "register_patient")
    yield ErasureBegun(patient=patient, erasure=ERASURE, scopes=(ERASED_SCOPE,)), program
    done = ErasureDone(
        patient=patient,
        erasure=ERASURE,
        scopes=(ERASED_SCOPE,),
        facts=1,
        parts=1,
        command_keys=1,
        certificate="ab" * 32,
    )
    yield done, program


def told() -> Iterator[tuple[Event, Envelope]]:
    """What is recorded, and who says so, in order."""
    program = envelope(ADMINISTRATOR, "init", capacity=Role.ADMINISTRATOR)
    for event in set_up(NURSES[:2]):
        # The ledger that they are put into takes no clock from its input.
        said = event.model_copy(update={"simulated": False}) if isinstance(event, LedgerOpened) else event
        yield said, program
    for number, patient in enumerate(PATIENTS[:2], 1):
        for event in chart(patient, number, date(2026, 3, 2)):
            yield event, envelope(NURSES[number % 2], "record_fact")
    for number in range(8):
        patient, nurse = PATIENTS[number % 2], NURSES[number % 2]
        start = FROM + timedelta(minutes=40 * number)
        source = Source(system="timer", recorded_at=start + timedelta(minutes=20))
        spent = time(patient, number, nurse, start, 60 * (5 + number))
        yield spent, envelope(nurse, "log_time", vouched=Vouched.SOURCE, source=source)
        if number % 3 == 0:
            looked = RecordRead(reader=BILLER, on=FROM.date(), question="months", patients=PATIENTS[:2])
            yield looked, envelope(BILLER, "month", capacity=Role.BILLER)
    refused = CommandRefused(
        subject=PATIENTS[1], command="attest_month", code="minutes_below_minimum", because="13 of 20", on=FROM.date()
    )
    yield refused, envelope(PRACTITIONERS[0], "attest_month", capacity=Role.PRACTITIONER)
    given = envelope(NURSES[0], "report_demographics")
    yield DemographicsReported(patient=PATIENTS[0]), given.model_copy(update={"readings": _readings_digest()})


def proposals(ledger: Ledger) -> Iterator[Proposal]:
    """One proposal a fact, deliveries under keys of their own; the refusal is recorded once and happens thrice."""
    for number, (event, by) in enumerate((*erased(), *told()), 1):
        plain = Proposal(events=(event,), envelope=by, read_set=())
        if isinstance(event, CommandRefused):
            for _ in range(3):
                yield plain._replace(once=ledger.token("#refusal", "of the sample"))
        elif isinstance(event, LedgerOpened | RecordRead):
            yield plain
        else:
            yield _delivered(ledger, plain, f"row-{number}")


def _delivered(ledger: Ledger, made: Proposal, name: str) -> Proposal:
    """The same, sent under a key as the handler binds it."""
    by = made.envelope
    source = by.source.system if by.source else "import"
    key = CommandKey(ledger.token("#key", f"{source}\n{name}"), sha256(name.encode()).digest())
    readings = READINGS if by.readings else None
    named = by.model_copy(update={"key": key.token})
    return made._replace(envelope=named, key=key, origin=Origin(key=name), readings=readings)


def looks(count: int) -> list[Proposal]:
    """So many looks at charts, to fill tiles with."""
    looked = RecordRead(reader=BILLER, on=FROM.date(), question="months", patients=PATIENTS[:2])
    by = envelope(BILLER, "month", capacity=Role.BILLER)
    return [Proposal(events=(looked,), envelope=by, read_set=()) for _ in range(count)]


def record(ledger: Ledger, clock: StandingClock, some: Iterator[Proposal], until: int) -> None:
    """Append from these proposals until the ledger holds so many facts, or there are no more."""
    while ledger.refresh() < until and (each := next(some, None)) is not None:
        clock.advance(7)
        ledger.append([each])


def _readings_digest() -> str:
    return sha256(READINGS).hexdigest()
