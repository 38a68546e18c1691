"""A patient-month and everything that its verdict rests on, gathered and handed to the one judge.

Promise: the same gathering serves the read model, which holds streams folded, and a question as of an earlier position,
which folds them from the log; both call `ledger.judging`, so they cannot disagree with the deciders. An attested month
is judged by the edition that its newest attestation names, any other by the edition adopted last (readings, section 6).
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ledger.judging.needs import gather, pinned_edition
from ledger.judging.other_families import FAMILIES_OF
from ledger.judging.shapes import MonthFacts, Verdict
from ledger.judging.verdict import judge_month
from ledger.rulebook import Edition, Rulebook, rulebook_of
from ledger.streams.governance import Adoption, Governance
from ledger.streams.month_state import CareMonth
from ledger.terms.errors import LedgerDamaged
from ledger.terms.identity import LEDGER_TAG
from ledger.terms.people import Programme, Side
from projections.states import At

StateAt = Callable[[str], At]
"""The folded state of a stream, and the position of its newest fact."""
RulebookOf = Callable[[Adoption], Rulebook]


class AdoptedRulebooks:
    """The rulebooks of the editions that a ledger adopted, each parsed once."""

    def __init__(self) -> None:
        self._parsed: dict[str, Rulebook] = {}

    def __call__(self, adoption: Adoption) -> Rulebook:
        """The rulebook of one adopted edition."""
        found = self._parsed.get(adoption.edition)
        if found is None:
            found = self._parsed[adoption.edition] = rulebook_of(Edition.from_bytes(adoption.content))
        return found


class Judged(NamedTuple):
    """A verdict, the streams that it rests on, and the newest fact that may have changed it."""

    verdict: Verdict
    reads: tuple[str, ...]
    position: int


def judged(
    at: StateAt,
    rulebook_of: RulebookOf,
    patient: str,
    month: str,
    *,
    record: bool = False,
    programme: Programme = Programme.CCM,
    edition: str | None = None,
) -> Judged:
    """The verdict on a patient-month, by the states that `at` answers with; `record` names the readings too.

    `edition` is one that was adopted, whatever the month itself would be judged by: what a claim pins.
    """
    held: dict[str, At] = {}

    def state_of(tag: str) -> Any:
        found = held[tag] = at(tag)
        return found.state

    facts = gather(patient, month, state_of)
    governance: Governance = at(LEDGER_TAG).state
    adoption = edition_for(governance, facts.month, programme) if edition is None else _adopted(governance, edition)
    book = rulebook_of(adoption)
    verdict = judge_month(facts, book, edition=adoption.edition, record=record, programme=programme)
    newest = max(found.position for tag, found in held.items() if moves_others(tag, found))
    return Judged(verdict, tuple(held), max(newest, adoption.position))


def programmes_in(facts: MonthFacts) -> Iterator[Programme]:
    """The programmes that are judged, and of which a month holds time or has a billing practitioner."""
    timed = {entry.work.programme for entry in facts.month.entries}
    for each in FAMILIES_OF:
        if each in timed or facts.patient.designation(facts.month.month, each, Side.PRACTITIONER) is not None:
            yield each


def moves_others(tag: str, found: At) -> bool:
    """Whether news in this stream may change what rests on its older facts.

    A staff day changes the standing of earlier entries only where entries for two patients share seconds, or where one
    of them was changed afterwards: without this a nurse's every entry would have all of that day's other months judged
    again.
    """
    return not tag.startswith("staff_day/") or bool(found.state.contested) or found.state.was_changed


def edition_for(governance: Governance, month: CareMonth, programme: Programme = Programme.CCM) -> Adoption:
    """The edition that judges a month: the one it was attested by, otherwise the one adopted last."""
    return _adopted(governance, pinned_edition(month, programme))


def _adopted(governance: Governance, edition: str | None) -> Adoption:
    """The newest adoption of an edition, or of any; LedgerDamaged where there is none."""
    found = next((a for a in reversed(governance.adoptions) if edition in {None, a.edition}), None)
    if found is None:
        raise LedgerDamaged(
            "A month cannot be judged: the edition of the rulebook that it needs was never adopted in this ledger.",
            "Ask as of a position after the first adoption; if there is none, run `ccm-ledger verify`.",
        )
    return found
