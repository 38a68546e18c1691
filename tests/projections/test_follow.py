"""Fold, follow and rebuild agree byte for byte, whatever happens on the way."""

import random
from pathlib import Path

import pytest

from ledger.store.engine import StoredReadModels
from ledger.store.sqlite.read_models import FILE_NAME, ReadModels
from ledger.streams.base import Fact
from ledger.terms.errors import LedgerDamaged, StoreUnavailable
from projections import rebuild as rebuilding
from projections.follow import Follower, Stopped
from projections.judged import AdoptedRulebooks, judged
from projections.month_billing import row_of
from projections.rebuild import agreement, rebuild
from projections.states import States
from projections.table_set import SET_NAME, TABLES, state_roots, tracked_position
from projections.tables.layout import MONTH_BILLING
from tests.projections.company import NAME, happenings
from tests.projections.conftest import OpenModels
from tests.projections.fake_log import FakeLog

RULEBOOKS = AdoptedRulebooks()


def log_of(seed: int, count: int) -> FakeLog:
    log = FakeLog()
    for told in happenings(seed, count):
        log.add(*told)
    return log


def follower(log: FakeLog, models: StoredReadModels, batch: int = 10_000, facts_max: int = 200_000) -> Follower:
    return Follower(log, models, rulebook_of=RULEBOOKS, batch=batch, facts_max=facts_max)


def folded_months(log: FakeLog, as_of: int) -> list[tuple[object, ...]]:
    """Every month, judged from nothing but its streams."""
    states = States(log, after=as_of)
    months = (tag.split("/") for tag in log.tags_starting("care_month/"))
    begun = ((patient, month) for _, patient, month in months)
    rows = [row_of(judged(states.at, RULEBOOKS, patient, month)) for patient, month in sorted(begun)]
    return [row for row, key in zip(rows, rows, strict=True) if states.at(f"care_month/{key[0]}/{key[1]}").position]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_fold_follow_and_rebuild_agree(open_models: OpenModels, seed: int) -> None:
    log = log_of(seed, 250)
    chance = random.Random(seed)
    followed, rebuilt = open_models("followed"), open_models("rebuilt")
    log.visible = 0
    while log.visible < len(log.facts):
        log.visible = min(len(log.facts), log.visible + chance.randrange(1, 40))
        pulled = follower(log, followed, batch=chance.randrange(1, 30)).pull()

        assert pulled == (log.visible, log.visible, None)
    rebuild(log, rebuilt, rulebook_of=RULEBOOKS, facts_max=chance.choice((50, 100, 10_000)))

    assert state_roots(followed) == state_roots(rebuilt)
    assert followed.rows(MONTH_BILLING.select()) == folded_months(log, len(log.facts))


def test_one_follower_that_forgets_agrees_with_one_that_does_not(open_models: OpenModels) -> None:
    log = log_of(4, 250)
    roots = []
    for name, facts_max in (("forgets", 20), ("keeps", 200_000)):
        models = open_models(name)
        follower(log, models, batch=7, facts_max=facts_max).pull()
        roots.append(state_roots(models))

    assert roots[0] == roots[1]


def test_an_entry_for_another_patient_is_judged_into_the_month_it_contests(models: StoredReadModels) -> None:
    log = log_of(1, 400)
    follower(log, models, batch=1).pull()

    assert models.rows(MONTH_BILLING.select()) == folded_months(log, len(log.facts))


def test_a_follower_resumes_where_the_last_one_stopped(models: StoredReadModels) -> None:
    log = log_of(5, 60)
    log.visible = 40
    follower(log, models, batch=7).pull()
    log.visible = None
    again = follower(log, models, batch=7)

    assert again.standing().position == 40
    assert again.standing().is_stale
    assert again.pull() == (len(log.facts), len(log.facts), None)


def test_two_followers_at_once_do_not_mix_their_work(open_models: OpenModels) -> None:
    log = log_of(6, 200)
    shared, alone = open_models("shared"), open_models("alone")
    first, second = follower(log, shared, batch=5), follower(log, open_models("shared"), batch=3)
    log.visible = 0
    while log.visible < len(log.facts):
        log.visible = min(len(log.facts), log.visible + 11)
        position = shared.position(SET_NAME) or 0
        # Both work on the same batch; the second finds that the first was there.
        first.pull()
        second._step(position, 3)
    follower(log, alone).pull()

    assert state_roots(alone) == state_roots(shared)


class OneBadFact:
    """A rulebook that cannot be had from a position on."""

    def __init__(self) -> None:
        self.is_broken = True

    def __call__(self, adoption: object) -> object:
        if self.is_broken:
            raise ValueError("no such rule")
        return RULEBOOKS(adoption)  # type: ignore[arg-type]


def test_an_error_stops_at_its_position_and_is_shown_until_it_is_mended(models: StoredReadModels) -> None:
    log = log_of(7, 60)
    first_time = next(fact.position for fact in log.facts if fact.event.TOPIC == "time_logged")
    bad = OneBadFact()
    stopping = Follower(log, models, rulebook_of=bad, batch=500)  # type: ignore[arg-type]
    stopped = Stopped(first_time, "programming error: ValueError")

    assert stopping.pull() == (first_time - 1, len(log.facts), stopped)
    assert stopping.standing() == (first_time - 1, len(log.facts), stopped)
    bad.is_broken = False
    assert stopping.pull() == (len(log.facts), len(log.facts), None)
    assert stopping.standing().stopped is None


def test_a_follower_that_cannot_reach_its_store_says_so(
    models: StoredReadModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_of(7, 60)
    following = follower(log, models)

    def unavailable(*_: object, **__: object) -> bool:
        raise StoreUnavailable("The disk is full.")

    following.pull()
    log.add(*next(happenings(8, 1)))
    monkeypatch.setattr(models, "write", unavailable)
    with pytest.raises(StoreUnavailable):
        following.pull()


def test_following_goes_on_until_it_is_told_to_stop(models: StoredReadModels) -> None:
    log = log_of(7, 60)
    log.visible = 10
    answers = iter((True, True, False))

    def wait() -> bool:
        log.visible = (log.visible or 0) + 10
        return next(answers)

    assert follower(log, models).follow(wait).position == 30


def test_dropping_the_file_and_rebuilding_gives_the_same_rows(tmp_path: Path) -> None:
    log = log_of(9, 200)
    roots = []
    for _ in range(2):
        models = ReadModels(tmp_path)
        rebuilt = rebuild(log, models, rulebook_of=RULEBOOKS)
        roots.append(state_roots(models))
        models.close()
        for path in tmp_path.glob(f"{FILE_NAME}*"):
            path.unlink()

        assert rebuilt.position == len(log.facts)
    assert roots[0] == roots[1]


def test_a_rebuild_reports_its_progress_and_its_rows(models: StoredReadModels) -> None:
    log = log_of(9, 50)
    seen: list[tuple[int, int]] = []
    rebuilt = rebuild(log, models, rulebook_of=RULEBOOKS, progress=lambda at, head: seen.append((at, head)))

    assert [(len(log.facts), len(log.facts))] == seen
    assert {name for name, _ in rebuilt.rows} == {table.name for table in TABLES}


def test_a_rebuild_that_fails_leaves_the_rows_in_use(models: StoredReadModels) -> None:
    log = log_of(9, 50)
    follower(log, models).pull()
    before = state_roots(models)
    with pytest.raises(ValueError, match="no such rule"):
        rebuild(log, models, rulebook_of=OneBadFact())  # type: ignore[arg-type]

    assert state_roots(models) == before
    assert tracked_position(models) == len(log.facts)


def test_of_two_rebuilds_at_once_the_older_gives_up(models: StoredReadModels) -> None:
    log = log_of(9, 50)

    def another(position: int, head: int) -> None:
        rebuild(log, models, rulebook_of=RULEBOOKS)

    with pytest.raises(StoreUnavailable, match="Another rebuild began"):
        rebuild(log, models, rulebook_of=RULEBOOKS, progress=another)

    assert tracked_position(models) == len(log.facts)


def test_a_follower_goes_on_after_a_rebuild(models: StoredReadModels) -> None:
    log = log_of(9, 80)
    log.visible = 50
    following = follower(log, models)
    following.pull()
    log.visible = 70
    rebuild(log, models, rulebook_of=RULEBOOKS)
    log.visible = None

    assert following.pull() == (len(log.facts), len(log.facts), None)
    assert models.rows(MONTH_BILLING.select()) == folded_months(log, len(log.facts))


def test_no_word_about_a_patient_is_in_the_file(tmp_path: Path) -> None:
    log = log_of(10, 200)
    models = ReadModels(tmp_path)
    follower(log, models).pull()
    rebuild(log, models, rulebook_of=RULEBOOKS)
    models.close()
    written = b"".join(path.read_bytes() for path in tmp_path.glob(f"{FILE_NAME}*"))

    assert b"month_billing" in written
    for word in NAME.split():
        assert word.encode() not in written


def test_the_rows_in_use_agree_with_the_facts(models: StoredReadModels) -> None:
    log = log_of(11, 150)
    log.visible = 120
    follower(log, models).pull()
    log.visible = None
    found = agreement(log, models, rulebook_of=RULEBOOKS)

    assert found.position == 120
    assert found.differing == ()
    assert dict(found.kept) == state_roots(models)


def test_a_row_that_was_tampered_with_is_named_by_its_table(models: StoredReadModels) -> None:
    log = log_of(11, 150)
    follower(log, models).pull()
    models.run((("UPDATE month_billing SET staff_seconds = staff_seconds + 1", ()),))

    assert agreement(log, models, rulebook_of=RULEBOOKS).differing == ("month_billing",)


def test_read_models_that_were_never_made_disagree_with_nothing(models: StoredReadModels) -> None:
    found = agreement(log_of(11, 20), models, rulebook_of=RULEBOOKS)

    assert (found.position, found.kept, found.differing) == (0, (), ())


class LogWithAHole(FakeLog):
    """A log that lost what lies behind a position."""

    def follow(self, after: int, limit: int) -> list[Fact]:
        return super().follow(after, limit) if after < 30 else []


def test_a_hole_in_the_log_stops_following_and_fails_a_rebuild(models: StoredReadModels) -> None:
    log = LogWithAHole()
    for told in happenings(1, 60):
        log.add(*told)
    pulled = follower(log, models, batch=30).pull()

    assert pulled.stopped == Stopped(31, "Position 31 is gone from the ledger.")
    assert pulled.position == 30
    with pytest.raises(LedgerDamaged, match="is gone"):
        rebuild_beyond(log, models)


def rebuild_beyond(log: FakeLog, models: StoredReadModels) -> None:
    """A rebuild that reaches the hole: batches are larger than it is deep."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rebuilding, "BATCH", 30)
        rebuild(log, models, rulebook_of=RULEBOOKS)


def test_a_set_of_another_version_is_made_anew(models: StoredReadModels) -> None:
    log = log_of(12, 60)
    follower(log, models).pull()
    models.run((("UPDATE tracking SET application_name = 'month_billing@0' WHERE application_name LIKE '%@%'", ()),))

    assert tracked_position(models) == 0
    assert follower(log, models).pull().position == len(log.facts)
    assert models.position("month_billing@0") is None
    assert agreement(log, models, rulebook_of=RULEBOOKS).differing == ()


def test_progress_is_told_after_each_batch(models: StoredReadModels) -> None:
    log = log_of(12, 60)
    log.visible = 60
    seen: list[tuple[int, int]] = []
    follower(log, models, batch=25).pull(lambda at, head: seen.append((at, head)))

    assert [(25, 60), (50, 60), (60, 60)] == seen
