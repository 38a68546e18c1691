"""What the tests of the store share: a clock that stands, entropy that repeats, and one patient's facts.

The values are fixed, so that stored bytes are the same in every run.
"""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from ledger.store.connection import Ledger, Place, create, open_ledger
from ledger.store.postgres import founding as postgres_founding
from ledger.store.postgres.address import Address
from ledger.store.postgres.engine import PostgresEngine
from ledger.store.sqlite.engine import SqliteEngine
from ledger.store.sqlite.key_rows import SqliteKeyRows
from ledger.store.sqlite.recorder import LedgerRecorder
from ledger.store.vault import Vault
from ledger.streams.base import CommandKey, Envelope, Event, Origin, Proposal, Source, Vouched
from ledger.streams.patient import (
    Demographics,
    DemographicsReported,
    IdentifierLink,
    IdentityWords,
    OutsideIdentifier,
    PatientRegistered,
    PracticeAssigned,
)
from ledger.terms.identity import id_from, patient_tag
from ledger.terms.people import Role

NewPlace = Callable[[str], Place]

MASTER_KEY = bytes(range(32))
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LEDGER_ID = "lg_aaaaaaaaaaaaaaaaaaaaaaaaaa"
PATIENT = "pt_aaaaaaaaaaaaaaaaaaaaaaaaaa"
OTHER_PATIENT = "pt_bbbbbbbbbbbbbbbbbbbbbbbbbb"
PRACTICE = "pr_aaaaaaaaaaaaaaaaaaaaaaaaaa"
NURSE = "st_aaaaaaaaaaaaaaaaaaaaaaaaaa"
TOKEN = "0123456789abcdef0123456789abcdef"
CANARY = "Quetzalcoatlus"
ORIGIN_CANARY = "row-Archaeopteryx"


class StandingClock:
    """A clock that shows what it was set to."""

    def __init__(self, instant: datetime = NOON) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def advance(self, seconds: int) -> None:
        """Set the clock forward, or back for a negative number."""
        self.instant += timedelta(seconds=seconds)


class RepeatableIds:
    """Entropy that is the same in every run: SHA-256 of a seed and a counter."""

    def __init__(self, seed: str = "seed") -> None:
        self.seed = seed
        self.drawn = 0

    def entropy(self, count: int) -> bytes:
        out = b""
        while len(out) < count:
            self.drawn += 1
            out += sha256(f"{self.seed}/{self.drawn}".encode()).digest()
        return out[:count]


def new_ledger(
    place: Place, *, simulated: bool = False, clock: StandingClock | None = None, ledger_id: str | None = None
) -> Ledger:
    """A new ledger with repeatable entropy, whose facts are dated by the given clock on either engine."""
    clock, ids = clock or StandingClock(), RepeatableIds()
    ledger_id = ledger_id or ledger_id_at(place)
    if isinstance(place, Path):
        return create(place, master_key=MASTER_KEY, clock=clock, ids=ids, simulated=simulated, ledger_id=ledger_id)
    postgres_founding.found(
        place,
        master_key=MASTER_KEY,
        clock=clock,
        ids=ids,
        simulated=simulated,
        ledger_id=ledger_id,
        clock_of="program",
    )
    return open_ledger(place, master_key=MASTER_KEY, clock=clock, ids=ids)


def ledger_id_at(place: Place) -> str:
    """The id that a new ledger gets at a place: one database holds no two ledgers of one id."""
    return LEDGER_ID if isinstance(place, Path) else id_from("lg", sha256(place.ledger.encode()).digest()[:16])


def reopened(
    place: Place,
    *,
    seed: str = "again",
    clock: StandingClock | None = None,
    master_key: bytes = MASTER_KEY,
    to_verify: bool = False,
) -> Ledger:
    """The ledger at a place, opened as another process would."""
    clock, ids = clock or StandingClock(), RepeatableIds(seed)
    return open_ledger(place, master_key=master_key, clock=clock, ids=ids, to_verify=to_verify)


def place_of(ledger: Ledger) -> Place:
    """Where a ledger is."""
    engine = ledger.engine
    if isinstance(engine, PostgresEngine):
        return engine.address
    assert isinstance(engine, SqliteEngine)
    return engine.folder


def registered(patient: str = PATIENT, *, token: str = TOKEN) -> PatientRegistered:
    """A registration with words."""
    return PatientRegistered(
        patient=patient,
        links=(IdentifierLink(system="mrn", token=token),),
        practice=PRACTICE,
        words=IdentityWords(
            demographics=Demographics(given=CANARY, family="Doe"),
            identifiers=(OutsideIdentifier(system="mrn", value="A-1"),),
        ),
    )


def assigned(patient: str = PATIENT) -> PracticeAssigned:
    """A fact without words."""
    return PracticeAssigned(patient=patient, practice=PRACTICE, from_on=NOON.date())


def reported(patient: str = PATIENT, given: str | None = CANARY) -> DemographicsReported:
    """A fact with words, or with the words left out."""
    if given is None:
        return DemographicsReported(patient=patient)
    return DemographicsReported(patient=patient, words=IdentityWords(demographics=Demographics(given=given)))


def envelope(actor: str = NURSE, **changes: object) -> Envelope:
    """Who did it."""
    content: dict[str, object] = {
        "authenticated_as": "import-login",
        "actor": actor,
        "capacity": Role.CLINICAL_STAFF,
        "vouched": Vouched.SOURCE,
        "source": Source(system="ehr", recorded_at=NOON),
        "command": "register_patient",
    }
    return Envelope.model_validate(content | changes)


def proposal(
    *events: Event,
    read_set: tuple[tuple[str, int], ...] = (),
    key: str | None = None,
    origin: Origin | None = None,
    once: str | None = None,
    clock: datetime | None = None,
    by: Envelope | None = None,
) -> Proposal:
    """What a command appends."""
    return Proposal(
        events=events,
        envelope=by or envelope(),
        read_set=read_set,
        key=CommandKey(key, sha256(key.encode()).digest()) if key else None,
        origin=origin,
        once=once,
        clock=clock,
    )


def empty(patient: str = PATIENT) -> tuple[tuple[str, int], ...]:
    """The condition that nothing is known of the patient."""
    return ((patient_tag(patient), 0),)


def engine_of(ledger: Ledger) -> SqliteEngine:
    """The engine of a ledger in a folder."""
    assert isinstance(ledger.engine, SqliteEngine)
    return ledger.engine


def address_of(ledger: Ledger) -> Address:
    """Where a ledger on a server is."""
    assert isinstance(ledger.engine, PostgresEngine)
    return ledger.engine.address


def folder_of(ledger: Ledger) -> Path:
    """Where a ledger in a folder lies."""
    return engine_of(ledger).folder


def sqlite_of(ledger: Ledger) -> sqlite3.Connection:
    """The connection that it appends through."""
    return engine_of(ledger).connection.sqlite


def recorder_of(ledger: Ledger) -> LedgerRecorder:
    """The recorder that the base library's tools use."""
    return engine_of(ledger).recorder


def key_rows_of(vault: Vault) -> SqliteKeyRows:
    """The rows of a vault that is a file."""
    assert isinstance(vault.rows, SqliteKeyRows)
    return vault.rows
