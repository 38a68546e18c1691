"""What verification says of a ledger with so much evidence at hand: the names of all findings, and their words.

`Rows only` is the ledger without its log: the tables of tiles and checkpoints are emptied before it is asked, so that
evidence is asked for from the most to the least.
"""

from typing import NamedTuple

from ledger.store.connection import Ledger, Place
from ledger.store.engine import StoredReadModels
from ledger.store.fsck import verify
from ledger.store.verifying import log
from ledger.store.verifying.naming import NOTICES, Named
from ledger.terms.errors import LedgerError
from projections.rebuild import agreement
from tests.store.sample import reopened
from tests.store.tampering import in_hand
from tests.tamper.logs import wipe_log
from tests.tamper.shape import Evidence
from tests.tamper.world import Kept


class Found(NamedTuple):
    """The names of what was found, and what was said of it."""

    names: frozenset[str]
    words: tuple[str, ...]


def verified(place: Place, kept: Kept) -> dict[Evidence, Found]:
    """What `verify --log --projections` finds with each evidence; leaves a ledger without a log."""
    with reopened(place) as ledger:
        deep = _deep(ledger)
        found = {
            Evidence.ARCHIVE: _by_log(ledger, log.Evidence(notes=kept.notes, archive=kept.archive, roots=kept.roots)),
            Evidence.KEPT: _by_log(ledger, log.Evidence(notes=kept.notes, roots=kept.roots)),
            Evidence.TILES: _by_log(ledger, log.Evidence()),
        }
    with in_hand(place) as facts:
        wipe_log(facts)
    with reopened(place) as ledger:
        found[Evidence.ROWS] = _by_log(ledger, log.Evidence())
    return {evidence: Found(each.names | deep.names, each.words + deep.words) for evidence, each in found.items()}


def _by_log(ledger: Ledger, evidence: log.Evidence) -> Found:
    return _told([(each.named, each.words) for each in log.verify_log(ledger, evidence).findings])


def _deep(ledger: Ledger) -> Found:
    """What opening every word finds; where nothing is wrong with the facts, the read models are compared with them."""
    findings = [(each.named, each.words) for each in verify(ledger).findings]
    if not findings:
        models = ledger.read_models()
        findings += [(Named.PROJECTION_DRIFT, name) for name in _differing(ledger, models)]
        models.close()
    return _told(findings)


def _differing(ledger: Ledger, models: StoredReadModels) -> tuple[str, ...]:
    try:
        return agreement(ledger, models).differing
    except LedgerError as error:
        return (error.happened,)


def _told(findings: list[tuple[Named | None, str]]) -> Found:
    real = [(named, words) for named, words in findings if named not in NOTICES]
    names = frozenset(named.value for named, _ in real if named is not None)
    return Found(names, tuple(f"{named}: {words}" for named, words in real))
