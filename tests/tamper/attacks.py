"""All attacks, by theme, in the order of the table in docs/threats.md."""

from typing import Final, NamedTuple

from tests.tamper import (
    attacks_beside,
    attacks_crude,
    attacks_forged,
    attacks_on_log,
    attacks_on_order,
    attacks_on_witness,
    attacks_resigned,
    attacks_unsealed,
)
from tests.tamper.shape import Attack, declared


class Theme(NamedTuple):
    """Attacks of one kind, under the heading that they have in the table."""

    heading: str
    attacks: tuple[Attack, ...]


THEMES: Final = tuple(
    Theme(heading, tuple(each for each in declared() if each.apply.__module__ == module.__name__))
    for heading, module in (
        ("Changed without care", attacks_crude),
        ("Removed, added, moved, cut off", attacks_on_order),
        ("Changed, and everything in the rows made to agree", attacks_forged),
        ("The same, behind the last checkpoint", attacks_unsealed),
        ("The same, with the stolen key of the log", attacks_resigned),
        ("The log itself", attacks_on_log),
        ("What vouches for the log", attacks_on_witness),
        ("Beside the facts", attacks_beside),
    )
)
ATTACKS: Final = tuple(each for theme in THEMES for each in theme.attacks)
