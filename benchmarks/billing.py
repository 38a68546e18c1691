"""One bill: made from a ledger, judged again, and verified offline by a Python that has nothing installed.

The ledger is that of the biller's list, sealed. The offline verifier is a whole process, so that its start counts;
beside it stands an interpreter that does nothing. A month has as many facts as its patient's chart and a few entries.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from benchmarks import ready, world
from benchmarks.measuring import Target, gate, number, spread, table
from interfaces.anchoring import anchor_of
from interfaces.system import SystemClock, SystemIds
from ledger.proof.note import COSIGNER_KEY, NOTE_KEY
from ledger.store.checkpoints.completing import Completeness
from ledger.store.checkpoints.log_keys import clock_name, log_name, new_key
from ledger.store.checkpoints.sealing import Sealer
from ledger.store.connection import Ledger
from ledger.store.disclosing import Disclosing
from ledger.streams.base import Envelope, Proposal, Vouched
from ledger.streams.claims import ClaimReleased
from ledger.streams.completeness import CompletenessMapped
from ledger.streams.log_keys import LogKeyAdopted
from projections.exports.bill import BillMaker, Made, claim_in
from projections.exports.bill_file import parse_bill
from projections.exports.bill_judged import judge_bill
from projections.judged import AdoptedRulebooks

OFFLINE_SECONDS: Final = Target(2, is_ceiling=True)
_ROOT: Final = Path(__file__).parents[1]
_BARE: Final = [sys.executable, "-I", "-S", "-c"]
_VERIFIER: Final = (
    f"import runpy, sys; sys.path.insert(0, {str(_ROOT)!r}); "
    "runpy.run_module('ledger.proof', run_name='__main__', alter_sys=True)"
)


def run(base: Path, *, rounds: int, patients: int) -> Iterator[str]:
    """The table of one bill."""
    place = ready.seeded(base, patients)
    with world.opened(place) as session:
        _seal(session.log)
        facts = session.log.refresh()
        made = _made(session.log)
        file = base / "bill.json"
        file.write_text(made.bill.text())
        _check(made, file)
        data = file.read_bytes()
        contenders: dict[str, Callable[[], object]] = {
            "python that does nothing": lambda: _process([*_BARE, "pass"]),
            "verified offline": lambda: _process([*_BARE, _VERIFIER, str(file)]),
            "judged again": lambda: judge_bill(parse_bill(data)),
            "made from the ledger": lambda: _made(session.log),
        }
        taken = {name: [_seconds(act) for _ in range(rounds + 1)][1:] for name, act in contenders.items()}
    yield _table(made, len(data), facts, taken)


def _seal(log: Ledger) -> None:
    """Keys of the log, adopted, a map of completeness, and a checkpoint over every fact."""
    keys = [
        new_key(name(log.ledger_id), kind, SystemIds())
        for name, kind in ((log_name, NOTE_KEY), (clock_name, COSIGNER_KEY))
    ]
    adopted = tuple(
        LogKeyAdopted(
            name=key.name, kind="log" if key.kind == NOTE_KEY else "clock", public_key=key.verifier.public.hex()
        )
        for key in keys
    )
    envelope = Envelope(authenticated_as="os:bench", actor="program", vouched=Vouched.PROGRAM, command="adopt_log_key")
    log.append([Proposal(adopted, envelope, ())])
    completeness = Completeness(log)
    grown = completeness.next_map()
    depth, up_to, entries, root = grown.said
    mapped = CompletenessMapped(depth=depth, up_to=up_to, entries=entries, root=root.hex())
    log.append([Proposal((mapped,), envelope, ())])
    completeness.write(grown)
    Sealer(log, keys, SystemClock()).seal()


def _made(log: Ledger) -> Made:
    """The bill of the claim that was released last."""
    anchor = anchor_of(log)
    assert anchor is not None
    released = (fact.event for tag in log.tags_starting("claims/") for fact in log.read(tag))
    event = next(each for each in released if isinstance(each, ClaimReleased))
    claim = claim_in(log, event.patient, event.claim, until=anchor.size)
    assert claim is not None
    return BillMaker(log, AdoptedRulebooks(), Disclosing(log), anchor).made(claim)


def _check(made: Made, file: Path) -> None:
    """What is measured supports its claim and proves its bytes."""
    gate(
        "lines of the claim",
        supported=sum(line.supported for line in made.judged.lines),
        doubts_and_units=len(made.judged.doubts) + sum(line.units for line in made.judged.lines),
    )
    gate("exit code of the verifier", answered=_process([*_BARE, _VERIFIER, str(file)]), wanted=0)


def _process(command: list[str]) -> int:
    return subprocess.run(command, capture_output=True, check=False).returncode


def _seconds(act: Callable[[], object]) -> float:
    begun = perf_counter()
    act()
    return perf_counter() - begun


def _table(made: Made, size: int, facts: int, taken: dict[str, list[float]]) -> str:
    yardstick = median(taken["python that does nothing"])
    rows = []
    for name, seconds in taken.items():
        middle = median(seconds)
        said = [f"≤ {OFFLINE_SECONDS.number:g} s", OFFLINE_SECONDS.verdict(middle)] if "offline" in name else ["", ""]
        ratio = "1 (yardstick)" if middle == yardstick else number(middle / yardstick)
        rows.append([name, spread(middle, min(seconds), max(seconds)), ratio, *said])
    return table(
        f"One bill of {made.judged.facts:,} facts, {size:,} bytes, out of a ledger of {facts:,} facts (seconds)",
        ["what", "median (range)", "ratio", "target", ""],
        rows,
        ("Verified offline: a whole process of Python with its standard library, signatures and paths included.",),
    )
