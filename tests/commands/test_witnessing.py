"""A witness of another ledger's log: watched by its keys, seen checkpoint after checkpoint, never back."""

from base64 import b64encode

import pytest
from pydantic import ValidationError

from commands.intents.witnessing import ReportContradiction, TrustLog, WitnessCheckpoint
from ledger.streams.witnessing import CheckpointContradicted, CheckpointWitnessed, LogTrusted
from tests.commands.world import ADMIN, COMPLIANCE, NURSE, SITE_ADMIN, office
from tests.gwt import Given, token

ORIGIN = "ccm-ledger/lg_aaaaaaaaaaaaaaaaaaaaaaaaaa"
KEY = f"{ORIGIN}+0a1b2c3d+AXQ5cXJzdHV2"
LOG = token("#log", ORIGIN)
ROOT, OTHER_ROOT = "ab" * 32, "cd" * 32
SIGNED = f"\u2014 {ORIGIN} {'A' * 91}=\n"
TRUST = TrustLog(origin=ORIGIN, keys=(KEY,))


def note_of(size: int, root: str = ROOT, origin: str = ORIGIN) -> str:
    """A checkpoint with a signature of its log, which nobody checks here."""
    return f"{origin}\n{size}\n{b64encode(bytes.fromhex(root)).decode()}\n\n{SIGNED.replace(ORIGIN, origin)}"


def seen(size: int, root: str = ROOT, *, after: int = 0, origin: str = ORIGIN) -> WitnessCheckpoint:
    return WitnessCheckpoint(origin=origin, size=size, root=root, note=note_of(size, root, origin), after=after)


def watching() -> Given:
    return office().by(ADMIN).then(TRUST)


def test_a_log_is_watched_by_its_keys() -> None:
    assert LogTrusted(log=LOG, origin=ORIGIN, keys=(KEY,)) == office().by(ADMIN).when(TRUST).event


def test_a_log_watched_by_the_same_keys_is_unchanged() -> None:
    before = watching()

    assert (len(before.facts),) == before.when(TRUST).unchanged


def test_other_keys_of_a_log_replace_those_named_before() -> None:
    other = TrustLog(origin=ORIGIN, keys=(KEY, KEY.replace("0a1b2c3d", "ffffffff")))

    assert other.keys == watching().when(other).event.keys


def test_only_an_administrator_of_all_practices_says_which_log_is_watched() -> None:
    refused = [office().by(actor).when(TRUST).refused for actor in (NURSE, COMPLIANCE, SITE_ADMIN)]

    assert ["capacity_missing", "capacity_missing", "not_in_this_practice"] == refused


def test_a_checkpoint_of_a_watched_log_is_put_on_record() -> None:
    expected = CheckpointWitnessed(log=LOG, size=40, root=ROOT, note=note_of(40))

    assert expected == watching().by(COMPLIANCE).when(seen(40)).event


def test_a_checkpoint_of_a_log_that_nobody_watches_is_refused() -> None:
    assert "log_not_watched" == watching().when(seen(40, origin="ccm-ledger/other")).refused


def test_a_checkpoint_that_goes_on_from_the_one_seen_is_put_on_record() -> None:
    assert 50 == watching().then(seen(40)).when(seen(50, OTHER_ROOT, after=40)).event.size


def test_the_checkpoint_seen_last_is_unchanged() -> None:
    before = watching().then(seen(40))

    assert (len(before.facts),) == before.when(seen(40)).unchanged


def test_a_smaller_checkpoint_is_refused() -> None:
    assert "checkpoint_smaller" == watching().then(seen(40)).when(seen(39, after=40)).refused


def test_another_root_at_the_same_size_is_refused() -> None:
    assert "checkpoint_contradicts" == watching().then(seen(40)).when(seen(40, OTHER_ROOT, after=40)).refused


def test_a_proof_that_began_at_an_older_checkpoint_is_refused_for_now() -> None:
    then = watching().then(seen(40)).then(seen(50, after=40)).when(seen(60, after=40))

    assert ("checkpoint_from_elsewhere", True) == (then.refused, then.refusal.retryable)


def contradiction(root: str = OTHER_ROOT, origin: str = ORIGIN) -> ReportContradiction:
    return ReportContradiction(origin=origin, size=40, root=root, note=note_of(40, root, origin))


def test_a_contradicting_checkpoint_is_kept_whole() -> None:
    expected = CheckpointContradicted(log=LOG, size=40, root=OTHER_ROOT, note=note_of(40, OTHER_ROOT))

    assert expected == watching().then(seen(40)).when(contradiction()).event


def test_a_contradiction_that_is_kept_already_is_unchanged() -> None:
    before = watching().then(seen(40)).then(contradiction())

    assert (len(before.facts),) == before.when(contradiction()).unchanged


def test_a_contradiction_of_a_log_that_nobody_watches_is_refused() -> None:
    assert "log_not_watched" == watching().when(contradiction(origin="ccm-ledger/other")).refused


@pytest.mark.parametrize(
    "note",
    [
        "Jane Example called about her bill.",
        note_of(40).replace("\n\n", "\nJane Example called.\n\n"),
        note_of(40) + f"\u2014 Jane-Example {'A' * 91}=\n",
        note_of(40) + "Jane Example called.\n",
        note_of(41),
        note_of(40, OTHER_ROOT),
        note_of(40, origin="ccm-ledger/another"),
    ],
)
def test_a_note_has_room_for_nothing_but_the_checkpoint_and_its_log_s_signatures(note: str) -> None:
    """It is kept in the clear."""
    for kind, more in ((ReportContradiction, {}), (WitnessCheckpoint, {"after": 0})):
        with pytest.raises(ValidationError):
            kind(origin=ORIGIN, size=40, root=ROOT, note=note, **more)


def test_a_log_is_not_watched_by_a_key_of_another_name() -> None:
    with pytest.raises(ValidationError):
        TrustLog(origin=ORIGIN, keys=(KEY, KEY.replace(ORIGIN, "ccm-ledger/another")))
