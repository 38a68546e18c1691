"""The accounting of disclosures of one patient: who outside received what of the record, when and for what.

Promise: every disclosure on record that 45 CFR 164.528 asks to account for, of the six years before the day of asking,
of everybody who is one person with the patient, in order of the day; one that an agency keeps from the patient is
neither shown nor counted nor hinted at until the day after the suspension's end, and one that was taken back as
recorded by mistake is none. It says what it covers. Not promised: what nobody recorded, what other systems of the
practice disclosed, and that the reader may ask: that is decided before.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import reduce
from typing import Final, NamedTuple

from ledger.streams.base import Event, EventLog, Fact
from ledger.streams.disclosures import Disclosure, Disclosures, DisclosureWords, RecordDisclosed, evolve
from ledger.terms.disclosures import GROUNDS, PURPOSES, DisclosureBasis, DisclosurePurpose, six_years_before
from ledger.terms.identity import disclosed_tag
from projections.restricted import RESTRICTED_TEXT, restricted_in
from projections.wording import ERASED_TEXT

_GONE: Final = DisclosureWords(recipient=ERASED_TEXT, address=ERASED_TEXT, what=ERASED_TEXT)
_RESTRICTED: Final = DisclosureWords(recipient=RESTRICTED_TEXT, address=RESTRICTED_TEXT, what=RESTRICTED_TEXT)
SCOPE: Final = (
    "What this ledger was told of disclosures of the patient's record, from {first} to {last}. Left out, as the law "
    "allows: {left_out} (45 CFR 164.528). Other systems of the practice answer for themselves."
)


class AccountedDisclosure(NamedTuple):
    """One disclosure as the patient is told of it."""

    disclosure: str
    on: date
    recipient: str
    address: str | None
    what: str
    purpose: DisclosurePurpose
    purpose_words: str
    basis: DisclosureBasis
    basis_words: str
    cite: str
    position: int


class Accounting(NamedTuple):
    """The accounting as of a position, for somebody who asks on a day."""

    first: date
    last: date
    disclosures: tuple[AccountedDisclosure, ...]
    scope: str


def accounting_of(
    log: EventLog, patients: Iterable[str], *, today: date, position: int, open_words: Callable[[Fact], Event]
) -> Accounting:
    """What a patient, under all own ids, is told who asks on a day of what was on record at a position."""
    first = six_years_before(today)
    facts = log.read_all(tuple(disclosed_tag(each) for each in patients), until=position)
    by_position = {fact.position: fact for fact in facts}
    told = [each for each in reduce(evolve, facts, Disclosures()).disclosures if _is_told(each, first, today)]
    restricted = restricted_in(log, (by_position[each.position] for each in told))
    found = [
        _accounted(
            each, _RESTRICTED if each.position in restricted else _opened(open_words(by_position[each.position]))
        )
        for each in told
    ]
    left_out = ", ".join(ground.says for ground in GROUNDS.values() if not ground.is_accountable)
    scope = SCOPE.format(first=first.isoformat(), last=today.isoformat(), left_out=left_out)
    return Accounting(first, today, tuple(sorted(found, key=lambda each: (each.on, each.position))), scope)


def _is_told(known: Disclosure, first: date, today: date) -> bool:
    """Whether an accounting of that day lists it."""
    if known.retracted is not None or not GROUNDS[known.event.basis].is_accountable or known.event.on < first:
        return False
    hidden = known.hidden_until
    return hidden is None or today > hidden


def _opened(event: Event) -> DisclosureWords:
    """Recipient, address and what; where the words were erased, that they were."""
    assert isinstance(event, RecordDisclosed)
    return event.words if isinstance(event.words, DisclosureWords) else _GONE


def _accounted(known: Disclosure, words: DisclosureWords) -> AccountedDisclosure:
    event = known.event
    ground = GROUNDS[event.basis]
    return AccountedDisclosure(
        disclosure=event.disclosure,
        on=event.on,
        recipient=words.recipient,
        address=words.address,
        what=words.what,
        purpose=event.purpose,
        purpose_words=PURPOSES[event.purpose],
        basis=event.basis,
        basis_words=ground.says,
        cite=ground.cite,
        position=known.position,
    )
