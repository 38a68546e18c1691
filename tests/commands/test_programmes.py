"""Programmes beside each other: designations, families, and the month of each for itself."""

from datetime import timedelta
from typing import Any

import pytest

from commands.deciding import Law
from commands.intents.care_month import ChooseFamily, LogTime
from commands.intents.designation import DesignatePractitioner
from ledger.judging import Verdict, facts_of, judge_month, missing_tags
from ledger.rulebook import ReadingSet
from ledger.streams.staff import RoleGranted
from ledger.terms.people import Programme, Role, Side
from tests.commands.changes import attested, verdict
from tests.commands.test_month_signing import worked
from tests.commands.world import (
    ADA,
    BO,
    NURSE,
    PATIENT,
    PRACTICE,
    PSYCHOLOGIST,
    SINCE,
    consent,
    designated,
    enrolled,
    utc,
)
from tests.gwt import Given, opaque

MONTH = "2026-03"
OWN_CONSENT, OWN_DESIGNATION = opaque("cs", 9), opaque("dg", 9)


def in_pcm(who: str = ADA, ledger: Given | None = None, programme: Programme = Programme.PCM) -> Given:
    """The patient consented to another programme too, and somebody of the practice bills it."""
    return (ledger or enrolled()).and_(
        RoleGranted(staff=BO, role=Role.PRACTITIONER, practice=PRACTICE, from_on=SINCE),
        consent(consent=OWN_CONSENT, programme=programme, practitioner=who),
        designated(who, designation=OWN_DESIGNATION, programme=programme),
        at=utc("2026-01-06T19:00"),
    )


def spent(
    minutes: int,
    performer: str = NURSE,
    programme: Programme = Programme.PCM,
    ledger: Given | None = None,
    day: int = 9,
) -> Given:
    """So many minutes of a programme in March, asked on the first of April by Dr Bo."""
    begun = utc(f"2026-03-{day:02d}T15:00")
    entry = LogTime(
        patient=PATIENT,
        performer=NURSE,
        programme=Programme.PCM,
        start=begun,
        end=begun + timedelta(minutes=minutes),
        activity="phone_call",
        description="Call about the heart failure.",
    )
    told = (ledger or in_pcm(BO)).by(NURSE).at("2026-03-30T18:00:00+00:00").then(entry)
    return told.by(BO).at("2026-04-01T18:00:00+00:00")


def pcm(ledger: Given, programme: Programme = Programme.PCM) -> Verdict:
    """The month of a programme as the judge has it."""
    held: dict[str, Any] = {}
    while absent := missing_tags(PATIENT, MONTH, held):
        held |= {tag: ledger.state(tag) for tag in absent}
    rulebook, edition = ledger.law
    return judge_month(facts_of(PATIENT, MONTH, held), rulebook, edition=edition, programme=programme)


def choose(family: Any = "pcm_staff", programme: Any = Programme.PCM) -> ChooseFamily:
    return ChooseFamily(patient=PATIENT, month=MONTH, family=family, programme=programme)


# --- designations -----------------------------------------------------------------------------------------------


def designate(who: str, programme: Programme) -> DesignatePractitioner:
    return DesignatePractitioner(
        patient=PATIENT, practitioner=who, programme=programme, side=Side.PRACTITIONER, from_month="2026-03"
    )


def test_pcm_is_billed_by_another_practitioner_beside_ccm() -> None:
    bo = RoleGranted(staff=BO, role=Role.PRACTITIONER, practice=PRACTICE, from_on=SINCE)

    assert Programme.PCM is enrolled().and_(bo).by(BO).when(designate(BO, Programme.PCM)).event.programme


def test_a_second_designation_for_pcm_is_refused_as_one_for_ccm_is() -> None:
    ledger = in_pcm(ADA)

    assert ["month_occupied", "month_occupied"] == [
        ledger.by(BO).when(designate(BO, programme)).refused for programme in (Programme.PCM, Programme.CCM)
    ]


def test_the_same_practitioner_for_both_is_accepted_and_both_months_say_so() -> None:
    ledger = worked(20).then(designate(ADA, Programme.PCM))

    assert "programme_excludes_other" in [notice.code for notice in verdict(ledger).missing]
    assert "programme_excludes_other" in [notice.code for notice in pcm(ledger).missing]


# --- choose_family ----------------------------------------------------------------------------------------------


def test_a_family_of_pcm_is_chosen_for_the_month_of_pcm_and_leaves_that_of_ccm_alone() -> None:
    ledger = spent(30)
    chosen = ledger.then(choose())

    assert (Programme.PCM, "pcm_staff") == (chosen.facts[-1].event.programme, chosen.facts[-1].event.family)  # type: ignore[attr-defined]
    assert ("pcm_staff", None) == (pcm(chosen).chosen, verdict(chosen).chosen)


def test_a_choice_for_ccm_is_stored_as_it_always_was() -> None:
    event = worked(20).when(choose("noncomplex", Programme.CCM)).event

    assert event.programme is None
    assert "programme" not in event.model_dump_json(exclude_none=True)


def test_the_choice_is_the_billing_practitioners_of_that_programme() -> None:
    assert "not_the_billing_practitioner" == spent(30).by(ADA).when(choose()).refused
    assert "not_the_billing_practitioner" == spent(30).by(PSYCHOLOGIST).when(choose()).refused


def test_without_a_designation_for_the_programme_it_is_said_for_which() -> None:
    refusal = worked(20).when(choose()).refusal

    assert "Nobody is designated as billing practitioner of 2026-03 for PCM." == refusal.happened


@pytest.mark.parametrize("family", ["pcm_personal", "noncomplex", "apcm"])
def test_a_family_that_the_month_of_pcm_does_not_support_is_refused(family: str) -> None:
    assert "family_not_supported" == spent(30).when(choose(family)).refused


def test_a_family_of_pcm_is_none_of_ccm() -> None:
    assert "family_not_supported" == worked(20).when(choose("pcm_staff", Programme.CCM)).refused


def test_the_same_choice_again_is_unchanged_whatever_was_chosen_for_ccm_meanwhile() -> None:
    ledger = spent(30, ledger=in_pcm(BO, worked(20))).then(choose())
    at = len(ledger.facts)
    both = ledger.by(ADA).then(choose("noncomplex", Programme.CCM)).by(BO)

    assert (at,) == both.when(choose()).unchanged


def test_the_month_of_apcm_has_its_one_family() -> None:
    ledger = in_pcm(BO, programme=Programme.APCM).by(BO).at("2026-04-01T18:00:00+00:00")

    assert "apcm" == ledger.when(choose("apcm", Programme.APCM)).event.family


def test_the_readings_of_the_choice_are_those_of_the_programme() -> None:
    """The judge reads PCM's rules under the names of CCM's: noted are those that were read, not those they cover."""
    rulebook, edition = spent(30).law
    ledger, decided = spent(30), Law(rulebook, edition)
    found = pcm(ledger)
    view = rulebook.view(programme="pcm")
    decided.note(found.reads, view)
    readings = [view.in_force(on).reading(name) for on, names in found.reads for name in names]
    noted = decided.reading_set()

    assert noted is not None
    assert ReadingSet.of(readings).digest == noted.digest == found.reading_set
    assert "medicare.pcm.eligibility.conditions_min" in {reading.name for reading in readings}


def test_readings_of_two_programmes_under_one_name_are_both_kept() -> None:
    rulebook, edition = spent(30).law
    decided, day, name = (
        Law(rulebook, edition),
        utc("2026-03-31T00:00").date(),
        "medicare.ccm.eligibility.conditions_min",
    )
    own, base = decided.on(day, rulebook.view(programme="pcm")).whole(name), decided.on(day).whole(name)
    kept = decided.reading_set()

    assert (1, 2) == (own, base)
    assert kept is not None
    assert b"medicare.pcm.eligibility.conditions_min" in kept.content
    assert b"medicare.ccm.eligibility.conditions_min" in kept.content


def test_a_month_that_was_signed_for_ccm_is_judged_for_pcm_by_the_edition_in_use() -> None:
    signed = attested(worked(20))
    ledger = spent(30, ledger=in_pcm(BO, signed), day=10)

    assert "pcm_staff" == ledger.when(choose()).event.family


def told_of_pcm(ledger: Given) -> list[str]:
    """What is said of half an hour of PCM by the nurse on 9 March."""
    begun = utc("2026-03-09T15:00")
    work = LogTime(
        patient=PATIENT,
        performer=NURSE,
        programme=Programme.PCM,
        start=begun,
        end=begun + timedelta(minutes=30),
        activity="phone_call",
        description="Call about the heart failure.",
    )
    return ledger.by(NURSE).at("2026-03-09T18:00:00+00:00").when(work).codes


def test_time_of_a_programme_that_is_judged_is_told_how_it_stands_there() -> None:
    assert "other_programme" not in told_of_pcm(in_pcm())


def test_time_of_pcm_without_consent_to_pcm_does_not_count() -> None:
    assert "without_consent" in told_of_pcm(enrolled())
