"""What a group of lines will surely read, fetched with a few questions instead of several for each line.

Promise: only time is saved. What was fetched is checked against the heads like any other folded state, and a decision
that needs more asks for it itself.
"""

from collections.abc import Iterable
from typing import Final

from commands.claims.numbers import NUMBERS
from commands.intents.claims import RecordAcknowledgment, RecordRemittance
from commands.states import StateCache
from commands.wire import Delivery
from ledger.streams.base import EventLog
from ledger.terms.identity import claims_tag, identifier_tag

FEW: Final = 8
"""Below so many answers of payers in a group nothing is gained."""


def fetch_ahead(lines: Iterable[Delivery], cache: StateCache, log: EventLog) -> None:
    """Have the claims ready that the answers of payers in a group are about."""
    answers = (line.command for line in lines)
    numbers = {each.control_number for each in answers if isinstance(each, RecordAcknowledgment | RecordRemittance)}
    if len(numbers) < FEW:
        return
    links = [identifier_tag(log.token(NUMBERS, number)) for number in numbers]
    cache.fill(links)
    patients = {patient for link in links if (patient := cache.at_head(link).state.subject) is not None}
    cache.fill([claims_tag(patient) for patient in patients])
