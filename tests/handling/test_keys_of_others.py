"""An idempotency key in another hand: whoever did not bind it, or may not do what it says, is told nothing of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands.answer import Answer
from commands.wire import Delivery
from ledger.streams.access import CommandRefused
from tests.handling.test_by_key import Desk, code, coverage
from tests.handling.test_deliveries_of_practices import SOURCE, Feeds
from tests.house import house

OTHER = {"payer": "aetna"}


@pytest.fixture
def feeds(tmp_path: Path) -> Iterator[Feeds]:
    with house(tmp_path / "ledger", simulated=False, with_patient=False) as it:
        it.accepted("grant_role", {"staff": it.ids["bill"], "role": "front_desk", "from_on": "2025-01-01"})
        yield Feeds(it)


def told(answer: Answer) -> tuple[Any, ...]:
    """Everything that an answer says, but the sender's own key."""
    refusal = answer.refusal
    said = (refusal.code, refusal.happened, refusal.remedy, refusal.facts) if refusal else None
    return answer.outcome, answer.positions, answer.ids, answer.notices, said


def call(feeds: Feeds) -> dict[str, Any]:
    """Work that is recorded anew each time it is told."""
    told_of = {"performer": feeds.it.ids["bea"], "activity": "phone_call", "description": "Called."}
    return {"patient": feeds.patient, "start": "2026-01-01T10:00:00Z", "end": "2026-01-01T10:05:00Z"} | told_of


def bound(desk: Desk, patient: str | None = None) -> Answer:
    """What the desk recorded under the key `taken`."""
    answer = desk.by(desk.anywhere, "record_coverage", coverage(patient or desk.patient), key="taken")
    assert answer.outcome == "accepted", answer
    return answer


def test_another_person_who_may_do_the_same_learns_that_the_key_is_taken_and_no_more(feeds: Feeds) -> None:
    work = call(feeds)
    longer = work | {"end": "2026-01-01T10:10:00Z"}
    first = feeds.by(feeds.anywhere, "log_time", work, key="taken")
    bill = feeds.key("bill", staff="bill")
    same, other = (feeds.by(bill, "log_time", content, key="taken") for content in (work, longer))

    assert "accepted" == first.outcome
    assert "key_of_other_caller" == code(same)
    assert ((), (), ()) == (same.positions, same.ids, same.refusal.facts if same.refusal else ())
    assert told(same) == told(other)


def test_what_is_known_already_is_unchanged_under_a_key_of_somebody_else_as_under_a_fresh_one(feeds: Feeds) -> None:
    bound(feeds)
    bill = feeds.key("bill", staff="bill")
    taken, fresh = (feeds.by(bill, "record_coverage", coverage(feeds.patient), key=key) for key in ("taken", "fresh"))

    assert "unchanged" == taken.outcome
    assert told(fresh) == told(taken)


def test_whoever_may_not_do_it_is_told_what_a_fresh_key_is_told(feeds: Feeds) -> None:
    bound(feeds)
    there = feeds.key("there", feeds.there, staff="bill")
    taken, fresh, changed = (
        feeds.by(there, "record_coverage", coverage(feeds.patient) | change, key=key)
        for key, change in (("taken", {}), ("fresh", {}), ("taken", OTHER))
    )

    assert "not_in_this_practice" == code(fresh)
    assert told(fresh) == told(taken) == told(changed)


def test_what_the_decider_refuses_is_refused_so_under_a_key_of_somebody_else(feeds: Feeds) -> None:
    bound(feeds)
    bill = feeds.key("bill", staff="bill")
    upside = coverage(feeds.patient) | {"from_on": "2026-01-01", "until_on": "2025-01-01"}
    taken, fresh = (feeds.by(bill, "record_coverage", upside, key=key) for key in ("taken", "fresh"))

    assert "refused" == fresh.outcome
    assert told(fresh) == told(taken)


def test_an_attempt_at_a_key_of_somebody_else_is_on_record(feeds: Feeds) -> None:
    bound(feeds)
    feeds.by(feeds.key("bill", staff="bill"), "record_coverage", coverage(feeds.patient) | OTHER, key="taken")
    feeds.by(feeds.key("there", feeds.there, staff="bill"), "record_coverage", coverage(feeds.patient), key="taken")
    facts = [fact.event for fact in feeds.it.log.read(f"refusals/{feeds.patient}")]

    assert ["key_of_other_caller", "not_in_this_practice"] == [e.code for e in facts if isinstance(e, CommandRefused)]


def test_the_same_person_by_another_login_is_answered_as_before(feeds: Feeds) -> None:
    first = bound(feeds)
    feeds.it.accepted("bind_login", {"login": "os:fay", "staff": feeds.it.ids["fay"]})
    for login in (feeds.key("next"), feeds.key("here", feeds.here), "os:fay"):
        again, edited = (
            feeds.by(login, "record_coverage", coverage(feeds.patient) | change, key="taken") for change in ({}, OTHER)
        )

        assert ("unchanged", first.positions) == (again.outcome, again.positions)
        assert ("exists_with_different_content", first.positions) == (code(edited), edited.positions)


def test_a_key_for_another_practice_of_the_same_person_learns_nothing(feeds: Feeds) -> None:
    bound(feeds)
    there = feeds.key("there", feeds.there)
    taken, fresh = (feeds.by(there, "record_coverage", coverage(feeds.patient), key=key) for key in ("taken", "fresh"))
    inside = feeds.by(there, "record_coverage", coverage(feeds.elsewhere), key="taken")

    assert told(fresh) == told(taken)
    assert ("key_of_other_caller", ()) == (code(inside), inside.positions)


def test_a_key_that_was_revoked_learns_nothing_of_what_its_person_bound(feeds: Feeds) -> None:
    bound(feeds)
    lost = feeds.key("lost")
    feeds.revoke(lost)

    assert "api_key_revoked" == code(feeds.by(lost, "record_coverage", coverage(feeds.patient), key="taken"))


def test_the_next_key_of_a_source_is_answered_as_the_one_before(feeds: Feeds) -> None:
    first = feeds.deliver("any", feeds.patient, "row-1")
    again, outside = feeds.deliver("here", feeds.patient, "row-1"), feeds.deliver("there", feeds.patient, "row-1")

    assert ("unchanged", first.positions) == (again.outcome, again.positions)
    assert ("not_in_this_practice", ()) == (code(outside), outside.positions)


def test_what_waits_is_told_to_no_key_of_another_practice(feeds: Feeds) -> None:
    feeds.park("here", "row-1")
    unknown = {"system": "mrn", "value": "nobody of row-1"}
    again, outside = feeds.deliver("here", unknown, "row-1"), feeds.deliver("there", unknown, "row-1")

    assert ("parked", 1) == (again.outcome, len(again.ids))
    assert ("key_of_other_caller", (), ()) == (code(outside), outside.positions, outside.ids)


def test_a_key_bound_to_what_was_known_already_stays_its_callers(feeds: Feeds) -> None:
    """Nothing was appended under it, so the ledger holds no word of who bound it."""
    bound(feeds)
    bill = feeds.key("bill", staff="bill")
    first, again = (feeds.by(bill, "record_coverage", coverage(feeds.patient), key="mine") for _ in range(2))
    edited = feeds.by(bill, "record_coverage", coverage(feeds.patient) | OTHER, key="mine")

    assert ("unchanged", "unchanged", first.positions) == (first.outcome, again.outcome, again.positions)
    assert ("exists_with_different_content", ()) == (code(edited), edited.positions)


def test_a_source_that_a_login_does_not_deliver_for_says_nothing_of_its_keys(feeds: Feeds) -> None:
    feeds.deliver("any", feeds.patient, "row-1")
    head = {"actor": {"id": feeds.it.ids["feed"]}, "source": {"system": SOURCE, "id": "row-1"}, "key": "row-1"}
    answer = feeds.by(feeds.anywhere, "record_coverage", coverage(feeds.patient), **head)

    assert ("source_of_other_login", ()) == (code(answer), answer.positions)


def test_a_person_whose_login_went_to_somebody_else_is_answered_as_before_and_the_other_is_not(feeds: Feeds) -> None:
    """Told that the key is taken, the sender would give a key of its own to what is on record, and record it twice."""
    it = feeds.it
    it.accepted("bind_login", {"login": "os:front", "staff": it.ids["bea"]})
    first = feeds.by("os:front", "log_time", call(feeds), key="taken")
    it.accepted("bind_login", {"login": "os:bea", "staff": it.ids["bea"]})
    it.accepted("bind_login", {"login": "os:front", "staff": it.ids["fay"]})
    own, other = (feeds.by(login, "log_time", call(feeds), key="taken") for login in ("os:bea", "os:front"))

    assert ("unchanged", first.positions) == (own.outcome, own.positions)
    assert ("refused", (), ()) == (other.outcome, other.positions, other.ids)


def test_a_source_that_was_registered_with_another_login_is_answered_as_before(feeds: Feeds) -> None:
    it, answers = feeds.it, []
    for login in ("svc:one", "svc:two"):
        it.accepted("bind_login", {"login": login, "staff": it.ids["feed"]})
        it.accepted("register_source", {"system": "lab", "login": login, "trusted_for_acts": True})
        head = {"actor": {"id": it.ids["feed"]}, "source": {"system": "lab", "id": "row-1"}, "key": "row-1"}
        answers.append(feeds.by(login, "log_time", call(feeds), **head))
    first, again = answers

    assert ("accepted", "unchanged", first.positions) == (first.outcome, again.outcome, again.positions)


def test_a_key_of_a_source_learns_nothing_of_whom_another_practice_registered_under_the_name(feeds: Feeds) -> None:
    it, answers = feeds.it, []
    it.accepted("register_source", {"system": "lab", "trusted_for_acts": True})
    for name, practice in (("there", feeds.there), ("here", feeds.here)):
        digest = (f"lab-{name}".encode().hex() * 64)[:64]
        data = {"name": f"lab-{name}", "digest": digest, "scopes": ["append"], "source": "lab", "practices": [practice]}
        issued = it.accepted("issue_api_key", data | {"expires_at": "2026-02-01T00:00:00Z"})
        head = {"actor": {"id": it.ids["fay"]}, "source": {"system": "lab", "id": "row-1"}, "key": "row-1"}
        login = f"key:{dict(issued.ids)['api_key']}"
        answers.append(feeds.by(login, "register_patient", feeds.registering(practice), **head))
    first, other = answers

    assert "accepted" == first.outcome
    assert ("key_of_other_caller", (), ()) == (code(other), other.positions, other.ids)


def test_a_key_of_a_source_learns_nothing_of_what_another_practice_imported(feeds: Feeds) -> None:
    rows = {"kind": "time_log", "accepted": 1, "unchanged": 0, "refused": 0, "parked": 0, "document": "1b" * 32}
    head = {"actor": {"id": feeds.it.ids["feed"]}, "source": {"system": SOURCE}, "key": "import"}
    first, again, other = (
        feeds.by(feeds.feeds[name], "record_import", rows, **head) for name in ("there", "there", "here")
    )

    assert ("accepted", "unchanged", first.positions) == (first.outcome, again.outcome, again.positions)
    assert ("key_of_other_caller", ()) == (code(other), other.positions)


def test_a_file_of_a_simulation_is_answered_the_same_whoever_sends_it_again(tmp_path: Path) -> None:
    with house(tmp_path / "simulated") as it:
        work = {"performer": it.ids["bea"], "start": "2026-01-05T16:00:00Z", "end": "2026-01-05T16:05:00Z"}
        work |= {"patient": it.ids["patient"], "activity": "phone_call", "description": "Called."}
        line = it.line("log_time", work, key="taken", actor="bea")
        (first,) = it.send_lines(line)
        delivery = it.handler.read(line)
        assert isinstance(delivery, Delivery)
        (again,) = it.handler.handle([delivery._replace(login="os:somebody")])

    assert ("accepted", "unchanged", first.positions) == (first.outcome, again.outcome, again.positions)
