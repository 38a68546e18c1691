"""What signed checkpoints say of a ledger as a whole: consistent, rewritten between two of them, cut off, rolled back.

Promise: pure. A checkpoint that the rows do not lead to is `rewritten`, unless the ledger's own tiles still lead to it:
then the rows alone were changed, and diagnosing.py says which. Not promised: anything about facts that no checkpoint
covers.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ledger.store.fsck_fact import Verdict
from ledger.store.verifying.naming import Bracket, Finding, Named
from ledger.store.verifying.opening import Anchor


class Sizes(NamedTuple):
    """The roots that the ledger leads to now, at the sizes of the checkpoints at hand."""

    facts: int
    """How many facts there are: the highest position."""
    by_rows: Mapping[int, bytes]
    by_tiles: Mapping[int, bytes]

    def rows_lead_to(self, anchor: Anchor) -> bool:
        """Whether the facts are those that the checkpoint was signed over."""
        return self.by_rows.get(anchor.size) == anchor.root

    def tiles_lead_to(self, anchor: Anchor) -> bool:
        """Whether the ledger's own tiles are."""
        return self.by_tiles.get(anchor.size) == anchor.root


def bracket(anchors: Sequence[Anchor], now: Sizes, *, differs: bool = False) -> Bracket | None:
    """Between which checkpoints history was rewritten; None where it was not.

    `differs`: a copy that was kept holds other facts than the ledger, so that a kept checkpoint over more facts than
    there are is inconsistent as well: what is gone is not the end alone.
    """
    wrong = [each.size for each in anchors if _is_rewritten(each, now)]
    if differs:
        wrong += [each.size for each in anchors if not each.is_own and each.size > now.facts]
    if not wrong:
        return None
    first = min(wrong)
    right = [each.size for each in anchors if each.size < first and now.rows_lead_to(each)]
    return Bracket(max(right, default=0), first)


def judged(anchors: Sequence[Anchor], now: Sizes, between: Bracket | None, *, stated: int) -> Iterator[Finding]:
    """Everything that the checkpoints say against the ledger; `between` is what `bracket` says.

    `stated`: how many facts the ledger's own checkpoints say are sealed, whether they may be believed or not. Where the
    facts lead to what was kept, nothing was put back unless they say less: a ledger out of an archive has none yet, and
    one whose key nobody vouches for is no older for that.
    """
    if between is not None:
        yield _rewritten(between, anchors)
    own = max((each.size for each in anchors if each.is_own), default=0)
    if own > now.facts:
        words = f"The ledger holds {now.facts} facts, and its own checkpoints cover {own}: the end was cut off."
        yield Finding(Verdict.CHECKPOINT_DIFFERS, now.facts + 1, None, words, Named.TRUNCATED)
    kept = max((each for each in anchors if not each.is_own), key=lambda each: each.size, default=None)
    is_rewritten = kept is not None and between is not None and kept.size >= between.first_inconsistent
    if kept is None or kept.size <= own or is_rewritten:
        return
    if 0 < stated < kept.size or not now.rows_lead_to(kept):
        yield _rolled_back(kept, own, now)


def vouched(anchors: Sequence[Anchor], now: Sizes) -> int:
    """Up to which size the ledger's own tiles are what somebody trusted signed."""
    return max((each.size for each in anchors if now.tiles_lead_to(each)), default=0)


def _is_rewritten(anchor: Anchor, now: Sizes) -> bool:
    return anchor.size <= now.facts and not now.rows_lead_to(anchor) and not now.tiles_lead_to(anchor)


def _rewritten(between: Bracket, anchors: Sequence[Anchor]) -> Finding:
    found = [each for each in anchors if each.size == between.first_inconsistent]
    source = min(found, key=lambda each: each.is_own).source
    agrees = (
        f"The last checkpoint that agrees covers {between.last_consistent} facts."
        if between.last_consistent
        else "No smaller checkpoint at hand agrees."
    )
    words = (
        f"The facts do not lead to {source}, which covers {between.first_inconsistent}: history was rewritten behind"
        f" position {between.last_consistent}. {agrees}"
    )
    return Finding(Verdict.CHECKPOINT_DIFFERS, between.last_consistent + 1, None, words, Named.REWRITTEN)


def _rolled_back(kept: Anchor, own: int, now: Sizes) -> Finding:
    covers = f"the ledger's own checkpoints cover {own}" if own else "the ledger has no checkpoint of its own"
    source = kept.source[:1].upper() + kept.source[1:]
    words = f"{source} covers {kept.size} facts, and {covers}: an older state was put back."
    return Finding(Verdict.CHECKPOINT_DIFFERS, min(own, now.facts) + 1, None, words, Named.ROLLED_BACK)
