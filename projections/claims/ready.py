"""The biller's list of a month: what may be released, what keeps the rest back and whose turn it is, what was sent.

Promise: rows come from the read models and stand for one position; of programmes other than CCM the months are judged
when asked for. What is listed as ready is what a release would take, as far as rows tell. Not promised: that it is
taken; the release asks the judge. Nothing here is about claims of others: searched is this ledger.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from ledger.judging.needs import gather
from ledger.terms.identity import LEDGER_TAG, patient_tag
from ledger.terms.people import Programme
from projections.base import ReadModels
from projections.claims.ready_claims import by_patient, claims_in
from projections.claims.ready_months import RELEASED, Asked, Listing, ReadyMonth, State
from projections.claims.ready_rules import ReadyRules
from projections.judged import RulebookOf, judged, programmes_in
from projections.month_billing import row_of
from projections.programme_patients import patients_with_other
from projections.questions import AskedLog, months
from projections.states import States
from projections.table_set import tracked_position
from projections.tables.layout import MonthRow


class Sums(NamedTuple):
    """How many months are in a state, their units and dollars; `unpriced` of them lack a charge or a price."""

    months: int
    units: int
    asked: Decimal
    expected: Decimal
    unpriced: int


class Ready(NamedTuple):
    """The list of one calendar month."""

    month: str
    position: int
    since: int | None
    months: tuple[ReadyMonth, ...]
    below_minimum: int
    """Months with too few minutes that are not near: counted and not listed."""

    def of(self, state: State) -> tuple[ReadyMonth, ...]:
        """The months in a state."""
        return tuple(each for each in self.months if each.state == state)

    def sums(self, state: State) -> Sums:
        """What the months in a state come to."""
        found = self.of(state)
        asked = sum((each.asked for each in found if each.asked is not None), Decimal(0))
        expected = sum((each.expected for each in found if each.expected is not None), Decimal(0))
        unpriced = sum(1 for each in found if each.asked is None or each.expected is None)
        return Sums(len(found), sum(each.units for each in found), asked, expected, unpriced)

    def blocked_by(self) -> tuple[tuple[str, int], ...]:
        """(code, months that it keeps back), the most frequent first; none keeps back what was released."""
        open_months = (each for each in self.months if each.state not in RELEASED)
        counts = Counter(code for each in open_months for code in dict.fromkeys(each.blocks))
        return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))

    def changed(self) -> tuple[ReadyMonth, ...]:
        """What moved behind the position that was asked about; nothing where none was."""
        return tuple(each for each in self.months if self.since is not None and each.position > self.since)


def ready(log: AskedLog, models: ReadModels, rulebook_of: RulebookOf, asked: Asked) -> Ready:
    """The list of a month. Pull before asking; as of an earlier position every month is folded and judged again."""
    found = months(log, models, rulebook_of, asked.month, as_of=asked.as_of)
    states = States(log, after=found.position)
    with models.at_one_moment() as now:
        others = patients_with_other(now, asked.month)
        claims = claims_in(now, asked.month, states, is_past=tracked_position(now) != found.position)
        claimed = by_patient(claims, now, states)
    rows = [(Programme.CCM, row) for row in found.rows]
    rows += _of_others(states, rulebook_of, others, asked.month)
    listing = Listing(asked, states, ReadyRules(states.at(LEDGER_TAG).state, rulebook_of), claimed)
    listed = [each for programme, row in rows if (each := listing.month(programme, row)) is not None]
    listed += [listing.without_row(*key, sent) for key, sent in claimed.items() if key not in listing.seen]
    if asked.practice is not None:
        listed = [each for each in listed if each.practice == asked.practice]
    shown = [each for each in listed if each.state != "below_minimum" or each.near is not None]
    ordered = tuple(sorted(shown, key=lambda each: (each.patient, each.programme.value)))
    return Ready(asked.month, found.position, asked.since, ordered, len(listed) - len(shown))


def _of_others(
    states: States, rulebook_of: RulebookOf, patients: set[str], month: str
) -> Iterator[tuple[Programme, MonthRow]]:
    """The months of programmes other than CCM, judged now."""
    for patient in sorted(patients):
        state = states.at(patient_tag(patient)).state
        if not state.is_registered or state.merged_into is not None:
            continue
        for programme in programmes_in(gather(patient, month, lambda tag: states.at(tag).state)):
            if programme is not Programme.CCM:
                found = judged(states.at, rulebook_of, patient, month, programme=programme)
                yield programme, MonthRow.of(row_of(found))
        if states.is_full:
            states.forget()
