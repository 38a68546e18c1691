"""Edits of a row without making anything else agree with it: what a careless hand, or a broken disk, does."""

import random

from ledger.streams.upcast import EVENTS
from tests.tamper.shape import Scene, always, attack


def flipped(dice: random.Random, data: bytes, start: int = 0) -> bytes:
    """The same bytes but for one bit."""
    at = dice.randrange(start, len(data))
    return data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :]


def any_fact(dice: random.Random, scene: Scene) -> int:
    """The position of a fact."""
    return dice.randint(1, scene.size)


def _column(scene: Scene, position: int, column: str) -> bytes:
    ((value,),) = scene.hands.facts(f"SELECT {column} FROM stored_events WHERE rowid = ?", (position,))
    return bytes(value)


def _set(scene: Scene, position: int, column: str, value: object) -> None:
    scene.hands.facts(f"UPDATE stored_events SET {column} = ? WHERE rowid = ?", (value, position))


@attack("a bit of a fact's body is flipped", always("edited"))
def body_edited(dice: random.Random, scene: Scene) -> None:
    position = any_fact(dice, scene)
    _set(scene, position, "state", flipped(dice, _column(scene, position, "state"), 1))


@attack("a bit of a fact's header is flipped", always("edited"))
def header_edited(dice: random.Random, scene: Scene) -> None:
    position = any_fact(dice, scene)
    _set(scene, position, "prefix", flipped(dice, _column(scene, position, "prefix"), 1))


@attack("a fact's leaf is changed", always("edited"))
def leaf_edited(dice: random.Random, scene: Scene) -> None:
    position = any_fact(dice, scene)
    _set(scene, position, "leaf", flipped(dice, _column(scene, position, "leaf")))


@attack("who acted is changed in a fact's envelope", always("edited"))
def actor_edited(dice: random.Random, scene: Scene) -> None:
    page = dice.choice(scene.book().pages)
    actor = page.envelope["actor"].encode()
    another = actor[:-1] + (b"a" if actor[-1:] != b"a" else b"b")
    _set(scene, page.was, "state", page.state.replace(actor, another))


@attack("when a fact was recorded is changed", always("edited"))
def time_edited(dice: random.Random, scene: Scene) -> None:
    ahead = dice.choice((-1, 1)) * dice.randint(1, 10**10)
    scene.hands.facts(
        "UPDATE stored_events SET recorded_at = recorded_at + ? WHERE rowid = ?", (ahead, any_fact(dice, scene))
    )


@attack("a fact is called one of another kind", always("edited"))
def topic_edited(dice: random.Random, scene: Scene) -> None:
    page = dice.choice(scene.book().pages)
    _set(scene, page.was, "topic", dice.choice(sorted(set(EVENTS) - {page.topic})))


@attack("a fact is put into another stream", always("edited"))
def tag_edited(dice: random.Random, scene: Scene) -> None:
    run = scene.hands.facts
    position, ordinal, old = dice.choice(run("SELECT position, ordinal, tag_id FROM event_tags ORDER BY 1, 2"))
    taken = {tag for (tag,) in run("SELECT tag_id FROM event_tags WHERE position = ?", (position,))}
    free = [row for row in run("SELECT tag_id, head FROM tags ORDER BY tag_id") if row[0] not in taken]
    tag_id, head = dice.choice(free)
    run(
        "UPDATE event_tags SET tag_id = ?, seq = ? WHERE position = ? AND ordinal = ?",
        (tag_id, head + 1, position, ordinal),
    )
    run("UPDATE tags SET head = head + 1 WHERE tag_id = ?", (tag_id,))
    assert old != tag_id


@attack("a tag is taken off a fact", always("edited"))
def tag_removed(dice: random.Random, scene: Scene) -> None:
    run = scene.hands.facts
    position, ordinal = dice.choice(run("SELECT position, ordinal FROM event_tags ORDER BY 1, 2"))
    run("DELETE FROM event_tags WHERE position = ? AND ordinal = ?", (position, ordinal))


@attack("the salt that blinds a tag is changed", always("edited"))
def salt_edited(dice: random.Random, scene: Scene) -> None:
    run = scene.hands.facts
    position, ordinal, salt = dice.choice(run("SELECT position, ordinal, salt FROM event_tags ORDER BY 1, 2"))
    run(
        "UPDATE event_tags SET salt = ? WHERE position = ? AND ordinal = ?",
        (flipped(dice, bytes(salt)), position, ordinal),
    )


@attack("a fact's number in a stream is changed", always("edited"))
def number_edited(dice: random.Random, scene: Scene) -> None:
    run = scene.hands.facts
    position, ordinal = dice.choice(run("SELECT position, ordinal FROM event_tags ORDER BY 1, 2"))
    run("UPDATE event_tags SET seq = seq + 1000 WHERE position = ? AND ordinal = ?", (position, ordinal))


@attack("a fact's home stream or its number there is changed", always("edited"))
def home_edited(dice: random.Random, scene: Scene) -> None:
    column = dice.choice(("originator_id = originator_id || 'x'", "originator_version = originator_version + 1000"))
    scene.hands.facts(f"UPDATE stored_events SET {column} WHERE rowid = ?", (any_fact(dice, scene),))


@attack("the count of a stream is changed", always("edited"))
def head_edited(dice: random.Random, scene: Scene) -> None:
    run = scene.hands.facts
    ((tag_id,),) = [dice.choice(run("SELECT tag_id FROM tags ORDER BY tag_id"))]
    run("UPDATE tags SET head = head + ? WHERE tag_id = ?", (dice.randint(1, 9), tag_id))


@attack("a stream is renamed", always("edited"))
def stream_renamed(dice: random.Random, scene: Scene) -> None:
    run = scene.hands.facts
    tag_id, tag = dice.choice(run("SELECT tag_id, tag FROM tags ORDER BY tag_id"))
    run("UPDATE tags SET tag = ? WHERE tag_id = ?", (f"{tag}x", tag_id))


@attack("two streams change their names, and with them their facts", always("edited"))
def streams_swapped(dice: random.Random, scene: Scene) -> None:
    run = scene.hands.facts
    (one, a), (two, b) = dice.sample(run("SELECT tag_id, tag FROM tags ORDER BY tag_id"), 2)
    for tag_id, tag in ((one, "between"), (two, a), (one, b)):
        run("UPDATE tags SET tag = ? WHERE tag_id = ?", (tag, tag_id))


@attack("a whole fact is written over another one", always("edited"))
def body_of_another(dice: random.Random, scene: Scene) -> None:
    # Two looks at the same charts are the same bytes: to write one over the other changes nothing.
    one = two = 0
    while one == two or _column(scene, one, "state") == _column(scene, two, "state"):
        one, two = dice.sample(range(1, scene.size + 1), 2)
    for column in ("state", "prefix"):
        _set(scene, one, column, _column(scene, two, column))
