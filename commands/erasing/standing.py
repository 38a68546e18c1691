"""What stands against an erasure, asked when it is asked for, when it is approved and when it begins (readings, 8).

A hold, an open review, a possible overpayment, a dispute; then the law: every rule of retention of the edition in use,
the latest day of all (CCM-RET-01 to -04). And who may not decide: whoever worked on what would go.
"""

from datetime import date
from typing import Any, Final

from commands.deciding import Asked, Law
from commands.erasing.records import Record
from ledger.judging.retention import NEEDED, NOTICE, kept_until
from ledger.terms.calendar import FURTHEST_WEST
from ledger.terms.outcome import Refused
from ledger.terms.refusals import refused

_MONTHS_NAMED: Final = 3
"""How many months a message names."""


def standing_against(asked: Asked[Any], record: Record, law: Law) -> Refused | None:
    """The refusal of an erasure, or None where nothing stands against it.

    Reads the record and its reviews; law: medicare.retention. Refuses, in order: hold_stands, review_open,
    overpayment_open, dispute_open, retention_not_adopted, retention_not_over.
    """
    holds = [h for each in record.erasures for h in each.holds if h.covers(record.years, identity=record.identity)]
    if holds:
        return refused("hold_stands", facts=(hold.position for hold in holds))
    if reviews := asked.beside.open_reviews(record.group):
        return refused("review_open", facts=reviews)
    if owed := [each.position for claims in record.claims for each in claims.overpayments if each.is_open]:
        return refused("overpayment_open", facts=owed)
    return _disputed(record) or _kept(asked, record, law)


def retain_until(asked: Asked[Any], record: Record, law: Law) -> date:
    """The last day on which the words had to be kept; today where no rule asks for them."""
    kept = kept_until(record.cared, law.on(asked.today))
    return kept[0].until if kept else asked.today


def notice_days(asked: Asked[Any], law: Law) -> int:
    """How many days an approved erasure waits. Reads: medicare.retention.notice_days."""
    days = law.on(asked.today).get(NOTICE)
    assert isinstance(days, int), "an edition without this rule erases nothing"
    return days


def workers_of(record: Record, *, designated: frozenset[str]) -> frozenset[str]:
    """Whose work the words are about: who worked in a month of it, typed it, signed it, bills it or billed it."""
    found = set(designated)
    for month in record.months:
        found.update(each.event.practitioner for each in month.attestations)
        for work in (*(entry.work for entry in month.entries), *(gone.entry.work for gone in month.gone)):
            found.update(each for each in (work.performer, work.entered_by) if each)
    found.update(claim.event.practitioner for claims in record.claims for claim in claims.claims)
    return frozenset(found)


def _disputed(record: Record) -> Refused | None:
    found = {
        month.month: entry.marks.disputed_at
        for month in record.months
        for entry in month.entries
        if entry.marks is not None and entry.marks.disputed_at is not None
    }
    if not found:
        return None
    named = [*list(found)[:_MONTHS_NAMED], *(["more"] if len(found) > _MONTHS_NAMED else [])]
    return refused("dispute_open", months=", ".join(named), facts=found.values())


def _kept(asked: Asked[Any], record: Record, law: Law) -> Refused | None:
    rules = law.on(asked.today)
    if any(rules.find(name) is None for name in NEEDED):
        return refused("retention_not_adopted")
    kept = kept_until(record.cared, rules)
    # A day is over when it has ended everywhere on earth: no zone is needed, and nothing goes an hour early.
    if not kept or kept[0].until < (asked.now - FURTHEST_WEST).date():
        return None
    binding = [rules.find(each.rule) for each in kept if each.until == kept[0].until]
    return refused("retention_not_over", until=kept[0].until.isoformat(), by=binding)
