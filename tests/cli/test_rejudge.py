"""`rejudge`: a month by another edition, on both databases; what is not known is told with what is; nothing changes."""

import json
import os
import signal
import subprocess
import sys
import time
from itertools import repeat
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest

from interfaces import bootstrap
from interfaces.bootstrap import Settings, login
from interfaces.rejudging import Job, rejudged, workers_for
from ledger.rulebook import Edition, shipped_edition
from ledger.store.connection import Ledger
from ledger.streams.access import RecordRead
from ledger.streams.base import Envelope, Proposal, Vouched
from ledger.terms.errors import StoreUnavailable, WrongKey
from ledger.terms.identity import id_from
from projections.rejudge import PATIENTS_AT_ONCE, Asked
from projections.table_set import state_roots
from tests.cli.conftest import MONTH, Run, World, in_a_folder
from tests.projections.editions import adopted, altered, minimum_of

MINIMUM_22 = altered(minimum_of(22))
"""41 minutes are then one unit of 99490 and none of 99439."""


def written(edition: Edition, folder: Path) -> str:
    """An edition as a folder of rule files."""
    for name, content in edition.files:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return str(folder)


@pytest.fixture
def rules(tmp_path: Path) -> str:
    return written(MINIMUM_22, tmp_path / "rules")


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def settings(world: World) -> Settings:
    return Settings(world.place, world.key_file, login(), world.ids["cora"])


# --- what is answered ---------------------------------------------------------------------------------------------


def test_a_month_that_would_differ_is_told_with_its_sums_and_its_reason(run: Run, rules: str) -> None:
    shown = run("rejudge", MONTH, "--rules", rules)

    assert shown.code == 0, shown.err
    assert "1 patient-month looked at; 1 would differ." in shown.out
    assert "Together $116.57 now, $66.13 by that edition ($50.44 less; national estimate)." in shown.out
    assert "Expected payment of those that would differ: $114.70 now, $65.07 then ($49.63 less; estimate" in shown.out
    assert "1 patient-month ($50.44 less; expected $49.63 less) because of" in shown.out
    assert "  medicare.ccm.99490.minutes_minimum: 20 -> 22\n" in shown.out
    assert "99490 x1, 99439 x1   $116.57   $114.70  99490 x1           $66.13    $65.07" in shown.out
    assert shown.out.endswith("Nothing was changed.\n")


def test_in_json_the_sums_come_first_and_each_month_on_a_line(run: Run, rules: str, kept_world: World) -> None:
    sums, month = lines(run("rejudge", MONTH, "--rules", rules, "--json").out)

    assert (sums["looked_at"], sums["differing"], sums["listed"]) == (1, 1, 1)
    assert (sums["amount_before"], sums["amount_after"]) == ("116.57", "66.13")
    assert (sums["edition"], sums["adopted"], sums["is_shipped"]) == (MINIMUM_22.digest, None, False)
    ((reading,),) = (each["readings"] for each in sums["because"])
    assert (reading["before"]["value"], reading["after"]["value"]) == (20, 22)
    assert reading["after"]["cite"]
    assert month["patient"] == kept_world.ids["patient"]
    assert month["changed"] == ["families", "codes", "dollars", "expected"]
    assert month["after"]["payment"] == {
        "allowed": "66.13",
        "patient_share": "13.23",
        "patient_billed": "13.23",
        "sequestration": "1.06",
        "medicare_pays": "51.84",
        "expected": "65.07",
    }
    assert (sums["expected_before"], sums["expected_after"]) == ("114.70", "65.07")
    assert [line["code"] for line in month["before"]["charges"]] == ["99490", "99439"]
    assert month["because"] == [{"name": "medicare.ccm.99490.minutes_minimum", "before": 20, "after": 22}]
    assert month["simulated"] is sums["simulated"] is True


@pytest.mark.parametrize("named", ["shipped", shipped_edition().digest, shipped_edition().digest[:8]])
def test_by_the_edition_in_use_nothing_differs(run: Run, named: str) -> None:
    shown = run("rejudge", MONTH, "--edition", named)

    assert shown.code == 0, shown.err
    assert "1 patient-month looked at; 0 would differ." in shown.out
    assert "no difference" in shown.out


def test_a_signed_month_is_judged_by_its_own_edition_beside_the_one_adopted_since(
    run_on_copy: Run, world: World
) -> None:
    assert run_on_copy("attest", MONTH, actor="ada").code == 0
    with bootstrap.opened(settings(world)) as session:
        _adopt(session.log, MINIMUM_22)
    sums, month = lines(run_on_copy("rejudge", MONTH, "--edition", MINIMUM_22.digest[:10], "--json").out)

    assert (sums["attested"], sums["adopted"]["position"] > 1) == (1, True)
    assert month["as_attested"]["charges"] == [{"code": "99490", "units": 1}, {"code": "99439", "units": 1}]
    assert (month["before"]["standing"], month["after"]["standing"]) == ("attested", None)
    assert month["before"]["edition"] == shipped_edition().digest
    assert lines(run_on_copy("rejudge", MONTH, "--edition", "shipped", "--json").out)[0]["differing"] == 0


def _adopt(log: Ledger, edition: Edition) -> None:
    program = Envelope(authenticated_as=login(), actor="program", vouched=Vouched.PROGRAM, command="adopt_rulebook")
    now = log.facts_at([log.refresh()])[0].recorded_at
    log.append([Proposal((adopted(edition),), program, (), clock=now)])


def test_as_of_a_moment_before_the_month_began_there_is_none(run: Run, rules: str) -> None:
    shown = run("rejudge", MONTH, "--rules", rules, "--as-of", "2026-01-06T00:00:00Z")

    assert shown.code == 0, shown.err
    assert "0 patient-months looked at; 0 would differ." in shown.out


# --- what is not answered -----------------------------------------------------------------------------------------


def test_an_edition_that_nobody_knows_is_answered_with_those_that_are(run: Run) -> None:
    shown = run("rejudge", MONTH, "--edition", "00000000")

    assert (shown.code, shown.out) == (2, "")
    assert shipped_edition().digest[:12] in shown.err
    assert "`shipped`" in shown.err
    assert "00000000" not in shown.err


@pytest.mark.parametrize("words", [[], ["--edition", "short"], ["--edition", "shipped", "--rules", "."]])
def test_one_edition_is_named(run: Run, words: list[str]) -> None:
    shown = run("rejudge", MONTH, *words)

    assert (shown.code, shown.out) == (2, "")
    assert "edition" in shown.err


def test_bad_rule_files_are_told_with_file_line_and_remedy(run: Run, rules: str) -> None:
    file = Path(rules) / "medicare" / "ccm" / "99490.toml"
    file.write_text(file.read_text().replace('unit = "minutes"', 'unit = "minuets"', 1))
    shown = run("rejudge", MONTH, "--rules", rules)

    assert (shown.code, shown.out) == (2, "")
    assert "medicare/ccm/99490.toml:" in shown.err
    assert "[minutes_minimum]" in shown.err


def test_rules_that_lack_what_judging_reads_are_named(run: Run, rules: str) -> None:
    (Path(rules) / "medicare" / "ccm" / "eligibility.toml").unlink()
    (Path(rules) / "register.toml").unlink(missing_ok=True)
    shown = run("rejudge", MONTH, "--rules", rules)

    assert (shown.code, shown.out) == (2, "")
    assert "medicare.ccm.eligibility.conditions_min" in shown.err


def test_an_empty_folder_is_no_edition(run: Run, tmp_path: Path) -> None:
    shown = run("rejudge", MONTH, "--rules", str(tmp_path))

    assert (shown.code, shown.out) == (2, "")
    assert "no rule files" in shown.err


# --- who looks ----------------------------------------------------------------------------------------------------


def test_the_look_is_recorded_about_those_who_are_listed(run_on_copy: Run, world: World, rules: str) -> None:
    assert run_on_copy("rejudge", MONTH, "--rules", rules).code == 0
    assert run_on_copy("rejudge", MONTH, "--edition", "shipped").code == 0
    with bootstrap.opened(settings(world)) as session:
        last = session.log.refresh()
        first, second = (fact.event for fact in session.log.facts_at([last - 1, last]))

    assert isinstance(first, RecordRead)
    assert isinstance(second, RecordRead)
    assert (first.question, first.month, first.patients) == ("rejudge", MONTH, (world.ids["patient"],))
    assert second.patients == ()


def test_whoever_reads_in_a_practice_asks_about_its_months(run: Run, rules: str, kept_world: World) -> None:
    shown = run("rejudge", MONTH, "--rules", rules, "--practice", kept_world.ids["practice"], actor="ada")

    assert (shown.code, "1 would differ" in shown.out) == (0, True)


def test_whoever_reads_nothing_is_refused(run_on_copy: Run, rules: str) -> None:
    shown = run_on_copy("rejudge", MONTH, "--rules", rules, actor="feed")

    assert (shown.code, shown.out) == (1, "")
    assert "not_in_this_practice" in shown.err


def test_nothing_is_written_but_who_looked(run_on_copy: Run, world: World, rules: str) -> None:
    def rows() -> tuple[Any, ...]:
        with bootstrap.opened(settings(world)) as session:
            stats = session.log.stats()
            return session.log.refresh(), stats.keys, stats.reading_sets, stats.refusals, state_roots(session.models())

    run_on_copy("months", MONTH)
    position, *kept, roots = rows()
    run_on_copy("rejudge", MONTH, "--rules", rules)
    after, *still, roots_after = rows()
    with bootstrap.opened(settings(world)) as session:
        learned = [fact.event.TOPIC for fact in session.log.follow(position, 100)]

    assert (after - position, learned, still) == (1, [RecordRead.TOPIC], kept)
    assert roots_after | {"audit_trail": ""} == roots | {"audit_trail": ""}


# --- workers ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_two_workers_answer_as_one(run: Run, rules: str) -> None:
    one, two = (lines(run("rejudge", MONTH, "--rules", rules, "--json", "--workers", n).out) for n in ("1", "2"))

    assert one[0] | {"as_of": 0} == two[0] | {"as_of": 0}
    assert one[1:] == two[1:]
    assert len(one) == 2


def many(session: bootstrap.Session) -> list[str]:
    """The one patient, among many of whom nothing is known."""
    known = [tag.partition("/")[2] for tag in session.log.tags_starting("patient/")]
    return known + [id_from("pt", number.to_bytes(16, "big")) for number in range(40 * PATIENTS_AT_ONCE)]


@pytest.mark.slow
def test_a_worker_that_dies_is_an_error_and_no_hole(kept_world: World) -> None:
    where = settings(kept_world)
    with bootstrap.opened(where) as session:
        job = Job(where, Asked(MONTH, session.log.refresh()), MINIMUM_22)
        answers = rejudged(session.log, job, many(session), workers=2)
        assert next(answers).looked_at == 1
        os.kill(active_children()[0].pid or 0, signal.SIGKILL)

        with pytest.raises(StoreUnavailable, match="no answer is given"):
            list(answers)


@pytest.mark.slow
def test_what_a_worker_meets_is_told_as_it_is(kept_world: World, tmp_path: Path) -> None:
    (tmp_path / "other.key").write_text("00" * 32 + "\n")
    (tmp_path / "other.key").chmod(0o600)
    where = settings(kept_world)
    with bootstrap.opened(where) as session:
        closed = Settings(where.place, tmp_path / "other.key", where.login, where.actor)
        job = Job(closed, Asked(MONTH, session.log.refresh()), MINIMUM_22)

        with pytest.raises(WrongKey):
            list(rejudged(session.log, job, many(session), workers=2))


_GOES_ON = """
import sys, time
from multiprocessing import active_children
from tests.cli.test_rejudge import *
if __name__ == "__main__":
    where = Settings(Path(sys.argv[1]), Path(sys.argv[2]), login(), None)
    with bootstrap.opened(where) as session:
        answers = rejudged(session.log, Job(where, Asked(MONTH, 9), MINIMUM_22), many(session), workers=2)
        next(answers)
        print(*(child.pid for child in active_children()), flush=True)
        time.sleep(60)
"""


@in_a_folder
@pytest.mark.slow
def test_workers_end_with_whoever_started_them(kept_world: World, tmp_path: Path) -> None:
    script = tmp_path / "goes_on.py"
    script.write_text(_GOES_ON)
    words = [sys.executable, str(script), str(kept_world.place), str(kept_world.key_file)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()

    assert len(workers) == 2
    assert all(_ends(pid) for pid in workers)


def _ends(pid: int) -> bool:
    for _ in repeat(None, 100):
        if not _is_running(pid):
            return True
        time.sleep(0.1)
    return False


def _is_running(pid: int) -> bool:
    try:
        # A process that ended and that nobody waited for is a zombie: its command line is gone.
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except FileNotFoundError:
        return False


def test_a_small_ledger_needs_no_workers() -> None:
    assert workers_for(2_000, None) == 1
    assert workers_for(2_000, 3) == 3
    assert workers_for(100_000, None) >= 1
