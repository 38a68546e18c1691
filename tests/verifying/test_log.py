"""`verify --log` on both engines: what was done to the facts has its name, as far as the evidence at hand carries."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from ledger.proof.note import Note, VerifierKey, parse_note, render_note
from ledger.store.archive.export import export_ledger
from ledger.store.checkpoints.log_keys import SigningKey, signed
from ledger.store.connection import Ledger, Place
from ledger.store.verifying.log import Evidence, LogVerification, verify_log
from ledger.store.verifying.naming import Bracket, Named
from tests.checkpoints.keys import adoption, grow, log_key, sealer
from tests.store.sample import (
    OTHER_PATIENT,
    StandingClock,
    assigned,
    place_of,
    proposal,
    registered,
    reopened,
)
from tests.store.tampering import Tamper, edit, tamper
from tests.verifying.forging import Pages, history

SEALED = (6, 12, 18)
FACTS = 21


class Kept(NamedTuple):
    """A closed ledger of 21 facts, and what was kept of it elsewhere."""

    place: Place
    notes: tuple[bytes, ...]
    """Of the checkpoints over 6, 12 and 18 facts."""
    archive: Path
    keys: tuple[VerifierKey, ...]


def fill(ledger: Ledger, clock: StandingClock) -> list[bytes]:
    notes = []
    for number, until in enumerate((*SEALED, FACTS)):
        while (have := ledger.refresh()) < until:
            clock.advance(1)
            patient = registered() if have == 2 else assigned(OTHER_PATIENT if have % 3 else registered().patient)
            ledger.append([proposal(patient, key=f"k{have}")])
        if number < len(SEALED):
            notes.append(sealer(ledger, clock).seal().note)
    return notes


@pytest.fixture
def kept(ledger: Ledger, clock: StandingClock, tmp_path: Path) -> Kept:
    notes = fill(ledger, clock)
    place, keys = place_of(ledger), (log_key(ledger).verifier,)
    ledger.close()
    export_ledger(place, tmp_path / "kept.archive", clock)
    return Kept(place, tuple(notes), tmp_path / "kept.archive", keys)


def verified(place: Place, evidence: Evidence = Evidence()) -> LogVerification:  # noqa: B008
    with reopened(place) as ledger:
        return verify_log(ledger, evidence)


def after(kept: Kept, *changes: str | Tamper, evidence: Evidence = Evidence()) -> LogVerification:  # noqa: B008
    tamper(kept.place, *changes)
    return verified(kept.place, evidence)


def places(found: LogVerification, named: Named) -> set[int | None]:
    return {finding.position for finding in found.findings if finding.named is named}


def resealed(kept: Kept, change: Callable[[Pages], object]) -> None:
    """Rewrite history, and make and sign the whole log anew with the stolen key."""
    wipe = [f"DELETE FROM {table}" for table in ("log_cosignatures", "log_timestamps", "log_checkpoints", "log_tiles")]
    tamper(kept.place, history(change), *wipe)
    with reopened(kept.place) as ledger:
        sealer(ledger).seal()


# --- whole ------------------------------------------------------------------------------------------------------------


def test_a_whole_log_has_no_findings(kept: Kept) -> None:
    found = verified(kept.place, Evidence(notes=kept.notes, archive=kept.archive, keys=kept.keys))

    assert found.findings == ()
    assert (found.facts, found.sealed, found.unsealed, found.last_good) == (FACTS, 18, 3, 18)
    assert found.checkpoints == 6


def test_an_empty_ledger_has_no_findings(ledger: Ledger) -> None:
    assert verify_log(ledger).is_sound


def test_progress_is_told_up_to_the_last_fact(ledger: Ledger, clock: StandingClock) -> None:
    fill(ledger, clock)
    told: list[tuple[int, int]] = []

    verify_log(ledger, progress=lambda done, total: told.append((done, total)))

    assert told[-1] == (FACTS, FACTS)


def test_a_log_of_many_tiles_is_whole(ledger: Ledger) -> None:
    grow(ledger, 700)
    sealer(ledger).seal()
    grow(ledger, 3)

    found = verify_log(ledger)

    assert (found.findings, found.facts, found.sealed, found.unsealed) == ((), 705, 702, 3)


# --- rows only --------------------------------------------------------------------------------------------------------


def test_an_edited_body_is_named_edited(kept: Kept) -> None:
    found = after(kept, edit("state", 5, lambda state: state[:-1] + bytes([state[-1] ^ 1])))

    assert found.names == (Named.EDITED,)
    assert places(found, Named.EDITED) == {5}


def test_an_edited_time_is_named_edited(kept: Kept) -> None:
    found = after(kept, "UPDATE stored_events SET recorded_at = recorded_at + 1 WHERE rowid = 5")

    assert found.names == (Named.EDITED,)


def test_a_deleted_row_is_named_deleted(kept: Kept) -> None:
    found = after(kept, "DELETE FROM stored_events WHERE rowid = 5", "DELETE FROM event_tags WHERE position = 5")

    assert found.names[0] is Named.DELETED
    assert 5 in places(found, Named.DELETED)


def test_two_rows_that_changed_places_are_named_reordered(kept: Kept) -> None:
    move = "UPDATE stored_events SET rowid = {} WHERE rowid = {}"
    found = after(kept, move.format(99, 4), move.format(4, 9), move.format(9, 99))

    assert Named.REORDERED in found.names


def test_two_unsealed_rows_that_changed_places_with_their_tags_are_named_reordered(kept: Kept) -> None:
    moves = [("stored_events", "rowid"), ("event_tags", "position")]
    changes = [
        f"UPDATE {table} SET {column} = {new} WHERE {column} = {old}"
        for table, column in moves
        for new, old in ((99, 19), (19, 21), (21, 99))
    ]

    assert Named.REORDERED in after(kept, *changes).names


def test_a_copy_behind_the_last_fact_is_named_inserted(kept: Kept) -> None:
    found = after(
        kept,
        "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state, recorded_at, prefix, leaf)"
        " SELECT 22, originator_id, 99, topic, state, recorded_at, prefix, leaf FROM stored_events WHERE rowid = 4",
    )

    assert places(found, Named.INSERTED) == {22}


def test_facts_cut_off_with_their_tags_left_are_named_truncated(kept: Kept) -> None:
    assert Named.TRUNCATED in after(kept, "DELETE FROM stored_events WHERE rowid >= 20").names


# --- with the log -----------------------------------------------------------------------------------------------------


def forged(kept: Kept, change: Callable[[Pages], object], evidence: Evidence = Evidence()) -> LogVerification:  # noqa: B008
    return after(kept, history(change), evidence=evidence)


def test_a_forged_time_is_named_edited_at_its_place(kept: Kept) -> None:
    def backdate(pages: Pages) -> None:
        topic, state, at, prefix, tags = pages[6]
        pages[6] = (topic, state, at - 1, prefix, tags)

    found = forged(kept, backdate)

    assert (found.names, places(found, Named.EDITED)) == ((Named.EDITED,), {7})


def test_a_fact_taken_out_with_everything_recomputed_is_named_deleted(kept: Kept) -> None:
    found = forged(kept, lambda pages: pages.pop(8))

    assert (found.names, places(found, Named.DELETED)) == ((Named.DELETED,), {9})


def test_an_invented_fact_with_everything_recomputed_is_named_inserted(kept: Kept) -> None:
    def insert(pages: Pages) -> None:
        topic, state, at, prefix, tags = pages[8]
        pages.insert(8, (topic, state, at, prefix, tuple((tag, bytes(16)) for tag, _ in tags)))

    found = forged(kept, insert)

    assert Named.INSERTED in found.names
    assert 9 in places(found, Named.INSERTED)


def test_facts_in_another_order_with_everything_recomputed_are_named_reordered(kept: Kept) -> None:
    def swap(pages: Pages) -> None:
        one, two = pages[5], pages[14]
        pages[5], pages[14] = (*two[:2], one[2], *two[3:]), (*one[:2], two[2], *one[3:])

    assert Named.REORDERED in forged(kept, swap).names


def test_facts_cut_off_with_everything_recomputed_are_named_truncated(kept: Kept) -> None:
    found = forged(kept, lambda pages: pages.__delitem__(slice(15, None)))

    assert (found.names, places(found, Named.TRUNCATED)) == ((Named.TRUNCATED,), {16})


def test_an_edited_tile_is_named_and_the_facts_are_cleared(kept: Kept) -> None:
    def flip(run: Callable[..., Sequence[tuple[bytes]]]) -> None:
        ((hashes,),) = run("SELECT hashes FROM log_tiles WHERE level = 0 AND n = 0")
        run("UPDATE log_tiles SET hashes = ? WHERE level = 0 AND n = 0", (bytes([hashes[0] ^ 1]) + bytes(hashes[1:]),))

    found = after(kept, flip)

    assert found.names == (Named.EDITED,)
    assert {finding.verdict.value for finding in found.findings} == {"tile_differs"}


def test_a_tile_that_is_gone_is_named_deleted(kept: Kept) -> None:
    assert after(kept, "DELETE FROM log_tiles").names == (Named.DELETED,)


def test_a_checkpoint_that_is_gone_is_named_deleted(kept: Kept) -> None:
    assert after(kept, "DELETE FROM log_checkpoints WHERE number = 2").names == (Named.DELETED,)


def test_a_checkpoint_that_was_changed_is_named_edited(kept: Kept) -> None:
    note = kept.notes[1].replace(b"\n12\n", b"\n11\n")
    found = after(kept, lambda run: run("UPDATE log_checkpoints SET note = ? WHERE number = 2", (note,)))

    assert found.names == (Named.EDITED,)


@pytest.mark.parametrize("seconds", [1, -301], ids=["later", "earlier"])
def test_a_checkpoint_whose_row_gives_it_another_time_than_the_ledgers_clock_signed_is_named_edited(
    kept: Kept, seconds: int
) -> None:
    found = after(kept, f"UPDATE log_checkpoints SET created_at = created_at + {seconds * 1_000_000} WHERE number = 2")

    assert found.names == (Named.EDITED,)
    assert "checkpoint 2" in found.findings[0].words


def test_a_checkpoint_replaced_by_an_earlier_one_is_named_edited(kept: Kept) -> None:
    change = lambda run: run("UPDATE log_checkpoints SET note = ? WHERE number = 3", (kept.notes[0],))  # noqa: E731

    assert after(kept, change).names == (Named.EDITED,)


# --- with what was kept -----------------------------------------------------------------------------------------------


def test_a_log_signed_anew_over_another_history_is_whole_in_itself(kept: Kept) -> None:
    resealed(kept, lambda pages: pages.pop(8))

    assert verified(kept.place).findings == ()


def test_a_log_signed_anew_is_named_rewritten_with_its_bracket(kept: Kept) -> None:
    resealed(kept, lambda pages: pages.pop(8))
    found = verified(kept.place, Evidence(notes=kept.notes))

    assert found.names == (Named.REWRITTEN,)
    assert (found.bracket, found.last_good) == (Bracket(6, 12), 20)


def test_an_archive_tells_what_was_rewritten(kept: Kept) -> None:
    resealed(kept, lambda pages: pages.pop(8))
    found = verified(kept.place, Evidence(archive=kept.archive))

    assert places(found, Named.DELETED) == {9}


def test_a_backup_that_was_put_back_is_named_rolled_back(kept: Kept) -> None:
    tamper(
        kept.place,
        history(lambda pages: pages.__delitem__(slice(13, None))),
        "DELETE FROM log_cosignatures WHERE checkpoint = 3",
        "DELETE FROM log_checkpoints WHERE number = 3",
        _cut_tile(12),
    )

    assert verified(kept.place).findings == ()
    assert verified(kept.place, Evidence(notes=kept.notes)).names == (Named.ROLLED_BACK,)
    assert verified(kept.place, Evidence(archive=kept.archive)).names == (Named.ROLLED_BACK,)


def _cut_tile(size: int) -> Tamper:
    def cut(run: Callable[..., Sequence[tuple[bytes]]]) -> None:
        ((hashes,),) = run("SELECT hashes FROM log_tiles WHERE level = 0 AND n = 0")
        run("UPDATE log_tiles SET hashes = ? WHERE level = 0 AND n = 0", (bytes(hashes[: 32 * size]),))

    return cut


def test_unsealed_facts_that_are_gone_are_named_with_an_archive_alone(kept: Kept) -> None:
    tamper(kept.place, history(lambda pages: pages.__delitem__(slice(19, None))))

    assert verified(kept.place, Evidence(notes=kept.notes)).findings == ()
    assert verified(kept.place, Evidence(archive=kept.archive)).names == (Named.ROLLED_BACK,)


def test_a_kept_note_of_another_log_is_named_foreign(kept: Kept) -> None:
    note = kept.notes[0].replace(b"ccm-ledger/", b"xcm-ledger/")

    assert verified(kept.place, Evidence(notes=(note,))).names == (Named.FOREIGN,)


def test_a_note_signed_by_a_key_that_was_never_adopted_is_named(kept: Kept) -> None:
    with reopened(kept.place) as ledger:
        note = _signed_by(log_key(ledger, 9), kept.notes[2])

    assert verified(kept.place, Evidence(notes=(note,))).names == (Named.UNKNOWN_KEY,)


def _signed_by(key: SigningKey, note: bytes) -> bytes:
    text = parse_note(note).text
    return render_note(Note(text, (signed(key, text),)))


def test_a_key_that_the_thief_adopted_is_not_believed_where_another_was_named(kept: Kept) -> None:
    with reopened(kept.place) as ledger:
        stolen = log_key(ledger, 7)
        ledger.append([proposal(adoption(stolen))])
    note = _signed_by(stolen, kept.notes[2])

    assert verified(kept.place, Evidence(notes=(note,))).is_sound
    assert verified(kept.place, Evidence(notes=(note,), keys=kept.keys)).names == (Named.UNKNOWN_KEY,)
