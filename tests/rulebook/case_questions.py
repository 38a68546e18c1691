"""Cases about anything but a month: prices, activities, what comes due, deadlines, numbers, commands, first days."""

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from commands.catalog import CATALOG
from commands.intents.base import Command
from ledger.judging import facts_of, judge_month, missing_tags
from ledger.judging.due import due_on
from ledger.judging.extra_planning import barred_beside, may_carry
from ledger.rulebook import Rulebook, activity_standing, amount
from ledger.rulebook.carried_out import CARRIED_OUT, not_carried_out
from ledger.rulebook.claims import faults_of_lines, filing_deadline, filing_review_on, forms_npi
from ledger.rulebook.listings import billing_standing, visit_standing
from ledger.rulebook.views import base_name
from ledger.terms.outcome import Accepted, Refused
from tests.commands import world
from tests.gwt import Given, shipped_rulebook
from tests.rulebook import case_claims

_Read = tuple[dict[str, Any], Callable[[Rulebook], dict[str, Any]], Callable[[Rulebook], frozenset[str]]]
_DAY: Final = timedelta(days=1)
EDITION: Final = "0" * 64
"""Stands for the digest of whatever rulebook is asked."""
NOT_SAID: Final[frozenset[str]] = frozenset()
ACTIVITIES_KEYS: Final = frozenset({"on", "counted", "not_counted", "needs_reviewer", "unlisted"})
PRICES_KEYS: Final = frozenset({"on", "facility", "qp", "codes", "payer"})
DUE_KEYS: Final = frozenset({"what", "since", "due"})
DEADLINES_KEYS: Final = frozenset({"served", "received_by", "shown_on"})
LINES_KEYS: Final = frozenset({"on", "lines", "faults", "programme"})
LISTS_KEYS: Final = frozenset({"on", "visits", "credentials"})
PLANNING_KEYS: Final = frozenset({"on", "carried_by", "not_carried_by", "barred_beside", "not_barred_beside"})
NUMBERS_KEYS: Final = frozenset({"on", "valid", "invalid"})
COMMAND_KEYS: Final = frozenset({"known", "given", "by", "at", "command", "said", "refused", "notices", "event"})
FIRST_DAYS_KEYS: Final = frozenset({"on", "begins", "ends", "payer"})
CARRIED_OUT_KEYS: Final = frozenset({"carried_out"})


def _not_said(book: Rulebook) -> frozenset[str]:
    return NOT_SAID


def activities(case: Mapping[str, Any]) -> _Read:
    """Which activities count on a day, which do not, and which need a reviewer's word."""
    lists = {key: case[key] for key in ("counted", "not_counted", "needs_reviewer", "unlisted") if key in case}
    listed = [activity for found in lists.values() for activity in found]

    def ask(book: Rulebook) -> dict[str, Any]:
        rules = book.in_force(case["on"])
        standing = {activity: activity_standing(activity, rules) or "unlisted" for activity in listed}
        return {key: [activity for activity in listed if standing[activity] == key] for key in lists}

    return lists, ask, _not_said


def prices(case: Mapping[str, Any]) -> _Read:
    """What one unit of each code is paid on a day, nationally, by a `payer` too; "none" where no price is on file."""

    def ask(book: Rulebook) -> dict[str, Any]:
        rules = book.view(payer=case.get("payer")).in_force(case["on"])
        facility, qp = case.get("facility", False), case.get("qp", False)
        found = {code: amount(code, 1, on=case["on"], facility=facility, qp=qp, rules=rules) for code in case["codes"]}
        return {"codes": {code: "none" if price is None else str(price) for code, price in found.items()}}

    return {"codes": case["codes"]}, ask, _not_said


def due(case: Mapping[str, Any]) -> _Read:
    """The first day on which something that counts from a day is due to be looked at."""

    def ask(book: Rulebook) -> dict[str, Any]:
        return {"due": due_on(case["what"], case["since"], book.in_force(case["since"]))}

    return {"due": case["due"]}, ask, _not_said


def deadlines(case: Mapping[str, Any]) -> _Read:
    """Until when a claim may be received, and from when an unfiled one is shown."""

    def ask(book: Rulebook) -> dict[str, Any]:
        on, rules = case["served"], book.in_force(case["served"])
        return {"received_by": filing_deadline(on, book.in_force), "shown_on": filing_review_on(on, rules)}

    return {key: case[key] for key in ("received_by", "shown_on") if key in case}, ask, _not_said


def lines(case: Mapping[str, Any]) -> _Read:
    """What is wrong with the codes and units of a claim for a month."""

    def ask(book: Rulebook) -> dict[str, Any]:
        law = book.view(programme=case.get("programme", "CCM")).in_force(case["on"])
        found = faults_of_lines(case["lines"].items(), law)
        return {"faults": [list(fault) for fault in found]}

    return {"faults": case["faults"]}, ask, _not_said


def lists(case: Mapping[str, Any]) -> _Read:
    """What the law's lists say of visits and of credentials, by code or word."""
    asked = {key: case[key] for key in ("visits", "credentials") if key in case}

    def ask(book: Rulebook) -> dict[str, Any]:
        rules = book.in_force(case["on"])
        say = {"visits": visit_standing, "credentials": billing_standing}
        return {key: {word: say[key](word, rules) for word in words} for key, words in asked.items()}

    return asked, ask, _not_said


def planning(case: Mapping[str, Any]) -> _Read:
    """Which visits carry G0506, and which codes may not stand on its date."""
    asked = {
        key: case[key] for key in ("carried_by", "not_carried_by", "barred_beside", "not_barred_beside") if key in case
    }

    def ask(book: Rulebook) -> dict[str, Any]:
        rules = book.in_force(case["on"])
        of = {"carried_by": may_carry, "not_carried_by": may_carry}
        said = {
            key: {code: of.get(key, barred_beside)(code, rules) is not None for code in codes}
            for key, codes in asked.items()
        }
        return {
            key: [code for code, is_so in found.items() if is_so is not key.startswith("not_")]
            for key, found in said.items()
        }

    return asked, ask, _not_said


def numbers(case: Mapping[str, Any]) -> _Read:
    """Which numbers are NPIs."""
    asked = (*case.get("valid", ()), *case.get("invalid", ()))

    def ask(book: Rulebook) -> dict[str, Any]:
        rules = book.in_force(case["on"])
        found = {number: forms_npi(number, rules) for number in asked}
        return {
            "valid": [number for number in asked if found[number]],
            "invalid": [number for number in asked if not found[number]],
        }

    return {"valid": case.get("valid", []), "invalid": case.get("invalid", [])}, ask, _not_said


def first_days(case: Mapping[str, Any]) -> _Read:
    """What begins to hold on a day, or holds on it for the last time; `begins`, `ends` by file, of a `payer` too."""
    on: date = case["on"]
    lists = {key: case[key] for key in ("begins", "ends") if key in case}

    def ask(book: Rulebook) -> dict[str, Any]:
        law = book.view(payer=case.get("payer"))
        today, before, after = (law.in_force(each).by_name for each in (on, on - _DAY, on + _DAY))
        other = {"begins": before, "ends": after}
        return {
            key: {
                file: [
                    name
                    for name in names
                    if (reading := today.get(base_name(f"{file}.{name}"))) is not None
                    and other[key].get(base_name(f"{file}.{name}")) is not reading
                    and ("@" not in name or reading.name == f"{file}.{name}")
                ]
                for file, names in files.items()
            }
            for key, files in lists.items()
        }

    return lists, ask, _not_said


def carried_out(case: Mapping[str, Any]) -> _Read:
    """Which values code carries out: a rulebook that says something else is refused before anything is judged by it."""
    names = case["carried_out"]

    def ask(book: Rulebook) -> dict[str, Any]:
        refused = {reading.name for reading in not_carried_out(book)}
        return {
            "carried_out": {
                name: "refused" if name in refused or name not in book.quantities else _plain(CARRIED_OUT[name])
                for name in names
            }
        }

    return {"carried_out": names}, ask, _not_said


def _plain(values: tuple[Any, ...]) -> Any:
    plain = [list(value) if isinstance(value, tuple) else value for value in values]
    return plain[0] if len(plain) == 1 else plain


# --- commands -----------------------------------------------------------------------------------------------------

_PEOPLE: Final = {
    "Dr Ada": world.ADA,
    "Dr Bo": world.BO,
    "the nurse": world.NURSE,
    "the assistant": world.ASSISTANT,
    "the front desk": world.DESK,
    "the biller": world.BILLER,
    "the administrator": world.ADMIN,
    "compliance": world.COMPLIANCE,
    "the psychologist": world.PSYCHOLOGIST,
    "the patient": world.PATIENT,
    "the practice": world.PRACTICE,
}
_SIGNED: Final = (case_claims.claimed, case_claims.denied)
"""Worlds with a signature, which pins an edition: whatever rulebook is asked stands for it."""
_WORLDS: Final = {
    "office": world.office,
    "known": world.known,
    "enrolled": world.enrolled,
    **{start.__name__: start for start in _SIGNED},
}


def command(case: Mapping[str, Any]) -> _Read:
    """What a command is answered in the small world of tests/commands/world.py: a refusal's code, or its notices."""
    start = _WORLDS[case.get("known", "enrolled")]
    before = case.get("given", ())
    expected = {key: case[key] for key in ("refused", "event") if key in case}
    if "refused" not in case:
        expected["notices"] = case.get("notices", [])

    def ask(book: Rulebook) -> dict[str, Any]:
        ledger = Given(facts=start().facts, law=(book, EDITION if start not in _SIGNED else shipped_rulebook()[1]))
        for each in before:
            ledger = _by(ledger, each).then(_command(each, ledger, book))
        ledger = _by(ledger, case)
        then = ledger.when(_command(case, ledger, book))
        if isinstance(then.outcome, Refused):
            return {"refused": then.outcome.code, "notices": ["refused"], "event": {}}
        event = then.event if isinstance(then.outcome, Accepted) else None
        said = {key: getattr(event, key, None) for key in case.get("event", ())}
        if "says" in said:  # the words behind the name of a wording
            rules = book.in_force(ledger.now.date())
            said["says"] = rules.get(f"medicare.ccm.attestation.{said['statement']}")
        return {"refused": "not refused", "notices": then.codes, "event": said}

    return expected, ask, _not_said


def _by(ledger: Given, said: Mapping[str, Any]) -> Given:
    ledger = ledger.by(_PEOPLE[said["by"]])
    return ledger.at(f"{said['at']}+00:00") if "at" in said else ledger


def _command(said: Mapping[str, Any], ledger: Given, book: Rulebook) -> Command:
    model = CATALOG[said["command"]].command
    about = {"patient": "the patient"} if "patient" in model.model_fields else {}
    words = case_claims.named(_named({**about, **said.get("said", {})}), ledger)
    if words.get("digest") == "the month as it stands":
        held: dict[str, Any] = {}
        while missing := missing_tags(world.PATIENT, words["month"], held):
            held |= {tag: ledger.state(tag) for tag in missing}
        facts = facts_of(world.PATIENT, words["month"], held)
        words["digest"] = judge_month(facts, book, edition=EDITION, record=False).digest
    return model.model_validate_json(json.dumps(words, default=str))


def _named(said: Any) -> Any:
    match said:
        case str():
            return _PEOPLE.get(said, said)
        case dict():
            return {key: _named(value) for key, value in said.items()}
        case list():
            return [_named(value) for value in said]
    return said
