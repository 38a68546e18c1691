"""The page on threats says what the harness holds verification to."""

import re

from ledger.store.verifying.naming import NOTICES, Named
from tests.tamper.attacks import ATTACKS
from tests.tamper.shape import Evidence
from tests.tamper.table import PAGE, page


def test_the_table_of_verdicts_is_that_of_the_attacks() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m tests.tamper.table"


def test_every_promised_verdict_is_a_name_that_verification_gives() -> None:
    promised = {verdict for each in ATTACKS for verdict in each.promise if verdict}

    assert promised <= {name.value for name in Named} - {name.value for name in NOTICES}


def test_every_name_is_promised_for_some_attack_and_explained() -> None:
    promised = {verdict for each in ATTACKS for verdict in each.promise if verdict}
    told = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))

    assert promised == {name.value for name in Named} - {name.value for name in NOTICES}
    assert told == {name.value for name in Named}


def test_more_evidence_never_shows_less() -> None:
    for each in ATTACKS:
        seen = [each.promise.with_evidence(evidence) is not None for evidence in Evidence]
        assert seen == sorted(seen), each.name


def test_no_two_attacks_are_called_the_same() -> None:
    assert len({each.name for each in ATTACKS}) == len({each.does for each in ATTACKS}) == len(ATTACKS)
