"""The shipped register: every rule id in one state, every applied one carried by something and shown by a test."""

import re
from pathlib import Path

from ledger.rulebook import Covered, coverage, load_rulebook, shipped_edition
from ledger.rulebook.coverage import CHAPTERS, counts
from tests.rulebook.reads import is_read
from tests.rulebook.showing import ROOT, SHOWN_BY, names_of_tests, shown_ids

BOOK = load_rulebook(dict(shipped_edition().files))
COVERED = {each.id: each for each in coverage(BOOK)}
APPLIED = [each for each in COVERED.values() if each.state == "applied"]
ROOMS = ("commands", "projections", "interfaces", "ledger")


def test_the_register_holds_every_rule_id_of_the_law_as_it_was_read() -> None:
    assert len(COVERED) == 240
    assert sum(counts(COVERED.values()).values()) == 240


def test_every_chapter_has_a_heading_and_they_come_in_order() -> None:
    words = list(dict.fromkeys(rule.split("-")[1] for rule in COVERED))

    assert words == list(CHAPTERS)


def test_every_label_is_a_sentence() -> None:
    for each in COVERED.values():
        for said in filter(None, (each.says, each.why, each.note)):
            assert said[0].isupper() or said[0].isdigit(), each.id
            assert said.endswith("."), each.id


def test_every_module_that_carries_a_rule_is_there() -> None:
    missing = {each.id for each in APPLIED if not all((ROOT / path).exists() for path in each.by)}

    assert missing == set()


def test_every_applied_rule_has_a_quantity_that_is_read_or_a_module_that_carries_it() -> None:
    unread = [each.id for each in APPLIED if not each.by and not any(is_read(q.name) for q in each.quantities)]

    assert unread == []


def test_what_is_due_will_live_in_a_room() -> None:
    places = {each.id: each.lives for each in COVERED.values() if each.state == "due"}

    assert [rule for rule, place in places.items() if place.split("/")[0] not in ROOMS] == []


def test_every_applied_rule_is_shown_by_a_case_or_a_test() -> None:
    unshown = [each.id for each in APPLIED if each.id not in shown_ids()]

    assert unshown == []


def test_every_test_that_is_said_to_show_a_rule_is_there() -> None:
    named = [name for names in SHOWN_BY.values() for name in names]
    missing = [name for name in named if name.split("::")[1] not in names_of_tests(name.split("::")[0])]

    assert missing == []


def test_only_applied_rules_are_said_to_be_shown() -> None:
    assert [rule for rule in SHOWN_BY if rule not in {each.id for each in APPLIED}] == []


def test_every_rule_id_that_the_program_cites_is_in_the_register() -> None:
    cited = {rule for path in _sources() for rule in re.findall(r"CCM-[A-Z0-9]+-[0-9]{2}\b", path.read_text())}

    assert cited - set(COVERED) == set()


def test_a_rule_that_is_left_out_or_due_says_so_in_words_of_its_own() -> None:
    assert [each.id for each in COVERED.values() if each.state == "not_modelled" and not _is_reason(each)] == []


def _is_reason(each: Covered) -> bool:
    return len(each.why.split()) >= 5


def _sources() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
