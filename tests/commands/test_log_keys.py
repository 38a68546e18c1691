"""The keys of the log: adopted once, replaced while both sign, retired once, never the last of their kind."""

import pytest

from commands.intents.log_keys import AdoptLogKey, RetireLogKey
from ledger.streams.log_keys import KeyKind, LogKeyAdopted, LogKeyRetired
from tests.commands.world import ADMIN, COMPLIANCE, SITE_ADMIN, office

NAME = "ccm-ledger/lg_aaaaaaaaaaaaaaaaaaaaaaaaaa"
OLD, NEW, OTHER = "01" * 32, "02" * 32, "03" * 32


def adopt(public_key: str = OLD, *, replaces: str | None = None, kind: KeyKind = "log") -> AdoptLogKey:
    return AdoptLogKey(name=NAME, kind=kind, public_key=public_key, replaces=replaces)


def retire(public_key: str = OLD, *, kind: KeyKind = "log") -> RetireLogKey:
    return RetireLogKey(kind=kind, public_key=public_key, reason="replaced")


def test_a_key_is_adopted() -> None:
    adopted = office().by(ADMIN).when(adopt()).event

    assert LogKeyAdopted(name=NAME, kind="log", public_key=OLD) == adopted


def test_a_key_takes_over_from_another() -> None:
    adopted = office().by(ADMIN).then(adopt()).when(adopt(NEW, replaces=OLD)).event

    assert LogKeyAdopted(name=NAME, kind="log", public_key=NEW, replaces=OLD) == adopted


def test_a_key_that_is_in_use_is_unchanged() -> None:
    ledger = office().by(ADMIN)

    assert (len(ledger.facts) + 1,) == ledger.again(adopt()).unchanged


def test_a_key_cannot_take_over_from_one_that_was_never_adopted() -> None:
    assert "no_such_log_key" == office().by(ADMIN).when(adopt(NEW, replaces=OTHER)).refused


def test_a_key_takes_over_from_one_of_its_own_kind() -> None:
    then = office().by(ADMIN).then(adopt(kind="clock")).when(adopt(NEW, replaces=OLD))

    assert "no_such_log_key" == then.refused


def test_a_retired_key_is_never_adopted_again() -> None:
    ledger = office().by(ADMIN).then(adopt()).then(adopt(NEW, replaces=OLD)).then(retire())

    assert "log_key_retired" == ledger.when(adopt()).refused


def test_a_key_is_retired_when_another_one_signs() -> None:
    retired = office().by(ADMIN).then(adopt()).then(adopt(NEW, replaces=OLD)).when(retire()).event

    assert LogKeyRetired(name=NAME, kind="log", public_key=OLD, reason="replaced") == retired


def test_a_key_that_was_never_adopted_cannot_be_retired() -> None:
    assert "no_such_log_key" == office().by(ADMIN).then(adopt()).when(retire(NEW)).refused


def test_a_retired_key_is_unchanged() -> None:
    ledger = office().by(ADMIN).then(adopt()).then(adopt(NEW, replaces=OLD))

    assert (len(ledger.facts) + 1,) == ledger.again(retire()).unchanged


@pytest.mark.parametrize("kind", ["log", "clock"])
def test_the_last_key_of_its_kind_is_not_retired(kind: KeyKind) -> None:
    ledger = office().by(ADMIN).then(adopt(kind=kind)).then(adopt(NEW, kind="log" if kind == "clock" else "clock"))

    assert "last_log_key" == ledger.when(retire(kind=kind)).refused


def test_only_an_administrator_of_all_practices_says_who_signs() -> None:
    refused = [office().by(actor).when(adopt()).refused for actor in (COMPLIANCE, SITE_ADMIN)]

    assert ["capacity_missing", "not_in_this_practice"] == refused
