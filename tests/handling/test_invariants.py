"""Random sequences of commands: what must hold after every one of them, whatever was sent.

Each example starts from a copy of one furnished ledger and goes through the whole door. A failing sequence is printed
by hypothesis as a list of steps and becomes a literal test.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands.handle import Handler
from interfaces.system import PinnedZones, SimulatedClock, SystemIds
from ledger.judging.shapes import Verdict
from ledger.store.connection import open_ledger
from ledger.store.fsck import verify
from ledger.store.sqlite.read_models import ReadModels
from ledger.terms.intervals import total, union
from ledger.terms.people import Programme, Side
from projections.follow import Follower
from projections.judged import AdoptedRulebooks
from projections.questions import month_of
from projections.rebuild import rebuild
from projections.table_set import state_roots
from tests.house import KEY, LOGIN, House, consent_of, house
from tests.store.sample import recorder_of

MONTHS = ("2026-01", "2026-02", "2026-03")
# Around the end of January in Chicago, so that entries cross midnight, month end and each other.
FIRST = datetime(2026, 2, 1, 4, 0, tzinfo=UTC)

Step = tuple[str, tuple[Any, ...]]
times = st.tuples(
    st.just("time"),
    st.tuples(
        st.sampled_from(("bea", "cal", "ada", "dot", "bill")),
        st.sampled_from(("patient", "second")),
        st.integers(0, 40).map(lambda n: n * 7),
        st.integers(1, 30),
        st.sampled_from(("medication_reconciliation", "phone_call", "appointment_booking", "hand_holding", None)),
    ),
)
untimed = st.tuples(
    st.just("untimed"),
    st.tuples(st.sampled_from(("bea", "cal")), st.sampled_from(("patient", "second")), st.integers(1, 1440)),
)
designations = st.tuples(
    st.just("designate"),
    st.tuples(
        st.sampled_from(("ada", "dot")),
        st.sampled_from(("patient", "second")),
        st.sampled_from(MONTHS),
        st.one_of(st.none(), st.sampled_from(MONTHS)),
    ),
)
others = st.tuples(
    st.sampled_from(
        (
            *("withdraw", "consent", "decline", "sign", "mdm", "choose", "attest", "again", "death", "register"),
            *("revoke", "disenrol", "stay", "alive", "void", "service", "no_service"),
        )
    ),
    st.tuples(st.sampled_from(("patient", "second")), st.sampled_from(MONTHS), st.integers(0, 3)),
)
steps = st.lists(st.one_of(times, times, times, untimed, designations, others), min_size=1, max_size=10)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("furnished") / "ledger"
    with house(folder) as it:
        data = {
            "identifiers": [{"system": "mrn", "value": "mrn-2"}],
            "demographics": {"given": "Sam"},
            "practice": it.ids["practice"],
        }
        it.ids["second"] = dict(it.accepted("register_patient", data, actor="fay").ids)["patient"]
        recorder_of(it.log).datastore.pool.close()
        return folder, dict(it.ids)


@contextmanager
def moved_in(furnished: tuple[Path, dict[str, str]]) -> Iterator[House]:
    folder, ids = furnished
    with TemporaryDirectory() as place:
        copy = Path(place) / "ledger"
        shutil.copytree(folder, copy)
        clock = SimulatedClock(datetime(2026, 2, 3, 12, tzinfo=UTC))
        with open_ledger(copy, master_key=KEY, clock=clock, ids=SystemIds()) as log:
            handler = Handler(log=log, ids=SystemIds(), clock=clock, zones=PinnedZones(), login=LOGIN)
            yield House(log, handler, "2026-02-03T12:00:00Z", dict(ids))


def line_of(it: House, step: Step, sent: list[bytes]) -> bytes | None:
    """The line of one step, or None where it has nothing to speak of."""
    name, drawn = step
    match name, drawn:
        case "time", (performer, patient, begin, minutes, activity):
            start = FIRST + timedelta(minutes=begin)
            data = {
                "patient": it.ids[patient],
                "performer": it.ids[performer],
                "start": start.isoformat(),
                "end": (start + timedelta(minutes=minutes)).isoformat(),
                "activity": activity,
                "description": "In words.",
            }
            return it.line("log_time", data, actor=performer)
        case "untimed", (performer, patient, minutes):
            data = {"patient": it.ids[patient], "performer": it.ids[performer], "on": "2026-01-31", "minutes": minutes}
            words = {"activity": "phone_call", "description": "In words."}
            source = {"system": "timer", "id": f"row-{it.count}"}
            return it.line("log_time", data | words, actor=performer, source=source)
        case "designate", (doctor, patient, first, until):
            data = {"programme": "CCM", "side": "practitioner", "from_month": first, "until_month": until}
            who = {"patient": it.ids[patient], "practitioner": it.ids[doctor]}
            return it.line("designate_practitioner", data | who, actor=doctor)
    patient, month, pick = drawn
    return _other(it, name, patient, month, pick, sent)


def _other(it: House, name: str, patient: str, month: str, pick: int, sent: list[bytes]) -> bytes | None:
    who = {"patient": it.ids[patient]}
    state = it.handler.state(f"patient/{it.ids[patient]}")
    match name:
        case "withdraw" if state.designations:
            standing = state.designations[pick % len(state.designations)].event
            data = {
                "designation": standing.designation,
                "reason": "transfer",
                "from_month": month,
                "evidence": "Letter.",
            }
            return it.line("withdraw_designation", who | data, actor="cora")
        case "consent":
            missing = {"items": {**consent_of(it)["items"], "cost_sharing": pick != 0}}
            at = f"2026-01-{10 + pick * 6}T15:00:00Z"
            return it.line("record_consent", consent_of(it, occurred_at=at, **missing) | who, actor="bea")
        case "decline":
            data = {"programme": "CCM", "occurred_at": "2026-01-20T15:00:00Z"}
            return it.line("record_decline", who | data, actor="bea")
        case "sign":
            return it.line("sign_care_plan", who | {"revision": 1 + pick}, actor="ada")
        case "mdm":
            words = {"problems": "Two.", "data": "Labs.", "risk": "Moderate."}
            level = ("straightforward", "low", "moderate", "high")[pick]
            return it.line("attest_mdm", who | {"month": month, "level": level} | words, actor="ada")
        case "choose":
            family = ("noncomplex", "complex", "personal")[pick % 3]
            return it.line("choose_family", who | {"month": month, "family": family}, actor="ada")
        case "attest":
            digest = verdict(it, it.ids[patient], month).digest
            return it.line("attest_month", who | {"month": month, "digest": digest}, actor="ada")
        case "death":
            return it.line("record_death", who | {"on": f"2026-01-{25 + pick}"}, actor="bea") if pick == 3 else None
        case "revoke":
            data = {"scope": ["CCM"], "told_on": f"2026-01-{12 + pick * 6}"}
            return it.line("record_revocation", who | data, actor="fay")
        case "disenrol":
            data = {"programme": "CCM", "on": f"2026-01-{29 + pick % 3}", "reason": "goals_met"}
            return it.line("record_disenrolment", who | data, actor="fay")
        case "stay":
            data = {"kind": "hospital_inpatient", "admitted_at": f"2026-02-01T0{4 + pick}:20:00Z"}
            return it.line("record_stay", who | data, actor="feed")
        case "service":
            data = {"code": ("G0181", "99457", "99495", "90961")[pick], "on": f"2026-01-{28 + pick}", "source": "own"}
            return it.line("record_other_service", who | data, actor="bill")
        case "no_service" if told := it.handler.state(f"care_month/{it.ids[patient]}/2026-01").services:
            data = {"month": "2026-01", "service": told[pick % len(told)].event.service, "evidence": "A typo."}
            return it.line("retract_other_service", who | {"reason": "entered_in_error"} | data, actor="bill")
        case "alive" if state.deaths:
            data = {"reason": "wrong_patient", "evidence": "Answered the door."}
            return it.line("retract_death", who | data, actor="fay")
        case "void" if state.consents:
            consent = state.consents[pick % len(state.consents)].event.consent
            data = {"consent": consent, "reason": "forged", "evidence": "Form."}
            return it.line("invalidate_consent", who | data, actor="cora")
        case "register":
            data = {"identifiers": [{"system": "mrn", "value": f"mrn-{pick}"}], "demographics": {"given": "Sam"}}
            return it.line("register_patient", data, actor="fay")
        case "again" if sent:
            return sent[pick % len(sent)]
    return None


def verdict(it: House, patient: str, month: str) -> Verdict:
    return month_of(it.log, AdoptedRulebooks(), patient, month)


def one_designation_for_each_guard_key(it: House) -> None:
    for name in ("patient", "second"):
        state = it.handler.state(f"patient/{it.ids[name]}")
        for month in (*MONTHS, "2030-12"):
            standing = [
                d
                for d in state.designations
                if d.event.programme is Programme.CCM and d.event.side is Side.PRACTITIONER and d.occupies(month)
            ]
            assert len(standing) <= 1


def no_timed_second_counts_twice(it: House) -> None:
    by_performer: dict[str, int] = {}
    worked: dict[str, tuple[tuple[int, int], ...]] = {}
    for name in ("patient", "second"):
        for month in MONTHS[:2]:
            entries = it.handler.state(f"care_month/{it.ids[name]}/{month}").entries
            lines = {line.entry: line for line in verdict(it, it.ids[name], month).lines}
            counted_here = 0
            covered: tuple[tuple[int, int], ...] = ()
            for entry in entries:
                line = lines[entry.work.entry]
                assert 0 <= line.counted <= line.seconds == entry.seconds
                assert line.seconds == line.counted + sum(
                    n.seconds or 0 for n in line.notices if n.effect == "not_counted"
                )
                if not entry.pieces:
                    continue
                counted_here += line.counted
                by_performer[line.performer] = by_performer.get(line.performer, 0) + line.counted
                for piece in entry.pieces:
                    covered = union(covered, piece.start, piece.end)
                    worked[line.performer] = union(worked.get(line.performer, ()), piece.start, piece.end)
            assert counted_here <= total(covered)
    for performer, counted in by_performer.items():
        assert counted <= total(worked[performer])


@pytest.mark.slow
@settings(max_examples=60)
@given(steps)
def test_whatever_is_sent_the_invariants_hold_after_every_command(
    furnished: tuple[Path, dict[str, str]], drawn: list[Step]
) -> None:
    with moved_in(furnished) as it, TemporaryDirectory() as place:
        models = ReadModels(Path(place))
        follower = Follower(it.log, models)
        sent: list[bytes] = []
        for step in drawn:
            line = line_of(it, step, sent)
            if line is None:
                continue
            (answer,) = it.send_lines(line)
            one_designation_for_each_guard_key(it)
            no_timed_second_counts_twice(it)
            if answer.outcome in ("accepted", "unchanged"):
                sent.append(line)
                (again,) = it.send_lines(line)
                assert ("unchanged", answer.positions) == (again.outcome, again.positions)
            follower.pull()
        follower.pull()
        followed = state_roots(models)
        rebuild(it.log, models)
        assert followed == state_roots(models)
        assert () == tuple(verify(it.log).findings)
        models.close()
