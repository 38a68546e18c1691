"""An erasure carried out: words gone everywhere, every proof as it was; and cut between any two of its steps."""

from typing import Any

import pytest

from commands.wire import Delivery
from interfaces import erasing as runner
from interfaces.erasing import carry_out
from ledger.store import erasing as store
from ledger.store.fsck import verify
from ledger.streams.base import ERASED
from ledger.streams.erasure import destroyed_scopes
from ledger.terms.identity import erasure_tag
from ledger.terms.outcome import Refused
from projections.erasures import digest_of
from projections.patient_history import facts_of
from tests.erasing.conftest import OVER, Old


def words_left(old: Old) -> list[str]:
    """Topics of the patient's facts whose words still open, those about the erasure itself apart."""
    return [
        type(event).TOPIC
        for event in old.opened()
        for each in event.sealing()
        if getattr(event, each.field) is not ERASED
        and getattr(event, each.field) is not None
        and not each.scope.endswith("/erasure")
    ]


def test_no_words_of_the_patient_open_any_more(old: Old) -> None:
    assert words_left(old)
    old.run()

    assert words_left(old) == []


def test_the_outside_names_of_deliveries_are_gone_with_the_words(old: Old) -> None:
    old.run()
    own = [fact for fact in facts_of(old.house.log, old.patient) if not fact.home.startswith("erasure/")]

    assert {old.house.log.origin(fact) for fact in own} == {None}


def test_why_it_was_erased_can_still_be_read(old: Old) -> None:
    old.run()
    told = [event for event in old.opened() if type(event).TOPIC in ("erasure_requested", "erasure_approved")]

    assert [event.words.reason for event in told] == ["Old.", "Seen."]  # type: ignore[attr-defined]


def test_every_leaf_and_commitment_is_as_it_was(old: Old) -> None:
    before = verify(old.house.log)
    leaves = [row.prefix for row in old.house.log.engine.follow(0, before.facts)]
    old.run()
    after = verify(old.house.log)

    assert (after.is_sound, before.erased, after.erased > 10) == (True, 0, True)
    assert [row.prefix for row in old.house.log.engine.follow(0, before.facts)] == leaves


def test_the_delivery_that_waited_for_the_patient_is_gone_with_the_rest(old: Old) -> None:
    old.run()
    (parked, *_) = old.house.log.read("parked/direct")

    assert old.house.log.open_words(parked).words is ERASED  # type: ignore[attr-defined]


def test_a_line_that_comes_again_under_its_key_is_refused_and_compared_with_nothing(old: Old) -> None:
    old.run()
    (answer,) = old.house.send_lines(old.lines["registered"])

    assert answer.refusal is not None
    assert answer.refusal.code == "key_of_erased_content"


def test_so_it_is_where_nobody_can_say_who_bound_the_key(old: Old) -> None:
    """Under the second key nothing was appended; it was bound to what was known."""
    second = old.lines["registered"].replace(b"zyx-key-1", b"zyx-key-2")
    (known,) = old.house.send_lines(second)
    old.run()
    line = old.house.handler.read(second)
    assert isinstance(line, Delivery)
    (answer,) = old.house.handler.handle([line._replace(login="os:somebody")])

    assert known.outcome == "unchanged"
    assert answer.refusal is not None
    assert (answer.refusal.code, answer.positions) == ("key_of_erased_content", ())


def test_words_that_come_later_are_refused_and_facts_without_words_are_kept(old: Old) -> None:
    old.run()
    old.house.clock = "2038-03-02T12:00:00Z"
    spoken = old.house.log_time("2026-01-28T15:00:00Z", "2026-01-28T15:10:00Z")
    died = old.house.send("record_death", {"patient": old.patient, "on": "2037-05-01"}, actor="fay")

    assert spoken.refusal is not None
    assert (spoken.refusal.code, died.outcome) == ("words_erased", "accepted")


def test_the_certificate_says_what_under_which_request_and_approval(old: Old) -> None:
    found = old.run()
    said, state = found["certified"], old.state()

    assert (said["erasure"], said["years"], said["identity"]) == (old.erasure, [2020, 2025, 2026], True)
    assert said["requested"]["by"] == old.house.ids["cora"]
    assert said["approved"]["by"] == old.house.ids["dan"]
    assert old.house.ids["delivery"] in said["scopes"]
    assert {"delivery_parked", "patient_registered", "time_logged"} <= {fact["topic"] for fact in said["facts"]}
    assert state.result is not None
    assert found["sha256"] == digest_of(said) == state.result.certificate
    assert found["done"]["facts"] == len(said["facts"]) == state.result.facts


def test_the_certificate_is_made_anew_from_the_ledger_byte_for_byte(old: Old) -> None:
    found = old.run()
    old.reopened()

    assert old.run() == found


def test_keys_of_a_restored_vault_are_named_by_the_facts(old: Old) -> None:
    old.run()
    facts = old.house.log.read(erasure_tag(old.patient))

    assert destroyed_scopes(facts) == set(old.state().scopes)


def test_nothing_begins_before_the_notice_is_over(old: Old) -> None:
    early = carry_out(old.session(), old.state(), OVER.replace(month=1))

    assert isinstance(early, Refused)
    assert early.code == "notice_not_over"
    assert words_left(old)


# --- cut anywhere -------------------------------------------------------------------------------------------------

STEPS = ("begin_erasure", "destroy", "words_under", "blank_contents", "finish_erasure")


class Cut(Exception):
    """The power went."""


def cut_at(monkeypatch: pytest.MonkeyPatch, step: str, *, after: bool) -> None:
    """The next run ends before or after a step, once."""
    real = getattr(store, step) if hasattr(store, step) else runner.given

    def cutting(*args: Any, **more: Any) -> Any:
        if step not in ("begin_erasure", "finish_erasure") or args[1] == step:
            done = real(*args, **more) if after else None
            assert done is None or done is not NotImplemented
            raise Cut
        return real(*args, **more)

    where = store if hasattr(store, step) else runner
    monkeypatch.setattr(where, step if hasattr(store, step) else "given", cutting)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_was_cut_ends_right_when_it_runs_again(
    old: Old, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    with monkeypatch.context() as patched:
        cut_at(patched, step, after=after)
        with pytest.raises(Cut):
            old.run()
    old.reopened()
    found = old.run()
    topics = [fact.event.TOPIC for fact in old.house.log.read(erasure_tag(old.patient))]

    assert topics == ["erasure_requested", "erasure_approved", "erasure_begun", "erasure_done"]
    assert words_left(old) == []
    assert found["done"]["command_keys"] > 10
    assert verify(old.house.log).is_sound


def test_until_the_keys_are_gone_nothing_says_that_it_is_done(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        cut_at(patched, "destroy", after=False)
        with pytest.raises(Cut):
            old.run()

    assert old.state().status == "begun"
    assert destroyed_scopes(old.house.log.read(erasure_tag(old.patient)))
