"""Sealed words: they come back as they were, or as erased, and are nowhere in the clear."""

import pytest
from pydantic import Field

from ledger.store.body import decode_body, encode_body
from ledger.store.connection import Ledger
from ledger.store.seal import read_plaintext
from ledger.streams.base import ERASED, SEALED, Closed, Event, Origin, Part, Sealing, identity_scope
from ledger.streams.patient import PatientRegistered
from ledger.terms.errors import LedgerDamaged, StoreUnavailable
from tests.store.sample import ORIGIN_CANARY, PATIENT, place_of, proposal, registered, reopened, reported

ORIGIN = Origin(key="k-1", row=ORIGIN_CANARY)


def words_of_first(ledger: Ledger) -> object:
    opened = ledger.open_words(ledger.follow(0, 1)[0])
    assert isinstance(opened, PatientRegistered)
    return opened.words


def test_words_come_back_as_they_were(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])

    assert ledger.open_words(ledger.follow(0, 1)[0]) == registered()


def test_words_come_back_after_a_restart(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])

    with reopened(place_of(ledger)) as again:
        assert words_of_first(again) == registered().words


def test_the_origin_is_sealed_beside_the_words(ledger: Ledger) -> None:
    ledger.append([proposal(registered(), origin=ORIGIN)])

    fact = ledger.follow(0, 1)[0]

    assert ledger.origin(fact) == ORIGIN
    assert ledger.open_words(fact) == registered()


def test_an_origin_is_sealed_alone_where_there_are_no_words(ledger: Ledger) -> None:
    ledger.append([proposal(reported(given=None), origin=ORIGIN)])

    fact = ledger.follow(0, 1)[0]

    assert ledger.origin(fact) == ORIGIN
    assert ledger.open_words(fact).words is None  # type: ignore[attr-defined]


def test_a_fact_without_words_and_without_origin_has_no_sealed_part(ledger: Ledger) -> None:
    ledger.append([proposal(reported(given=None))])

    fact = ledger.follow(0, 1)[0]

    assert decode_body(ledger.follow_rows(0, 1)[0].state).parts == ()
    assert ledger.open_words(fact).words is None  # type: ignore[attr-defined]
    assert ledger.origin(fact) is None


def test_words_are_erased_when_their_key_is_destroyed(ledger: Ledger) -> None:
    ledger.append([proposal(registered(), origin=ORIGIN)])

    ledger.vault.destroy([identity_scope(PATIENT)])

    assert words_of_first(ledger) is ERASED
    assert ledger.origin(ledger.follow(0, 1)[0]) is None


def test_an_erasure_by_one_process_reaches_every_other_at_once(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])
    with reopened(place_of(ledger)) as other:
        assert words_of_first(other) == registered().words

        ledger.vault.destroy([identity_scope(PATIENT)])

        assert words_of_first(other) is ERASED


def test_nothing_is_sealed_under_a_key_that_was_destroyed(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])
    ledger.vault.destroy([identity_scope(PATIENT)])

    with pytest.raises(StoreUnavailable):
        ledger.append([proposal(reported())])

    assert ledger.refresh() == 1


def test_erased_words_cannot_be_recorded_again(ledger: Ledger) -> None:
    with pytest.raises(AssertionError):
        ledger.append([proposal(registered().model_copy(update={"words": ERASED}))])


def test_reading_a_stream_opens_nothing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.append([proposal(registered())])
    monkeypatch.setattr(ledger.vault, "opening", None)

    assert ledger.follow(0, 1)[0].event.words is SEALED  # type: ignore[attr-defined]


def test_a_ciphertext_moved_to_another_fact_does_not_open(ledger: Ledger) -> None:
    ledger.append([proposal(registered()), proposal(reported())])
    first, second = (decode_body(row.state) for row in ledger.follow_rows(0, 2))
    swapped = encode_body(first.envelope, first.clear, second.parts)

    with pytest.raises(LedgerDamaged):
        ledger.mapper.open_words(ledger.follow(0, 1)[0].event, swapped)


@pytest.mark.parametrize("plaintext", [b"", b"[]", b'{"haiku":1}', b'{"words":{"haiku":1}}', b'{"origin":7}'])
def test_a_plaintext_that_is_not_what_the_event_holds_is_damage(plaintext: bytes) -> None:
    with pytest.raises(LedgerDamaged):
        read_plaintext(PatientRegistered, "words", plaintext)


class Spoken(Part):
    speech: str


class Written(Part):
    text: str


class SaidOrWritten(Event):
    TOPIC = "said_or_written"
    words: Spoken | Written | Closed = Field(default=SEALED, exclude=True)


@pytest.mark.parametrize("words", [Spoken(speech="a"), Written(text="b")])
def test_a_field_may_hold_words_of_several_kinds(words: Part) -> None:
    plaintext = f'{{"words":{words.model_dump_json()}}}'.encode()

    assert read_plaintext(SaidOrWritten, "words", plaintext) == (words, None)


class ClearWords(Event):
    TOPIC = "clear_words"
    words: Origin

    def tags(self) -> tuple[str, ...]:
        return ("practice/x",)

    def sealing(self) -> tuple[Sealing, ...]:
        return (Sealing("words", "practice/x", "x"),)


def test_a_sealed_field_that_would_be_stored_in_the_clear_is_a_programming_error(ledger: Ledger) -> None:
    with pytest.raises(AssertionError, match="in the clear"):
        ledger.append([proposal(ClearWords(words=ORIGIN))])
