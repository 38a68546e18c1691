"""Signed months of PCM and APCM in the read models: found where they went stale, the same rows however made."""

from collections.abc import Callable, Sequence

import pytest

from commands.intents.care_month import ChooseFamily
from commands.opening import adoption
from ledger.judging.due import StaleMonth
from ledger.rulebook import Edition, shipped_edition
from ledger.store.engine import StoredReadModels
from ledger.streams.merging import PatientsMerged, PatientsUnmerged
from ledger.terms.people import Programme
from projections.findings import Findings
from projections.follow import Follower
from projections.rebuild import agreement
from projections.tables.layout import SIGNED_MONTHS
from tests.commands.test_month_signing import worked
from tests.commands.test_programmes import MONTH
from tests.commands.test_signed_programmes import APCM, CCM, PCM, sign
from tests.commands.world import ADA, BO, OTHER_PATIENT, PATIENT, patient
from tests.gwt import Given
from tests.projections.claims_world import RULEBOOKS, log_of, set_up
from tests.projections.claims_world import signed as signed_ccm
from tests.projections.fake_log import FakeLog
from tests.reactions.given import MACHINE, attestation
from tests.reactions.test_stale_programmes import report, signed, stale, withdrawn

MERGE = PatientsMerged(patient=OTHER_PATIENT, merged=PATIENT)
UNMERGE = PatientsUnmerged(patient=OTHER_PATIENT, merged=PATIENT)


def followed(ledger: Given, models: StoredReadModels, *, by: int = 1) -> StoredReadModels:
    """The read models after so many facts at a time."""
    whole, log = log_of(ledger).facts, FakeLog()
    for number, fact in enumerate(whole, 1):
        log.add(fact.event, fact.envelope, fact.recorded_at)
        if number % by == 0 or number == len(whole):
            Follower(log, models, rulebook_of=RULEBOOKS).pull()
    return models


def found(ledger: Given, models: StoredReadModels) -> Sequence[StaleMonth]:
    return Findings(followed(ledger, models, by=10_000), lambda: None).stale_months(("", "", ""), 10)


def rows(models: StoredReadModels) -> list[tuple[object, ...]]:
    return models.rows(f"SELECT patient, programme, standing FROM {SIGNED_MONTHS.name} ORDER BY patient, programme")


@pytest.mark.parametrize("programme", [PCM, APCM])
def test_a_stale_month_is_found_with_its_programme(programme: Programme, models: StoredReadModels) -> None:
    ledger = stale(programme)

    (month,) = found(ledger, models)

    assert (month.patient, month.month, month.programme) == (PATIENT, MONTH, programme.value)
    assert month.attestation == attestation(ledger).attestation
    assert month.digest == ledger.when(report(programme)).event.digest_now
    assert month.position == len(ledger.facts)


def test_a_month_as_signed_is_not_found(models: StoredReadModels) -> None:
    assert found(signed(), models) == []
    assert rows(models) == [(PATIENT, "PCM", "attested")]


def test_a_newer_edition_alone_makes_no_month_stale(models: StoredReadModels) -> None:
    assert found(with_a_newer_edition(signed()), models) == []


def test_what_was_reported_is_not_found_again(models: StoredReadModels) -> None:
    assert found(stale().then(report()), models) == []


def test_one_whose_signature_was_withdrawn_is_not_found(models: StoredReadModels) -> None:
    assert found(taken_back(), models) == []


def test_a_ledger_in_which_only_ccm_is_signed_has_no_row_of_another_programme(models: StoredReadModels) -> None:
    followed(signed_ccm(set_up()), models, by=10_000)

    assert rows(models) == []


def test_of_both_programmes_each_is_found_and_pages_go_on_between_them(models: StoredReadModels) -> None:
    begun = worked(20, ledger=stale())
    both = begun.by(ADA).then(sign(begun, CCM)).then(ChooseFamily(patient=PATIENT, month=MONTH, family="noncomplex"))

    first, second = found(both, models)
    findings = Findings(models, lambda: None)

    assert (first.programme, second.programme) == ("CCM", "PCM")
    assert [first] == findings.stale_months(("", "", ""), 1)
    assert [second] == findings.stale_months((PATIENT, MONTH, "CCM"), 1)
    assert [] == findings.stale_months((PATIENT, MONTH, "PCM"), 1)


def taken_back() -> Given:
    """Stale, and then without a signature."""
    told = stale().by(BO)
    return told.then(withdrawn(told))


def merged(ledger: Given) -> Given:
    """The patient goes on as another one."""
    return ledger.and_(patient(OTHER_PATIENT, "10043")).and_(MERGE)


def merged_and_parted(ledger: Given) -> Given:
    return merged(ledger).and_(UNMERGE)


def with_a_newer_edition(ledger: Given) -> Given:
    """Another edition is in use since: what was signed is judged by the one that it names."""
    files = {**dict(shipped_edition().files), "note.toml": b'implements = ["CCM-CODE-01"]\nchecked = 2026-11-21\n'}
    return ledger.and_(adoption(Edition.of(files), reason="newer"))


LIVES: tuple[Callable[[], Given], ...] = (
    signed,
    stale,
    lambda: stale(APCM),
    lambda: stale().then(report()).by(MACHINE),
    taken_back,
    lambda: with_a_newer_edition(signed()),
    lambda: with_a_newer_edition(taken_back()),
    lambda: merged(stale()),
    lambda: merged_and_parted(stale()),
)


@pytest.mark.parametrize("life", LIVES)
def test_rows_are_the_same_followed_fact_by_fact_and_made_anew(
    life: Callable[[], Given], models: StoredReadModels
) -> None:
    ledger = life()

    followed(ledger, models)

    assert () == agreement(log_of(ledger), models, rulebook_of=RULEBOOKS).differing


def test_of_merged_patients_the_month_is_that_of_whoever_goes_on(
    models: StoredReadModels,
) -> None:
    followed(merged(stale()), models)
    assert {patient: standing for patient, _, standing in rows(models)} == {
        PATIENT: "elsewhere",
        OTHER_PATIENT: "stale",
    }


def test_after_an_unmerge_it_is_the_patients_own_again(models: StoredReadModels) -> None:
    followed(merged_and_parted(stale()), models)

    assert {patient: standing for patient, _, standing in rows(models)} == {
        PATIENT: "stale",
        OTHER_PATIENT: "elsewhere",
    }
