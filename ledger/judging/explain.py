"""A verdict opened up: entry by entry, family by family, each with the rules and the facts it rests on.

Promise: plain values, ready for JSON; everything that the verdict says stands in it, with the readings by name, value,
date and source. Not promised: layout; the command line draws it.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ledger.judging.law import reading_list
from ledger.judging.payers import book_of
from ledger.judging.shapes import ChargeLine, EntryLine, FamilyResult, Verdict
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
        "charges": _charges(verdict.charges),
        "amount": _dollars(verdict.amount),
        "missing": _notices(verdict.missing),
        "notices": _notices(verdict.notices),
        "readings": [_reading(reading) for reading in reading_list(book, verdict.reads)],
    }


def why_not(verdict: Verdict, code: str, rulebook: Rulebook) -> dict[str, Any]:
    """Why a code is not among a month's charges, or why it has no more units: minutes needed, and what stands against.

    Reads: medicare.ccm.families.* and the code's own quantities, by the rules of the date of service. A code of no
    CCM family in force on that day is answered with the codes that are.
    """
    rules = book_of(verdict, rulebook).in_force(verdict.date_of_service)
    codes = {
        (family, part): str(value)
        for family in ("noncomplex", "complex", "personal")
        for part in ("base", "addon")
        if (value := rules.get(f"medicare.ccm.families.{family}_{part}")) is not None
    }
    found = next((key for key, known in codes.items() if known == code), None)
    if found is None:
        return {"code": code, "is_known": False, "known": sorted(set(codes.values())), "because": []}
    family, part = found
    result = next(r for r in verdict.families if r.family == family)
    units = next((line.units for line in result.lines if line.code == code), 0)
    base = codes[family, "base"]
    minimum = rules.whole(f"medicare.ccm.{base}.minutes_minimum")
    step = rules.whole(f"medicare.ccm.{code}.minutes_step") if part == "addon" else 0
    most = rules.limit(f"medicare.ccm.{code}.units_max")
    is_full = most is not None and units >= most
    billed = next((line.units for line in verdict.charges if line.code == code), 0)
    needed = minimum + step * (units + 1) if part == "addon" else minimum
    because = list(result.notices) if not result.is_available or is_full else []
    return {
        "code": code,
        "is_known": True,
        "family": family,
        "billed_units": billed,
        "units_earned": units,
        "units_max": most,
        "minutes": result.minutes,
        "minutes_for_next_unit": None if is_full else needed,
        "minutes_missing": None if is_full else max(needed - result.minutes, 0),
        "other_family_bills": verdict.family if verdict.family not in {family, None} else None,
        "uncounted_seconds": sum(line.seconds - line.counted for line in verdict.lines),
        "because": _notices((*because, *verdict.missing)),
    }


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
        "because": _notices(line.notices),
    }


def _family(result: FamilyResult, verdict: Verdict) -> dict[str, Any]:
    return {
        "family": result.family,
        "is_available": result.is_available,
        "bills": result.is_available and result.family == verdict.family,
        "minutes": result.minutes,
        "unpaid_minutes": result.unpaid_minutes,
        "lines": _charges(result.lines),
        "amount": _dollars(result.amount),
        "because": _notices(result.notices),
    }


def _charges(lines: Iterable[ChargeLine]) -> list[dict[str, Any]]:
    return [{"code": line.code, "units": line.units, "amount": _dollars(line.amount)} for line in lines]


def _notices(notices: Iterable[Notice]) -> list[dict[str, Any]]:
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


def _dollars(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
