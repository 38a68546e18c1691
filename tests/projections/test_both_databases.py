"""The same facts make the same rows in both databases, and many rows at once are no trouble for either."""

from pathlib import Path

import pytest

from ledger.store.engine import StoredReadModels
from projections.base import Row
from projections.follow import Follower
from projections.judged import AdoptedRulebooks
from projections.rebuild import rebuild
from projections.table_set import SET_NAME, creation, indexing, state_roots
from projections.tables.layout import AUDIT_TRAIL, MONTH_BILLING, PATIENT_PRACTICES
from tests.projections.company import happenings
from tests.projections.conftest import OpenModels, in_files, on_a_server
from tests.projections.fake_log import FakeLog

RULEBOOKS = AdoptedRulebooks()
MANY = 50_000


@pytest.mark.parametrize("seed", [21, 22])
def test_equal_facts_have_equal_roots_in_both_databases(tmp_path: Path, seed: int) -> None:
    log = FakeLog()
    for told in happenings(seed, 250):
        log.add(*told)
    roots = []
    for opening in (in_files(tmp_path), on_a_server()):
        open_models: OpenModels = next(opening)
        followed, rebuilt = open_models("followed"), open_models("rebuilt")
        Follower(log, followed, rulebook_of=RULEBOOKS, batch=17).pull()
        rebuild(log, rebuilt, rulebook_of=RULEBOOKS)
        roots += [state_roots(followed), state_roots(rebuilt)]
        opening.close()  # type: ignore[attr-defined]

    assert roots[1:] == roots[:1] * 3


@pytest.mark.slow
def test_fifty_thousand_rows_in_one_batch_do_not_hang(models: StoredReadModels) -> None:
    names = ("2026-03-01", "st", None, None, "login", None, "log_time", "topic", "record", "recorded")
    rows: list[Row] = [(number, 0, number, *names, *[None] * 6) for number in range(MANY)]
    made = [*creation(), *indexing(), AUDIT_TRAIL.put(rows)]

    assert models.write(SET_NAME, expected=None, position=MANY, statements=made)
    assert models.rows(f"SELECT COUNT(*), MAX(position) FROM {AUDIT_TRAIL.name}") == [(MANY, MANY - 1)]


def month_row(month: str, word: str | None) -> Row:
    return ("pt_1", month, *[word] * 6, 1, 2, 3, 4, *[word] * 8, 9)


def test_of_rows_with_one_key_in_one_batch_the_last_counts(models: StoredReadModels) -> None:
    first, last = (month_row("2026-03", word) for word in ("first", "last"))
    other = month_row("2026-04", None)
    models.write("set", expected=None, position=0, statements=[*creation(), *indexing()])
    for rows in ([first, other, last], [last], [other]):
        models.run((MONTH_BILLING.put(rows),))

    assert models.rows("SELECT month, practice, minutes FROM month_billing ORDER BY month") == [
        ("2026-03", "last", 4),
        ("2026-04", None, 4),
    ]


def test_of_rows_that_are_kept_the_first_counts(models: StoredReadModels) -> None:
    models.write("set", expected=None, position=0, statements=[*creation(), *indexing()])
    models.run((PATIENT_PRACTICES.put([("pt_1", "pr_1", 5), ("pt_1", "pr_1", 6)], keep_first=True),))
    models.run((PATIENT_PRACTICES.put([("pt_1", "pr_1", 7)], keep_first=True),))

    assert models.rows(PATIENT_PRACTICES.select()) == [("pt_1", "pr_1", 5)]
