"""`--as-of` on every read: what was learned later is in no answer, and the access fact says as of which position."""

import json

import pytest

from tests.cli.conftest import MONTH, Run, World, in_a_folder

pytestmark = in_a_folder


@pytest.fixture
def patient_at(run: Run, kept_world: World) -> int:
    """The position at which the patient was registered."""
    facts = run("history", kept_world.ids["patient"], "--json").json["facts"]
    position: int = facts[0]["position"]
    return position


def test_a_trail_as_of_a_position_ends_there(run: Run, kept_world: World) -> None:
    page = run("audit", "--as-of", "12", "--limit", "9999", "--json").json

    assert (page["as_of"], page["facts"][-1]["position"]) == (12, 12)


def test_a_trail_as_of_an_instant_ends_with_what_was_recorded_by_then(run: Run, kept_world: World) -> None:
    page = run("audit", "--as-of", "2026-01-05T16:00:00Z", "--limit", "9999", "--json").json

    assert page["facts"][-1]["topic"] == "practitioner_designated"
    assert "time_logged" not in {fact["topic"] for fact in page["facts"]}


def test_a_trail_of_a_practice_does_not_know_patients_that_came_later(
    run: Run, kept_world: World, patient_at: int
) -> None:
    of_practice = ("audit", "--practice", kept_world.ids["practice"], "--limit", "9999", "--json")
    before_assignment = run(*of_practice, "--as-of", str(patient_at)).json["facts"]
    now = run(*of_practice).json["facts"]

    assert "patient_registered" not in {fact["topic"] for fact in before_assignment}
    assert "patient_registered" in {fact["topic"] for fact in now}


def test_repeats_of_a_refusal_are_told_as_of_now_only(run_on_copy: Run, world: World) -> None:
    for _ in range(2):
        assert run_on_copy("month", world.ids["patient"], MONTH, actor="feed").code == 1
    refused = ("audit", "--outcome", "refused", "--json")
    (now,) = run_on_copy(*refused).json["facts"]
    (then,) = run_on_copy(*refused, "--as-of", str(now["position"])).json["facts"]

    assert (now["times"], then["times"]) == (2, None)


def test_an_identifier_leads_to_nobody_as_of_a_moment_before_it_was_known(
    kept_world: World, run: Run, patient_at: int
) -> None:
    given = b"mrn mrn-1\n"
    ask = ("find", "--json", "--as", kept_world.ids["cora"])
    before = kept_world.process(*ask, "--as-of", str(patient_at - 1), given=given)
    after = kept_world.process(*ask, "--as-of", str(patient_at), given=given)

    assert (before.code, before.json["found"][0]["outcome"]) == (1, "not_known")
    assert (after.code, after.json["found"][0]["id"]) == (0, kept_world.ids["patient"])


def test_readiness_as_of_a_moment_lists_what_was_lacking_then(run: Run, kept_world: World, patient_at: int) -> None:
    then = run("readiness", "--month", MONTH, "--as-of", str(patient_at), "--json").json
    now = run("readiness", "--month", MONTH, "--json").json

    assert "consent_not_on_file" in {each["code"] for each in then["patients"][0]["lacks"]}
    assert now["patients"][0]["lacks"] == []


def test_readiness_as_of_a_moment_is_about_the_month_of_then(run: Run, kept_world: World) -> None:
    then = run("readiness", "--as-of", "2026-01-02T00:00:00Z", "--json").json

    assert [each["month"] for each in then["patients"]] == ["2026-01"]


def test_readiness_knows_no_patient_before_the_first_was_registered(
    run: Run, kept_world: World, patient_at: int
) -> None:
    assert run("readiness", "--as-of", str(patient_at - 1), "--json").json["patients"] == []


def test_nothing_was_parked_before_it_was_parked(run: Run) -> None:
    (delivery,) = run("parked", "list", "--json").json["deliveries"]
    then = run("parked", "list", "--as-of", str(delivery["position"] - 1), "--json").json

    assert then["deliveries"] == []


def test_a_discarded_delivery_still_waits_as_of_a_moment_before(run_on_copy: Run) -> None:
    (delivery,) = run_on_copy("parked", "list", "--json").json["deliveries"]
    run_on_copy("parked", "discard", delivery["delivery"], "--reason", "test_data")

    now = run_on_copy("parked", "list", "--json").json["deliveries"]
    then = run_on_copy("parked", "list", "--as-of", str(delivery["position"]), "--json").json["deliveries"]

    assert (now, [each["is_open"] for each in then]) == ([], [True])


def test_months_as_of_a_moment_before_any_rules_are_wrong_usage(run: Run) -> None:
    for words in (("months", MONTH), ("readiness",), ("rules", "list")):
        assert run(*words, "--as-of", "1").code == 2


def test_the_rules_as_of_a_moment_are_those_of_the_edition_adopted_by_then(run: Run) -> None:
    named = run("rules", "show", "medicare.ccm.99490.minutes_minimum", "--as-of", "2026-01-02T00:00:00Z", "--json").json

    assert named["edition"] == run("rules", "list", "--json").json["edition"]


def test_rules_without_a_ledger_have_no_moments(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.delenv("CCM_LEDGER")

    assert run("rules", "list", "--as-of", "7").code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("month", "{patient}", MONTH),
        ("months", MONTH),
        ("history", "{patient}"),
        ("audit", "--patient", "{patient}"),
        ("readiness",),
    ],
    ids=lambda words: words[0],
)
def test_the_access_fact_names_the_position_of_the_answer(
    words: tuple[str, ...], run_on_copy: Run, world: World
) -> None:
    asked = [word.format(patient=world.ids["patient"]) for word in words]
    answer = run_on_copy(*asked, "--as-of", "44", "--json").json
    reads = run_on_copy("history", world.ids["patient"], "--accesses", "--action", "record_read", "--json").json[
        "facts"
    ]

    assert answer["as_of"] == 44
    assert reads[-1]["details"]["as of"] == "44"


def test_a_look_as_of_an_earlier_moment_shows_no_later_look(run_on_copy: Run, world: World) -> None:
    run_on_copy("month", world.ids["patient"], MONTH)
    shown = run_on_copy("history", world.ids["patient"], "--accesses", "--as-of", "44", "--json").json

    assert "record_read" not in {fact["topic"] for fact in shown["facts"]}
    assert json.dumps(shown).count("read_month") == 0


def test_a_list_with_closed_deliveries_says_what_became_of_each(run_on_copy: Run) -> None:
    (delivery,) = run_on_copy("parked", "list", "--json").json["deliveries"]
    before = run_on_copy("parked", "list", "--closed").out
    run_on_copy("parked", "discard", delivery["delivery"], "--reason", "test_data")
    after = run_on_copy("parked", "list", "--closed")
    (closed,) = run_on_copy("parked", "list", "--closed", "--json").json["deliveries"]

    assert before.splitlines()[-1].endswith("  waits")
    assert after.out.splitlines()[-1].endswith("  discarded")
    assert (closed["is_open"], closed["closed_as"]) == (False, "discarded")
