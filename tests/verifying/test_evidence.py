"""Published folders, notes to go on from, rotated keys: further evidence, on both engines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.proof.checkpoint import Checkpoint
from ledger.proof.note import Note, Signature, parse_note, render_note
from ledger.store.checkpoints import sealing
from ledger.store.checkpoints.log_keys import cosigned, signed
from ledger.store.checkpoints.publishing import publish
from ledger.store.connection import Ledger, Place
from ledger.store.fsck_fact import Verdict
from ledger.store.verifying import own_checkpoints
from ledger.store.verifying.log import Evidence, LogVerification, verify_log
from ledger.store.verifying.naming import Named
from ledger.streams.governance import LedgerOpened
from tests.checkpoints.keys import adoption, clock_key, grow, log_key, retirement, sealer
from tests.store.sample import LEDGER_ID, StandingClock, new_ledger, place_of, proposal, reopened
from tests.store.tampering import Run, edit, tamper
from tests.verifying.forging import history

SIZE = 600


@pytest.fixture
def published(ledger: Ledger, tmp_path: Path) -> Path:
    """The folder of a log of 602 facts, 602 of them sealed."""
    grow(ledger, SIZE)
    sealer(ledger).seal()
    publish(ledger, tmp_path / "published")
    return tmp_path / "published"


def verified(place: Place, evidence: Evidence) -> LogVerification:
    with reopened(place) as again:
        return verify_log(again, evidence)


def wiped(place: Place) -> None:
    """Nothing is left of the log in the database."""
    tamper(place, *(f"DELETE FROM {name}" for name in ("log_cosignatures", "log_checkpoints", "log_tiles")))


def test_a_published_folder_agrees_with_its_ledger(ledger: Ledger, published: Path) -> None:
    found = verify_log(ledger, Evidence(folder=published))

    assert (found.findings, found.checkpoints) == ((), 3)


def test_the_headers_of_a_published_folder_tell_which_fact_was_taken_out(ledger: Ledger, published: Path) -> None:
    grow(ledger, 2)
    place = place_of(ledger)
    ledger.close()
    tamper(place, history(lambda pages: pages.pop(400)))
    wiped(place)
    with reopened(place) as again:
        sealer(again).seal()
        found = verify_log(again, Evidence(folder=published))

    assert found.names == (Named.REWRITTEN, Named.DELETED)
    assert {each.position for each in found.findings if each.named is Named.DELETED} == {401}


def test_a_folder_without_a_checkpoint_is_no_evidence(ledger: Ledger, published: Path) -> None:
    (published / "checkpoint").unlink()
    for kept in (published / "checkpoints").iterdir():
        kept.unlink()

    assert verify_log(ledger, Evidence(folder=published)).names == (Named.DELETED,)


def test_a_folder_of_another_log_is_named_foreign(ledger: Ledger, published: Path, tmp_path: Path) -> None:
    with new_ledger(tmp_path / "other", ledger_id="lg_" + "c" * 26) as other:
        assert other.ledger_id not in {LEDGER_ID, ledger.ledger_id}
        found = verify_log(other, Evidence(folder=published))

    assert found.names == (Named.FOREIGN,)


# --- going on ---------------------------------------------------------------------------------------------------------


def test_what_a_kept_note_covers_is_believed_and_the_rest_looked_at(ledger: Ledger) -> None:
    grow(ledger, SIZE)
    note = sealer(ledger).seal().note
    grow(ledger, 5)
    told: list[tuple[int, int]] = []

    found = verify_log(ledger, Evidence(since=note), lambda done, total: told.append((done, total)))

    assert (found.findings, found.trusted, found.facts) == ((), 512, SIZE + 7)
    assert told[0][0] > 512


def test_a_fact_behind_the_kept_note_is_looked_at(ledger: Ledger) -> None:
    grow(ledger, SIZE)
    note = sealer(ledger).seal().note
    grow(ledger, 5)
    place = place_of(ledger)
    ledger.close()
    tamper(place, edit("state", SIZE + 4, lambda state: state[:-1] + bytes([state[-1] ^ 1])))
    found = verified(place, Evidence(since=note))

    assert {(each.position, each.named) for each in found.findings} == {(SIZE + 4, Named.EDITED)}


def test_a_fact_that_is_believed_is_not_looked_at(ledger: Ledger) -> None:
    grow(ledger, SIZE)
    note = sealer(ledger).seal().note
    place = place_of(ledger)
    ledger.close()
    tamper(place, edit("state", 7, lambda state: state[:-1] + bytes([state[-1] ^ 1])))

    assert verified(place, Evidence(since=note)).is_sound
    assert verified(place, Evidence()).names == (Named.EDITED,)


def test_a_log_that_does_not_lead_to_the_kept_note_is_looked_at_from_the_start(ledger: Ledger) -> None:
    grow(ledger, SIZE)
    note = sealer(ledger).seal().note
    place = place_of(ledger)
    ledger.close()
    tamper(place, history(lambda pages: pages.pop(9)))
    wiped(place)
    with reopened(place) as again:
        grow(again, 1)
        sealer(again).seal()
        found = verify_log(again, Evidence(since=note))

    assert (found.trusted, found.names) == (0, (Named.REWRITTEN,))
    assert found.bracket is not None
    assert found.bracket.first_inconsistent == SIZE + 2


# --- keys -------------------------------------------------------------------------------------------------------------


def test_a_key_that_took_over_is_believed_from_the_key_before_it(ledger: Ledger, clock: StandingClock) -> None:
    old, new = log_key(ledger), log_key(ledger, 2)
    sealer(ledger).seal()
    ledger.append([proposal(adoption(new, old))])
    sealer(ledger, keys=(old, new, clock_key(ledger))).seal()

    found = verify_log(ledger, Evidence(keys=(old.verifier,)))

    assert (found.findings, found.checkpoints) == ((), 2)


def test_a_key_that_takes_over_without_a_signature_of_the_one_before_is_named(
    ledger: Ledger, clock: StandingClock
) -> None:
    old, new = log_key(ledger), log_key(ledger, 2)
    sealer(ledger).seal()
    ledger.append([proposal(adoption(new), retirement(old))])
    last = sealer(ledger, keys=(new, clock_key(ledger))).seal()

    for evidence in (Evidence(), Evidence(notes=(last.note,))):  # and not rolled back behind what was kept
        found = verify_log(ledger, evidence)
        assert found.names == (Named.UNKNOWN_KEY,)
        assert found.findings[0].words == (
            "The ledger's checkpoint 2 is signed by a key that the ledger adopted, and that no key before it vouches"
            " for."
        )
    assert verify_log(ledger, Evidence(keys=(old.verifier, new.verifier))).is_sound


def test_what_a_retired_key_signs_alone_behind_its_end_is_named(ledger: Ledger) -> None:
    old, new = log_key(ledger), log_key(ledger, 2)
    sealer(ledger).seal()
    ledger.append([proposal(adoption(new, old))])
    sealer(ledger, keys=(old, new, clock_key(ledger))).seal()
    ledger.append([proposal(retirement(old))])
    last = sealer(ledger, keys=(new, clock_key(ledger))).seal()
    text = parse_note(last.note).text
    place = place_of(ledger)

    assert verify_log(ledger).findings == ()
    tamper(place, _signed_otherwise(last.number, text, signed(old, text)))
    found = verify_log(ledger)

    assert (found.names, found.findings[0].words) == (
        (Named.UNKNOWN_KEY,),
        "The ledger's checkpoint 3 is signed by a key alone that was retired before it, at position 4.",
    )


def test_a_kept_note_that_a_retired_key_signed_alone_is_no_evidence(ledger: Ledger) -> None:
    old, new, clock = log_key(ledger), log_key(ledger, 2), clock_key(ledger)
    first = sealer(ledger).seal()
    ledger.append([proposal(adoption(new, old))])
    both = sealer(ledger, keys=(old, new, clock)).seal()
    grow(ledger, 2)
    ledger.append([proposal(retirement(old))])
    last = sealer(ledger, keys=(new, clock)).seal()
    text = parse_note(last.note).text
    forged = render_note(Note(text, (signed(old, text), cosigned(clock, text, 7))))

    for note in (first.note, both.note, last.note):
        assert verify_log(ledger, Evidence(notes=(note,))).findings == ()
    for evidence in (
        Evidence(notes=(forged,)),
        Evidence(notes=(forged,), keys=(old.verifier,)),
        Evidence(since=forged),
    ):
        found = verify_log(ledger, evidence)
        assert found.names == (Named.UNKNOWN_KEY,)
        assert "is signed by a key alone that was retired before it, at position 6." in found.findings[-1].words


def test_a_retired_key_vouches_for_no_more_than_what_was_sealed_at_its_end(ledger: Ledger) -> None:
    """Behind the last checkpoint before its end, and before the end itself, it could still say what it likes."""
    old, new, clock = log_key(ledger), log_key(ledger, 2), clock_key(ledger)
    ledger.append([proposal(adoption(new, old))])
    sealer(ledger, keys=(old, new, clock)).seal()
    grow(ledger, 2)
    ledger.append([proposal(retirement(old))])
    text = Checkpoint(old.name, 5, b"r" * 32).text()
    forged = Evidence(notes=(render_note(Note(text, (signed(old, text),))),))

    assert verify_log(ledger, forged).names == (Named.REWRITTEN,)
    sealer(ledger, keys=(new, clock)).seal()
    assert verify_log(ledger, forged).names == (Named.UNKNOWN_KEY,)


def test_a_retired_key_hands_no_trust_on(ledger: Ledger) -> None:
    old, new, clock = log_key(ledger), log_key(ledger, 2), clock_key(ledger)
    sealer(ledger).seal()
    ledger.append([proposal(retirement(old), adoption(new, old))])
    last = sealer(ledger, keys=(new, clock)).seal()
    text = parse_note(last.note).text
    both = render_note(Note(text, (signed(old, text), signed(new, text))))

    assert verify_log(ledger, Evidence(notes=(both,), keys=(old.verifier,))).names == (Named.UNKNOWN_KEY,)
    assert verify_log(ledger, Evidence(notes=(both,), keys=(new.verifier,))).names == (Named.UNKNOWN_KEY,)
    assert verify_log(ledger, Evidence(notes=(both,))).names == (Named.UNKNOWN_KEY,)
    assert verify_log(ledger, Evidence(notes=(both,), keys=(old.verifier, new.verifier))).findings == ()


def test_a_note_that_a_key_of_the_log_signed_twice_is_no_evidence(ledger: Ledger) -> None:
    note = parse_note(sealer(ledger).seal().note)
    twice = render_note(note._replace(signatures=(note.signatures[0], *note.signatures)))

    found = verify_log(ledger, Evidence(notes=(twice,)))

    assert [each.words for each in found.findings] == [
        "Kept note 1 is no signed checkpoint: a key of the log signed it twice."
    ]


# --- times ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_beat", [False, True])
def test_a_fact_that_is_dated_before_the_checkpoint_that_it_came_behind_is_named(
    ledger: Ledger, clock: StandingClock, *, is_beat: bool
) -> None:
    at_work = sealer(ledger, clock)
    if is_beat:
        at_work.seal()
    clock.advance(301)
    assert at_work.heartbeat() if is_beat else at_work.seal().facts
    clock.advance(-301)
    grow(ledger, 2)
    at_work.seal()

    found = verify_log(ledger)

    assert [(each.position, each.verdict, each.named) for each in found.findings] == [
        (3, Verdict.TIME_RUNS_BACK, Named.EDITED),
        (4, Verdict.TIME_RUNS_BACK, Named.EDITED),
    ]
    assert "a checkpoint that does not cover it" in found.findings[0].words


def test_five_minutes_of_difference_between_clocks_are_allowed(ledger: Ledger, clock: StandingClock) -> None:
    clock.advance(300)
    sealer(ledger, clock).seal()
    clock.advance(-300)
    grow(ledger, 2)

    assert verify_log(ledger).findings == ()


def test_what_was_sealed_in_several_steps_was_there_before_all_of_them(
    ledger: Ledger, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (sealing, own_checkpoints):
        monkeypatch.setattr(module, "FACTS_AT_ONCE", 4)
    grow(ledger, 9)
    clock.advance(86_400)
    sealer(ledger, clock).seal()

    assert verify_log(ledger).findings == ()


def test_facts_of_a_simulated_ledger_are_dated_by_their_input(ledger: Ledger, clock: StandingClock) -> None:
    opening = LedgerOpened(name="Practice", simulated=True, administrator="st_" + "a" * 26, login="x")
    ledger.append([proposal(opening)])
    clock.advance(86_400)
    sealer(ledger, clock).seal()
    clock.advance(-86_400)
    grow(ledger, 2)

    assert verify_log(ledger).findings == ()


def test_a_second_opening_takes_no_clock_away(ledger: Ledger, clock: StandingClock) -> None:
    opening = LedgerOpened(name="Practice", simulated=False, administrator="st_" + "a" * 26, login="x")
    ledger.append([proposal(opening)])
    clock.advance(86_400)
    sealer(ledger, clock).seal()
    clock.advance(-86_400)
    ledger.append([proposal(opening.model_copy(update={"simulated": True}))])

    assert {each.verdict for each in verify_log(ledger).findings} == {Verdict.TIME_RUNS_BACK}


def test_a_checkpoint_that_the_ledgers_clock_dates_before_the_last_one_is_named(
    ledger: Ledger, clock: StandingClock
) -> None:
    at_work = sealer(ledger, clock)
    at_work.seal()
    grow(ledger, 1)
    last = at_work.seal()
    text = parse_note(last.note).text
    lines = signed(log_key(ledger), text), cosigned(clock_key(ledger), text, 7)

    tamper(place_of(ledger), _signed_otherwise(last.number, text, *lines))

    assert [each.words for each in verify_log(ledger).findings] == [
        "Under the ledger's checkpoint 2 the ledger's clock says an earlier time than under the one before it."
    ]


def test_a_heartbeat_whose_row_says_another_time_is_named_and_sets_no_clock_forward(
    ledger: Ledger, clock: StandingClock
) -> None:
    at_work = sealer(ledger, clock)
    at_work.seal()
    clock.advance(60)
    beat = at_work.heartbeat()
    assert beat is not None
    tamper(place_of(ledger), "UPDATE log_cosignatures SET at = at + 315360000000000")
    found = verify_log(ledger)
    clock.advance(60)
    again = sealer(ledger, clock).heartbeat()

    assert found.names == (Named.EDITED,)
    assert again is not None
    assert again.at == beat.at + 60_000_000


def test_a_heartbeat_that_is_dated_before_its_checkpoint_is_named(ledger: Ledger, clock: StandingClock) -> None:
    at_work = sealer(ledger, clock)
    note = at_work.seal().note
    clock.advance(60)
    at_work.heartbeat()
    line = cosigned(clock_key(ledger), parse_note(note).text, 7).line()[:-1].encode()

    tamper(place_of(ledger), lambda run: run("UPDATE log_cosignatures SET line = ?", (line,)))

    assert verify_log(ledger).names == (Named.EDITED,)


def _signed_otherwise(number: int, text: str, *lines: Signature) -> Callable[[Run], object]:
    note = render_note(Note(text, lines))
    return lambda run: run("UPDATE log_checkpoints SET note = ? WHERE number = ?", (note, number))


def test_a_heartbeat_that_was_changed_is_named_edited(ledger: Ledger, clock: StandingClock) -> None:
    at_work = sealer(ledger, clock)
    at_work.seal()
    clock.advance(60)
    at_work.heartbeat()
    place = place_of(ledger)

    assert verify_log(ledger).cosignatures == 2
    tamper(place, _another_line)
    assert verify_log(ledger).names == (Named.EDITED,)


def _another_line(run: object) -> None:
    assert callable(run)
    ((line,),) = run("SELECT line FROM log_cosignatures")
    head, _, data = bytes(line).rpartition(b" ")
    run("UPDATE log_cosignatures SET line = ?", (head + b" " + data[:-6] + b"AAA" + data[-3:],))
