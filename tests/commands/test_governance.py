"""The ledger's own commands: adopt a rulebook, bind a login, register a source."""

import base64

from commands.intents.governance import AdoptRulebook, BindLogin, ProfileFile, RegisterSource
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


# --- payers' profiles -----------------------------------------------------------------------------------------

ACME = """exception = "Acme asks for thirty minutes"
base = "medicare"
applies_to = {payer = "acme"}
implements = ["CCM-CODE-01"]
checked = 2026-11-22

["medicare.ccm.99490.minutes_minimum"]
says = "Thirty minutes."
values = [{effective = 2026-01-01, value = 30, cite = "Acme manual", confidence = "CONFIRMED"}]
"""
FILE = "payers/acme/rules.toml"


def adopt_with(text: str = ACME, file: str = FILE, edition: str | None = None, *, times: int = 1) -> AdoptRulebook:
    """Adopt the shipped rules with one file of a profile; its digest is right unless another is given."""
    whole = Edition.of({**dict(shipped_edition().files), file: text.encode()})
    profiles = (ProfileFile(file=file, text=text),) * times
    return AdoptRulebook(edition=edition or whole.digest, reason="Acme's manual for 2026.", profiles=profiles)


def test_profiles_of_ones_own_are_adopted_with_the_shipped_rules() -> None:
    then = office().by(ADMIN).when(adopt_with())
    adopted = Edition.from_bytes(base64.b64decode(then.event.content))

    assert dict(adopted.files) == {**dict(shipped_edition().files), FILE: ACME.encode()}
    assert then.codes == []


def test_profiles_in_use_are_unchanged() -> None:
    ledger = office().by(ADMIN).then(adopt_with())

    assert (len(ledger.facts),) == ledger.when(adopt_with()).unchanged


def test_a_profile_that_does_not_load_is_refused_with_file_line_and_remedy() -> None:
    then = office().by(ADMIN).when(adopt_with(ACME.replace("value = 30", 'value = "30"')))

    assert then.refused == "profiles_do_not_load"
    assert (
        f"{FILE}:9 [medicare.ccm.99490.minutes_minimum]: The value 30 is not of unit minutes." in then.refusal.happened
    )


def test_a_profile_in_the_place_of_a_shipped_one_is_refused() -> None:
    then = office().by(ADMIN).when(adopt_with(file="payers/seed_strict/consent.toml"))

    assert then.refused == "profiles_do_not_load"


def test_a_file_that_is_given_twice_is_refused() -> None:
    assert office().by(ADMIN).when(adopt_with(times=2)).refused == "profiles_do_not_load"


def test_profiles_under_another_digest_are_refused() -> None:
    assert office().by(ADMIN).when(adopt_with(edition=shipped_edition().digest)).refused == "edition_unknown"


def test_an_edition_without_the_profiles_in_use_is_to_be_reviewed() -> None:
    then = office().by(ADMIN).then(adopt_with()).when(adopt())

    assert then.codes == ["profiles_left_out"]
