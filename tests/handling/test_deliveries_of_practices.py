"""What was delivered and what waits, to a key that is confined to practices: its own practices', and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from commands.answer import Answer
from interfaces.delivered import deliveries_of, waiting_of, waiting_told
from ledger.terms.outcome import Refused
from tests.handling.test_by_key import Desk, code, coverage
from tests.house import house

DAY = date(2026, 1, 1)
SOURCE = "clinic-timer"


class Feeds(Desk):
    """The same company, and a source that delivers by a key of each practice and by one that is confined to none."""

    def __init__(self, it: Any) -> None:
        super().__init__(it)
        self.feeds = {
            name: self.source_key(f"feed-{name}", *practices)
            for name, practices in (("here", [self.here]), ("there", [self.there]), ("any", []))
        }

    def source_key(self, name: str, *practices: str) -> str:
        """The login of a new key of the source."""
        data = {"name": name, "digest": (name.encode().hex() * 64)[:64], "scopes": ["append", "read"]}
        whose = {"source": SOURCE, "practices": list(practices), "expires_at": "2026-02-01T00:00:00Z"}
        return f"key:{dict(self.it.accepted('issue_api_key', data | whose).ids)['api_key']}"

    def deliver(self, by: str, patient: Any, key: str, **head: Any) -> Answer:
        """Coverage of somebody, delivered by one of the source's keys."""
        source = {"actor": {"id": self.it.ids["feed"]}, "source": {"system": SOURCE, "id": key}, "key": key}
        return self.by(
            self.feeds[by], "record_coverage", coverage(patient) | {"payer": key.replace("-", "_")}, **source, **head
        )

    def park(self, by: str, key: str) -> str:
        """The id of a delivery about somebody whom the ledger does not know."""
        answer = self.deliver(by, {"system": "mrn", "value": f"nobody of {key}"}, key)
        assert answer.outcome == "parked", answer
        return dict(answer.ids)["delivery"]

    @contextmanager
    def as_login(self, login: str) -> Iterator[Any]:
        """A session of somebody."""
        handler, before = self.it.handler, self.it.handler.login
        handler.login = login
        try:
            yield SimpleNamespace(handler=handler, log=self.it.log)
        finally:
            handler.login = before

    def day(self, login: str, keys: bytes | None = None) -> Any:
        with self.as_login(login) as session:
            found = deliveries_of(session, SOURCE, DAY, keys=None if keys is None else BytesIO(keys))
        assert not isinstance(found, Refused), found
        return found

    def waiting(self, login: str, **asked: Any) -> list[str]:
        with self.as_login(login) as session:
            found = waiting_of(session, self.it.log.refresh(), **asked)
        assert not isinstance(found, Refused), found
        return [each.delivery for each in found]


@pytest.fixture
def feeds(tmp_path: Path) -> Iterator[Feeds]:
    with house(tmp_path / "ledger", simulated=False, with_patient=False) as it:
        yield Feeds(it)


def test_a_confined_key_counts_the_deliveries_of_its_practices_alone(feeds: Feeds) -> None:
    mine = feeds.deliver("here", feeds.patient, "row-1")
    for by, patient, key in (
        ("there", feeds.elsewhere, "row-2"),
        ("any", feeds.elsewhere, "row-3"),
        ("any", feeds.nowhere, "row-4"),
    ):
        feeds.deliver(by, patient, key)
    by_any = feeds.deliver("any", feeds.patient, "row-5")
    for by in ("here", "there", "any"):
        feeds.park(by, f"waits-{by}")
    desk = feeds.key("here", feeds.here)
    counts = {name: feeds.day(login) for name, login in (("feed", feeds.feeds["here"]), ("desk", desk))}

    assert {"feed": (2, 1), "desk": (2, 1)} == {
        name: (found.accepted.facts, found.parked.facts) for name, found in counts.items()
    }
    assert mine.positions[0] == counts["feed"].first
    assert by_any.positions[0] <= (counts["feed"].last or 0)
    assert (5, 3) == (feeds.day(feeds.feeds["any"]).accepted.facts, feeds.day(feeds.feeds["any"]).parked.facts)


def test_a_day_on_which_nothing_came_of_its_practices_has_no_positions(feeds: Feeds) -> None:
    feeds.deliver("there", feeds.elsewhere, "row-2")
    found = feeds.day(feeds.feeds["here"])

    assert (None, None, 0, 0, ()) == (
        found.first,
        found.last,
        found.accepted.facts,
        found.parked.facts,
        found.documents,
    )


def test_that_a_source_asked_is_no_delivery_of_it(feeds: Feeds) -> None:
    feeds.deliver("any", feeds.patient, "row-1")
    first, again = (feeds.day(feeds.feeds["any"]) for _ in range(2))

    assert 1 == first.accepted.facts
    assert first.accepted == again.accepted


def test_a_confined_key_is_told_of_its_own_documents_alone(feeds: Feeds) -> None:
    rows = {"kind": "time_log", "accepted": 1, "unchanged": 0, "refused": 0, "parked": 0}
    head = {"actor": {"id": feeds.it.ids["feed"]}, "source": {"system": SOURCE}}
    for number, by in enumerate(("here", "there", "any")):
        document = {"document": f"{number}b" * 32}
        answer = feeds.by(feeds.feeds[by], "record_import", rows | document, **head, key=f"import-{by}")
        assert answer.outcome == "accepted", answer

    assert [1, 3] == [len(feeds.day(feeds.feeds[by]).documents) for by in ("here", "any")]


def test_keys_of_other_practices_are_unknown_to_a_confined_key(feeds: Feeds) -> None:
    feeds.deliver("here", feeds.patient, "row-1")
    feeds.deliver("there", feeds.elsewhere, "row-2")
    feeds.park("there", "row-3")
    asked = b"row-1\nrow-2\nrow-3\nrow-9\n"
    mine, of_all = (feeds.day(feeds.feeds[by], asked).compared for by in ("here", "any"))

    assert (1, 0, (2, 3, 4), ()) == (mine.recorded, mine.waiting, mine.unknown, mine.not_named)
    assert (2, 1, (4,)) == (of_all.recorded, of_all.waiting, of_all.unknown)


def test_what_waits_is_listed_to_a_confined_key_where_a_key_of_its_practices_brought_it(feeds: Feeds) -> None:
    waiting = {by: feeds.park(by, f"waits-{by}") for by in ("here", "there", "any")}
    desk, whole = feeds.key("here", feeds.here), list(waiting.values())

    assert [waiting["here"]] == feeds.waiting(desk) == feeds.waiting(desk, source=SOURCE)
    assert [waiting["here"]] == feeds.waiting(feeds.feeds["here"], source=SOURCE)
    assert whole == feeds.waiting(feeds.anywhere) == feeds.waiting(feeds.feeds["any"], source=SOURCE)


def test_what_was_resolved_to_somebody_of_its_practices_is_listed_to_a_confined_key(feeds: Feeds) -> None:
    mine, theirs = feeds.park("any", "row-1"), feeds.park("any", "row-2")
    for delivery, subject in ((mine, feeds.patient), (theirs, feeds.elsewhere)):
        resolved = {"source": SOURCE, "delivery": delivery, "subject": subject}
        assert "accepted" == code(feeds.by(feeds.anywhere, "resolve_delivery", resolved))

    assert [mine] == feeds.waiting(feeds.key("here", feeds.here))


def test_by_which_login_a_delivery_came_is_told_to_nobody(feeds: Feeds) -> None:
    feeds.park("here", "row-1")
    with feeds.as_login(feeds.anywhere) as session:
        found = waiting_of(session, feeds.it.log.refresh())
    assert not isinstance(found, Refused)
    (told,) = waiting_told(found, 1, DAY)["deliveries"]

    assert feeds.feeds["here"] not in str(told)


@pytest.mark.parametrize("command", ["resolve_delivery", "release_delivery"])
def test_a_confined_key_settles_what_belongs_to_its_practices_alone(feeds: Feeds, command: str) -> None:
    desk = feeds.key("here", feeds.here)
    named = {"subject": feeds.patient} if command == "resolve_delivery" else {}

    def settled(delivery: str) -> str:
        return code(feeds.by(desk, command, {"source": SOURCE, "delivery": delivery} | named))

    outside = {settled(delivery) for delivery in (feeds.park("there", "a"), feeds.park("any", "b"), "dv_" + "a" * 26)}
    inside = settled(feeds.park("here", "c"))

    assert {"not_in_this_practice"} == outside
    assert inside == ("accepted" if named else "waiting_for_patient")
