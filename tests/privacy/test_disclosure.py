"""Attacks on what is disclosed and on what was erased: each is tried, and each fails."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.proof.leaf import (
    CONTENT_SALT_BYTES,
    MalformedHeader,
    SealedDigests,
    blinded,
    commitment,
    decode_prefix,
)
from ledger.store import seal
from ledger.store.body import SealedPart, decode_body, encode_body
from ledger.store.connection import Ledger, Place
from ledger.store.erasing import blank_contents
from ledger.store.fsck import verify
from ledger.store.fsck_fact import Verdict
from ledger.store.masterkeys import LocalMasterKey
from ledger.store.vault import Vault, wrapping_aad
from ledger.streams.base import identity_scope
from ledger.streams.patient import Demographics, IdentityWords
from ledger.terms.errors import LedgerDamaged
from ledger.terms.identity import identifier_tag
from tests.postgres.servers import unused_address
from tests.privacy.holding import begun
from tests.privacy.two_faced import opens_under_both
from tests.store.sample import (
    LEDGER_ID,
    MASTER_KEY,
    OTHER_PATIENT,
    PATIENT,
    RepeatableIds,
    new_ledger,
    proposal,
    registered,
    reopened,
    reported,
)
from tests.store.tampering import edit, found, tamper, tampered

SCOPE: Final = identity_scope(PATIENT)
SECOND_KEY: Final = bytes(range(50, 82))
SALT: Final = bytes(range(CONTENT_SALT_BYTES))
GIVEN: Final = ("Ann", "Ben", "Dora", "Eve", "Pat")
FAMILY: Final = ("Adams", "Brown", "Doe", "Example", "Poe")


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return tmp_path / "ledger" if request.param == "sqlite" else unused_address()


# --- two texts under one ciphertext -------------------------------------------------------------------


def test_a_ciphertext_that_opens_under_two_keys_is_one_that_the_cipher_itself_accepts() -> None:
    nonce, aad, text = b"n" * 12, b"bound to this place", SALT + b"The patient consented on 5 January."

    crafted = opens_under_both(MASTER_KEY, SECOND_KEY, nonce, text, aad, free=1)

    first = AESGCM(MASTER_KEY).decrypt(nonce, crafted, aad)
    second = AESGCM(SECOND_KEY).decrypt(nonce, crafted, aad)
    assert first[32:] == text[32:]
    assert second[32:] != first[32:]


def test_a_second_text_under_one_ciphertext_is_not_the_one_that_was_committed_to(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with new_ledger(place) as ledger:
        forging(ledger, monkeypatch)
        ledger.append([proposal(registered(), key="a")])
        monkeypatch.undo()
        assert verify(ledger).is_sound, "with the first key it is a fact like any other"
        wrapped = LocalMasterKey(MASTER_KEY, RepeatableIds()).wrap(SECOND_KEY, wrapping_aad(ledger.ledger_id, SCOPE))

    tamper(place, lambda run: run("UPDATE data_keys SET wrapped = ? WHERE scope = ?", (wrapped, SCOPE)), of_vault=True)

    with reopened(place) as ledger:
        found_now = verify(ledger).findings
        second = second_text(ledger)
    assert [(each.verdict, each.position) for each in found_now][:1] == [(Verdict.COMMITMENT_DIFFERS, 1)]
    assert second is not None, "the cipher opens it"


def test_the_second_text_cannot_be_disclosed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_ledger(place) as ledger:
        forging(ledger, monkeypatch)
        ledger.append([proposal(registered(), key="a")])
        (part, digests), *_ = parts(ledger)
        first = ledger.mapper.unseal(part, registered().TOPIC)
        second = second_text(ledger)

    assert first is not None
    assert second is not None
    assert commitment(*first) == digests.commitment
    assert commitment(*second) != digests.commitment


def forging(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the ledger seal as an operator would who plans to show another text later, by the key SECOND_KEY."""
    honest = seal.seal

    def two_faced(
        each: seal.Sealable, *, vault: Vault, ledger_aad: bytes, topic: str, entropy: bytes
    ) -> tuple[SealedPart, SealedDigests]:
        part, digests = honest(each, vault=vault, ledger_aad=ledger_aad, topic=topic, entropy=entropy)
        wrapped = vault.rows.wrapped([part.scope])[part.scope]
        assert wrapped is not None
        master = LocalMasterKey(MASTER_KEY, RepeatableIds())
        key = master.unwrap(wrapped, wrapping_aad(ledger.ledger_id, part.scope))
        aad = seal.part_aad(ledger_aad, topic, part.subject)
        text = entropy[16:48] + each.plaintext
        crafted = opens_under_both(key, SECOND_KEY, part.nonce, text, aad, free=1)
        # What the free block makes of the salt is committed to, so that the first text is as good as any.
        salt = AESGCM(key).decrypt(part.nonce, crafted, aad)[:CONTENT_SALT_BYTES]
        committed = SealedDigests(digests.subject, sha256(crafted).digest(), commitment(salt, each.plaintext))
        return part._replace(ciphertext=crafted), committed

    monkeypatch.setattr(seal, "seal", two_faced)


def second_text(ledger: Ledger) -> tuple[bytes, bytes] | None:
    """(salt, text) that the second key makes of the first fact's ciphertext."""
    (part, _), *_ = parts(ledger)
    aad = seal.part_aad(seal.ledger_aad(ledger.ledger_id), registered().TOPIC, part.subject)
    salted = AESGCM(SECOND_KEY).decrypt(part.nonce, part.ciphertext, aad)
    return salted[:CONTENT_SALT_BYTES], salted[CONTENT_SALT_BYTES:]


# --- a forged disclosure --------------------------------------------------------------------------------


def test_another_text_under_the_same_salt_is_not_the_committed_one() -> None:
    assert commitment(SALT, b"20 minutes") != commitment(SALT, b"60 minutes")


@pytest.mark.parametrize("moved", range(1, 17))
def test_the_beginning_of_a_text_cannot_be_hidden_in_its_salt(moved: int) -> None:
    text = b"not a word of consent was said"

    with pytest.raises(MalformedHeader):
        commitment(SALT + text[:moved], text[moved:])
    with pytest.raises(MalformedHeader):
        commitment(SALT[:-moved], SALT[-moved:] + text)


@pytest.mark.parametrize("moved", [1, 8, 15])
def test_the_beginning_of_a_tag_cannot_be_hidden_in_its_salt(moved: int) -> None:
    tag = f"accessed/{PATIENT}"

    with pytest.raises(MalformedHeader):
        blinded(tag[moved:], SALT[:16] + tag[:moved].encode())
    with pytest.raises(MalformedHeader):
        blinded(tag, SALT[:15])


def test_a_tag_whose_beginning_was_moved_into_its_salt_is_found_in_the_rows(place: Place) -> None:
    with new_ledger(place) as ledger:
        ledger.append([proposal(registered(), key="a")])

    def move(run: Any) -> None:
        ((tag_id, tag),) = run("SELECT tag_id, tag FROM tags WHERE tag = ?", (f"patient/{PATIENT}",))
        ((salt,),) = run("SELECT salt FROM event_tags WHERE tag_id = ?", (tag_id,))
        run("UPDATE event_tags SET salt = ? WHERE tag_id = ?", (bytes(salt) + tag[:8].encode(), tag_id))
        run("UPDATE tags SET tag = ? WHERE tag_id = ?", (tag[8:], tag_id))

    assert ("tags_differ", 1) in found(tampered(place, move))


def test_a_sealed_part_opens_in_its_own_fact_kind_and_ledger_alone(place: Place) -> None:
    with new_ledger(place) as ledger:
        ledger.append([proposal(registered(), key="a")])
        (part, _), *_ = parts(ledger)
        own, topic = seal.ledger_aad(ledger.ledger_id), registered().TOPIC
        assert seal.unseal(part, vault=ledger.vault, ledger_aad=own, topic=topic) is not None

        for moved, aad, kind in (
            (part, own, reported().TOPIC),
            (part._replace(subject=f"patient/{OTHER_PATIENT}"), own, topic),
            (part, seal.ledger_aad("lg_zzzzzzzzzzzzzzzzzzzzzzzzzz"), topic),
        ):
            with pytest.raises(LedgerDamaged):
                seal.unseal(moved, vault=ledger.vault, ledger_aad=aad, topic=kind)


def test_a_sealed_part_moved_to_another_fact_about_the_same_patient_is_found(place: Place) -> None:
    with new_ledger(place) as ledger:
        ledger.append([proposal(reported(given="Ann"), key="a"), proposal(reported(given="Eve"), key="b")])
        first, second = (decode_body(row.state) for row in ledger.follow_rows(0, 2))
    assert first.parts[0].subject == second.parts[0].subject

    swapped = encode_body(second.envelope, second.clear, first.parts)

    # It opens: kind, subject and ledger are the same. The header is what says that it is another fact's.
    assert ("header_differs", 2) in found(tampered(place, edit("state", 2, lambda _: swapped)))


# --- a guessable erased text ------------------------------------------------------------------------------


@pytest.fixture
def erased(place: Place) -> Iterator[tuple[Ledger, dict[str, bytes]]]:
    """A ledger whose patient was erased, and every byte that it holds afterwards."""
    words = IdentityWords(demographics=Demographics(given="Dora", family="Example"))
    with new_ledger(place) as ledger:
        read = begun(place)
        ledger.append([proposal(reported().model_copy(update={"words": words}), key="a")])
        ledger.vault.destroy([SCOPE])
        blank_contents(ledger, [1])
        yield ledger, read()


def guesses() -> Iterator[bytes]:
    """Every text that the erased one may have been, the true one among them."""
    for given, family in product(GIVEN, FAMILY):
        name = f'{{"given":"{given}","family":"{family}"}}'
        yield from (text.encode() for text in (given, family, f"{given} {family}", name))
        yield f'{{"words":{{"demographics":{name},"identifiers":[]}}}}'.encode()
        yield f'{{"words":{{"demographics":{name}}}}}'.encode()


def test_the_guesses_hold_the_text_that_was_sealed(place: Place) -> None:
    words = IdentityWords(demographics=Demographics(given="Dora", family="Example"))
    with new_ledger(place) as ledger:
        ledger.append([proposal(reported().model_copy(update={"words": words}), key="a")])
        (part, digests), *_ = parts(ledger)
        opened = ledger.mapper.unseal(part, reported().TOPIC)
    assert opened is not None

    assert opened[1] in set(guesses())
    assert commitment(opened[0], opened[1]) == digests.commitment, "who has the salt can try them"


def test_no_guess_at_an_erased_text_is_confirmed_by_anything_that_is_left(
    erased: tuple[Ledger, dict[str, bytes]],
) -> None:
    ledger, held = erased
    (part, digests), *_ = parts(ledger)
    content = b"".join(held.values())
    # Whatever stands in the clear and has the length of a salt is tried as one.
    salts = [
        b"",
        b"\x02",
        bytes(32),
        bytes(16),
        part.salt,
        part.salt * 2,
        *digests,
        part.ciphertext[:32],
        LEDGER_ID.encode(),
    ]
    tried = {sha256(salt + guess).digest() for salt in salts for guess in guesses()}

    assert digests.commitment in content, "the commitment is there, and would be found"
    assert [digest for digest in tried if digest in content] == []


def test_the_key_of_an_erased_text_is_nowhere_in_the_live_files_for_who_has_the_master_key(
    place: Place,
) -> None:
    with new_ledger(place) as ledger:
        ledger.append([proposal(registered(), key="a")])
        read = vault_bytes(place)
        before = keys_found(read(), ledger.ledger_id)
        ledger.vault.destroy([SCOPE])

        after = keys_found(read(), ledger.ledger_id)

    assert before >= 1, "every place in the files was tried"
    assert after == 0


def test_a_guessed_identifier_is_confirmed_to_who_holds_the_master_key_alone(place: Place) -> None:
    # docs/deploy.md says so: the index key outlives an erasure, or a patient who comes back would be another one.
    with new_ledger(place) as ledger:
        ledger.append([proposal(registered(token=ledger.token("mrn", "A-1")), key="a")])
        ledger.vault.destroy([SCOPE])
        names = set(ledger.tags_starting("identifier/"))
        confirmed = identifier_tag(ledger.token("mrn", "A-1"))
    without = {
        identifier_tag(sha256(salt + form).hexdigest()[:32])
        for salt in (b"", bytes(32), LEDGER_ID.encode())
        for form in (b"A-1", b"mrn|A-1", b"mrn:A-1")
    }

    assert confirmed in names
    assert without & names == set()


def vault_bytes(place: Place) -> Any:
    """Reads the pages of the ledger's tables and of its vault; of a server not its log, which its page speaks of."""
    read = begun(place)
    return lambda: b"".join(content for name, content in read().items() if not name.startswith("pg_wal"))


def keys_found(content: bytes, ledger_id: str) -> int:
    """How many places of some bytes open, under the master key, as the data key of the erased scope."""
    master, aad = AESGCM(MASTER_KEY), wrapping_aad(ledger_id, SCOPE)
    size, count = 12 + 32 + 16, 0
    for at in range(len(content) - size + 1):
        if content[at : at + 4] == b"\0\0\0\0":
            continue
        try:
            master.decrypt(content[at : at + 12], content[at + 12 : at + size], aad)
        except Exception:  # noqa: BLE001 - almost every place is none
            continue
        count += 1
    return count


def parts(ledger: Ledger) -> list[tuple[SealedPart, SealedDigests]]:
    """The sealed parts of the first fact, each with what the header says of it."""
    (row,) = ledger.follow_rows(0, 1)
    return list(zip(decode_body(row.state).parts, decode_prefix(row.prefix).parts, strict=True))
