"""Forgeries by somebody who makes tiles and checkpoints anew: with the stolen key of the log, or with a key of his own.

What he leaves is a ledger and a log that are whole. Only a checkpoint that he could not reach tells another story.
"""

import random
from dataclasses import replace

from tests.tamper.attacks_forged import fact_deleted, fact_inserted, facts_reordered, invented, lie
from tests.tamper.logs import cut_log, wipe_log
from tests.tamper.shape import Power, Scene, Signs, attack, by_kept


@attack(
    "what a fact says is changed; the whole log is made and signed anew",
    by_kept("rewritten", "edited"),
    by=Power.LOG_KEY,
    signs=Signs.STOLEN,
)
def body_forged_and_signed(dice: random.Random, scene: Scene) -> None:
    lie(dice, scene, 0, scene.sealed[-1])
    wipe_log(scene.hands.facts)


@attack(
    "what a fact says is changed; the log is cut back to before it, and gone on with",
    by_kept("rewritten", "edited"),
    by=Power.LOG_KEY,
    signs=Signs.STOLEN,
)
def body_forged_and_log_continued(dice: random.Random, scene: Scene) -> None:
    at = dice.randrange(len(scene.sealed) - 1)
    lie(dice, scene, scene.sealed[at], scene.sealed[at + 1])
    cut_log(scene.hands.facts, scene.sealed[at])


@attack(
    "a fact is taken out; the whole log is made and signed anew",
    by_kept("rewritten", "deleted"),
    by=Power.LOG_KEY,
    signs=Signs.STOLEN,
)
def fact_deleted_and_signed(dice: random.Random, scene: Scene) -> None:
    fact_deleted(dice, scene)
    wipe_log(scene.hands.facts)


@attack(
    "an invented fact is put between; the whole log is made and signed anew",
    by_kept("rewritten", "inserted"),
    by=Power.LOG_KEY,
    signs=Signs.STOLEN,
)
def fact_inserted_and_signed(dice: random.Random, scene: Scene) -> None:
    fact_inserted(dice, scene)
    wipe_log(scene.hands.facts)


@attack(
    "two facts change places; the whole log is made and signed anew",
    by_kept("rewritten", "reordered"),
    by=Power.LOG_KEY,
    signs=Signs.STOLEN,
)
def facts_reordered_and_signed(dice: random.Random, scene: Scene) -> None:
    facts_reordered(dice, scene)
    wipe_log(scene.hands.facts)


@attack(
    "the last facts are deleted; the log is cut back, and what is left signed anew",
    by_kept("rolled_back"),
    by=Power.LOG_KEY,
    signs=Signs.STOLEN,
)
def end_cut_and_signed(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    del book.pages[dice.randrange(scene.sealed[0], scene.sealed[-1]) :]
    book.write(scene.hands.facts)
    cut_log(scene.hands.facts, max(size for size in scene.sealed if size <= len(book.pages)))


@attack(
    "the last facts are deleted and invented ones put in their place; the log is cut back and gone on with",
    by_kept("rewritten"),
    by=Power.LOG_KEY,
    signs=Signs.STOLEN,
)
def end_replaced_and_signed(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    del book.pages[dice.randrange(scene.sealed[0], scene.sealed[-1]) :]
    kept = max(size for size in scene.sealed if size <= len(book.pages))
    while len(book.pages) < scene.size:
        book.pages.append(replace(invented(dice, book), recorded_at=book.pages[-1].recorded_at))
    book.write(scene.hands.facts)
    cut_log(scene.hands.facts, kept)


@attack(
    "what a fact says is changed, and the adopted key as well; the whole log is signed with a key of his own",
    by_kept("unknown_key"),
    signs=Signs.OWN,
)
def key_replaced_and_signed(dice: random.Random, scene: Scene) -> None:
    lie(dice, scene, scene.sealed[0], scene.sealed[-1])
    book = scene.book()
    for index, page in enumerate(book.pages):
        if page.topic == "log_key_adopted":
            clear = page.body.clear
            for old, new in scene.own_keys.items():
                clear = clear.replace(old.encode(), new.encode())
            book.pages[index] = page.saying(page.body._replace(clear=clear))
            assert clear != page.body.clear
    book.write(scene.hands.facts)
    wipe_log(scene.hands.facts)
