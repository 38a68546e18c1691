"""Facts removed, added, moved, cut off, or taken from somewhere else, without and with care."""

import random
from dataclasses import replace

from tests.tamper.forging import Book
from tests.tamper.hands import insert, put
from tests.tamper.logs import cut_log
from tests.tamper.shape import Promise, Scene, always, attack, by_archive, by_kept, by_tiles

EVENT_COLUMNS = ("rowid", "originator_id", "originator_version", "topic", "state", "recorded_at", "prefix", "leaf")
_EVENTS = ", ".join(EVENT_COLUMNS)


@attack("a fact's row is deleted", always("deleted"))
def row_deleted(dice: random.Random, scene: Scene) -> None:
    scene.hands.facts("DELETE FROM stored_events WHERE rowid = ?", (dice.randrange(1, scene.size),))


@attack("a fact's row and its tags are deleted", always("deleted"))
def row_deleted_with_tags(dice: random.Random, scene: Scene) -> None:
    position = dice.randrange(1, scene.size)
    scene.hands.facts("DELETE FROM stored_events WHERE rowid = ?", (position,))
    scene.hands.facts("DELETE FROM event_tags WHERE position = ?", (position,))


@attack("a copy of a fact is put behind the last", always("inserted"))
def copy_put_behind(dice: random.Random, scene: Scene) -> None:
    run = scene.hands.facts
    position = dice.randint(1, scene.size)
    ((_, home, _, *rest),) = run(f"SELECT {_EVENTS} FROM stored_events WHERE rowid = ?", (position,))
    insert(run, "stored_events", EVENT_COLUMNS, [(scene.size + 1, home, 1000, *rest)])


@attack("two rows change their places", always("reordered"))
def rows_swapped(dice: random.Random, scene: Scene) -> None:
    _swap(scene, *dice.sample(range(1, scene.size + 1), 2), tables=("stored_events",))


@attack("two rows change their places together with their tags", always("reordered"))
def rows_swapped_with_tags(dice: random.Random, scene: Scene) -> None:
    _swap(scene, *dice.sample(range(1, scene.size + 1), 2), tables=("stored_events", "event_tags"))


@attack("a fact of another ledger is put behind the last, as it is", always("foreign"))
def foreign_fact_put_behind(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    page = dice.choice(scene.other.pages)
    book.pages.append(replace(page, was=0, recorded_at=book.pages[-1].recorded_at))
    book.write(scene.hands.facts)


@attack("a fact is replaced by one of another ledger, as it is", always("foreign"))
def fact_replaced_by_foreign(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    index = dice.randrange(scene.size)
    page = dice.choice(scene.other.pages)
    book.pages[index] = replace(page, was=book.pages[index].was, recorded_at=book.pages[index].recorded_at)
    book.write(scene.hands.facts)


# --- the end is cut off -----------------------------------------------------------------------------------------------


@attack("the last facts are deleted", always("truncated"))
def end_cut(dice: random.Random, scene: Scene) -> None:
    scene.hands.facts("DELETE FROM stored_events WHERE rowid > ?", (dice.randrange(1, scene.size),))


@attack("the last facts are deleted with their tags", Promise("edited", "truncated", "truncated", "truncated"))
def end_cut_with_tags(dice: random.Random, scene: Scene) -> None:
    last = dice.randrange(1, scene.sealed[-1])
    scene.hands.facts("DELETE FROM stored_events WHERE rowid > ?", (last,))
    scene.hands.facts("DELETE FROM event_tags WHERE position > ?", (last,))


@attack("the last facts are deleted with their tags and heads", always("truncated"))
def end_cut_with_heads(dice: random.Random, scene: Scene) -> None:
    book = _shortened(scene, dice.randrange(1, scene.sealed[-1]))
    book.dropping_keys = False
    book.write(scene.hands.facts)


@attack("the last facts are deleted with everything that points to them", by_tiles("truncated"))
def end_cut_with_keys(dice: random.Random, scene: Scene) -> None:
    _shortened(scene, dice.randrange(scene.sealed[0], scene.sealed[-1])).write(scene.hands.facts)


@attack(
    "the last facts are deleted with everything that points to them, the log cut back to an earlier checkpoint",
    by_kept("rolled_back"),
)
def end_cut_with_log(dice: random.Random, scene: Scene) -> None:
    last = dice.randrange(scene.sealed[0], scene.sealed[-1])
    _shortened(scene, last).write(scene.hands.facts)
    cut_log(scene.hands.facts, max(size for size in scene.sealed if size <= last))


@attack("facts that are not sealed yet are deleted with everything that points to them", by_archive("rolled_back"))
def unsealed_end_cut(dice: random.Random, scene: Scene) -> None:
    _shortened(scene, dice.randrange(scene.sealed[-1], scene.size)).write(scene.hands.facts)


@attack("all facts, keys and the log are put back to an old backup", by_kept("rolled_back"))
def backup_restored(dice: random.Random, scene: Scene) -> None:
    for table, rows in scene.backup.items():
        put(scene.hands.facts, table, rows)


@attack("facts and keys are put back to an old backup, the log is left", by_tiles("truncated"))
def facts_restored_from_backup(dice: random.Random, scene: Scene) -> None:
    for table, rows in scene.backup.items():
        if not table.startswith("log_"):
            put(scene.hands.facts, table, rows)


def _shortened(scene: Scene, last: int) -> Book:
    book = scene.book()
    del book.pages[last:]
    return book


def _swap(scene: Scene, one: int, two: int, *, tables: tuple[str, ...]) -> None:
    for table in tables:
        column = "rowid" if table == "stored_events" else "position"
        for old, new in ((one, 10_000), (two, one), (10_000, two)):
            scene.hands.facts(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (new, old))
