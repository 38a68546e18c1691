"""The ledger's own commands: adopt a rulebook, bind a login, register a source."""

import base64

from commands.intents.governance import AdoptRulebook, BindLogin, RegisterSource
from commands.opening import adoption
from ledger.rulebook import Edition, shipped_edition
from ledger.streams.governance import LoginBound, SourceRegistered
from tests.commands.world import ADA, ADMIN, BO, NURSE, SITE_ADMIN, office

OLDER = Edition.of({"a.toml": b""})


def adopt(edition: str | None = None) -> AdoptRulebook:
    return AdoptRulebook(edition=edition or shipped_edition().digest, reason="New prices for 2026.")


def test_the_shipped_edition_is_adopted_with_its_whole_bytes() -> None:
    then = office().and_(adoption(OLDER, reason="first")).by(ADMIN).when(adopt())

    assert shipped_edition().to_bytes() == base64.b64decode(then.event.content)


def test_the_edition_in_use_is_unchanged() -> None:
    ledger = office().by(ADMIN)

    assert (len(ledger.facts) + 1,) == ledger.again(adopt()).unchanged


def test_an_edition_that_this_program_does_not_ship_is_refused() -> None:
    assert "edition_unknown" == office().by(ADMIN).when(adopt("0" * 64)).refused


def test_only_an_administrator_of_all_practices_adopts() -> None:
    refused = [office().by(actor).when(adopt()).refused for actor in (NURSE, SITE_ADMIN)]

    assert ["capacity_missing", "not_in_this_practice"] == refused


def bind(staff: str = ADA, login: str = "os:ada") -> BindLogin:
    return BindLogin(login=login, staff=staff)


def test_a_login_is_bound_to_a_staff_member() -> None:
    assert LoginBound(login="os:ada", staff=ADA) == office().by(ADMIN).when(bind()).event


def test_a_login_bound_before_is_unchanged() -> None:
    ledger = office().by(ADMIN)

    assert (len(ledger.facts) + 1,) == ledger.again(bind()).unchanged


def test_a_login_that_moves_to_another_person_is_to_be_reviewed() -> None:
    then = office().by(ADMIN).then(bind()).when(bind(BO))

    assert ["login_moved"] == then.codes


def test_an_administrator_of_one_practice_binds_no_login() -> None:
    assert "not_in_this_practice" == office().by(SITE_ADMIN).when(bind()).refused


def source(*, trusted: bool = False) -> RegisterSource:
    return RegisterSource(system="timer", trusted_for_acts=trusted)


def test_a_source_is_registered() -> None:
    assert SourceRegistered(system="timer", login="os:test") == office().by(ADMIN).when(source()).event


def test_a_source_may_deliver_by_another_login_than_that_of_the_administrator() -> None:
    asked = RegisterSource(system="timer", login="os:feed")

    assert SourceRegistered(system="timer", login="os:feed") == office().by(ADMIN).when(asked).event


def test_a_source_registered_before_is_unchanged() -> None:
    ledger = office().by(ADMIN)

    assert (len(ledger.facts) + 1,) == ledger.again(source()).unchanged


def test_a_source_may_become_trusted_for_acts_later() -> None:
    assert office().by(ADMIN).then(source()).when(source(trusted=True)).event.trusted_for_acts
