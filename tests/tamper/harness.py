"""One random tampering: a copy is made, the attack is done, and verification is asked with each evidence in turn.

Run one again with the seed that a complaint names: `python -m tests.tamper sqlite SEED`.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

from tests.tamper.attacks import ATTACKS
from tests.tamper.shape import Attack, Evidence
from tests.tamper.verdicts import Found, verified
from tests.tamper.world import World


@dataclass
class Tally:
    """What was tried, and every promise that was not kept."""

    tried: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def tamperings(seed: str, count: int, attacks: Sequence[Attack] = ATTACKS) -> Iterator[str]:
    """The seeds of so many tamperings, each attack in turn; a seed ends in the name of its attack."""
    return (f"{seed}/{number}/{each.name}" for number, each in enumerate(islice(cycle(attacks), count)))


def tamper(world: World, seed: str, tally: Tally) -> None:
    """Do it, and note where verification did not find what is promised, or found what it cannot."""
    name = seed.rpartition("/")[2]
    each = next(attack for attack in ATTACKS if attack.name == name)
    world = world.wide if each.wide and world.wide is not None else world
    with world.copied() as place:
        world.attacked(place, each, random.Random(seed))
        found = verified(place, world.kept)
    tally.tried[each.name] += 1
    for evidence in Evidence:
        tally.asked[evidence] += 1
        if complaint := _complaint(each.promise.with_evidence(evidence), found[evidence]):
            tally.broken.append(f"{seed} with {evidence}: {complaint}")


def broken(world: World, engine: str, count: int, part: int, parts: int) -> list[str]:
    """The promises that were not kept in one part of so many tamperings."""
    tally = Tally()
    for seed in islice(tamperings(f"ci/{engine}", count), part, None, parts):
        tamper(world, seed, tally)
    assert sum(tally.tried.values()) == len(range(part, count, parts))
    return tally.broken


def found_untouched(world: World) -> set[str]:
    """What is found where nobody did anything."""
    with world.copied() as place:
        return {words for found in verified(place, world.kept).values() for words in found.words}


def _complaint(promised: str | None, found: Found) -> str | None:
    if promised is None:
        return f"nobody should be able to tell, and it was found: {found.words}" if found.names else None
    return None if promised in found.names else f"{promised} is promised, found is {found.words or 'nothing'}"
