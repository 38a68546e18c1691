"""After an erasure nothing in the ledger's own files opens the words: no key, no digest to try a guess on, no word."""

from pathlib import Path

import pytest

from ledger.store.sqlite.read_models import FILE_NAME
from tests.erasing.conftest import CANARIES, Old
from tests.reactions.company import pull

in_a_folder = pytest.mark.parametrize("old_place", ["sqlite"], indirect=True)


def bytes_of(old: Old) -> bytes:
    assert isinstance(old.place, Path)
    return b"".join(file.read_bytes() for file in sorted(old.place.iterdir()))


@in_a_folder
def test_no_wrapped_key_of_an_erased_scope_is_left(old: Old) -> None:
    log = old.house.log
    before = log.vault.rows.wrapped([f"{old.patient}/identity", f"{old.patient}/2026", old.house.ids["delivery"]])
    assert all(wrapped is not None and wrapped in bytes_of(old) for wrapped in before.values())
    old.run()

    assert [wrapped in bytes_of(old) for wrapped in before.values() if wrapped is not None] == [False] * 3


@in_a_folder
def test_no_digest_is_left_that_a_guess_could_be_tried_on(old: Old) -> None:
    log = old.house.log
    token = log.token("#key", "\nzyx-key-1")
    content = log.bindings((token,))[token].content
    assert content is not None
    assert content in bytes_of(old)
    old.run()

    assert content not in bytes_of(old)


@in_a_folder
def test_no_word_is_in_any_file_before_or_after(old: Old) -> None:
    models = old.house.log.read_models()
    pull(old.house.log, models)
    models.close()
    assert isinstance(old.place, Path)
    assert (old.place / FILE_NAME).exists()

    assert [word for word in CANARIES if word.encode() in bytes_of(old)] == []
    old.run()
    assert [word for word in CANARIES if word.encode() in bytes_of(old)] == []
