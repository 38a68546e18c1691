"""Reactions over a year's beginning with few causes: bringing the read models up, reporting, and finding nothing.

January is attested for every patient; then a late entry comes in for every hundredth. The run reports those months. The
next run finds nothing, and a run after one more day of entries looks at that day alone.
"""

import resource
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from benchmarks import lines, world
from benchmarks.measuring import gate, number, table, timed
from benchmarks.rebuilding import FACTS_A_CHART
from commands.handle import Handler
from commands.reactions import Reactor, enrol
from interfaces.bootstrap import login
from interfaces.system import PinnedZones, SystemIds
from ledger.streams.reviews import MonthWentStale
from ledger.terms.outcome import Refused
from projections.findings import Findings
from projections.follow import Follower
from projections.tables.layout import MONTH_BILLING

PATIENTS: Final = 2_000
EVERY: Final = 100
MONTH: Final = "2025-01"


def run(base: Path, *, events: int) -> Iterator[str]:
    """The table of react."""
    patients = min(PATIENTS, max(events // 20, 100))
    days = max((events - patients * FACTS_A_CHART) // patients, 24)
    working = lines.working_days()[: days + 1]
    place = world.make(base, patients=patients, days=working[:-1])
    with world.opened(place) as session:
        session.clock.stand_at(lines.evening_of(working[-2]) + timedelta(hours=1))
        models = session.log.read_models()
        try:
            follower = Follower(session.log, models)
            with timed() as pulling:
                follower.pull()
            facts = session.log.refresh()
            _attest(session, models.rows(MONTH_BILLING.select("WHERE month = ?"), (MONTH,)))
            causes = session.accepted(_late(each) for each in range(0, patients, EVERY))
            reactor = _reactor(session, Findings(models, follower.pull))
            with timed() as reporting:
                _found(reactor, session, len(causes))
            with timed() as idling:
                _found(reactor, session, 0)
            session.clock.stand_at(lines.evening_of(working[-1]))
            session.accepted(lines.day_of_time(working[-1], range(patients)))
            with timed() as following:
                _found(reactor, session, 0)
            stale = sum(isinstance(f.event, MonthWentStale) for f in session.log.follow(facts, 10_000_000))
            gate("react", reported=stale, causes=len(causes))
        finally:
            models.close()
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    yield table(
        f"Reactions: {facts:,} facts of {patients:,} patients, {len(causes)} attested months that went stale",
        ["what", "seconds", "facts/s"],
        [
            ["read models from position 0", number(pulling.seconds), number(pulling.rate(facts))],
            [f"{patients:,} attestations, {len(causes)} findings", number(reporting.seconds), ""],
            ["a run that finds nothing", number(idling.seconds), ""],
            [f"a run after {patients:,} new facts", number(following.seconds), number(following.rate(patients))],
        ],
        notes=(f"Peak resident set {resident} MB, with the making of the company.",),
    )


def _attest(session: world.Opened, rows: list[tuple[object, ...]]) -> None:
    """Dr Doctor signs January of everybody."""
    patient, digest = MONTH_BILLING.names.index("patient"), MONTH_BILLING.names.index("digest")
    signed = (
        lines.line(
            f"a-{row[patient]}",
            "attest_month",
            {"patient": row[patient], "month": MONTH, "digest": row[digest]},
            actor="doctor",
        )
        for row in rows
    )
    session.accepted(signed)


def _late(patient: int) -> bytes:
    """Work on a Sunday in January, written down late."""
    data = {
        "patient": lines.patient(patient),
        "performer": lines.staff(lines.nurse_of(patient)),
        "start": "2025-01-05T15:00:00Z",
        "end": "2025-01-05T15:10:00Z",
        "activity": "phone_call",
        "description": lines.words(20, f"late-{patient}"),
    }
    return lines.line(f"late-{patient}", "log_time", data, actor=lines.nurse_of(patient))


def _reactor(session: world.Opened, findings: Findings) -> Reactor:
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
    return Reactor(handler, session.log, findings)


def _found(reactor: Reactor, session: world.Opened, expected: int) -> None:
    ran = reactor.run(session.clock.now())
    assert not isinstance(ran, Refused)
    gate("react", recorded=sum(len(each.recorded) for each in ran), expected=expected)
