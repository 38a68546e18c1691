"""A ledger that goes through an archive is the same ledger: rows, roots, keys, words and answers, on both engines."""

from pathlib import Path

import pytest

from ledger.store.archive.export import export_ledger
from ledger.store.archive.importing import check_archive, import_archive
from ledger.store.connection import Place, info_of, open_ledger
from ledger.store.fsck import verify
from ledger.streams.base import ERASED, Appended, Moved
from ledger.streams.erasure import ErasureBegun
from ledger.terms.identity import id_from
from projections.rebuild import rebuild
from projections.table_set import state_roots
from tests.archive.conftest import unused_id
from tests.archive.holdings import ERASED_SCOPE, FACTS, exported, filled, parts, rows
from tests.house import KEY, house
from tests.postgres.servers import second_database, unused_address
from tests.store.sample import (
    CANARY,
    MASTER_KEY,
    OTHER_PATIENT,
    PATIENT,
    NewPlace,
    RepeatableIds,
    StandingClock,
    assigned,
    new_ledger,
    proposal,
    reopened,
)


def imported(file: Path, place: Place) -> Place:
    import_archive(file, place, StandingClock())
    return place


def test_rows_are_the_same_on_the_other_engine_and_back_again(place: Place, archive: Path, tmp_path: Path) -> None:
    on_a_server = imported(archive, unused_address())
    back = imported(exported(on_a_server, tmp_path / "2.archive"), tmp_path / "back")

    expected = rows(place)
    assert expected == rows(on_a_server)
    assert expected == rows(back)
    assert all(expected.values()), "a table without rows shows nothing"


def test_both_engines_write_the_same_bytes(archive: Path, new_place: NewPlace, tmp_path: Path) -> None:
    again = exported(imported(archive, new_place("copy")), tmp_path / "again.archive")

    assert archive.read_bytes() == again.read_bytes()


def test_a_ledger_of_a_server_keeps_the_ids_of_its_streams(tmp_path: Path) -> None:
    origin = filled(unused_address(), ledger_id=unused_id())
    in_a_folder = imported(exported(origin, tmp_path / "1.archive"), tmp_path / "folder")
    elsewhere = unused_address(second_database())
    imported(exported(in_a_folder, tmp_path / "2.archive"), elsewhere)

    expected = rows(origin)
    assert expected == rows(in_a_folder)
    assert expected == rows(elsewhere)


def test_the_root_is_that_of_the_origin_and_verification_finds_nothing(
    place: Place, new_place: NewPlace, tmp_path: Path
) -> None:
    erasure = ErasureBegun(patient=OTHER_PATIENT, erasure=id_from("er", bytes(16)), scopes=(ERASED_SCOPE,))
    with reopened(place) as ledger:
        ledger.append([proposal(erasure)])
    archive = exported(place, tmp_path / "erased.archive")
    copy = imported(archive, new_place("copy"))
    with reopened(place) as ledger, reopened(copy) as other:
        expected, actual = verify(ledger), verify(other)

    assert expected == actual
    assert actual.is_sound
    assert actual.root == check_archive(archive).trailer.root.hex()


def test_keys_stay_bound_and_the_next_fact_comes_behind_the_last(archive: Path, new_place: NewPlace) -> None:
    with reopened(imported(archive, new_place("copy"))) as ledger:
        bound = ledger.bindings(["k1", "k1-again", "k2", "moved"])
        (again, new) = ledger.append([proposal(assigned(), key="k1"), proposal(assigned(), key="new")])

    assert {"k1": (1,), "k1-again": (1,), "k2": (2,)} == {key: each.positions for key, each in bound.items()}
    assert again == Moved("key")
    assert isinstance(new, Appended)
    assert new.positions == (FACTS + 1,)


def test_sealed_words_open_with_the_same_key_and_erased_ones_stay_erased(archive: Path, new_place: NewPlace) -> None:
    with reopened(imported(archive, new_place("copy"))) as ledger:
        first, second = (ledger.open_words(fact) for fact in ledger.facts_at([1, 2]))

    assert CANARY in repr(first)
    assert second.words is ERASED  # type: ignore[attr-defined]


def test_read_models_made_anew_are_those_of_the_origin(tmp_path: Path, new_place: NewPlace) -> None:
    with house(tmp_path / "house") as it:
        it.clock = "2026-01-20T18:00:00Z"
        it.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z")
    copy = imported(exported(tmp_path / "house", tmp_path / "house.archive"), new_place("copy"))

    roots = []
    for each in (tmp_path / "house", copy):
        with open_ledger(each, master_key=KEY, clock=StandingClock(), ids=RepeatableIds("r")) as ledger:
            models = ledger.read_models()
            rebuild(ledger, models)
            roots.append(state_roots(models))
            models.close()

    assert roots[0] == roots[1]


def test_a_line_that_was_answered_before_is_unchanged_in_the_copy(tmp_path: Path, new_place: NewPlace) -> None:
    from commands.handle import Handler  # noqa: PLC0415 - the whole door, for this test alone
    from interfaces.system import PinnedZones  # noqa: PLC0415

    with house(tmp_path / "house") as it:
        line = it.line("register_practice", PRACTICE, key="p1")
        (first,) = it.send_lines(line)
    copy = imported(exported(tmp_path / "house", tmp_path / "house.archive"), new_place("copy"))
    ids, clock = RepeatableIds("again"), StandingClock()
    with open_ledger(copy, master_key=KEY, clock=clock, ids=ids) as ledger:
        handler = Handler(log=ledger, ids=ids, clock=clock, zones=PinnedZones(), login="os:tester", default_actor=None)
        (again,) = handler.handle([handler.read(line)])

    assert (first.outcome, again.outcome) == ("accepted", "unchanged")
    assert first.positions == again.positions


PRACTICE = {
    "name": "Second Practice",
    "tin": "987654321",
    "zone": "America/Chicago",
    "sites": [{"name": "Main", "place_of_service": "11"}],
}


@pytest.mark.parametrize("simulated", [False, True])
def test_a_simulated_ledger_stays_one_for_ever(simulated: bool, tmp_path: Path, new_place: NewPlace) -> None:
    origin = filled(tmp_path / "origin", simulated=simulated, ledger_id=unused_id())
    copy = imported(exported(origin, tmp_path / "1.archive"), new_place("copy"))

    assert info_of(origin) == info_of(copy)
    assert info_of(copy).simulated is simulated


def test_an_empty_ledger_has_an_archive_too(tmp_path: Path, new_place: NewPlace) -> None:
    new_ledger(tmp_path / "origin", ledger_id=unused_id()).close()
    copy = imported(exported(tmp_path / "origin", tmp_path / "1.archive"), new_place("copy"))

    with reopened(copy) as ledger:
        assert ledger.refresh() == 0


def test_what_others_append_during_an_export_is_not_in_it(new_place: NewPlace, tmp_path: Path) -> None:
    origin = filled(new_place("origin"), ledger_id=unused_id())
    with reopened(origin) as writer:
        before = verify(writer)

        def told(total: int) -> object:
            # The moment of the export is fixed by now.
            writer.append([proposal(assigned())])
            return lambda done, total: None

        made = export_ledger(origin, tmp_path / "1.archive", StandingClock(), progress=told)  # type: ignore[arg-type]

        assert writer.refresh() == FACTS + 1
    assert (before.facts, before.root) == (made.trailer.facts, made.trailer.root.hex())
    assert check_archive(tmp_path / "1.archive").trailer == made.trailer


def test_an_archive_holds_no_key_and_no_sealed_word_that_can_be_read(archive: Path) -> None:
    records = b"".join(record for _, block in parts(archive) for record in block)

    assert PATIENT.encode() in records
    assert MASTER_KEY not in records
    assert CANARY.encode() not in records
