"""Changes of the log itself: its tiles, its checkpoints, and what was signed with which key."""

import random
from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.proof.merkle import interior
from ledger.proof.note import NOTE_KEY, Note, Signature, VerifierKey, parse_note, render_note
from tests.tamper.attacks_crude import flipped
from tests.tamper.logs import cut_log
from tests.tamper.shape import UNSEEN, Scene, always, attack, by_kept, by_tiles


@attack("a bit of a tile is flipped", by_tiles("edited"))
def tile_edited(dice: random.Random, scene: Scene) -> None:
    level, n, hashes = dice.choice(scene.hands.facts("SELECT level, n, hashes FROM log_tiles ORDER BY 1, 2"))
    run, changed = scene.hands.facts, flipped(dice, bytes(hashes))
    run("UPDATE log_tiles SET hashes = ? WHERE level = ? AND n = ?", (changed, level, n))


@attack("a tile is cut short", by_tiles("deleted"))
def tile_cut(dice: random.Random, scene: Scene) -> None:
    level, n, hashes = dice.choice(scene.hands.facts("SELECT level, n, hashes FROM log_tiles ORDER BY 1, 2"))
    left = bytes(hashes)[: 32 * dice.randrange(1, len(hashes) // 32)]
    scene.hands.facts("UPDATE log_tiles SET hashes = ? WHERE level = ? AND n = ?", (left, level, n))


@attack("a tile is deleted", by_tiles("deleted"))
def tile_deleted(dice: random.Random, scene: Scene) -> None:
    level, n = dice.choice(scene.hands.facts("SELECT level, n FROM log_tiles ORDER BY 1, 2"))
    scene.hands.facts("DELETE FROM log_tiles WHERE level = ? AND n = ?", (level, n))


@attack("a bit of a tile above the leaves is flipped", by_tiles("edited"), wide=True)
def upper_tile_edited(dice: random.Random, scene: Scene) -> None:
    level, n, hashes = dice.choice(_upper_tiles(scene))
    change = (flipped(dice, bytes(hashes)), level, n)
    scene.hands.facts("UPDATE log_tiles SET hashes = ? WHERE level = ? AND n = ?", change)


@attack("a tile above the leaves is cut short", by_tiles("deleted"), wide=True)
def upper_tile_cut(dice: random.Random, scene: Scene) -> None:
    level, n, hashes = dice.choice(_upper_tiles(scene))
    left = bytes(hashes)[: 32 * dice.randrange(1, len(hashes) // 32)]
    scene.hands.facts("UPDATE log_tiles SET hashes = ? WHERE level = ? AND n = ?", (left, level, n))


@attack("a tile above the leaves is deleted", by_tiles("deleted"), wide=True)
def upper_tile_deleted(dice: random.Random, scene: Scene) -> None:
    level, n, _ = dice.choice(_upper_tiles(scene))
    scene.hands.facts("DELETE FROM log_tiles WHERE level = ? AND n = ?", (level, n))


@attack(
    "a fact's leaf is replaced by the interior node over it and the next, in its row and its tile", always("edited")
)
def leaf_is_an_interior_node(dice: random.Random, scene: Scene) -> None:
    run, position = scene.hands.facts, dice.randrange(1, scene.sealed[-1])
    leaves = [bytes(leaf) for (leaf,) in run("SELECT leaf FROM stored_events ORDER BY rowid")]
    leaves[position - 1] = interior(leaves[position - 1], leaves[position])
    run("UPDATE stored_events SET leaf = ? WHERE rowid = ?", (leaves[position - 1], position))
    run("UPDATE log_tiles SET hashes = ? WHERE level = 0", (b"".join(leaves[: scene.sealed[-1]]),))


@attack("the root in a checkpoint is changed", by_tiles("edited"))
def root_edited(dice: random.Random, scene: Scene) -> None:
    number, note = _any_note(dice, scene)
    origin, size, root, *rest = note.split(b"\n")
    at = dice.randrange(len(root) - 2)
    other = root[:at] + (b"A" if root[at : at + 1] != b"A" else b"B") + root[at + 1 :]
    _set_note(scene, number, b"\n".join((origin, size, other, *rest)))


@attack("a checkpoint is signed by a key that the ledger never adopted", by_tiles("unknown_key"))
def signed_by_a_stranger(dice: random.Random, scene: Scene) -> None:
    number, note = _any_note(dice, scene)
    _set_note(scene, number, signed_by_stranger(dice, note))


@attack("the last checkpoint is replaced by an earlier one", by_tiles("edited"))
def checkpoint_replayed(dice: random.Random, scene: Scene) -> None:
    *earlier, (last, _) = scene.hands.facts("SELECT number, note FROM log_checkpoints ORDER BY number")
    _set_note(scene, last, bytes(dice.choice(earlier)[1]))


@attack("a checkpoint from the middle is deleted", by_tiles("deleted"))
def checkpoint_deleted(dice: random.Random, scene: Scene) -> None:
    numbers = [number for (number,) in scene.hands.facts("SELECT number FROM log_checkpoints ORDER BY number")]
    scene.hands.facts("DELETE FROM log_checkpoints WHERE number = ?", (dice.choice(numbers[:-1]),))


@attack("when a checkpoint was made is changed in its row", by_tiles("edited"))
def checkpoint_dated_otherwise(dice: random.Random, scene: Scene) -> None:
    # Later by any second, or earlier by more than clocks may differ.
    moved = dice.choice((dice.randint(1, 10_000), -dice.randint(301, 10_000)))
    change = (moved * 1_000_000, dice.randint(1, len(scene.sealed)))
    scene.hands.facts("UPDATE log_checkpoints SET created_at = created_at + ? WHERE number = ?", change)


@attack("when a checkpoint was made is moved in its row by some minutes to the past", UNSEEN)
def checkpoint_dated_a_little_earlier(dice: random.Random, scene: Scene) -> None:
    change = (dice.randint(1, 300) * 1_000_000, dice.randint(1, len(scene.sealed)))
    scene.hands.facts("UPDATE log_checkpoints SET created_at = created_at - ? WHERE number = ?", change)


@attack("when the ledger's own clock saw the last checkpoint is changed", by_tiles("edited"))
def heartbeat_edited(dice: random.Random, scene: Scene) -> None:
    run = scene.hands.facts
    checkpoint, at, line = dice.choice(run("SELECT checkpoint, at, line FROM log_cosignatures ORDER BY 1, 2"))
    head, _, encoded = bytes(line).rpartition(b" ")
    data = bytearray(b64decode(encoded))
    data[11] ^= 1 << dice.randrange(8)  # the last byte of the seconds, behind four of the key and seven of theirs
    later = head + b" " + b64encode(bytes(data))
    run("UPDATE log_cosignatures SET line = ? WHERE checkpoint = ? AND at = ?", (later, checkpoint, at))


@attack("that the ledger's own clock saw the last checkpoint is deleted", UNSEEN)
def heartbeat_deleted(dice: random.Random, scene: Scene) -> None:
    ((at,),) = [dice.choice(scene.hands.facts("SELECT at FROM log_cosignatures ORDER BY at"))]
    scene.hands.facts("DELETE FROM log_cosignatures WHERE at = ?", (at,))


@attack("the log is cut back to an earlier checkpoint, the facts are left", by_kept("rolled_back"))
def log_cut(dice: random.Random, scene: Scene) -> None:
    cut_log(scene.hands.facts, dice.choice(scene.sealed[:-1]))


def signed_by_stranger(dice: random.Random, note: bytes) -> bytes:
    """The same checkpoint under the same name, signed with a key that nobody knows."""
    read = parse_note(note)
    key = Ed25519PrivateKey.from_private_bytes(dice.randbytes(32))
    name = read.signatures[0].name
    verifier = VerifierKey(name, NOTE_KEY, key.public_key().public_bytes_raw())
    return render_note(Note(read.text, (Signature(name, verifier.key_id, key.sign(read.text.encode())),)))


def _upper_tiles(scene: Scene) -> list[tuple[int, int, bytes]]:
    rows = scene.hands.facts("SELECT level, n, hashes FROM log_tiles WHERE level > 0 ORDER BY 1, 2")
    return [(level, n, bytes(hashes)) for level, n, hashes in rows]


def _any_note(dice: random.Random, scene: Scene) -> tuple[int, bytes]:
    number, note = dice.choice(scene.hands.facts("SELECT number, note FROM log_checkpoints ORDER BY number"))
    return number, bytes(note)


def _set_note(scene: Scene, number: int, note: bytes) -> None:
    scene.hands.facts("UPDATE log_checkpoints SET note = ? WHERE number = ?", (note, number))
