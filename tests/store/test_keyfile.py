"""The key file: made once, closed to others, and refused where it is anything else."""

from pathlib import Path

import pytest

from ledger.store.keyfile import create_key_file, read_key_file
from ledger.terms.errors import WrongKey
from tests.store.sample import RepeatableIds


def test_a_new_key_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "master.key"

    key = create_key_file(path, RepeatableIds())

    assert read_key_file(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == key.hex() + "\n"


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    create_key_file(path, RepeatableIds())

    with pytest.raises(WrongKey, match="never overwritten"):
        create_key_file(path, RepeatableIds("other"))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_file_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    create_key_file(path, RepeatableIds())
    path.chmod(mode)

    with pytest.raises(WrongKey, match="read by others"):
        read_key_file(path)


@pytest.mark.parametrize("text", ["", "abcd", "zz" * 32, "ab" * 33])
def test_a_file_that_is_not_one_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "master.key"
    path.write_text(text)
    path.chmod(0o600)

    with pytest.raises(WrongKey, match="64 hexadecimal"):
        read_key_file(path)


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongKey, match="no key file"):
        read_key_file(tmp_path / "none.key")


def test_a_key_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(WrongKey, match="cannot be read"):
        read_key_file(path)
