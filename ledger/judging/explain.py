"""A verdict opened up: entry by entry, family by family, each with the rules and the facts it rests on.

Promise: plain values, ready for JSON; everything that the verdict says stands in it, with the readings by name, value,
date and source. Not promised: layout; the command line draws it.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from ledger.judging.law import reading_list
from ledger.judging.payers import book_of
from ledger.judging.shapes import ChargeLine, EntryLine, FamilyResult, Verdict, VisitLine
from ledger.rulebook import PayerException, Reading, Rulebook, RulesInForce
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
        "with_visits": [_with_visit(line) for line in verdict.with_visits],
        "missing": _notices(verdict.missing),
        "notices": _notices(verdict.notices),
        "readings": [_reading(reading) for reading in reading_list(book, verdict.reads)],
    }


def why_not(verdict: Verdict, code: str, rulebook: Rulebook) -> dict[str, Any]:
    """Why a code is not among a month's charges, or why it has no more units: minutes needed, and what stands against.

    Reads: medicare.ccm.families.* and the code's own quantities, by the rules of the date of service. A code of no
    family of the programme in force on that day is answered with the codes that are.
    """
    rules = book_of(verdict, rulebook).in_force(verdict.date_of_service)
    codes = _codes_of(verdict, rules)
    found = next((key for key, known in codes.items() if known == code), None)
    of = {"code": code, "programme": verdict.programme.value}
    if found is None:
        return {**of, "is_known": False, "known": sorted(set(codes.values())), "because": []}
    family, part = found
    result = next(r for r in verdict.families if r.family == family)
    billed = next((line.units for line in verdict.charges if line.code == code), 0)
    units = next((line.units for line in result.lines if line.code == code), 0)
    is_by_minutes = part in _PARTS
    most = _most(code, verdict, rules) if is_by_minutes else 1
    is_full = most is not None and units >= most
    needed = _needed(codes[family, "base"], code, part, units, rules) if is_by_minutes and not is_full else None
    because = list(result.notices) if not result.is_available or is_full else []
    return {
        **of,
        "is_known": True,
        "family": family,
        "billed_units": billed,
        "units_earned": units,
        "units_max": most,
        "is_by_minutes": is_by_minutes,
        "minutes": result.minutes,
        "minutes_for_next_unit": needed,
        "minutes_missing": None if needed is None else max(needed - result.minutes, 0),
        "other_family_bills": verdict.family if verdict.family not in {family, None} else None,
        "uncounted_seconds": sum(line.seconds - line.counted for line in verdict.lines),
        "because": _notices((*because, *verdict.missing)),
    }


_PARTS: Final = ("base", "addon")
_LEVELS: Final = ("level_1", "level_2", "level_3")


def _codes_of(verdict: Verdict, rules: RulesInForce) -> dict[tuple[str, str], str]:
    """The codes in force of the families in which a month was judged, by family and part."""
    names = {
        (result.family, part): part if part in _LEVELS else f"{result.family}_{part}"
        for result in verdict.families
        for part in (_LEVELS if result.family == "apcm" else _PARTS)
    }
    codes = {key: rules.get(f"medicare.ccm.families.{name}") for key, name in names.items()}
    return {key: str(code) for key, code in codes.items() if code is not None}


def _most(code: str, verdict: Verdict, rules: RulesInForce) -> int | None:
    """The units that a code may have in the month: its limit, or what compliance raised it to where that may be."""
    most, raised = rules.limit(f"medicare.ccm.{code}.units_max"), dict(verdict.raised).get(code, 0)
    may_be = rules.get(f"medicare.ccm.{code}.limit_may_be_overridden") is True
    return raised if may_be and most is not None and raised > most else most


def _needed(base: str, code: str, part: str, units: int, rules: RulesInForce) -> int:
    """The minutes that the next unit of a code needs."""
    minimum = rules.whole(f"medicare.ccm.{base}.minutes_minimum")
    return minimum + rules.whole(f"medicare.ccm.{code}.minutes_step") * (units + 1) if part == "addon" else minimum


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


def _with_visit(line: VisitLine) -> dict[str, Any]:
    return {
        "code": line.code,
        "units": line.units,
        "amount": _dollars(line.amount),
        "on": line.on.isoformat(),
        "parent": line.parent,
        "practitioner": line.practitioner,
    }


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
