"""A bill verified by its bytes: what it proves, what it says is not proven, and every element of it spoilt in turn."""

import copy
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ledger.proof.bill import Report, verify_bill
from ledger.proof.checkpoint import BadProof
from ledger.proof.note import VerifierKey
from tests.proof.bills import (
    LEDGER,
    MONTH,
    OTHER,
    PATIENT,
    base64,
    bill,
    complete,
    entries_of,
    facts_before_the_map,
    written,
)
from tests.proof.signing import CLOCK, KEYS, LOG, Signer, note
from tests.proof.test_ed25519 import openssl

BILL = bill()
Change = Callable[[dict[str, Any]], object]


def verified(content: dict[str, Any], keys: tuple[VerifierKey, ...] = KEYS) -> Report:
    return verify_bill(written(content), keys)


def changed(change: Change) -> dict[str, Any]:
    content = copy.deepcopy(BILL)
    change(content)
    return content


def fact(content: dict[str, Any], position: int) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in content["facts"] if one["position"] == position)
    return found


def refused(content: dict[str, Any], because: str | None = None) -> None:
    with pytest.raises(ValueError, match=because):
        verified(content)


def test_a_bill_proves_its_facts_and_that_they_are_all() -> None:
    of = "facts of the patient in 2026-03 up to position 6: all are in the file"

    assert verified(BILL).proven == (
        f"ccm-ledger/{LEDGER} signed a checkpoint of 9 facts",
        f"ccm-ledger/{LEDGER}/clock saw it at 2027-01-15 08:00:00Z",
        "witness.example/w1 saw it at 2027-01-15 08:01:00Z",
        "8 facts are in it, unchanged since",
        "the operator's map has 3 record facts of the patient up to position 6: all are in the file, and 1 after them",
        "the operator's map has 1 access facts of the patient up to position 6: all are in the file, and 0 after them",
        f"the operator's map has 1 record {of}, and 1 after them",
        f"the operator's map has 0 review {of}, and 0 after them",
    )


def test_a_bill_says_what_is_withheld_and_what_only_its_operator_says() -> None:
    assert verified(BILL).noted == (
        "3 pieces of these facts are withheld",
        "2 record facts behind that map are shown as headers only, at positions [7, 8]",
        "0 access facts behind that map are shown as headers only, at positions []",
        "2 record facts behind that map are shown as headers only, at positions [7, 8]",
        "0 review facts behind that map are shown as headers only, at positions []",
        "what the operator's program made of the facts is for `ccm-ledger verify-bill` to judge again",
    )


def test_a_bill_from_which_completeness_was_taken_says_that_anything_may_be_left_out() -> None:
    stripped = bill(left_out=(3, 4, 8, 9))
    stripped["completeness"] = []

    assert "no completeness is in the file: whoever made it could leave out any fact" in verified(stripped).noted


def test_a_cosignature_of_a_time_that_no_calendar_has_is_refused_in_words() -> None:
    text = BILL["checkpoint"].rpartition("\n\n")[0] + "\n"
    far = note(text, LOG.signs(text), CLOCK.cosigns(text, 2**62)).decode()

    refused(changed(lambda content: content.update(checkpoint=far)), "not written as a bill")


def test_a_bill_verified_by_its_own_keys_says_so() -> None:
    assert "all this by the keys in the file itself; name the log's own with --key" in verified(BILL, ()).noted


def test_a_bill_of_a_whole_other_log_fails_under_the_key_that_the_reader_trusts() -> None:
    with pytest.raises(ValueError, match="no key that you named signed"):
        verified(BILL, (Signer(LOG.name, 77).key(),))


def test_no_words_of_the_disclosed_facts_are_said() -> None:
    report = verified(BILL)

    assert not any("noon" in line or PATIENT in line for line in (*report.proven, *report.noted))


def test_a_fact_of_the_patient_that_is_left_out_is_missed() -> None:
    refused(bill(left_out=(3, 4)), "the map counts 3 record facts")


def test_a_header_behind_the_map_that_is_left_out_is_missed() -> None:
    for position in (8, 9):
        refused(bill(left_out=(position,)), "headers behind the completeness map are missing")


def test_a_fact_whose_tag_is_not_shown_is_missed_by_the_map() -> None:
    refused(changed(lambda content: fact(content, 3).update(tags=[])), "the map counts 3 record")


def test_an_operator_whose_map_counts_less_is_caught_by_the_facts_in_the_file() -> None:
    entries = entries_of(facts_before_the_map())

    refused(bill(entries=entries[1:]), "the map counts 0 record")


def test_completeness_of_another_patient_is_said_to_be_of_another() -> None:
    entries = entries_of(facts_before_the_map())
    content = changed(lambda one: one.update(completeness=[complete(entries, f"patient/{OTHER}x")]))

    assert verified(content).proven[-1].startswith("the operator's map has 0 record facts of another patient up to")


def test_a_map_that_is_no_map_proves_nothing() -> None:
    because = "the fact that should hold the completeness map does not"

    refused(bill(map_topic="policy_set"), because)
    refused(bill(up_to=7), because)
    refused(changed(lambda content: content["completeness"][0].update(map=6)))


def test_a_fact_of_another_ledger_that_was_moved_into_this_log_is_refused() -> None:
    refused(bill(ledger_behind="lg_zzzzzzzzzzzzzzzzzzzzzzzzzz"), "the fact at position 8")


def test_a_checkpoint_of_another_log_is_refused_although_its_key_is_trusted() -> None:
    other = Signer("ccm-ledger/lg_zzzzzzzzzzzzzzzzzzzzzzzzzz", 5)

    with pytest.raises(BadProof, match="its checkpoint of another ledger"):
        verified(bill(log=other), (*KEYS, other.key()))


def test_words_cannot_be_put_under_a_commitment_that_is_not_theirs() -> None:
    forged = base64(b'{"words":{"note":"called for an hour"}}')

    refused(
        changed(lambda content: fact(content, 3)["parts"][0].update(plaintext=forged)),
        "what is disclosed of the fact at position 3 is not what its header commits to",
    )


def test_the_beginning_of_disclosed_words_cannot_be_hidden_in_their_salt() -> None:
    def cut(content: dict[str, Any]) -> None:
        part = fact(content, 3)["parts"][0]
        words = b64decode(part["plaintext"])
        part.update(salt=part["salt"] + words[:5].hex(), plaintext=base64(words[5:]))

    refused(changed(cut), "salt has")


def test_the_beginning_of_a_tag_cannot_be_hidden_in_its_salt() -> None:
    def cut(content: dict[str, Any]) -> None:
        shown = fact(content, 3)["tags"][0]
        shown.update(salt=shown["salt"] + shown["tag"][:4].encode().hex(), tag=shown["tag"][4:])

    refused(changed(cut), "salt has")


def test_a_fact_cannot_be_said_to_belong_to_another_stream() -> None:
    def misnamed(content: dict[str, Any]) -> None:
        fact(content, 8)["tags"] = [{"tag": MONTH, "salt": "00" * 16, "seq": 8}]

    refused(changed(misnamed), "position 8 is not what its header commits to")


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.update(format="ccm-ledger bill 2"),
        lambda content: content.update(ledger="lg_bbbbbbbbbbbbbbbbbbbbbbbbbb"),
        lambda content: content.update(claim="cl_eeeeeeeeeeeeeeeeeeeeeeeeee"),
        lambda content: content.update(extra=1),
        lambda content: content.pop("derivation"),
        lambda content: content.update(facts=None),
        lambda content: content.update(checkpoint=7),
        lambda content: content.update(readings=[base64(b"another reading")]),
        lambda content: content.update(timestamps=[base64(b"no token")]),
        lambda content: content.update(timestamps=[base64(b"0\x80")]),
        lambda content: content["facts"].append(fact(content, 3)),
        lambda content: fact(content, 3).update(parts=[]),
        lambda content: fact(content, 3).update(parts=[None, None]),
        lambda content: fact(content, 3).update(position=4),
        lambda content: fact(content, 3).update(position="3"),
        lambda content: fact(content, 3)["path"].pop(),
        lambda content: fact(content, 3)["tags"][0].update(seq=4),
        lambda content: fact(content, 3)["tags"][0].update(salt="AA" * 16),
        lambda content: content["completeness"][0].update({"class": "all"}),
        lambda content: content["completeness"][0].update(subject=f"patient/{OTHER}"),
        lambda content: content["completeness"][0].update(depth=3),
    ],
)
def test_a_bill_of_another_shape_is_refused(change: Change) -> None:
    refused(changed(change))


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b"[]",
        b"{",
        b"\xff",
        written(BILL).replace(b'"claim":', b'"claim": "cl_x", "claim":', 1),
        written(BILL).replace(b'"seq": 3', b'"seq": 3.0', 1),
        written(BILL).replace(b'"derivation": {', b'"derivation": {"x": NaN, ', 1),
        b"[" * 100_000,
    ],
)
def test_what_is_no_bill_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (whatever is wrong first is said)
        verify_bill(data, KEYS)


def leaves_of(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every text and number in the file, except what the operator's program concluded."""
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            if name != "derivation":
                yield from leaves_of(one, (*at, name))
    elif value is not None:
        yield at


def spoilt(at: tuple[Any, ...], piece: int) -> dict[str, Any]:
    """The bill with one element changed: a number by one, a text in one of its characters."""
    content = copy.deepcopy(BILL)
    holder = content
    for name in at[:-1]:
        holder = holder[name]
    value = holder[at[-1]]
    if isinstance(value, int):
        holder[at[-1]] = value + 1
    else:
        place = piece * (len(value) - 1) // 3
        other = "A" if value[place] != "A" else "B"
        holder[at[-1]] = value[:place] + other + value[place + 1 :]
    return content


@pytest.mark.slow
def test_every_element_of_a_bill_counts() -> None:
    passed = []
    for at in leaves_of(BILL):
        for piece in range(4):
            try:
                report = verified(spoilt(at, piece))
            except ValueError:
                continue
            if report == verified(BILL):
                passed.append((at, piece))

    assert passed == []


def test_a_bill_without_conclusions_notes_none() -> None:
    assert not any("verify-bill" in line for line in verified(changed(lambda one: one.update(derivation={}))).noted)


def test_a_wholly_tagged_header_behind_the_map_is_known_to_be_somebody_elses() -> None:
    def told(content: dict[str, Any]) -> None:
        from tests.proof.bills import salt_of  # noqa: PLC0415 (the salts that the ledger would reveal)

        tag = f"care_month/{OTHER}/2026-03"
        fact(content, 8)["tags"] = [{"tag": tag, "salt": salt_of(f"8{tag}").hex(), "seq": 8}]

    assert verified(changed(told)).noted[1] == (
        "1 record facts behind that map are shown as headers only, at positions [7]"
    )


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A timestamp of the bill's checkpoint by an authority that this test runs with `openssl ts`."""
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "tsa.cnf").write_text(
        "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=test authority\n"
        "[ext]\nextendedKeyUsage=critical,timeStamping\n"
        f"[tsa]\ndefault_tsa=one\n[one]\nserial={folder}/serial\ncrypto_device=builtin\nsigner_digest=sha256\n"
        "default_policy=1.2.3.4.1\ndigests=sha256\naccuracy=secs:1\nordering=yes\ntsa_name=yes\ness_cert_id_chain=no\n"
        "ess_cert_id_alg=sha256\n"
    )
    (folder / "serial").write_text("01\n")
    (folder / "text").write_text(BILL["checkpoint"].rpartition("\n\n")[0] + "\n")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem", "-out", folder / "tsa.pem",
            "-config", folder / "tsa.cnf", "-days", "2")  # fmt: skip
    openssl("ts", "-query", "-data", folder / "text", "-sha256", "-cert", "-out", folder / "query.tsq")
    openssl("ts", "-reply", "-config", folder / "tsa.cnf", "-queryfile", folder / "query.tsq", "-inkey",
            folder / "key.pem", "-signer", folder / "tsa.pem", "-token_out", "-out", folder / "token.der")  # fmt: skip
    return (folder / "token.der").read_bytes()


@pytest.mark.slow
def test_a_timestamp_of_the_checkpoint_is_said_with_its_time(token: bytes) -> None:
    report = verified(changed(lambda content: content.update(timestamps=[base64(token)])))

    assert any(
        line.startswith("a timestamp of 20") and line.endswith("Z names this checkpoint") for line in report.proven
    )
    assert "who signed the timestamp is for `openssl ts -verify` to say" in report.noted


@pytest.mark.slow
def test_a_timestamp_of_something_else_is_refused(token: bytes) -> None:
    other = bill(entries=[])
    other["timestamps"] = [base64(token)]
    other["completeness"] = []

    with pytest.raises(BadProof, match="a timestamp is of something else"):
        verified(other)


@pytest.mark.slow
def test_a_timestamp_that_names_another_hash_function_is_refused(token: bytes) -> None:
    sha256_id, sha512_id = bytes.fromhex("608648016503040201"), bytes.fromhex("608648016503040203")
    renamed = token.replace(sha256_id, sha512_id)

    refused(changed(lambda content: content.update(timestamps=[base64(renamed)])), "a timestamp is of something else")


@pytest.mark.slow
def test_a_timestamp_that_is_cut_short_anywhere_is_refused(token: bytes) -> None:
    for length in range(0, len(token), 50):
        refused(changed(lambda content, cut=token[:length]: content.update(timestamps=[base64(cut)])))  # type: ignore[misc]
