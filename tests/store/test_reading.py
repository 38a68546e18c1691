"""Reading: streams, positions, instants, and what the ledger says of itself."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from ledger.store import connection
from ledger.store.connection import Ledger
from ledger.store.heads import HEADS_MAX, HeadCache
from ledger.streams.base import SEALED
from ledger.terms.errors import LedgerDamaged
from ledger.terms.identity import by_tag, patient_tag
from tests.store.sample import (
    NOON,
    NURSE,
    OTHER_PATIENT,
    PATIENT,
    StandingClock,
    assigned,
    envelope,
    ledger_id_at,
    place_of,
    proposal,
    registered,
    reopened,
    reported,
)


def fill(ledger: Ledger) -> None:
    ledger.append(
        [
            proposal(registered()),
            proposal(registered(OTHER_PATIENT, token="f" * 32)),
            proposal(assigned()),
            proposal(reported()),
        ]
    )


def test_a_stream_holds_its_facts_in_order_with_its_own_numbers(ledger: Ledger) -> None:
    fill(ledger)

    facts = list(ledger.read(patient_tag(PATIENT)))

    assert [(fact.position, fact.seq) for fact in facts] == [(1, 1), (3, 2), (4, 3)]


def test_a_stream_can_be_read_from_a_sequence_on(ledger: Ledger) -> None:
    fill(ledger)

    assert [fact.position for fact in ledger.read(patient_tag(PATIENT), after=1)] == [3, 4]
    assert list(ledger.read(patient_tag(PATIENT), after=3)) == []


def test_a_stream_can_be_read_as_of_a_position(ledger: Ledger) -> None:
    fill(ledger)

    assert [fact.position for fact in ledger.read(patient_tag(PATIENT), until=3)] == [1, 3]


def test_numbers_are_those_of_the_stream_that_is_read_not_of_the_home_stream(ledger: Ledger) -> None:
    fill(ledger)

    assert [(fact.seq, fact.version) for fact in ledger.read(by_tag(NURSE))] == [(1, 1), (2, 1), (3, 2), (4, 3)]


def test_a_stream_longer_than_one_read_comes_whole(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "READ_CHUNK", 2)
    fill(ledger)

    assert [fact.position for fact in ledger.read(by_tag(NURSE))] == [1, 2, 3, 4]


def test_a_stream_that_does_not_exist_is_empty(ledger: Ledger) -> None:
    assert list(ledger.read("patient/nobody")) == []
    assert ledger.head("patient/nobody") == 0


def test_streams_are_found_by_how_their_names_begin(ledger: Ledger) -> None:
    fill(ledger)

    assert ledger.tags_starting("patient/") == [patient_tag(PATIENT), patient_tag(OTHER_PATIENT)]
    assert ledger.tags_starting("care_month/") == []


def test_facts_are_followed_in_the_order_of_the_ledger(ledger: Ledger) -> None:
    fill(ledger)

    assert [fact.position for fact in ledger.follow(0, 2)] == [1, 2]
    assert [fact.position for fact in ledger.follow(2, 99)] == [3, 4]


def test_raw_rows_are_those_that_facts_are_made_of(ledger: Ledger) -> None:
    fill(ledger)

    assert ledger.mapper.facts(ledger.follow_rows(1, 1))[0].event == ledger.follow(1, 1)[0].event


def test_facts_are_found_by_position_and_missing_ones_left_out(ledger: Ledger) -> None:
    fill(ledger)

    assert [fact.position for fact in ledger.facts_at([4, 1, 99, 4])] == [1, 4]


def test_a_fact_comes_with_its_envelope_and_its_words_closed(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])

    fact = ledger.follow(0, 1)[0]

    assert fact.envelope == envelope()
    assert fact.event == registered().model_copy(update={"words": SEALED})


def test_the_position_at_an_instant_is_the_last_one_recorded_by_then(ledger: Ledger, clock: StandingClock) -> None:
    for _ in range(5):
        ledger.append([proposal(assigned()), proposal(assigned())])
        clock.advance(60)

    found = [ledger.position_at(NOON + timedelta(seconds=seconds)) for seconds in (-1, 0, 59, 60, 239, 9999)]

    assert found == [0, 2, 2, 4, 8, 10]


def test_an_empty_ledger_has_no_position_at_any_instant(ledger: Ledger) -> None:
    assert ledger.position_at(NOON) == 0
    assert ledger.refresh() == 0


def test_tokens_of_one_ledger_repeat_and_do_not_show_the_name(ledger: Ledger) -> None:
    first = ledger.token("mrn", "A-1")

    with reopened(place_of(ledger)) as other:
        assert other.token("mrn", "A-1") == first
    assert len(first) == 32
    assert first != ledger.token("mrn", "A-2")
    assert first != ledger.token("mbi", "A-1")


def test_the_bar_between_system_and_value_belongs_to_neither(ledger: Ledger) -> None:
    with pytest.raises(AssertionError):
        ledger.token("mrn|A", "1")


def test_content_digests_are_those_of_this_ledger(ledger: Ledger) -> None:
    digest = ledger.content_digest(b"content")

    assert ledger.content_digest(b"content") == digest
    assert len(digest) == 32


def test_a_ledger_counts_what_it_holds(ledger: Ledger) -> None:
    fill(ledger)
    ledger.append([proposal(assigned(), key="k", once="o")])

    assert ledger.stats() == (5, 5, 1, 0, 1)


def test_a_ledger_says_who_it_is(ledger: Ledger) -> None:
    assert (ledger.ledger_id, ledger.simulated, ledger.created_at) == (ledger_id_at(place_of(ledger)), False, NOON)


def test_a_row_whose_header_is_cut_short_is_damage(ledger: Ledger) -> None:
    fill(ledger)
    row = ledger.follow_rows(0, 1)[0]

    with pytest.raises(LedgerDamaged):
        ledger.mapper.fact(row._replace(prefix=row.prefix[:20]))


def test_an_envelope_that_is_none_is_damage_when_it_is_asked_for(ledger: Ledger) -> None:
    fill(ledger)
    row = ledger.follow_rows(0, 1)[0]
    fact = ledger.mapper.fact(row._replace(state=row.state.replace(b'"actor"', b'"aktor"')))

    with pytest.raises(LedgerDamaged):
        _ = fact.envelope


def test_threads_may_share_a_ledger(ledger: Ledger) -> None:
    def work(number: int) -> int:
        for count in range(10):
            ledger.append([proposal(assigned(), key=f"{number}/{count}")])
            ledger.refresh()
        return len(list(ledger.read(patient_tag(PATIENT))))

    with ThreadPoolExecutor(max_workers=4) as pool:
        lengths = list(pool.map(work, range(4)))

    assert max(lengths) == 40
    assert [fact.position for fact in ledger.follow(0, 99)] == list(range(1, 41))


def test_a_fact_whose_row_is_gone_cannot_be_opened(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])
    fact = ledger.follow(0, 1)[0]
    fact.position = 77

    with pytest.raises(LedgerDamaged):
        ledger.open_words(fact)


def test_heads_that_were_not_used_for_long_are_forgotten(ledger: Ledger) -> None:
    heads = HeadCache()

    heads.learn((str(number), (number, 1)) for number in range(HEADS_MAX + 10))

    assert len(heads) == HEADS_MAX


def test_a_ledger_that_moved_far_is_asked_again(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.heads.CATCH_UP_MAX", 1)
    with reopened(place_of(ledger)) as other:
        assert other.head(patient_tag(PATIENT)) == 0
        fill(ledger)
        other.refresh()

        assert other.head(patient_tag(PATIENT)) == 3


def test_several_streams_are_read_with_one_question_in_ledger_order_and_nothing_twice(ledger: Ledger) -> None:
    fill(ledger)
    tags = (patient_tag(OTHER_PATIENT), by_tag(NURSE), patient_tag(PATIENT), "patient/nobody")

    assert [fact.position for fact in ledger.read_all(tags)] == [1, 2, 3, 4]
    assert [fact.position for fact in ledger.read_all(tags, until=2)] == [1, 2]
    assert ledger.read_all(("patient/nobody",)) == []


READ: list[tuple[str, bytes]] = []


def topic_of(topic: str, clear: bytes) -> str:
    """What is read of a fact here, noted."""
    READ.append((topic, clear[:12]))
    return topic


def test_what_is_read_of_short_streams_is_read_without_decoding_and_once(ledger: Ledger) -> None:
    fill(ledger)
    READ.clear()
    own, other = patient_tag(PATIENT), patient_tag(OTHER_PATIENT)

    found = ledger.told((own, other, "patient/nobody"), topic_of, until=3)
    again = ledger.told((own,), topic_of, until=1)

    assert [position for position, _ in found[own]] == [1, 3]
    assert found[other] == ((2, "patient_registered"),)
    assert found["patient/nobody"] == ()
    assert again[own] == found[own][:1]
    assert ("patient_registered", b'{"patient":"') in READ
    assert len(READ) == 4


def test_what_was_read_of_a_stream_that_grew_is_read_anew(ledger: Ledger) -> None:
    fill(ledger)
    own = patient_tag(PATIENT)
    before = ledger.told((own,), topic_of, until=9)[own]
    with reopened(place_of(ledger)) as other:
        other.append([proposal(reported())])
    unaware = ledger.told((own,), topic_of, until=9)[own]
    ledger.refresh()

    assert len(before) == len(unaware) == 3
    assert [position for position, _ in ledger.told((own,), topic_of, until=9)[own]] == [1, 3, 4, 5]


def test_facts_that_lost_their_words_are_named_by_their_sealed_fields(ledger: Ledger) -> None:
    fill(ledger)
    ledger.append([proposal(reported(given=None))])
    facts = list(ledger.read(patient_tag(PATIENT)))

    before = ledger.erased(PATIENT, facts)
    ledger.vault.destroy([f"{PATIENT}/identity"])

    assert before == {}
    assert ledger.erased(PATIENT, facts) == {1: ("words",), 4: ("words",)}
    assert ledger.erased(OTHER_PATIENT, facts) == {}
