"""Changes of what vouches for the log: inserted checkpoints, forged keys of the log, timestamps of authorities."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from ledger.proof.checkpoint import Checkpoint
from ledger.proof.merkle import interior, root_of
from ledger.proof.note import Note, parse_note, render_note
from ledger.store.checkpoints.log_keys import signed
from ledger.store.instants import to_micros
from tests.tamper.attacks_crude import flipped
from tests.tamper.forging import Page
from tests.tamper.shape import UNSEEN, Power, Scene, Signs, attack, by_kept, by_tiles

_NUMBERED = (("log_checkpoints", "number"), ("log_cosignatures", "checkpoint"), ("log_timestamps", "checkpoint"))
_TIME_AT = b"\x18\x0f20"
"""How a GeneralizedTime of this century begins in a token: its tag, its length, its first digits."""

# --- checkpoints ------------------------------------------------------------------------------------------------------


@attack("a copy of a checkpoint is put behind it, and those that follow are numbered anew", by_tiles("inserted"))
def checkpoint_copied(dice: random.Random, scene: Scene) -> None:
    number = dice.randint(1, len(scene.sealed))
    note = _note(scene, number)
    # Without the line of the clock it is another note, and still says nothing that was not said.
    lines = parse_note(note).signatures[: dice.choice((1, 2))]
    _put_behind(scene, number, scene.sealed[number - 1], render_note(parse_note(note)._replace(signatures=lines)))


@attack(
    "a checkpoint over another history is put between two, signed with the stolen key",
    by_tiles("rewritten"),
    by=Power.LOG_KEY,
)
def checkpoint_inserted(dice: random.Random, scene: Scene) -> None:
    number, size = _between(dice, scene)
    _put_behind(scene, number, size, _signed(scene, size, dice.randbytes(32)))


@attack(
    "a checkpoint over half as many facts with the root of all is put between: interior nodes are its leaves",
    by_tiles("rewritten"),
    by=Power.LOG_KEY,
)
def checkpoint_over_interior_nodes(dice: random.Random, scene: Scene) -> None:
    leaves = _leaves(scene)[: scene.sealed[-1]]
    pairs = [interior(one, two) for one, two in zip(leaves[::2], leaves[1::2], strict=True)]
    assert root_of(pairs) == root_of(leaves), "this is what is confused"
    number = sum(size <= len(pairs) for size in scene.sealed)
    _put_behind(scene, number, len(pairs), _signed(scene, len(pairs), root_of(pairs)))


@attack("a true checkpoint is put between two, signed with the stolen key", UNSEEN, by=Power.LOG_KEY)
def true_checkpoint_inserted(dice: random.Random, scene: Scene) -> None:
    number, size = _between(dice, scene)
    _put_behind(scene, number, size, _signed(scene, size, root_of(_leaves(scene)[:size])))


# --- keys of the log --------------------------------------------------------------------------------------------------


@attack(
    "the key of the log is another one in the fact that adopts it; everything is recomputed", by_tiles("unknown_key")
)
def adopted_key_forged(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    book.pages = [_with_keys(page, scene) if page.topic == "log_key_adopted" else page for page in book.pages]
    book.write(scene.hands.facts)


@attack(
    "a key of his own is adopted by a forged fact behind the last, the true one retired; he goes on sealing with his",
    by_tiles("unknown_key"),
    signs=Signs.OWN,
)
def log_key_adopted_by_a_forged_fact(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    last = book.pages[-1].recorded_at
    adoptions = [page for page in book.pages if page.topic == "log_key_adopted"]
    for page in adoptions:
        salted = tuple(tag._replace(salt=dice.randbytes(16)) for tag in page.tags)
        book.pages.append(replace(_with_keys(page, scene), was=0, recorded_at=last, tags=salted))
    for page in adoptions:
        salted = tuple(tag._replace(salt=dice.randbytes(16)) for tag in page.tags)
        book.pages.append(replace(_retiring(page), was=0, recorded_at=last, tags=salted))
    assert all(page.is_plausible for page in book.pages[-4:])
    book.write(scene.hands.facts)


# --- timestamps -------------------------------------------------------------------------------------------------------


@attack("a bit of an authority's timestamp is flipped", by_tiles("edited"))
def timestamp_edited(dice: random.Random, scene: Scene) -> None:
    checkpoint, token = _any_stamp(dice, scene)
    change = (flipped(dice, token), checkpoint)
    scene.hands.facts("UPDATE log_timestamps SET token = ? WHERE checkpoint = ?", change)


@attack("the timestamps of two checkpoints change their places", by_tiles("edited"))
def timestamps_swapped(dice: random.Random, scene: Scene) -> None:
    (one, first), (two, second) = dice.sample(_stamps(scene), 2)
    for checkpoint, other in ((one, second), (two, first)):
        scene.hands.facts("DELETE FROM log_timestamps WHERE checkpoint = ?", (checkpoint,))
        _put_stamp(scene, checkpoint, other)


@attack("the time of a timestamp is changed in its row", by_tiles("edited"))
def timestamp_dated(dice: random.Random, scene: Scene) -> None:
    checkpoint, _ = _any_stamp(dice, scene)
    ahead = dice.choice((-1, 1)) * dice.randint(1, 10**10)
    scene.hands.facts("UPDATE log_timestamps SET at = at + ? WHERE checkpoint = ?", (ahead, checkpoint))


@attack("the time in a timestamp is changed, and its row made to agree", by_kept("unknown_key"))
def timestamp_forged(dice: random.Random, scene: Scene) -> None:
    checkpoint, token = _any_stamp(dice, scene)
    at = token.index(_TIME_AT) + len(_TIME_AT)
    years = int(token[at : at + 2]) - dice.randint(1, 9)
    scene.hands.facts("DELETE FROM log_timestamps WHERE checkpoint = ?", (checkpoint,))
    _put_stamp(scene, checkpoint, token[:at] + f"{years:02}".encode() + token[at + 2 :])


@attack("a timestamp is replaced by one of an authority of his own", by_kept("unknown_key"))
def timestamp_of_own_authority(dice: random.Random, scene: Scene) -> None:
    checkpoint, _ = _any_stamp(dice, scene)
    scene.hands.facts("DELETE FROM log_timestamps WHERE checkpoint = ?", (checkpoint,))
    _put_stamp(scene, checkpoint, scene.own_stamps[checkpoint])


@attack("a timestamp is deleted", UNSEEN)
def timestamp_deleted(dice: random.Random, scene: Scene) -> None:
    checkpoint, _ = _any_stamp(dice, scene)
    scene.hands.facts("DELETE FROM log_timestamps WHERE checkpoint = ?", (checkpoint,))


def _between(dice: random.Random, scene: Scene) -> tuple[int, int]:
    """A checkpoint that another one follows, and a size between those of the two."""
    number = dice.randrange(1, len(scene.sealed))
    return number, dice.randrange(scene.sealed[number - 1] + 1, scene.sealed[number])


def _signed(scene: Scene, size: int, root: bytes) -> bytes:
    text = Checkpoint(scene.stolen_log_key.name, size, root).text()
    return render_note(Note(text, (signed(scene.stolen_log_key, text),)))


def _note(scene: Scene, number: int) -> bytes:
    ((note,),) = scene.hands.facts("SELECT note FROM log_checkpoints WHERE number = ?", (number,))
    return bytes(note)


def _put_behind(scene: Scene, number: int, size: int, note: bytes) -> None:
    """Make this checkpoint number + 1; what was that and behind moves up, with all that was said of it."""
    run = scene.hands.facts
    for later in range(len(scene.sealed), number, -1):
        for table, column in _NUMBERED:
            run(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (later + 1, later))
    ((made,),) = run("SELECT created_at FROM log_checkpoints WHERE number = ?", (number,))
    columns = "number, size, note, created_at"
    run(f"INSERT INTO log_checkpoints ({columns}) VALUES (?, ?, ?, ?)", (number + 1, size, note, made))


def _leaves(scene: Scene) -> list[bytes]:
    return [bytes(leaf) for (leaf,) in scene.hands.facts("SELECT leaf FROM stored_events ORDER BY rowid")]


def _with_keys(page: Page, scene: Scene) -> Page:
    """The adoption of a key as that of one whose private half the attacker has."""
    clear = page.body.clear
    for old, new in scene.own_keys.items():
        clear = clear.replace(old.encode(), new.encode())
    assert clear != page.body.clear
    return page.saying(page.body._replace(clear=clear))


def _retiring(page: Page) -> Page:
    """The adoption of a key as its end."""
    said = json.loads(page.body.clear)
    ended = {name: said[name] for name in ("name", "kind", "public_key")} | {"reason": "replaced"}
    clear = json.dumps(ended, separators=(",", ":")).encode()
    return replace(page, topic="log_key_retired").saying(page.body._replace(clear=clear))


def _stamps(scene: Scene) -> list[tuple[int, bytes]]:
    rows = scene.hands.facts("SELECT checkpoint, token FROM log_timestamps ORDER BY checkpoint")
    return [(checkpoint, bytes(token)) for checkpoint, token in rows]


def _any_stamp(dice: random.Random, scene: Scene) -> tuple[int, bytes]:
    return dice.choice(_stamps(scene))


def _put_stamp(scene: Scene, checkpoint: int, token: bytes) -> None:
    """Keep a token under a checkpoint as the program does: with its digest, and the time that it says."""
    said = token[token.index(_TIME_AT) + 2 :][:15].decode()
    at = datetime.strptime(said, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    row = (checkpoint, sha256(token).digest(), to_micros(at), token)
    scene.hands.facts("INSERT INTO log_timestamps (checkpoint, digest, at, token) VALUES (?, ?, ?, ?)", row)
