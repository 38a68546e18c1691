"""Which claims the read models show to the reaction: those whose month may say less, of every programme."""

from collections.abc import Sequence

import pytest

from commands.intents.overpayments import ReportLostGround
from commands.opening import adoption
from ledger.claims.erosion import MovedClaim
from ledger.rulebook import shipped_edition
from ledger.store.engine import StoredReadModels
from ledger.terms.identity import claims_tag
from ledger.terms.people import Programme
from projections.findings import Findings
from projections.rebuild import rebuild
from tests.commands import test_signed_programmes as programmes
from tests.commands.changes import approve, entry_of, logged, strike
from tests.commands.overpaid import MAY, noticed, paid, report, struck
from tests.commands.test_month_signing import attest
from tests.commands.world import ADA, BILLER, COMPLIANCE, PATIENT
from tests.gwt import Given, opaque
from tests.projections.claims_world import RULEBOOKS, log_of
from tests.reactions.given import MACHINE, machine


def shown(ledger: Given, models: StoredReadModels) -> Sequence[MovedClaim]:
    first = Given().and_(adoption(shipped_edition(), reason="In use."))
    whole = first.and_(*(fact.event for fact in ledger.facts))
    rebuild(log_of(whole), models, rulebook_of=RULEBOOKS)
    return Findings(models, lambda: None).eroded_claims(("", ""), 10)


def claim_of(ledger: Given) -> str:
    claim: str = ledger.state(claims_tag(PATIENT)).claims[-1].event.claim
    return claim


def of_programme(programme: Programme) -> Given:
    """A month of PCM or APCM, signed and released; compliance asks."""
    ready = programmes.ready_pcm() if programme is Programme.PCM else programmes.ready_apcm()
    told = ready.and_(*machine()).by(ready.actor)
    signed = told.then(programmes.sign(told, programme)).by(BILLER).at("2026-04-02T15:00:00+00:00")
    return signed.then(programmes.release(programme)).by(COMPLIANCE).at(MAY)


def test_a_claim_whose_month_stands_is_not_shown(models: StoredReadModels) -> None:
    assert shown(paid(), models) == []


def test_one_whose_month_lost_a_unit_is_shown_and_no_more_once_it_was_noticed(models: StoredReadModels) -> None:
    less = struck(paid(), 2)

    (found,) = shown(less, models)
    assert (found.claim, found.patient) == (claim_of(less), PATIENT)
    assert shown(noticed(), models) == []


def test_it_is_shown_again_when_the_month_loses_more(models: StoredReadModels) -> None:
    assert len(shown(struck(noticed(), 1), models)) == 1


def test_a_month_that_only_gained_is_passed_by_the_decider(models: StoredReadModels) -> None:
    late = logged("2026-03-20T15:00", "2026-03-20T15:40", ledger=paid(22, 20), at=MAY)
    raised = late.by(COMPLIANCE).then(approve(entry_of(late, 2)))
    signed = raised.by(ADA).then(attest(raised)).by(MACHINE)

    assert signed.when(report(signed)).refused == "claim_stands"


@pytest.mark.parametrize("programme", [Programme.PCM, Programme.APCM])
def test_a_claim_of_another_programme_that_stands_is_not_shown(programme: Programme, models: StoredReadModels) -> None:
    assert shown(of_programme(programme), models) == []


def test_one_of_pcm_whose_month_lost_its_minutes_is_shown_and_reported(models: StoredReadModels) -> None:
    told = of_programme(Programme.PCM)
    less = told.then(strike(entry_of(told), patient=PATIENT)).by(MACHINE)

    assert [found.claim for found in shown(less, models)] == [claim_of(less)]
    event = less.when(ReportLostGround(patient=PATIENT, claim=claim_of(less))).event
    assert [(each.code, each.units) for each in event.lost] == [("99426", 1)]
    assert shown(less.then(ReportLostGround(patient=PATIENT, claim=claim_of(less))), models) == []


def test_pages_go_on_behind_the_last_claim(models: StoredReadModels) -> None:
    shown(struck(paid(), 2), models)

    assert Findings(models, lambda: None).eroded_claims((PATIENT, opaque("cl", 10**30)), 10) == []
