"""Forgeries of facts that no checkpoint covers yet: as long as they are unsealed, only who kept them can tell."""

import random
from dataclasses import replace

from tests.tamper.attacks_forged import invented, lie
from tests.tamper.shape import Scene, attack, by_archive


@attack("what a fact says that is not sealed yet is changed, and recomputed", by_archive("edited"))
def unsealed_body_forged(dice: random.Random, scene: Scene) -> None:
    lie(dice, scene, scene.sealed[-1], scene.size)


@attack("a fact that is not sealed yet is taken out, and the rest recomputed", by_archive("deleted"))
def unsealed_fact_deleted(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    del book.pages[dice.randrange(scene.sealed[-1], scene.size - 1)]
    book.write(scene.hands.facts)


@attack("an invented fact is put between those that are not sealed yet", by_archive("inserted"))
def unsealed_fact_inserted(dice: random.Random, scene: Scene) -> None:
    book = scene.book()
    index = dice.randrange(scene.sealed[-1], scene.size)
    book.pages.insert(index, replace(invented(dice, book), recorded_at=book.pages[index - 1].recorded_at))
    book.write(scene.hands.facts)
