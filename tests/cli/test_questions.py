"""Questions about patients: recorded as reads, allowed by role, shown in words and in JSON."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.conftest import MONTH, Run, World


def test_a_month_shows_minutes_codes_dollars_and_where_it_stands(run: Run, kept_world: World) -> None:
    shown = run("month", kept_world.ids["patient"], MONTH).out

    assert "Standing: ready: nothing blocks release; nobody has attested yet." in shown
    assert "Counted: 41:30 of staff, 0:00 of the practitioner." in shown
    assert "  99490 x1  $66.13\n  99439 x1  $50.44\n  Together $116.57 (national estimate)." in shown
    assert "Entries:" not in shown


def test_every_screen_of_a_simulated_ledger_says_so(run: Run, kept_world: World) -> None:
    assert run("month", kept_world.ids["patient"], MONTH).out.startswith("Simulated ledger:")
    assert run("month", kept_world.ids["patient"], MONTH, "--json").json["simulated"] is True
    assert run("months", MONTH, "--json").json["simulated"] is True
    assert run("verify", "--json").json["simulated"] is True


def test_money_is_text_in_json(run: Run, kept_world: World) -> None:
    answer = run("month", kept_world.ids["patient"], MONTH, "--json").json

    assert (answer["amount"], answer["amounts_are"]) == ("116.57", "national estimates")
    assert answer["charges"][0] == {"code": "99490", "units": 1, "amount": "66.13"}


def test_an_explained_month_opens_into_entries_families_and_rules(run: Run, kept_world: World) -> None:
    shown = run("month", kept_world.ids["patient"], MONTH, "--explain").out

    assert "2026-01-02  0:00 of 30:00 count" in shown
    assert "before_consent: 1800 seconds do not count" in shown
    assert "complex CCM: not available\n  41 minutes of complex CCM\n" in shown
    assert "medicare.ccm.99490.minutes_minimum = 20 minutes (from 2015-01-01; CY 2015 PFS final rule" in shown


def test_an_explained_month_names_positions_and_rules_in_json(run: Run, kept_world: World) -> None:
    answer = run("month", kept_world.ids["patient"], MONTH, "--explain", "--json").json

    assert [entry["counted"] for entry in answer["entries"]] == [1500, 990, 0]
    assert all(entry["position"] > 0 for entry in answer["entries"])
    minimum = next(rule for rule in answer["readings"] if rule["name"] == "medicare.ccm.99490.minutes_minimum")
    assert (minimum["value"], minimum["effective"]) == (20, "2015-01-01")


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every node of a tree of reasons."""
    for node in tree:
        yield node
        yield from nodes(node.get("parts", ()))


def test_an_explained_month_opens_every_figure_and_notice_in_json(run: Run, kept_world: World) -> None:
    answer = run("month", kept_world.ids["patient"], MONTH, "--explain", "--json").json
    reasons = answer["reasons"]
    figures = {node["what"]: node for node in nodes(reasons["figures"]) if not node.get("see")}

    assert (answer["edition"], answer["as_of"]) == (reasons["edition"], reasons["as_of"])
    assert answer["amount"] == figures["amount"]["value"]
    assert answer["seconds"]["staff"] == figures["seconds.staff"]["value"]
    assert {f"entry.{entry['entry']}" for entry in answer["entries"]} <= set(figures)
    assert [f"notice.{each['code']}" for each in answer["notices"]] == [node["what"] for node in reasons["notices"]]


def test_the_facts_of_an_explained_month_are_those_of_the_ledger(run: Run, kept_world: World) -> None:
    patient = kept_world.ids["patient"]
    reasons = run("month", patient, MONTH, "--explain", "--json").json["reasons"]
    trail = run("audit", "--json", "--limit", "9999").json["facts"]
    topics = {fact["position"]: fact["topic"] for fact in trail}
    every = [*reasons["figures"], *reasons["missing"], *reasons["notices"]]
    named = {fact["position"]: fact["kind"] for node in nodes(every) for fact in node.get("facts", ())}

    assert {at: topics[at] for at in named} == named
    assert {"consent_recorded", "practitioner_designated", "time_logged", "role_granted"} <= set(named.values())


def test_the_reasons_of_an_earlier_moment_name_nothing_later(run: Run, kept_world: World) -> None:
    words = ("month", kept_world.ids["patient"], MONTH, "--explain", "--as-of", "2026-01-06T00:00:00Z", "--json")
    reasons = run(*words).json["reasons"]
    facts = [fact for node in nodes(reasons["figures"]) for fact in node.get("facts", ())]

    assert facts
    assert max(fact["position"] for fact in facts) <= reasons["as_of"]


def test_why_not_is_a_tree_in_json(run: Run, kept_world: World) -> None:
    answer = run("month", kept_world.ids["patient"], MONTH, "--why-not", "99439", "--json").json["why_not"]
    whats = [node["what"] for node in answer["reasons"]]

    assert ["needed.99439", "minutes.noncomplex", "seconds.not_counted"] == whats
    assert "19 more qualifying minutes; work that is not logged can be, with its service dates." in answer["remedies"]


def test_an_explained_month_says_who_alone_vouches_for_an_entry(run: Run, kept_world: World) -> None:
    shown = run("month", kept_world.ids["patient"], MONTH, "--explain").out
    answer = run("month", kept_world.ids["patient"], MONTH, "--explain", "--json").json

    assert 3 == shown.count("; asserted by simulation\n")
    assert {"simulation"} == {entry["asserted_by"] for entry in answer["entries"]}


def test_why_not_gives_the_judges_reasons_for_a_code_that_is_absent(run: Run, kept_world: World) -> None:
    shown = run("month", kept_world.ids["patient"], MONTH, "--why-not", "99487").out

    assert "99487 is not among the codes (complex CCM, 41 minutes)." in shown
    assert "  The next unit needs 60 minutes: 19 more.\n" in shown
    assert "family_below_minimum: 41 qualifying minutes are logged, 60 are needed (99487)." in shown


def test_why_not_of_a_code_that_is_there_says_what_the_next_unit_needs(run: Run, kept_world: World) -> None:
    shown = run("month", kept_world.ids["patient"], MONTH, "--why-not", "99439").out

    assert "99439 has 1 unit of at most 2 (non-complex CCM, 41 minutes)." in shown
    assert "  The next unit needs 60 minutes: 19 more.\n" in shown
    assert "30:00 of the month do not count" in shown


def test_why_not_of_a_code_outside_ccm_names_those_inside(run: Run, kept_world: World) -> None:
    answer = run("month", kept_world.ids["patient"], MONTH, "--why-not", "99213", "--json").json

    assert answer["why_not"]["is_known"] is False
    assert "99490" in answer["why_not"]["known"]


def test_a_month_can_be_asked_as_of_an_earlier_instant(run: Run, kept_world: World) -> None:
    answer = run("month", kept_world.ids["patient"], MONTH, "--as-of", "2026-01-06T00:00:00Z", "--json").json

    assert (answer["standing"], answer["seconds"]["staff"]) == ("nothing_logged", 0)


def test_a_month_as_of_a_moment_before_the_first_rules_is_wrong_usage_and_no_damage(
    run: Run, kept_world: World
) -> None:
    before = run("month", kept_world.ids["patient"], MONTH, "--as-of", "2000-01-01T00:00:00Z")
    first = run("month", kept_world.ids["patient"], MONTH, "--as-of", "1")

    assert (2, 2) == (before.code, first.code)
    assert "no rules to judge by then" in before.err


def test_an_unknown_patient_is_refused(run: Run) -> None:
    ran = run("month", "pt_aaaaaaaaaaaaaaaaaaaaaaaaaa", MONTH)

    assert (ran.code, ran.out) == (1, "")
    assert "no_such_patient" in ran.err


def test_a_read_in_no_role_of_the_practice_is_refused_before_anything_is_shown(run: Run, kept_world: World) -> None:
    ran = run("month", kept_world.ids["patient"], MONTH, "--json", actor="feed")

    assert (ran.code, ran.out) == (1, "")
    assert json.loads(ran.err)["refusal"]["code"] == "not_in_this_practice"


def test_a_login_that_speaks_for_nobody_reads_nothing(kept_world: World) -> None:
    ran = kept_world.process("month", kept_world.ids["patient"], MONTH)

    assert (ran.code, ran.out) == (1, "")
    assert "login_not_bound" in ran.err


def test_every_read_is_a_fact_with_its_purpose(run: Run, kept_world: World) -> None:
    run("month", kept_world.ids["patient"], MONTH, "--purpose", "audit")
    trail = run("audit", "--action", "record_read", "--patient", kept_world.ids["patient"], "--json", "--limit", "9999")

    assert trail.json["facts"][-1]["command"] == "read_month"
    history = run("history", kept_world.ids["patient"], "--accesses", "--json").json["facts"]
    purposes = [fact["who"]["purpose"] for fact in history if fact["topic"] == "record_read"]
    assert "audit" in purposes


def test_months_are_a_table_with_a_total(run: Run, kept_world: World) -> None:
    lines = run("months", MONTH).out.splitlines()

    assert lines[2].split() == ["patient", "minutes", "codes", "estimate", "standing", "missing"]
    row = [kept_world.ids["patient"], "41", "99490", "x1,", "99439", "x1", "$116.57", "ready", "-"]
    assert lines[3].split() == row
    assert lines[4] == "1 with codes; together $116.57 (national estimate)."


def test_months_of_another_practice_are_empty(run_on_copy: Run, world: World) -> None:
    data = {"name": "Lakeside", "tin": "995259047", "npi": "1943292544", "zone": "America/New_York"}
    line = world.line("register_practice", data, key="lake", actor={"id": world.ids["admin"]})
    other = json.loads(world.process("submit", "-", given=line.encode()).out)["ids"]["practice"]

    assert run_on_copy("months", MONTH, "--practice", other, "--json", actor="admin").json["rows"] == []


def test_months_as_csv_have_no_banner_and_say_that_they_are_simulated(run: Run, kept_world: World) -> None:
    (row,) = csv.DictReader(io.StringIO(run("months", MONTH, "--csv").out))

    assert (row["patient"], row["codes"]) == (kept_world.ids["patient"], "99490x1 99439x1")
    assert (row["national_estimate"], row["simulated"]) == ("116.57", "yes")


def test_history_keeps_words_closed_unless_they_are_asked_for(run: Run, kept_world: World) -> None:
    closed = run("history", kept_world.ids["patient"]).out
    opened = run("history", kept_world.ids["patient"], "--words").out

    assert "Poe" not in closed
    assert "    family: Poe\n" in opened


def test_history_as_of_a_position_shows_nothing_later(run: Run, kept_world: World) -> None:
    whole = run("history", kept_world.ids["patient"], "--json").json["facts"]
    half = whole[len(whole) // 2]["position"]
    earlier = run("history", kept_world.ids["patient"], "--as-of", str(half), "--json").json

    assert [fact["position"] for fact in earlier["facts"]] == [
        fact["position"] for fact in whole if fact["position"] <= half
    ]


def test_whoever_asks_is_not_whom_the_trail_is_searched_for(run: Run, kept_world: World) -> None:
    everybody = run("audit", "--json").json["facts"]
    nurse = run("audit", "--actor", kept_world.ids["bea"], "--json").json["facts"]

    assert {fact["actor"] for fact in everybody} > {kept_world.ids["bea"], kept_world.ids["ada"]}
    assert {fact["actor"] for fact in nurse} == {kept_world.ids["bea"]}


def test_the_trail_is_searched_along_both_clocks(run: Run) -> None:
    span = ("--since", "2026-01-08", "--until", "2026-01-08", "--json")
    happened = run("audit", "--clock", "happened", *span).json["facts"]
    recorded = run("audit", "--clock", "recorded", *span).json["facts"]

    assert [fact["topic"] for fact in happened] == ["time_logged"]
    assert recorded == []


def test_a_page_of_the_trail_says_where_to_go_on(run: Run) -> None:
    page = run("audit", "--limit", "2", "--json").json
    following = run("audit", "--limit", "2", "--after", str(page["next_after"]), "--json").json

    assert [fact["position"] for fact in page["facts"] + following["facts"]] == [1, 2, 3, 4]
    assert run("audit", "--limit", "2").out.endswith("There are more: --after 2.\n")


def test_an_instant_on_the_clock_of_happening_is_wrong_usage(run: Run) -> None:
    assert run("audit", "--clock", "happened", "--since", "2026-01-08T00:00:00Z").code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("audit", "--since", "2026-02-01", "--until", "2026-01-01"),
        ("months", "2026-01", "--by-day", "--entered-since", "2026-01-01"),
        ("months", "2026-01", "--entered-since", "2026-02-01", "--entered-until", "2026-01-01"),
        ("month", "pt_aaaaaaaaaaaaaaaaaaaaaaaaaa", "2026-01", "--minute", "2026-02-03T16:05:00Z"),
    ],
)
def test_options_that_contradict_each_other_are_wrong_usage(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).code == 2


def test_find_answers_in_order_and_repeats_no_identifier(kept_world: World) -> None:
    given = b'mrn mrn-1\n{"system":"hr","value":"hr-bea"}\nmrn mrn-unheard-of\n???\n'
    ran = kept_world.process("find", "--as", kept_world.ids["cora"], given=given)

    assert ran.code == 1
    patient, nurse = kept_world.ids["patient"], kept_world.ids["bea"]
    assert ran.out.splitlines()[1:] == [patient, nurse, "not known (line 3)", "unreadable (line 4)"]
    assert "unheard" not in ran.out + ran.err


def test_find_in_json_says_whether_it_is_a_patient_or_staff(kept_world: World) -> None:
    ran = kept_world.process("find", "--json", "--as", kept_world.ids["cora"], given=b"hr hr-bea\n")

    assert ran.code == 0
    assert ran.json["found"] == [{"line": 1, "outcome": "found", "kind": "staff", "id": kept_world.ids["bea"]}]


def test_readiness_lists_what_blocks_release(run: Run, kept_world: World) -> None:
    answer = run("readiness", "--month", "2025-12", "--json").json

    (patient,) = answer["patients"]
    assert patient["patient"] == kept_world.ids["patient"]
    assert "consent_not_on_file" in {each["code"] for each in patient["lacks"]}
    assert "lacking nothing" in run("readiness", "--month", "2026-01").out


def test_parked_deliveries_are_listed_without_their_content(run: Run) -> None:
    (delivery,) = run("parked", "list", "--json").json["deliveries"]

    assert (delivery["command"], delivery["waits_for"], delivery["source"]) == ("log_time", "patient", "direct")
    assert "mrn-unknown" not in json.dumps(delivery)
    assert "awaited" not in delivery


def test_a_parked_delivery_is_resolved_and_released(run_on_copy: Run, world: World) -> None:
    (delivery,) = run_on_copy("parked", "list", "--json").json["deliveries"]
    waiting = run_on_copy("parked", "release", delivery["delivery"])
    resolved = run_on_copy("parked", "resolve", delivery["delivery"], world.ids["patient"])
    released = run_on_copy("parked", "release", delivery["delivery"], "--json")

    assert (waiting.code, resolved.code, released.code) == (1, 0, 0)
    assert json.loads(released.out)["outcome"] == "accepted"
    assert run_on_copy("parked", "list", "--json").json["deliveries"] == []


def test_a_parked_delivery_is_discarded_with_a_reason(run_on_copy: Run) -> None:
    (delivery,) = run_on_copy("parked", "list", "--json").json["deliveries"]

    assert run_on_copy("parked", "discard", delivery["delivery"]).code == 2
    assert run_on_copy("parked", "discard", delivery["delivery"], "--reason", "test_data").code == 0
    assert run_on_copy("parked", "list", "--json").json["deliveries"] == []


def test_a_delivery_that_was_never_parked_is_wrong_usage(run: Run) -> None:
    assert run("parked", "release", "dv_aaaaaaaaaaaaaaaaaaaaaaaaaa").code == 2
