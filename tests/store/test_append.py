"""The append: positions, sequences, conditions, keys, groups, time, and what may not be asked of it."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from ledger.store.connection import Ledger
from ledger.streams.access import RecordRead
from ledger.streams.base import Appended, Event, Fact, FactClass, Moved, Origin
from ledger.terms.identity import by_tag, identifier_tag, patient_tag
from tests.store.sample import (
    NOON,
    NURSE,
    OTHER_PATIENT,
    PATIENT,
    TOKEN,
    NewPlace,
    StandingClock,
    assigned,
    empty,
    envelope,
    new_ledger,
    place_of,
    proposal,
    registered,
    reopened,
    reported,
)


def positions(answer: Appended | Moved) -> tuple[int, ...]:
    assert isinstance(answer, Appended)
    return answer.positions


def test_positions_count_from_one_without_gaps(ledger: Ledger) -> None:
    group = [proposal(registered(), assigned()), proposal(reported())]

    answers = ledger.append(group)

    assert [positions(answer) for answer in answers] == [(1, 2), (3,)]


def test_a_fact_counts_in_every_stream_that_it_carries(ledger: Ledger) -> None:
    ledger.append([proposal(registered(), assigned())])

    assert ledger.head(patient_tag(PATIENT)) == 2
    assert ledger.head(identifier_tag(TOKEN)) == 1
    assert ledger.head(by_tag(NURSE)) == 2


def test_the_actor_is_the_last_tag_of_every_fact(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])

    assert ledger.tags_of(1) == ((patient_tag(PATIENT), 1), (identifier_tag(TOKEN), 1), (by_tag(NURSE), 1))


def test_the_number_of_a_fact_in_its_home_stream_is_its_version(ledger: Ledger) -> None:
    ledger.append([proposal(registered()), proposal(assigned()), proposal(registered(OTHER_PATIENT))])

    facts = ledger.follow(0, 10)

    assert [(fact.home, fact.version) for fact in facts] == [
        (patient_tag(PATIENT), 1),
        (patient_tag(PATIENT), 2),
        (patient_tag(OTHER_PATIENT), 1),
    ]


def test_a_stream_that_moved_is_named_and_nothing_is_recorded(ledger: Ledger) -> None:
    ledger.append([proposal(registered(), read_set=empty())])

    answers = ledger.append([proposal(reported(), read_set=empty(), key="k")])

    assert answers == [Moved(patient_tag(PATIENT))]
    assert ledger.refresh() == 1
    assert ledger.binding("k") is None


def test_a_condition_above_the_head_is_moved_as_well(ledger: Ledger) -> None:
    assert ledger.append([proposal(registered(), read_set=((patient_tag(PATIENT), 3),))]) == [
        Moved(patient_tag(PATIENT))
    ]


def test_an_unconditional_proposal_is_never_moved(ledger: Ledger) -> None:
    ledger.append([proposal(registered(), read_set=empty())])

    assert positions(ledger.append([proposal(assigned())])[0]) == (2,)


def test_a_later_proposal_of_a_group_sees_what_the_earlier_ones_appended(ledger: Ledger) -> None:
    group = [
        proposal(registered(), read_set=empty()),
        proposal(reported(), read_set=((patient_tag(PATIENT), 1),)),
        proposal(assigned(), read_set=((patient_tag(PATIENT), 1),)),
    ]

    answers = ledger.append(group)

    assert [type(answer) for answer in answers] == [Appended, Appended, Moved]


def test_what_was_decided_over_a_proposal_that_failed_fails_too_though_the_numbers_agree(ledger: Ledger) -> None:
    ledger.append([proposal(registered(OTHER_PATIENT))])
    failing = proposal(registered(), read_set=((patient_tag(OTHER_PATIENT), 0),))
    # This one read the patient's empty stream before the failing one was decided to fill it.
    after = proposal(assigned(), read_set=empty())

    answers = ledger.append([failing, after])

    assert answers == [Moved(patient_tag(OTHER_PATIENT)), Moved(patient_tag(PATIENT))]


def test_a_proposal_about_other_streams_survives_one_that_failed(ledger: Ledger) -> None:
    ledger.append([proposal(registered(), key="k")])

    answers = ledger.append(
        [proposal(reported(), key="k"), proposal(registered(OTHER_PATIENT), read_set=empty(OTHER_PATIENT))]
    )

    assert answers[0] == Moved("key")
    assert positions(answers[1]) == (2,)


def test_a_key_is_bound_to_the_positions_and_ids_of_its_first_proposal(ledger: Ledger) -> None:
    ledger.append([proposal(registered(), assigned(), key="k")._replace(ids=(("patient", PATIENT),))])

    bound = ledger.binding("k")

    assert bound is not None
    assert bound == (sha256(b"k").digest(), "accepted", (1, 2), (("patient", PATIENT),))


def test_a_key_binds_once_within_a_group(ledger: Ledger) -> None:
    answers = ledger.append([proposal(registered(), key="k"), proposal(assigned(), key="k")])

    assert answers[1] == Moved("key")
    assert ledger.refresh() == 1


def test_an_unchanged_answer_binds_its_key_to_what_is_there(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])

    answer = ledger.append([proposal(key="again")._replace(outcome="unchanged", positions=(1,))])

    assert positions(answer[0]) == (1,)
    bound = ledger.binding("again")
    assert bound is not None
    assert (bound.outcome, bound.positions) == ("unchanged", (1,))


def test_the_ledgers_clock_never_runs_back(ledger: Ledger, clock: StandingClock) -> None:
    ledger.append([proposal(registered())])
    clock.advance(-3600)

    ledger.append([proposal(assigned())])

    assert [fact.recorded_at for fact in ledger.follow(0, 9)] == [NOON, NOON]


def test_microseconds_of_the_clock_are_kept(ledger: Ledger, clock: StandingClock) -> None:
    clock.instant = NOON + timedelta(microseconds=123456)

    ledger.append([proposal(registered())])

    assert ledger.follow(0, 1)[0].recorded_at == clock.instant


def test_a_simulated_ledger_takes_its_clock_from_the_proposal(new_place: NewPlace) -> None:
    earlier = datetime(2024, 1, 31, 9, 0, tzinfo=UTC)
    with new_ledger(new_place("simulated"), simulated=True) as ledger:
        ledger.append([proposal(registered(), clock=earlier)])
        ledger.append([proposal(assigned(), clock=earlier - timedelta(days=1))])

        assert [fact.recorded_at for fact in ledger.follow(0, 9)] == [earlier, earlier]


def test_only_what_is_recorded_moves_the_clock_of_a_simulated_ledger(new_place: NewPlace) -> None:
    begin = datetime(2024, 1, 31, 9, 0, tzinfo=UTC)
    later, latest = begin + timedelta(hours=1), begin + timedelta(hours=5)
    with new_ledger(new_place("simulated"), simulated=True) as ledger:
        ledger.append([proposal(registered(), key="k", clock=begin)])
        group = [
            proposal(assigned(), read_set=empty(), clock=latest),
            proposal(reported(), clock=later),
            proposal(key="unchanged", clock=latest)._replace(outcome="unchanged", positions=(1,)),
            proposal(reported(given=None), once="o", clock=later),
            proposal(reported(given=None), once="o", clock=latest),
            proposal(assigned(OTHER_PATIENT), clock=begin),
        ]

        answers = ledger.append(group)

        said = [answer.recorded_at if isinstance(answer, Appended) else None for answer in answers]
        assert said == [None, later, latest, later, latest, later]
        assert [fact.recorded_at for fact in ledger.follow(0, 9)] == [begin, later, later, later]


def test_a_lone_fact_beside_a_proposal_without_facts_is_dated_by_its_own_clock(new_place: NewPlace) -> None:
    begin = datetime(2024, 1, 31, 14, 0, tzinfo=UTC)
    with new_ledger(new_place("simulated"), simulated=True) as ledger:
        unchanged = proposal(key="u", clock=begin + timedelta(hours=7))._replace(outcome="unchanged", positions=(1,))
        ledger.append([proposal(registered(), key="k", clock=begin), unchanged])

        assert [fact.recorded_at for fact in ledger.follow(0, 9)] == [begin]


def test_a_real_ledger_takes_no_clock_from_a_proposal(ledger: Ledger) -> None:
    with pytest.raises(AssertionError):
        ledger.append([proposal(registered(), clock=NOON)])


def test_a_repeated_refusal_is_one_fact_with_a_count(ledger: Ledger) -> None:
    ledger.append([proposal(assigned(), once="day")])

    answers = ledger.append([proposal(assigned(), once="day"), proposal(assigned(), once="day")])

    assert [positions(answer) for answer in answers] == [(1,), (1,)]
    assert ledger.refusal_counts() == [("day", 1, 3)]
    assert ledger.refresh() == 1


def test_repeats_within_one_group_are_counted(ledger: Ledger) -> None:
    answers = ledger.append([proposal(assigned(), once="day"), proposal(assigned(), once="day")])

    assert [positions(answer) for answer in answers] == [(1,), (1,)]
    assert ledger.refusal_counts() == [("day", 1, 2)]


def test_refusals_are_told_from_a_position_on(ledger: Ledger) -> None:
    ledger.append([proposal(assigned(), once="first"), proposal(assigned(), once="second")])

    assert [count.token for count in ledger.refusal_counts(after=1)] == ["second"]


def test_a_reading_set_is_stored_once_under_its_digest(ledger: Ledger) -> None:
    readings = b'[["medicare.ccm.99490.minutes_minimum",20]]'
    digest = sha256(readings).hexdigest()
    each = proposal(assigned(), by=envelope(readings=digest))._replace(readings=readings)

    ledger.append([each, each])
    ledger.append([each])

    assert ledger.reading_set(digest) == readings
    assert ledger.stats().reading_sets == 1


def test_a_reading_set_under_another_digest_is_a_programming_error(ledger: Ledger) -> None:
    with pytest.raises(AssertionError):
        ledger.append([proposal(assigned(), by=envelope(readings="ab" * 32))._replace(readings=b"other")])


def test_a_reading_set_that_nobody_stored_is_none(ledger: Ledger) -> None:
    assert ledger.reading_set("ab" * 32) is None


class LookAtChart(Event):
    TOPIC = "look_at_chart"
    FACT = FactClass.ACCESS
    patient: str

    def tags(self) -> tuple[str, ...]:
        return (patient_tag(self.patient),)


class ManyTags(Event):
    TOPIC = "many_tags"

    def tags(self) -> tuple[str, ...]:
        return tuple(f"practice/{number}" for number in range(16))


class TwiceTagged(Event):
    TOPIC = "twice_tagged"

    def tags(self) -> tuple[str, ...]:
        return ("practice/a", "practice/a")


def test_a_look_at_a_chart_may_not_carry_a_stream_that_decisions_rest_on(ledger: Ledger) -> None:
    with pytest.raises(AssertionError):
        ledger.append([proposal(LookAtChart(patient=PATIENT))])


def test_a_look_at_a_chart_moves_no_decision(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])
    look = RecordRead(reader=NURSE, on=NOON.date(), question="history", patients=(PATIENT,))

    answers = ledger.append([proposal(look), proposal(assigned(), read_set=((patient_tag(PATIENT), 1),))])

    assert [type(answer) for answer in answers] == [Appended, Appended]


def test_more_than_sixteen_tags_are_a_programming_error(ledger: Ledger) -> None:
    with pytest.raises(AssertionError):
        ledger.append([proposal(ManyTags())])


def test_a_tag_carried_twice_is_a_programming_error(ledger: Ledger) -> None:
    with pytest.raises(AssertionError):
        ledger.append([proposal(TwiceTagged())])


def test_a_decision_may_not_rest_on_who_acted(ledger: Ledger) -> None:
    with pytest.raises(AssertionError):
        ledger.append([proposal(assigned(), read_set=((by_tag(NURSE), 0),))])


def test_a_group_that_fails_in_the_middle_leaves_nothing_behind(ledger: Ledger) -> None:
    with pytest.raises(AssertionError):
        ledger.append([proposal(registered()), proposal(LookAtChart(patient=PATIENT))])

    assert ledger.refresh() == 0
    assert positions(ledger.append([proposal(registered(), read_set=empty())])[0]) == (1,)


def test_an_empty_group_answers_nothing(ledger: Ledger) -> None:
    assert ledger.append([]) == []


def test_another_process_sees_what_was_appended_after_it_looks_again(ledger: Ledger) -> None:
    with reopened(place_of(ledger)) as other:
        assert other.head(patient_tag(PATIENT)) == 0
        ledger.append([proposal(registered())])

        assert other.refresh() == 1
        assert other.head(patient_tag(PATIENT)) == 1


def test_a_condition_is_checked_against_what_another_process_appended(ledger: Ledger) -> None:
    with reopened(place_of(ledger)) as other:
        other.head(patient_tag(PATIENT))
        ledger.append([proposal(registered())])

        assert other.append([proposal(reported(), read_set=empty())]) == [Moved(patient_tag(PATIENT))]
        assert other.head(patient_tag(PATIENT)) == 1


def test_an_origin_of_a_fact_without_words_is_dropped(ledger: Ledger) -> None:
    ledger.append([proposal(assigned(), origin=Origin(key="k-1"))])

    fact: Fact = ledger.follow(0, 1)[0]

    assert ledger.origin(fact) is None
    assert ledger.open_words(fact) is fact.event
