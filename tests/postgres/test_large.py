"""Large groups and large facts go through, over a socket and over TCP.

A line fills where one end sends without reading: the base library's recorder stands still for ever, with the lock in
its hand, from about half a megabyte on. Each append here has a time within which it must be over.
"""

from collections.abc import Iterator

import pytest
from eventsourcing.persistence import StoredEvent

from interfaces.embedded import Server
from ledger.store.connection import Ledger
from ledger.store.fsck import verify
from ledger.store.postgres.address import parse_address
from ledger.streams.care_plan import CarePlanRevised, PlanElement, PlanWords
from tests.postgres.appending import positions, within
from tests.postgres.servers import unused_name
from tests.store.recorders import base_recorder
from tests.store.sample import NOON, PATIENT, new_ledger, proposal


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server.start(tmp_path_factory.mktemp("large")) as started:
        yield started


@pytest.fixture(params=["tcp", "socket"])
def ledger(request: pytest.FixtureRequest, server: Server) -> Iterator[Ledger]:
    url = server.url if request.param == "tcp" else server.socket_url
    with new_ledger(parse_address(url).beside(unused_name())) as opened:
        yield opened


def plan(revision: int, length: int) -> CarePlanRevised:
    """A revision of a care plan with so many characters."""
    words = PlanWords(elements=(PlanElement(element="goals", text="g" * length),))
    return CarePlanRevised(
        patient=PATIENT,
        revision=revision,
        revised_at=NOON,
        elements=("goals",),
        intervention_owners=True,
        words=words,
    )


@pytest.mark.slow
def test_a_group_of_forty_megabytes_is_one_commit(ledger: Ledger) -> None:
    group = [proposal(plan(number, 2_000), key=f"{number}") for number in range(1, 20_001)]

    answers = within(120, lambda: ledger.append(group))

    assert [positions(answer) for answer in answers] == [(number,) for number in range(1, 20_001)]
    assert len(ledger.follow_rows(19_999, 2)[0].state) > 2_000
    assert ledger.stats()[:3] == (20_000, 2, 20_000)


@pytest.mark.slow
def test_a_fact_of_eight_megabytes_comes_back_whole(ledger: Ledger) -> None:
    event = plan(1, 8_000_000)

    (answer,) = within(60, lambda: ledger.append([proposal(event, key="k")]))

    assert positions(answer) == (1,)
    assert ledger.open_words(ledger.follow(0, 1)[0]) == event
    assert verify(ledger).is_sound


@pytest.mark.slow
@pytest.mark.parametrize(("count", "length"), [(400, 2_000), (20_000, 2_000), (1, 8_000_000)])
def test_the_recorder_does_not_stand_still_where_the_stock_one_does(ledger: Ledger, count: int, length: int) -> None:
    events = [StoredEvent("home", version, "topic", b"s" * length) for version in range(count)]

    with base_recorder(ledger) as recorder:
        inserted = within(60, lambda: recorder.insert_events(events))

        assert inserted == list(range(1, count + 1))
        assert recorder.select_notifications(count, 1)[0].state == b"s" * length
