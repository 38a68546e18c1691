"""A standby that takes over without having seen everything: nothing that is gone is relied on, and nothing is lost."""

import pytest

from commands.states import StateCache
from interfaces.embedded import Server
from ledger.store.append import reading_set_digest
from ledger.store.connection import Ledger
from ledger.store.fsck import verify
from ledger.store.postgres.address import Address, parse_address
from ledger.streams.base import Moved
from ledger.terms.identity import patient_tag
from tests.postgres import test_server_gone
from tests.postgres.appending import positions
from tests.postgres.test_server_gone import replayed
from tests.postgres.waiting import until
from tests.store.sample import (
    OTHER_PATIENT,
    PATIENT,
    assigned,
    envelope,
    proposal,
    registered,
    reopened,
    reported,
)

pytestmark = pytest.mark.slow
server, address, ledger = test_server_gone.server, test_server_gone.address, test_server_gone.ledger
standby, of_both = test_server_gone.standby, test_server_gone.of_both


def cut_off(server: Server, standby: Server) -> None:
    """From now on the standby sees nothing more."""
    until(lambda: replayed(standby, server))
    standby.kill()


def taken_over(server: Server, standby: Server) -> Address:
    """The primary is gone, and the standby, as far as it had come, is the primary."""
    server.kill()
    standby.start_again()
    standby.promote()
    return parse_address(f"{standby.url}?ledger=alpha")


def test_words_sealed_under_a_key_that_only_the_lost_server_had_are_sealed_anew(
    server: Server, ledger: Ledger, standby: Server, of_both: Address
) -> None:
    with reopened(of_both) as program:
        cut_off(server, standby)
        program.append([proposal(registered(), key="lost")])
        now = taken_over(server, standby)
        program.append([proposal(registered(), key="again")])

    with reopened(now, seed="afterwards") as afterwards:
        (fact,) = afterwards.follow(0, 9)
        opened = afterwards.open_words(fact)
        found = verify(afterwards)

    assert registered() == opened
    assert found.is_sound


def test_a_folded_state_that_rests_on_lost_facts_is_folded_anew_though_the_numbers_agree(
    server: Server, ledger: Ledger, standby: Server, of_both: Address
) -> None:
    tag = patient_tag(PATIENT)
    with reopened(of_both) as program:
        states = StateCache(program)
        cut_off(server, standby)
        program.append([proposal(registered(), key="lost")])
        assert states.at_head(tag).state.is_registered
        now = taken_over(server, standby)
        with reopened(now, seed="other") as other:
            other.append([proposal(assigned())])

        program.refresh()

        assert (states.at_head(tag).seq, states.at_head(tag).state.is_registered) == (1, False)


def topic_of(topic: str, _: bytes) -> str:
    return topic


def test_what_was_read_of_a_stream_of_the_lost_server_is_read_anew_though_the_numbers_agree(
    server: Server, ledger: Ledger, standby: Server, of_both: Address
) -> None:
    tag = patient_tag(PATIENT)
    with reopened(of_both) as program:
        cut_off(server, standby)
        program.append([proposal(registered(), key="lost")])
        assert program.told((tag,), topic_of, until=1)[tag] == ((1, "patient_registered"),)
        now = taken_over(server, standby)
        with reopened(now, seed="other") as other:
            other.append([proposal(assigned())])

        program.refresh()

        assert program.told((tag,), topic_of, until=1)[tag] == ((1, "practice_assigned"),)


def test_what_was_decided_before_is_moved_though_the_numbers_agree(
    server: Server, ledger: Ledger, standby: Server, of_both: Address
) -> None:
    tag = patient_tag(PATIENT)
    with reopened(of_both) as program:
        cut_off(server, standby)
        program.append([proposal(registered(), key="lost")])
        decided_in, rests_on = program.epoch, ((tag, program.head(tag)),)
        now = taken_over(server, standby)
        with reopened(now, seed="other") as other:
            other.append([proposal(reported())])

        answers = program.append([proposal(assigned(), read_set=rests_on, key="k")], epoch=decided_in)
        again = program.append([proposal(assigned(), read_set=rests_on, key="k")], epoch=program.epoch)

    assert answers == [Moved("server")]
    assert positions(again[0]) == (2,)


def test_readings_that_only_the_lost_server_had_are_stored_again(
    server: Server, ledger: Ledger, standby: Server, of_both: Address
) -> None:
    readings = b'[["a rule","5"]]'
    digest = reading_set_digest(readings).hex()
    with reopened(of_both) as program:
        rested = proposal(assigned(), by=envelope(readings=digest), key="lost")._replace(readings=readings)
        cut_off(server, standby)
        program.append([rested])
        taken_over(server, standby)
        other = proposal(assigned(OTHER_PATIENT), by=envelope(readings=digest), key="kept")
        program.append([other._replace(readings=readings)])

        assert program.reading_set(digest) == readings
        assert verify(program).is_sound
