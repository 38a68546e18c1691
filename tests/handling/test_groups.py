"""Lines that arrive together are answered as if each had come alone: a group is a matter of speed alone."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands.answer import Answer
from ledger.store.fsck import verify
from tests.handling.test_invariants import Step, furnished, line_of, moved_in, steps

__all__ = ["furnished"]

Told = tuple[str | None, str, str | None, tuple[str, ...]]


def told(answers: Sequence[Answer]) -> list[Told]:
    """What answers say, but for positions and ids, which are drawn anew."""
    return [
        (answer.key, answer.outcome, answer.refusal and answer.refusal.code, tuple(n.code for n in answer.notices))
        for answer in answers
    ]


@pytest.mark.slow
@settings(max_examples=40)
@given(steps, st.lists(st.integers(0, 9), max_size=3))
def test_a_group_is_answered_like_its_lines_one_by_one(
    furnished: tuple[Path, dict[str, str]], drawn: list[Step], repeated: list[int]
) -> None:
    with moved_in(furnished) as alone, moved_in(furnished) as together:
        # What a digest or a designation is about exists in one of the two ledgers only.
        lines = [line_of(alone, step, []) for step in drawn if step[0] not in ("attest", "withdraw", "again")]
        sent = [line for line in lines if line is not None]
        sent += [sent[pick % len(sent)] for pick in repeated if sent]
        one_by_one = [answer for line in sent for answer in alone.send_lines(line)]
        at_once = together.send_lines(*sent)

        assert told(one_by_one) == told(at_once)
        assert alone.log.refresh() == together.log.refresh()
        assert () == tuple(verify(together.log).findings)
