"""Changes that somebody makes who knows the formats: headers, leaves, numbers and heads are recomputed to agree.

What is left is a ledger that is whole in itself, with another history. Only what the rows do not hold can tell.
"""

import json
import random
from dataclasses import replace

from ledger.proof.leaf import decode_prefix, encode_prefix
from ledger.terms.identity import by_tag
from tests.projections.company import NURSES
from tests.tamper.company import PATIENTS
from tests.tamper.forging import Book, Page, Tag
from tests.tamper.shape import Scene, attack, by_tiles

TRIES = 2_000
FIRST = 5
"""The index of the first fact that forgers touch: before it the keys of the log are adopted, and somebody is erased.

Whoever takes these facts away is found: nothing vouches for the log, and a key is gone that no erasure took."""


def sealed_page(dice: random.Random, scene: Scene, book: Book) -> int:
    """The index of a fact that the last checkpoint covers."""
    return dice.randrange(FIRST, scene.sealed[-1])


def lied(dice: random.Random, book: Book, first: int, last: int) -> tuple[int, Page]:
    """A fact of some place that says something else: a digit or a letter of its clear part is another, and it reads."""
    for _ in range(TRIES):
        index = dice.randrange(max(FIRST, first), last)
        page = book.pages[index]
        at = dice.randrange(len(page.body.clear))
        old = page.body.clear[at : at + 1]
        new = bytes(dice.choice(b"0123456789") for _ in old) if old.isdigit() else old.swapcase()
        if new == old:
            continue
        clear = page.body.clear[:at] + new + page.body.clear[at + 1 :]
        changed = page.saying(page.body._replace(clear=clear))
        if changed.is_plausible:
            return index, changed
    raise AssertionError("no fact of the sample can be changed and still read")


def lie(dice: random.Random, scene: Scene, first: int, last: int) -> None:
    book = scene.book()
    index, changed = lied(dice, book, first, last)
    book.pages[index] = changed
    book.write(scene.hands.facts)


@attack("what a fact says is changed; header and leaf are recomputed", by_tiles("edited"))
def body_forged(dice: random.Random, scene: Scene) -> None:
    lie(dice, scene, 0, scene.sealed[-1])


@attack("who acted is changed, with the tag; header and leaf are recomputed", by_tiles("edited"))
def actor_forged(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    can = [n for n, page in enumerate(book.pages[: scene.sealed[-1]]) if page.tags[-1].name.startswith("by/")]
    index = dice.choice(can)
    page = book.pages[index]
    actor = page.envelope["actor"]
    other = dice.choice([each for each in NURSES if each != actor])
    envelope = page.body.envelope.replace(actor.encode(), other.encode())
    book.pages[index] = page.saying(page.body._replace(envelope=envelope)).tagged(by_tag(actor), by_tag(other))
    assert book.pages[index].is_plausible
    book.write(scene.hands.facts)


@attack("when a fact was recorded is changed within its neighbours; the leaf is recomputed", by_tiles("edited"))
def time_forged(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    index = dice.randrange(1, scene.sealed[-1])
    earliest, latest = book.pages[index - 1].recorded_at, book.pages[index + 1].recorded_at
    page = book.pages[index]
    now = dice.choice([at for at in range(earliest, latest + 1, 1_000_000) if at != page.recorded_at])
    book.pages[index] = replace(page, recorded_at=now)
    book.write(scene.hands.facts)


@attack("the salt that blinds a tag is drawn anew; the leaf is recomputed", by_tiles("edited"))
def salt_forged(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    index = sealed_page(dice, scene, book)
    page = book.pages[index]
    at = dice.randrange(len(page.tags))
    tags = list(page.tags)
    tags[at] = Tag(tags[at].name, dice.randbytes(16))
    book.pages[index] = replace(page, tags=tuple(tags))
    book.write(scene.hands.facts)


@attack("a fact is made one about another patient; everything is recomputed", by_tiles("edited"))
def subject_forged(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    can = [n for n, page in enumerate(book.pages[: scene.sealed[-1]]) if _moved(page) is not None]
    index = dice.choice(can)
    moved = _moved(book.pages[index])
    assert moved is not None
    book.pages[index] = moved
    book.write(scene.hands.facts)


@attack("a fact is taken out; everything behind it moves up and is recomputed", by_tiles("deleted"))
def fact_deleted(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    # Of the last sealed fact nobody could tell that it was not edited: the first unsealed one stands in its place.
    del book.pages[dice.randrange(FIRST, scene.sealed[-1] - 1)]
    book.write(scene.hands.facts)


@attack("an invented fact is put between; everything behind it is recomputed", by_tiles("inserted"))
def fact_inserted(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    index = dice.randrange(FIRST, scene.sealed[-1] - 1)
    book.pages.insert(index, replace(invented(dice, book), recorded_at=book.pages[index - 1].recorded_at))
    book.write(scene.hands.facts)


@attack("two facts change places, and their times with them; everything is recomputed", by_tiles("reordered"))
def facts_reordered(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    one, two = sorted(dice.sample(range(FIRST, scene.sealed[-1]), 2))
    book.pages[one], book.pages[two] = _exchanged(book.pages[one], book.pages[two])
    book.write(scene.hands.facts)


@attack("a fact of another ledger is put in as one of this ledger; everything is recomputed", by_tiles("inserted"))
def fact_of_another_ledger_adopted(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    page = adopted(dice, scene)
    index = dice.randrange(FIRST, scene.sealed[-1] - 1)
    book.pages.insert(index, replace(page, recorded_at=book.pages[index - 1].recorded_at))
    book.write(scene.hands.facts)


def invented(dice: random.Random, book: Book) -> Page:
    """A fact that never was: one without words of its kind, saying something else, under no key."""
    for _ in range(TRIES):
        page = _without_key(dice.choice([page for page in book.pages if not page.body.parts]))
        made = replace(page, tags=tuple(Tag(tag.name, dice.randbytes(16)) for tag in page.tags))
        if made.is_plausible:
            return made
    raise AssertionError("no fact of the sample can be copied")


def _without_key(page: Page) -> Page:
    """The fact as one that came under no key: what names a key, and is not bound to it, would be found."""
    envelope = page.envelope
    envelope.pop("key", None)
    said = json.dumps(envelope, separators=(",", ":"), ensure_ascii=False).encode()
    return replace(page, was=0).saying(page.body._replace(envelope=said))


def adopted(dice: random.Random, scene: Scene) -> Page:
    """A fact of the other ledger without words, its header rewritten for this one."""
    page = dice.choice([page for page in scene.other.pages if not page.body.parts])
    ((ours,),) = scene.hands.facts("SELECT ledger_id FROM ledger_info")
    ours_now = replace(page, prefix=encode_prefix(decode_prefix(page.prefix)._replace(ledger=ours)))
    return _without_key(ours_now)


def _moved(page: Page) -> Page | None:
    """The fact as one about the other patient; None where it names none, or words about him are sealed in it."""
    one, two = (each.encode() for each in PATIENTS[:2])
    clear = page.body.clear
    if page.body.parts or (one in clear) == (two in clear):
        return None
    old, new = (one, two) if one in clear else (two, one)
    moved = page.saying(page.body._replace(clear=clear.replace(old, new)))
    names = tuple(Tag(tag.name.replace(old.decode(), new.decode()), tag.salt) for tag in page.tags)
    moved = replace(moved, tags=names)
    return moved if moved.is_plausible else None


def _exchanged(one: Page, two: Page) -> tuple[Page, Page]:
    return replace(two, recorded_at=one.recorded_at), replace(one, recorded_at=two.recorded_at)
