"""What lies on the disk holds no word about a person in the clear."""

from pathlib import Path

from ledger.store.connection import Ledger
from ledger.streams.base import Origin
from tests.store.sample import CANARY, ORIGIN_CANARY, folder_of, proposal, registered

ORIGIN = Origin(key="k-1", row=ORIGIN_CANARY)


def test_no_word_about_a_person_is_in_the_clear_in_any_file(ledger: Ledger) -> None:
    ledger.append([proposal(registered(), origin=ORIGIN, key="k")])
    folder: Path = folder_of(ledger)
    ledger.close()

    files = sorted(path for path in folder.iterdir() if path.is_file())

    assert [path.name for path in files] == ["ledger.db", "vault.db"]
    for path in files:
        content = path.read_bytes()
        for canary in (CANARY, ORIGIN_CANARY, "A-1"):
            assert canary.encode() not in content
            assert canary.encode().hex().encode() not in content
