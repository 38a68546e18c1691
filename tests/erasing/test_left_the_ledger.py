"""What leaves a ledger after an erasure has no words of the patient: an archive, the names of a claim's file."""

from pathlib import Path

from interfaces.x12.gathering import _identity
from ledger.store.archive.export import export_ledger
from ledger.store.archive.importing import import_archive
from ledger.store.connection import open_ledger
from ledger.store.fsck import verify
from ledger.streams.base import ERASED
from ledger.terms.identity import patient_tag
from tests.erasing.conftest import CANARIES, Old
from tests.house import KEY


def test_an_archive_that_is_exported_afterwards_brings_no_words_back(old: Old, tmp_path: Path) -> None:
    certificate = old.run()
    file, elsewhere = tmp_path / "ledger.archive", tmp_path / "elsewhere"
    export_ledger(old.place, file, old.house.handler._clock)
    import_archive(file, elsewhere, old.house.handler._clock)
    handler = old.house.handler
    with open_ledger(elsewhere, master_key=KEY, clock=handler._clock, ids=handler._ids) as there:
        registered = next(iter(there.read(patient_tag(old.patient))))
        found = verify(there)

        assert there.open_words(registered).words is ERASED  # type: ignore[attr-defined]
        parts = sum(len(fact["parts"]) for fact in certificate["certified"]["facts"])
        assert (found.is_sound, found.erased) == (True, parts)


def test_a_claim_file_knows_no_name_of_the_patient(old: Old) -> None:
    before = _identity(old.session(), (old.patient,))
    old.run()
    after = _identity(old.session(), (old.patient,))

    assert CANARIES[0] in repr(before)
    assert [word for word in (*CANARIES, "Pat", "Poe") if word in repr(after)] == []
