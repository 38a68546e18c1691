"""Erosion: one nurse turns out to be excluded, and every paid claim of a year rested on her work.

A reaction finds and reports them all, while another process goes on recording work: what an append takes is measured
before and meanwhile. A nurse has so many minutes in a month, so that claims are patients times twelve months.
"""

import multiprocessing
from calendar import monthrange
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep
from typing import Any, Final

from benchmarks import lines, world
from benchmarks.measuring import gate, number, table, timed
from commands.answer import Answer
from commands.handle import Handler
from commands.reactions import Reactor, enrol
from commands.reactions.eroded_claims import ReportErodedClaims
from interfaces.bootstrap import login
from interfaces.system import PinnedZones, SystemIds
from ledger.streams.claims import control_number
from ledger.streams.overpayments import OverpaymentNoticed
from ledger.terms.outcome import Refused
from projections.findings import Findings
from projections.follow import Follower
from projections.tables.layout import MONTH_BILLING

MONTHS: Final = 12
YEAR: Final = 2025
NURSE: Final = "nurse-of-all"
MINUTES: Final = 20
A_DAY: Final = 30
IDLE_APPENDS: Final = 320
MOST_APPENDS: Final = 80_000
WARM: Final = 20
PAUSE: Final = 0.02
_AFTER: Final = datetime(2026, 1, 5, 18, tzinfo=UTC)
_BILLER: Final = "biller"


def run(base: Path, *, claims: int) -> Iterator[str]:
    """The table of erosion."""
    patients = min(max(claims // MONTHS, 1), 28 * A_DAY)
    place = world.make(base, patients=patients)
    with world.opened(place) as session:
        models = session.log.read_models()
        try:
            follower = Follower(session.log, models)
            released = _claimed(session, patients, lambda: _months(follower, models))
            follower.pull()
            session.clock.stand_at(_AFTER)
            session.accepted([_exclusion()])
            before = session.log.refresh()
            with _appending(place, patients) as quiet:
                pass
            with _appending(place, patients, until_over=True) as meanwhile:
                with timed() as judging:
                    follower.pull()
                with timed() as reporting:
                    _react(session, Findings(models, follower.pull))
            facts = session.log.follow(before, 10_000_000)
            gate("erosion", noticed=sum(isinstance(f.event, OverpaymentNoticed) for f in facts), claims=released)
            with timed() as idling:
                _react(session, Findings(models, follower.pull))
            again = session.log.follow(before, 10_000_000)
            twice = sum(isinstance(f.event, OverpaymentNoticed) for f in again)
            gate("erosion", once=twice, claims=released)
        finally:
            models.close()
    yield table(
        f"Erosion: {released:,} paid claims lose their ground by one fact",
        ["what", "seconds", "claims/s"],
        [
            ["months judged again by the read models", number(judging.seconds), number(judging.rate(released))],
            ["possible overpayments reported", number(reporting.seconds), number(reporting.rate(released))],
            ["a run that finds nothing new", number(idling.seconds), ""],
        ],
    )
    yield table(
        "One entry recorded by another process",
        ["when", "entries", "median ms", "p99 ms", "longest ms"],
        [_latencies("nothing else goes on", quiet), _latencies("while that ran", meanwhile)],
    )


# --- a year of paid claims ----------------------------------------------------------------------------------------


def _claimed(session: world.Opened, patients: int, months: Any) -> int:
    """A year of work by one nurse, signed, released and paid; how many claims."""
    practice = next(t.partition("/")[2] for t in session.log.tags_starting("practice/"))
    session.accepted(_people(practice))
    released: list[Answer] = []
    for month in range(1, MONTHS + 1):
        last = date(YEAR, month, monthrange(YEAR, month)[1])
        session.clock.stand_at(lines.evening_of(last))
        session.accepted(_work(number, month) for number in range(patients))
        session.clock.stand_at(lines.evening_of(last + timedelta(days=2)))
        rows = [row for row in months() if row[1] == f"{YEAR}-{month:02d}"]
        session.accepted(
            _said(f"a{month}-{patient}", "attest_month", "doctor", patient, m, digest=digest)
            for patient, m, digest in rows
        )
        released += session.accepted(
            _said(f"r{month}-{patient}", "release_claim", _BILLER, patient, m) for patient, m, _ in rows
        )
    session.clock.stand_at(_AFTER - timedelta(days=1))
    session.accepted(_paid(dict(answer.ids)["claim"]) for answer in released)
    return len(released)


def _months(follower: Follower, models: Any) -> list[tuple[str, str, str]]:
    follower.pull()
    columns = [MONTH_BILLING.names.index(name) for name in ("patient", "month", "digest")]
    return [(row[columns[0]], row[columns[1]], row[columns[2]]) for row in models.rows(MONTH_BILLING.select())]


def _people(practice: str) -> Iterator[bytes]:
    for name, role in ((NURSE, "clinical_staff"), (_BILLER, "biller")):
        roles = [{"role": role, "practice": practice, "from_on": "2024-01-01"}]
        data = {"name": name, "identifiers": [lines.staff(name)], "roles": roles, "work_country": "US"}
        yield lines.line(f"staff-{name}", "register_staff", data | ({"credential": "rn"} if name == NURSE else {}))
    asked = {"practice": practice, "code": "99490", "amount": "85.00", "from_on": "2025-01-01"}
    yield lines.line("charge", "adopt_charge", asked, actor=_BILLER)


def _work(patient: int, month: int) -> bytes:
    """The twenty minutes of a patient's month, one patient after the other."""
    start = datetime(YEAR, month, 1 + patient // A_DAY, 12, tzinfo=UTC) + timedelta(minutes=MINUTES * (patient % A_DAY))
    return _entry(f"w{month}-{patient}", patient, NURSE, start, MINUTES)


def _entry(key: str, patient: int, nurse: str, start: datetime, minutes: int) -> bytes:
    data = {
        "patient": lines.patient(patient),
        "performer": lines.staff(nurse),
        "start": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "end": f"{start + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}",
        "activity": "phone_call",
        "description": lines.words(20, key),
    }
    return lines.line(key, "log_time", data, actor=nurse)


def _said(key: str, command: str, actor: str, patient: str, month: str, **more: str) -> bytes:
    return lines.line(key, command, {"patient": patient, "month": month, **more}, actor=actor)


def _paid(claim: str) -> bytes:
    """85 dollars asked, 52.90 paid."""
    taken = [{"group": group, "reason": reason, "amount": amount} for group, reason, amount in _TAKEN]
    of_line = {"code": "99490", "units": 1, "charge": "85.00", "paid": "52.90", "adjustments": taken}
    data = {
        "control_number": control_number(claim),
        "status": "paid",
        "on": "2026-01-03",
        "charge": "85.00",
        "paid": "52.90",
        "patient_share": "13.23",
        "lines": [of_line],
    }
    return lines.line(f"paid-{claim}", "record_remittance", data, actor=_BILLER)


_TAKEN: Final = (("CO", "45", "18.87"), ("PR", "2", "13.23"))


def _exclusion() -> bytes:
    found = {"checked_on": "2026-01-05", "source": "leie", "result": "excluded", "excluded_from": "2025-01-01"}
    return lines.line("excluded", "record_exclusion_check", {"staff": lines.staff(NURSE), **found})


# --- the reaction -------------------------------------------------------------------------------------------------


def _react(session: world.Opened, findings: Findings) -> None:
    machine = enrol(session.handler, session.clock.now())
    handler = Handler(
        log=session.log,
        ids=SystemIds(),
        clock=session.clock,
        zones=PinnedZones(),
        login=login(),
        default_actor=machine,
        machine=machine,
    )
    ran = Reactor(handler, session.log, findings, (ReportErodedClaims(),)).run(session.clock.now())
    assert not isinstance(ran, Refused)
    gate("erosion", refused=sum(count for each in ran for _, count in each.refused), expected=0)


# --- another process ----------------------------------------------------------------------------------------------


@contextmanager
def _appending(place: world.Place, patients: int, *, until_over: bool = False) -> Iterator[list[float]]:
    """Another process that records one entry after the other: a fixed number, or until the block is over.

    How long each took is in the list when the block is over; the first ones, which load what others find, are left out.
    """
    spawned = multiprocessing.get_context("spawn")
    begun, over, told = spawned.Event(), spawned.Event(), spawned.Queue()
    first, count = (IDLE_APPENDS, MOST_APPENDS) if until_over else (0, IDLE_APPENDS)
    process = spawned.Process(target=_append, args=(place, patients, range(first, first + count), begun, over, told))
    process.start()
    try:
        assert begun.wait(60), "the other process did not begin"
        seconds: list[float] = []
        yield seconds
        if until_over:
            over.set()
        seconds += told.get(timeout=120)
        process.join(60)
    finally:
        process.kill()


def _append(place: world.Place, patients: int, numbers: range, begun: Event, over: Event, told: Any) -> None:
    """Record entries of January 2026, each by itself, and tell how long each took."""
    seconds: list[float] = []
    with world.opened(place) as session:
        session.clock.stand_at(_AFTER)
        for each in numbers:
            patient, start = each % patients, datetime(2026, 1, 2, tzinfo=UTC) + timedelta(seconds=each)
            given = session.handler.read(_entry(f"e{each}", patient, lines.nurse_of(patient), start, 1))
            began = perf_counter()
            (answer,) = session.handler.handle([given])
            seconds.append(perf_counter() - began)
            assert answer.outcome == "accepted", answer
            if len(seconds) == WARM:
                begun.set()
            if over.is_set():
                break
            sleep(PAUSE)
    told.put(seconds[WARM:])


def _latencies(when: str, seconds: list[float]) -> list[str]:
    wall = [1_000 * each for each in seconds]
    return [
        when,
        f"{len(wall):,}",
        number(median(wall)),
        number(quantiles(wall, n=100, method="inclusive")[-1]),
        number(max(wall)),
    ]
