"""History written anew in the rows of a closed ledger: what is left is whole in itself, and only evidence can tell."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from ledger.proof.leaf import blinded, encode_tail, leaf_hash
from tests.store.tampering import Run, Tamper

Pages = list[tuple[Any, ...]]
"""(topic, state, recorded_at, prefix, ((tag, salt), ...)) of each fact, in order."""


def history(change: Callable[[Pages], object]) -> Tamper:
    """Change the facts as pages of a book, and recompute every place, number, head, home and leaf."""

    def tamper_with(run: Run) -> None:
        pages = _read(run)
        change(pages)
        ids = {tag: tag_id for tag_id, tag in run("SELECT tag_id, tag FROM tags")}
        for table in ("stored_events", "event_tags", "tags"):
            run(f"DELETE FROM {table}")
        heads = Counter(tag for page in pages for tag, _ in page[4])
        for tag, head in heads.items():
            run("INSERT INTO tags (tag_id, tag, head) VALUES (?, ?, ?)", (ids[tag], tag, head))
        seen: Counter[str] = Counter()
        for position, page in enumerate(pages, 1):
            _write(run, position, page, seen, ids)

    return tamper_with


def _read(run: Run) -> Pages:
    tags: dict[int, list[tuple[str, bytes]]] = {}
    query = (
        "SELECT t.position, g.tag, t.salt FROM event_tags t JOIN tags g ON g.tag_id = t.tag_id ORDER BY 1, t.ordinal"
    )
    for position, tag, salt in run(query):
        tags.setdefault(position, []).append((tag, bytes(salt)))
    rows = run("SELECT rowid, topic, state, recorded_at, prefix FROM stored_events ORDER BY rowid")
    return [(topic, bytes(state), at, bytes(prefix), tuple(tags[pos])) for pos, topic, state, at, prefix in rows]


def _write(run: Run, position: int, page: tuple[Any, ...], seen: Counter[str], ids: dict[str, int]) -> None:
    topic, state, at, prefix, tags = page
    seen.update(tag for tag, _ in tags)
    leaf = leaf_hash(prefix, encode_tail(position - 1, at, [(blinded(tag, salt), seen[tag]) for tag, salt in tags]))
    run(
        "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state, recorded_at, prefix, leaf)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (position, tags[0][0], seen[tags[0][0]], topic, state, at, prefix, leaf),
    )
    for ordinal, (tag, salt) in enumerate(tags):
        run(
            "INSERT INTO event_tags (position, ordinal, tag_id, seq, salt) VALUES (?, ?, ?, ?, ?)",
            (position, ordinal, ids[tag], seen[tag], salt),
        )
