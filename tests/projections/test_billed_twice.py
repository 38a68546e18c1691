"""Two live claims of one person's month stand on the worklist: the later one is to be withdrawn while both live."""

from datetime import date

from commands.intents.wrong_patient import MergePatients, UnmergePatients
from ledger.store.engine import StoredReadModels
from ledger.terms.identity import claims_tag
from projections.overpayments import Item, worklist
from projections.rebuild import rebuild
from tests.commands.test_claims import claim_of, release, withdraw
from tests.commands.test_claims_brought_back import THEIRS, accepted, answer, copied, number_ours
from tests.commands.world import BILLER, COMPLIANCE, OTHER_PATIENT, PATIENT, assigned, patient
from tests.gwt import Given
from tests.projections.claims_world import RULEBOOKS, log_of, signed


def items(ledger: Given, models: StoredReadModels) -> list[Item]:
    """The worklist of everybody."""
    log = log_of(ledger)
    rebuild(log, models, rulebook_of=RULEBOOKS)
    return list(worklist(log, models, RULEBOOKS, lambda _: date(2026, 5, 4)).items)


def two() -> Given:
    """March released for two patients, for the first of them first."""
    sent = signed().then(release())
    facts = (patient(OTHER_PATIENT, "10043"), assigned(OTHER_PATIENT), copied(sent))
    return sent.and_(*facts).at("2026-05-04T15:00:00+00:00")


def merged(ledger: Given) -> Given:
    return ledger.by(COMPLIANCE).then(MergePatients(patient=PATIENT, merged=OTHER_PATIENT, evidence="One face."))


def test_claims_of_two_people_are_no_work(models: StoredReadModels) -> None:
    assert items(two(), models) == []


def test_of_two_that_a_merge_brings_together_the_later_is_to_be_withdrawn(models: StoredReadModels) -> None:
    (found,) = items(merged(two()), models)

    assert (found.what, found.claim, found.patient) == ("claim_to_withdraw", THEIRS, OTHER_PATIENT)
    assert found.units == (("99490", 1),)


def test_so_is_one_beside_which_a_rejected_claim_comes_back(models: StoredReadModels) -> None:
    sent = two()
    apart = merged(sent.and_(answer(claim_of(sent), "rejected"))).by(BILLER)

    assert items(apart, models) == []
    assert [each.claim for each in items(apart.then(accepted(number_ours(sent))), models)] == [THEIRS]


def test_once_one_of_them_is_withdrawn_or_they_are_two_again_there_is_nothing_to_do(models: StoredReadModels) -> None:
    both = merged(two())
    first = both.state(claims_tag(PATIENT)).claims[0].event.claim
    parted = UnmergePatients(patient=PATIENT, merged=OTHER_PATIENT, evidence="Two faces.")

    for after in (both.by(BILLER).then(withdraw(THEIRS)), both.by(BILLER).then(withdraw(first))):
        assert items(after, models) == []
    # Apart, the other patient has no work that the claim could rest on: it is short by itself.
    assert [each.claim for each in items(both.then(parted), models)] == [THEIRS]
