"""One code of the catalogue of notices, and how its tables are written."""

from typing import Final, NamedTuple

from ledger.terms.outcome import Effect


class NoticeKind(NamedTuple):
    """One code of the catalogue: its effect, what it means, the rule ids behind it, and what to do about it."""

    code: str
    effect: Effect
    says: str
    rules: tuple[str, ...]
    remedy: str


NOT: Final = Effect.NOT_COUNTED
BLOCKS: Final = Effect.BLOCKS_RELEASE
REVIEW: Final = Effect.REVIEW


def kind(code: str, effect: Effect, says: str, rules: str, remedy: str) -> NoticeKind:
    """A code of the catalogue; rule ids are given without their common prefix, parted by spaces."""
    return NoticeKind(code, effect, says, tuple(f"CCM-{rule}" for rule in rules.split()), remedy)
