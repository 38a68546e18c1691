"""Words between which code chooses: one that no code knows is refused at its line, not obeyed as another."""

from typing import get_args

import pytest

from ledger.judging.conflicts import _STRENGTH
from ledger.judging.consent import FIELD_CODES, ITEM_CODES
from ledger.rulebook import Diagnostic, Rulebook, RulebookError, load_rulebook
from ledger.rulebook.carried_out import CARRIED_OUT, KNOWN_WORDS, known_words, unknown_words
from ledger.streams.care_month import DecisionLevel, Family
from ledger.streams.consent import EvidenceKind, Method
from ledger.streams.practice import Capability, Policy
from ledger.streams.stays import StayKind
from ledger.terms.people import Programme
from tests.rulebook.test_bounds import PROFILE, SHIPPED, faults_of, loaded

SERVICES = "medicare.conflicts.tcm.effect"


@pytest.mark.parametrize(
    ("name", "value", "unknown", "known"),
    [
        ("medicare.ccm.consent.revocation_effective", '"next_week"', "next_week", "month_end, day_end"),
        (
            "medicare.ccm.99487.decision_making_levels",
            '["moderate", "severe"]',
            "severe",
            "straightforward, low, moderate, high",
        ),
        (SERVICES, '"refused"', "refused", "blocks_release, review, none"),
        ("medicare.conflicts.bhi.effect_personal", '"not_counted"', "not_counted", "blocks_release, review, none"),
        ("medicare.conflicts.evisit.same_date_effect", '"refused"', "refused", "blocks_release, review, none"),
        (
            "medicare.ccm.consent.items_required",
            '["availability", "colour"]',
            "colour",
            "availability, cost_sharing, one_practitioner, right_to_stop",
        ),
        ("medicare.ccm.policy.complex_attestation", '"yearly"', "yearly", "each, batch"),
        ("medicare.pcm.billing_practitioner.other_programmes", '["mtm"]', "mtm", "ccm, pcm, apcm, rpm, rtm, tcm, bhi"),
    ],
)
def test_a_word_of_a_payer_that_no_code_knows_is_refused_at_its_line(
    name: str, value: str, unknown: str, known: str, book: Rulebook
) -> None:
    problem = f"This program does not know {unknown} here."

    assert faults_of({name: value}, book) == (Diagnostic(PROFILE, 10, name, problem, f"It knows {known}."),)


def test_a_word_of_the_base_that_no_code_knows_is_refused_at_its_line() -> None:
    file = "medicare/ccm/consent.toml"
    base = SHIPPED[file].replace(b'value = "month_end"', b'value = "next_week"')

    with pytest.raises(RulebookError) as caught:
        load_rulebook({**SHIPPED, file: base}, first_time=False)

    (fault,) = caught.value.diagnostics
    assert (fault.file, fault.table, fault.problem) == (
        file,
        "revocation_effective",
        "This program does not know next_week here.",
    )
    assert "revocation_effective" in base.decode().splitlines()[fault.line - 6]


def test_a_word_that_code_knows_loads(book: Rulebook) -> None:
    said = loaded({"medicare.ccm.consent.revocation_effective": '"day_end"', SERVICES: '"none"'}, book)

    assert "acme" in {exception.profile for exception in said.exceptions}


def test_every_word_of_the_shipped_law_is_known(book: Rulebook) -> None:
    assert [] == [
        (name, reading.value)
        for name, quantity in book.quantities.items()
        for reading in quantity.readings
        if unknown_words(name, reading.value)
    ]


def test_every_effect_of_the_shipped_law_has_known_words(book: Rulebook) -> None:
    effects = [name for name, quantity in book.quantities.items() if quantity.unit == "effect"]

    assert [] == [name for name in effects if name not in CARRIED_OUT and known_words(name) is None]


def test_what_stands_in_the_table_is_a_quantity_and_not_carried_out_in_one_way(book: Rulebook) -> None:
    names = {f"medicare.ccm.{name}" for name in KNOWN_WORDS}

    assert names <= book.quantities.keys()
    assert not names & CARRIED_OUT.keys()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("medicare.ccm.consent.methods", get_args(Method)),
        ("medicare.ccm.consent.evidence_counts_from_occurrence", get_args(EvidenceKind)),
        ("medicare.ccm.consent.evidence_counts_from_recording", get_args(EvidenceKind)),
        ("medicare.ccm.consent.fields_required", FIELD_CODES),
        ("medicare.ccm.consent.items_required", ITEM_CODES),
        ("medicare.ccm.99487.decision_making_levels", get_args(DecisionLevel)),
        ("medicare.ccm.time.stay_kinds", get_args(StayKind)),
        ("medicare.ccm.billing_practitioner.other_programmes", [each.value.lower() for each in Programme]),
        (SERVICES, _STRENGTH),
    ],
)
def test_the_words_of_a_fact_are_those_that_the_table_knows(name: str, words: tuple[str, ...]) -> None:
    assert set(known_words(name) or ()) == set(words)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("medicare.ccm.rhc.families", get_args(Family)),
        ("medicare.ccm.rhc.capabilities", get_args(Capability)),
        ("medicare.ccm.rhc.choice_policy", get_args(Policy)),
    ],
)
def test_the_words_of_clinics_are_among_those_of_the_facts(name: str, words: tuple[str, ...]) -> None:
    assert set(known_words(name) or ()) <= set(words)


def test_other_words_are_not_held_to_a_list() -> None:
    assert known_words("medicare.ccm.performers.work_countries") is None
    assert known_words("medicare.conflicts.tcm.codes") is None
    assert known_words("other.ccm.consent.methods") is None
