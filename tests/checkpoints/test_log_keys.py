"""The file of log keys: lines as Go's note tools write them, closed to others, refused where one is no whole key."""

from pathlib import Path

import pytest

from ledger.proof.note import COSIGNER_KEY, NOTE_KEY, VerifierKey
from ledger.store.checkpoints.log_keys import (
    SigningKey,
    create_log_keys,
    new_key,
    of_ledger,
    read_log_keys,
    replace_log_keys,
)
from ledger.terms.errors import WrongKey
from tests.store.sample import RepeatableIds

PETER_NEUMANN = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
"""The example of golang.org/x/mod/sumdb/note, with its public half (package documentation)."""
PETER_NEUMANN_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
LOG = SigningKey("ccm-ledger/lg_a", NOTE_KEY, b"l" * 32)
CLOCK = SigningKey("ccm-ledger/lg_a/clock", COSIGNER_KEY, b"c" * 32)


def test_a_key_written_by_gos_note_tools_is_read_and_has_their_public_half(tmp_path: Path) -> None:
    path = tmp_path / "log.keys"
    path.write_text(PETER_NEUMANN + "\n")
    path.chmod(0o600)

    (key,) = read_log_keys(path)

    assert key.line() == PETER_NEUMANN
    assert key.verifier == VerifierKey.parse(PETER_NEUMANN_VKEY)


def test_keys_are_written_for_their_owner_alone_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "log.keys"

    create_log_keys(path, (LOG, CLOCK))

    assert read_log_keys(path) == (LOG, CLOCK)
    assert path.stat().st_mode & 0o777 == 0o600
    replace_log_keys(path, (CLOCK,))
    assert read_log_keys(path) == (CLOCK,)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_of_keys_is_never_made_over_another(tmp_path: Path) -> None:
    create_log_keys(tmp_path / "log.keys", (LOG,))

    with pytest.raises(WrongKey, match="never overwritten"):
        create_log_keys(tmp_path / "log.keys", (CLOCK,))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "log.keys"
    create_log_keys(path, (LOG,))
    path.chmod(mode)

    with pytest.raises(WrongKey, match="read by others"):
        read_log_keys(path)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "abc",
        LOG.line()[:-1],
        LOG.line() + "=",
        LOG.line().replace("lg_a", "lg_b"),
        LOG.line().replace("PRIVATE", "PUBLIC"),
        LOG.verifier.render(),
        f"PRIVATE+KEY++{LOG.verifier.key_id.hex()}+{LOG.line().rpartition('+')[2]}",
        "PRIVATE+KEY+a+00000000+" + "A" * 44,
    ],
)
def test_a_line_that_is_not_a_whole_key_is_refused_by_its_number_and_not_repeated(tmp_path: Path, line: str) -> None:
    path = tmp_path / "log.keys"
    path.write_text(f"{CLOCK.line()}\n{line}\n")
    path.chmod(0o600)

    with pytest.raises(WrongKey, match="Line 2 of the file") as refused:
        read_log_keys(path)

    assert not line or line not in str(refused.value)


def test_a_file_that_is_not_there_says_how_one_is_made(tmp_path: Path) -> None:
    with pytest.raises(WrongKey, match="log-key new"):
        read_log_keys(tmp_path / "none")


def test_keys_of_other_ledgers_in_the_file_are_passed_over() -> None:
    other = SigningKey("ccm-ledger/lg_b", NOTE_KEY, b"o" * 32)

    assert of_ledger((other, LOG, CLOCK), "lg_a") == (LOG, CLOCK)
    with pytest.raises(WrongKey, match="none of this ledger"):
        of_ledger((other,), "lg_a")


def test_a_new_key_is_drawn_from_the_entropy_that_is_given() -> None:
    one, again, other = (new_key("n", NOTE_KEY, RepeatableIds(seed)) for seed in ("a", "a", "b"))

    assert one == again
    assert one.seed != other.seed
