"""A verdict opened up: entry by entry, family by family, each with the rules and the facts it rests on.

Promise: plain values, ready for JSON; everything that the verdict says stands in it, with the readings by name, value,
date and source. Not promised: layout, which the command line draws; and the facts, which reasons.py looks for.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ledger.judging.conflicts import services_tree
from ledger.judging.law import reading_list
from ledger.judging.payers import book_of
from ledger.judging.shapes import ChargeLine, EntryLine, FamilyResult, Verdict, VisitLine
from ledger.rulebook import PayerException, Reading, Rulebook
from ledger.terms.outcome import Notice


def explain(verdict: Verdict, rulebook: Rulebook) -> dict[str, Any]:
    """The tree behind a verdict; `readings` holds every rule that was read, once, and the rest names them.

    The verdict must have been made with `record`, by the same rulebook.
    """
    book = book_of(verdict, rulebook)
    return {
        "patient": verdict.patient,
        "month": verdict.month,
        "standing": verdict.standing,
        "edition": verdict.edition,
        "digest": verdict.digest,
        "reading_set": verdict.reading_set,
        "bills": {
            "practice": verdict.practice,
            "practitioner": verdict.practitioner,
            "payer": verdict.payer,
            "profiles": [_profile(exception) for exception in book.applied],
            "date_of_service": verdict.date_of_service.isoformat(),
            "consent_from": verdict.consent_from.isoformat() if verdict.consent_from else None,
        },
        "seconds": {
            "staff": verdict.staff_seconds,
            "personal": verdict.personal_seconds,
            "untimed": verdict.untimed_seconds,
        },
        "entries": [_entry(line) for line in verdict.lines],
        "families": [_family(result, verdict) for result in verdict.families],
        "suggested": verdict.suggested,
        "chosen": verdict.chosen,
        "charges": charges_json(verdict.charges),
        "amount": dollars(verdict.amount),
        "with_visits": [_with_visit(line) for line in verdict.with_visits],
        "missing": notices_json(verdict.missing),
        "notices": notices_json(verdict.notices),
        "other_services": services_tree(verdict.services),
        "readings": [_reading(reading) for reading in reading_list(book, verdict.reads)],
    }


def notices_json(notices: Iterable[Notice]) -> list[dict[str, Any]]:
    """Notices as JSON knows them."""
    return [
        {
            "code": n.code,
            "effect": n.effect.value,
            "happened": n.happened,
            "remedy": n.remedy,
            "seconds": n.seconds,
            "readings": list(n.readings),
        }
        for n in notices
    ]


def _profile(exception: PayerException) -> dict[str, str]:
    return {"profile": exception.profile, "exception": exception.label, "base": exception.base}


def _entry(line: EntryLine) -> dict[str, Any]:
    return {
        "entry": line.entry,
        "position": line.position,
        "on": line.on.isoformat(),
        "performer": line.performer,
        "activity": line.activity,
        "is_timed": line.is_timed,
        "seconds": line.seconds,
        "counted": line.counted,
        "pool": line.pool,
        "because": notices_json(line.notices),
    }


def _family(result: FamilyResult, verdict: Verdict) -> dict[str, Any]:
    return {
        "family": result.family,
        "is_available": result.is_available,
        "bills": result.is_available and result.family == verdict.family,
        "minutes": result.minutes,
        "unpaid_minutes": result.unpaid_minutes,
        "lines": charges_json(result.lines),
        "amount": dollars(result.amount),
        "because": notices_json(result.notices),
    }


def charges_json(lines: Iterable[ChargeLine]) -> list[dict[str, Any]]:
    """Charge lines with code, units and amount; the amount is a text of dollars, or null without a price on file."""
    return [{"code": line.code, "units": line.units, "amount": dollars(line.amount)} for line in lines]


def _with_visit(line: VisitLine) -> dict[str, Any]:
    return {
        "code": line.code,
        "units": line.units,
        "amount": dollars(line.amount),
        "on": line.on.isoformat(),
        "parent": line.parent,
        "practitioner": line.practitioner,
    }


def _reading(reading: Reading) -> dict[str, Any]:
    value = reading.value
    return {
        "name": reading.name,
        "value": list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Decimal) else value,
        "unit": reading.unit,
        "effective": reading.effective.isoformat(),
        "until": reading.until.isoformat() if reading.until else None,
        "cite": reading.cite,
        "confidence": reading.confidence,
        "rules": list(reading.rules),
    }


def dollars(amount: Decimal | None) -> str | None:
    """An amount as text, to the cent as it stands; None stays None."""
    return None if amount is None else str(amount)
