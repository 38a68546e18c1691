"""A history that was rewritten and signed anew is bracketed by the kept checkpoints that agree and do not."""

import random

import pytest

from ledger.store.checkpoints.sealing import Sealer
from ledger.store.verifying.log import Evidence, verify_log
from tests.checkpoints.keys import signers
from tests.store.sample import StandingClock, reopened
from tests.tamper.attacks_forged import lie
from tests.tamper.hands import hands_on
from tests.tamper.logs import wipe_log
from tests.tamper.world import LATER, SEALED, World


@pytest.mark.parametrize("segment", range(len(SEALED)))
def test_a_rewriting_lies_between_two_kept_checkpoints(in_folder: World, segment: int) -> None:
    before = SEALED[segment - 1] if segment else 0
    with in_folder.copied() as place:
        with hands_on(place) as hands:
            lie(random.Random(segment), in_folder.scene(hands), before, SEALED[segment])
            wipe_log(hands.facts)
        with reopened(place) as ledger:
            Sealer(ledger, signers(ledger), StandingClock(LATER)).seal()
            found = verify_log(ledger, Evidence(notes=in_folder.kept.notes))

    assert found.bracket == (before, SEALED[segment])


def test_what_was_rewritten_behind_the_last_kept_checkpoint_has_no_bracket(in_folder: World) -> None:
    with in_folder.copied() as place:
        with hands_on(place) as hands:
            lie(random.Random(1), in_folder.scene(hands), SEALED[-1], in_folder.size)
        with reopened(place) as ledger:
            found = verify_log(ledger, Evidence(notes=in_folder.kept.notes))

    assert (found.bracket, found.last_good) == (None, SEALED[-1])
