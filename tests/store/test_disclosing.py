"""Disclosing: a fact handed out with what its header was made of."""

from hashlib import sha256

from ledger.proof.leaf import blinded, commitment, decode_header, leaf_hash
from ledger.store.connection import Ledger
from ledger.store.disclosing import Disclosing
from ledger.terms.identity import patient_tag
from tests.store.sample import CANARY, PATIENT, proposal, registered, reported


def test_the_header_that_is_handed_out_is_the_one_whose_leaf_is_stored(ledger: Ledger) -> None:
    ledger.append([proposal(registered()), proposal(reported())])
    with ledger.engine.snapshot() as snapshot:
        leaves = {position: bytes(leaf) for position, *_, leaf in snapshot.facts()}

    found = Disclosing(ledger).facts([2, 1])

    assert [fact.position for fact in found] == [1, 2]
    assert {fact.position: leaf_hash(fact.header, b"") for fact in found} == leaves


def test_what_is_handed_out_of_a_fact_is_what_its_header_commits_to(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])
    (fact,) = Disclosing(ledger).facts([1])

    prefix, tail = decode_header(fact.header)

    assert (prefix.envelope, prefix.clear) == (sha256(fact.envelope).digest(), sha256(fact.clear).digest())
    assert {(blinded(each.tag, each.salt), each.seq) for each in fact.tags} == set(tail.tags)
    assert fact.tags[0].tag == patient_tag(PATIENT)


def test_words_are_handed_out_as_salt_and_plaintext_that_open_the_commitment(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])
    disclosing = Disclosing(ledger)
    (fact,) = disclosing.facts([1])
    prefix, _ = decode_header(fact.header)

    opened = disclosing.opened(fact, fact.parts[0])

    assert opened is not None
    assert CANARY.encode() in opened.plaintext
    assert commitment(opened.salt, opened.plaintext) == prefix.parts[0].commitment
    assert blinded(opened.subject, opened.subject_salt) == prefix.parts[0].subject


def test_positions_that_do_not_exist_are_left_out(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])

    assert [fact.position for fact in Disclosing(ledger).facts([1, 7])] == [1]
