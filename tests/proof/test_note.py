"""Signed notes: the published vectors, keys as text, and refusal of all that has a second meaning."""

from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof.note import (
    COSIGNER_KEY,
    SECONDS_MAX,
    BadNote,
    Checked,
    Note,
    Signature,
    VerifierKey,
    check,
    cosignature_data,
    cosigned_message,
    parse_note,
    render_note,
)
from tests.proof.reference import published
from tests.proof.signing import CLOCK, KEYS, LOG, ORIGIN, WITNESS, Signer, note

GO = published("go_note")
C2SP = published("c2sp")
TEXT: str = GO["text"]
PETER, ENOCH = VerifierKey.parse(GO["peter"]["vkey"]), VerifierKey.parse(GO["enoch"]["vkey"])
PETERS, ENOCHS = GO["peter"]["line"], GO["enoch"]["line"]
CHECKPOINT = f"{ORIGIN}\n7\n{'A' * 43}=\n"


def of(*lines: str, text: str = TEXT) -> bytes:
    return (text + "\n" + "".join(lines)).encode()


def test_a_published_note_verifies_under_its_published_key() -> None:
    assert check(parse_note(of(PETERS)), [PETER]) == Checked(("PeterNeumann",), (), ())


def test_both_published_signatures_of_one_note_verify() -> None:
    assert check(parse_note(of(PETERS, ENOCHS)), [ENOCH, PETER]).signed_by == ("PeterNeumann", "EnochRoot")


def test_a_signature_of_an_unknown_key_is_named_and_proves_nothing() -> None:
    checked = check(parse_note(of(PETERS, ENOCHS)), [PETER])

    assert checked.signed_by == ("PeterNeumann",)
    assert [signature.name for signature in checked.unknown] == ["EnochRoot"]


def test_a_note_that_no_known_key_signed_is_refused() -> None:
    with pytest.raises(BadNote, match="no key that you named"):
        check(parse_note(of(PETERS)), [ENOCH])


def test_one_false_signature_of_a_known_key_spoils_the_whole_note() -> None:
    with pytest.raises(BadNote, match="the signature of EnochRoot by key af0cfe78 is false"):
        check(parse_note(of(PETERS, ENOCHS, text="Another text.\n")), [ENOCH])
    longer = PETERS[:60] + "ABCD" + PETERS[60:]
    with pytest.raises(BadNote, match="is false"):
        check(parse_note(of(PETERS, longer)), [PETER])


def test_a_note_that_one_key_signed_twice_is_refused() -> None:
    with pytest.raises(BadNote, match="signed this note twice"):
        check(parse_note(of(PETERS, PETERS)), [PETER])
    assert check(parse_note(of(PETERS, ENOCHS, ENOCHS)), [PETER]).signed_by == ("PeterNeumann",)


def test_the_published_key_is_written_as_it_is_read() -> None:
    assert [PETER.render(), ENOCH.render()] == [GO["peter"]["vkey"], GO["enoch"]["vkey"]]
    assert PETER.key_id.hex() == "c74f20a3"


def test_no_piece_of_a_key_is_a_key() -> None:
    vkey = GO["peter"]["vkey"]

    for start in range(len(vkey)):
        for end in range(start + 1, len(vkey) + 1):
            if end - start < len(vkey):
                with pytest.raises(BadNote):
                    VerifierKey.parse(vkey[start:end])


def test_a_key_with_one_character_changed_is_no_key() -> None:
    vkey = GO["peter"]["vkey"]

    for place in range(len(vkey)):
        with pytest.raises(BadNote):
            VerifierKey.parse(vkey[:place] + chr(ord(vkey[place]) + 1) + vkey[place + 1 :])


@pytest.mark.parametrize("vkey", [*GO["bad_keys"], "", "++", "a b+00000000+AA==", "x+00000000+"])
def test_a_key_of_another_kind_or_length_is_no_key(vkey: str) -> None:
    with pytest.raises(BadNote):
        VerifierKey.parse(vkey)


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        of(),
        of(PETERS[:-1]),
        b"\x01" + of(PETERS),
        b"\xff" + of(PETERS),
        of(PETERS.replace("PeterNeumann", "Bad Name")),
        of(PETERS, PETERS[:-1]),
        of(PETERS, "Unexpected line.\n"),
        of(*[PETERS] * 101),
        of(PETERS.replace("\n", "\r\n")),
        of(PETERS.replace("—", "-")),
        of(PETERS.replace("PeterNeumann", "Peter+Neumann")),
        of(PETERS.replace("PeterNeumann", "")),
        of(PETERS.replace("PeterNeumann", "Peter\u2003Neumann")),
        of(PETERS.replace("PeterNeumann ", "PeterNeumann  ")),
        of("— PeterNeumann x08gow==\n"),
        of("— PeterNeumann !!!!\n"),
        of("— PeterNeumann x08go\n"),
        of(PETERS.replace("AM=", "AN=")),
        b"",
        b"\n",
        b"\n\n",
    ],
)
def test_what_is_not_written_as_a_note_is_none(data: bytes) -> None:
    with pytest.raises(BadNote):
        parse_note(data)


def test_a_note_may_have_sixteen_signatures_and_a_hundred() -> None:
    signers = [Signer(f"log{number}", number) for number in range(1, 17)]
    signed = parse_note(note(TEXT, *(each.signs(TEXT) for each in signers)))
    assert len(check(signed, [each.key() for each in signers]).signed_by) == 16
    assert len(parse_note(of(*[PETERS] * 100)).signatures) == 100


@pytest.mark.parametrize("name", ["note", "cosigned"])
def test_the_examples_of_the_specification_come_back_byte_for_byte(name: str) -> None:
    assert render_note(parse_note(C2SP[name].encode())) == C2SP[name].encode()


def test_the_text_of_a_note_may_hold_blank_lines() -> None:
    assert "\n\ned è subito sera.\n" in parse_note(C2SP["note"].encode()).text


def test_the_example_of_a_cosignature_has_its_time_and_its_message() -> None:
    parsed = parse_note(C2SP["cosigned"].encode())
    seconds = int.from_bytes(parsed.signatures[1].data[:8], "big")

    assert seconds == 1679315147
    assert cosigned_message(parsed.text, seconds).decode() == C2SP["cosigned_message"]


def test_log_clock_and_witness_sign_one_checkpoint() -> None:
    data = note(CHECKPOINT, LOG.signs(CHECKPOINT), CLOCK.cosigns(CHECKPOINT, 1000), WITNESS.cosigns(CHECKPOINT, 1001))

    assert check(parse_note(data), KEYS) == Checked(
        (ORIGIN,), ((f"{ORIGIN}/clock", 1000), ("witness.example/w1", 1001)), ()
    )


def test_one_cosigner_may_sign_again_later() -> None:
    data = note(CHECKPOINT, CLOCK.cosigns(CHECKPOINT, 1000), CLOCK.cosigns(CHECKPOINT, 2000))

    assert [at for _, at in check(parse_note(data), KEYS).cosigned] == [1000, 2000]


def test_a_key_of_one_kind_does_not_sign_for_the_other() -> None:
    as_cosigner = Signature(LOG.name, LOG.key(COSIGNER_KEY).key_id, LOG.signs(CHECKPOINT).data)
    as_signer = Signature(CLOCK.name, CLOCK.key().key_id, CLOCK.cosigns(CHECKPOINT, 1000).data)

    with pytest.raises(BadNote):
        check(parse_note(note(CHECKPOINT, as_cosigner)), [LOG.key(COSIGNER_KEY)])
    with pytest.raises(BadNote):
        check(parse_note(note(CHECKPOINT, as_signer)), [CLOCK.key()])


def test_the_time_of_a_cosignature_cannot_be_changed() -> None:
    cosigned = CLOCK.cosigns(CHECKPOINT, 1000)
    later = cosigned._replace(data=cosignature_data(1001, cosigned.data[8:]))

    with pytest.raises(BadNote, match="is false"):
        check(parse_note(note(CHECKPOINT, later)), KEYS)


def test_a_time_beyond_what_the_format_allows_is_refused_although_it_was_signed() -> None:
    data = note(CHECKPOINT, LOG.signs(CHECKPOINT), CLOCK.cosigns(CHECKPOINT, SECONDS_MAX + 1))

    with pytest.raises(BadNote, match="is false"):
        check(parse_note(data), KEYS)


def test_two_keys_under_one_name_both_sign_during_a_rotation() -> None:
    newer = Signer(ORIGIN, 9)
    data = note(CHECKPOINT, LOG.signs(CHECKPOINT), newer.signs(CHECKPOINT))

    assert check(parse_note(data), [LOG.key(), newer.key()]).signed_by == (ORIGIN, ORIGIN)
    assert check(parse_note(data), [newer.key()]).signed_by == (ORIGIN,)


@pytest.mark.parametrize(
    ("text", "name"), [("no line feed", "a"), ("", "a"), ("a\rb\n", "a"), ("text\n", "a b"), ("text\n", "a+b")]
)
def test_what_would_not_be_read_back_is_not_written(text: str, name: str) -> None:
    with pytest.raises(BadNote):
        render_note(Note(text, (Signature(name, b"1234", b"5"),)))


def test_no_byte_of_a_note_can_be_changed() -> None:
    data = note(CHECKPOINT, LOG.signs(CHECKPOINT), WITNESS.cosigns(CHECKPOINT, 1000))
    honest = check(parse_note(data), KEYS)

    for place in range(len(data)):
        spoilt = data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]
        try:
            checked = check(parse_note(spoilt), KEYS)
        except BadNote:
            continue
        # A line whose name or key id was changed is one of an unknown key: less is proven, and it is said.
        assert checked != honest
        assert checked.unknown


@given(st.binary(max_size=400))
def test_any_bytes_are_a_note_that_comes_back_or_none(data: bytes) -> None:
    try:
        parsed = parse_note(data)
    except BadNote:
        return
    assert render_note(parsed) == data


names = st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters="+"), min_size=1, max_size=20)
signatures = st.builds(Signature, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80))
texts = st.text(st.characters(exclude_categories=["C"], include_characters="\n"), max_size=80).map("{}\n".format)


@given(texts, st.lists(signatures, min_size=1, max_size=5).map(tuple))
def test_any_note_comes_back_as_it_was(text: str, lines: tuple[Signature, ...]) -> None:
    assert parse_note(render_note(Note(text, lines))) == Note(text, lines)


@given(names, st.sampled_from([1, 4]), st.binary(min_size=32, max_size=32))
def test_any_key_comes_back_as_it_was(name: str, kind: int, public: bytes) -> None:
    key = VerifierKey(name, kind, public)

    assert VerifierKey.parse(key.render()) == key


@pytest.mark.slow
def test_openssl_agrees_with_the_signatures_of_a_note(tmp_path: Path) -> None:
    from tests.proof.test_ed25519 import openssl  # noqa: PLC0415 (only this slow test starts it)

    (tmp_path / "key.pem").write_bytes(
        b"-----BEGIN PUBLIC KEY-----\n"
        + b64encode(bytes.fromhex("302a300506032b6570032100") + PETER.public)
        + b"\n-----END PUBLIC KEY-----\n"
    )
    (tmp_path / "text").write_text(TEXT)
    (tmp_path / "signature").write_bytes(parse_note(of(PETERS)).signatures[0].data)

    openssl("pkeyutl", "-verify", "-pubin", "-inkey", tmp_path / "key.pem", "-rawin", "-in", tmp_path / "text",
            "-sigfile", tmp_path / "signature")  # fmt: skip
