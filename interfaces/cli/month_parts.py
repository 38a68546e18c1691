"""What stands beside a patient-month: what was attested, what another edition says, what it rests on, one minute.

Promise: everything shown is an answer of the projections; nothing is judged here, and a patient whom the reader may not
read is not named.
"""

from argparse import Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from interfaces.cli.screen import Screen
from interfaces.cli.wording import clock, codes, codes_of, counted, moment, money, some

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.judging.shapes import Verdict
    from ledger.rulebook import Rulebook
    from projections.minute import Minute
    from projections.month_answer import AsAttested, AttestationFate, MonthAnswer
    from projections.month_basis import Basis

SHORT = 12
"""Characters of a digest that a person compares."""


_FATES = {
    "stands": "stands",
    "stale": "became stale by",
    "withdrawn": "was withdrawn by",
    "superseded": "was replaced by a newer one",
}


class Part(NamedTuple):
    """One part that was asked for: its name in JSON, its value, its lines."""

    name: str
    json: Any
    lines: list[str]


# --- as attested, now, and by another edition -------------------------------------------------------------------


def beside_json(answer: "MonthAnswer") -> dict[str, Any]:
    """What was attested, what came after it, what the edition adopted last says, what is erased."""
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now

    adoption = answer.adoption
    return {
        "adopted": {"edition": adoption.edition, "position": adoption.position, "on": adoption.on.isoformat()},
        "times_attested": answer.attestations,
        "as_attested": attested_json(answer.as_attested) | {"amount": plain(answer.attested_amount)}
        if answer.as_attested
        else None,
        "entered_after_attestation": plain(answer.entered_after),
        "under_adopted": _verdict_json(answer.under_adopted) if answer.under_adopted else None,
        "erased": plain(answer.erased),
    }


def attested_json(signed: "AsAttested") -> dict[str, Any]:
    """An attestation for programs."""
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now

    shown: dict[str, Any] = plain(signed)
    return {**shown, "charges": [{"code": code, "units": units} for code, units in signed.charges]}


def _verdict_json(verdict: "Verdict") -> dict[str, Any]:
    return {
        "edition": verdict.edition,
        "seconds": {"staff": verdict.staff_seconds, "personal": verdict.personal_seconds},
        "charges": [
            {"code": line.code, "units": line.units, "amount": None if line.amount is None else str(line.amount)}
            for line in verdict.charges
        ],
        "amount": None if verdict.amount is None else str(verdict.amount),
        "missing": [notice.code for notice in verdict.missing],
        "for_information_only": True,
    }


def show_beside(screen: Screen, answer: "MonthAnswer") -> None:
    """The month as attested beside the month now, and what came since."""
    signed = answer.as_attested
    if signed is not None:
        screen.say("", "As attested, and now under the edition that was signed:")
        heads, rows = ["", "as attested", "now"], _side_by_side(signed, answer)
        if answer.under_adopted is not None:
            heads.append("by the edition adopted since (information only)")
            rows = [(*row, cell) for row, cell in zip(rows, _by_adopted(answer.under_adopted), strict=True)]
        screen.table(heads, rows)
        for entered in answer.entered_after:
            at = f"position {entered.position}, {moment(entered.recorded_at)}"
            screen.say(f"Entered after the attestation: {entered.entry} ({at}).")
        if answer.attestations > 1:
            screen.say(f"There are {answer.attestations:,} attestations of this month: --attestations lists them.")
    if answer.erased:
        words = sorted({word for each in answer.erased for word in each.words})
        positions = [str(each.position) for each in answer.erased]
        screen.say(
            f"[erased: words of {counted(len(positions), 'fact')} of this record ({', '.join(words)}): their key was "
            f"destroyed; positions {some(positions, shown_max=20)}]"
        )


def _side_by_side(signed: "AsAttested", answer: "MonthAnswer") -> list[tuple[str, ...]]:
    verdict = answer.verdict
    attested = codes_of(signed.charges, none="none")
    return [
        ("position", f"{signed.as_of} (signed at {signed.position})", str(answer.position)),
        ("by", f"{signed.by}, {moment(signed.attested_at)}", "-"),
        ("staff", clock(signed.staff_seconds), clock(verdict.staff_seconds)),
        ("practitioner", clock(signed.personal_seconds), clock(verdict.personal_seconds)),
        ("codes", attested, codes(verdict.charges) or "none"),
        ("dollars", money(answer.attested_amount), money(verdict.amount)),
        ("digest", signed.digest[:SHORT], verdict.digest[:SHORT]),
        ("edition", signed.edition[:SHORT], verdict.edition[:SHORT]),
    ]


def _by_adopted(verdict: "Verdict") -> list[str]:
    return [
        "-",
        "-",
        clock(verdict.staff_seconds),
        clock(verdict.personal_seconds),
        codes(verdict.charges) or "none",
        money(verdict.amount),
        verdict.digest[:SHORT],
        verdict.edition[:SHORT],
    ]


# --- what is asked for ------------------------------------------------------------------------------------------


def asked_for(args: Namespace, session: "Session", answer: "MonthAnswer", book: "Rulebook") -> "Iterator[Part | None]":
    """The parts that the options name, each asked of the projections."""
    yield _attestations(args, session, answer) if args.attestations else None
    yield _basis(session, answer, book) if args.basis else None
    yield _minute(args, session, answer) if args.minute else None


def _attestations(args: Namespace, session: "Session", answer: "MonthAnswer") -> Part:
    from interfaces.cli.history import line_json, told  # noqa: PLC0415 - loaded by now
    from projections.month_answer import attestation_fates  # noqa: PLC0415

    fates = attestation_fates(
        session.log, session.rulebook_of, args.patient, args.month, answer.position, answer.verdict.programme
    )
    # One fact may have reopened what was signed under two ids.
    reopened = len({fate.reopened_by.position for fate in fates if fate.reopened_by is not None})
    lines = [f"{counted(len(fates), 'attestation')}; the month was reopened {counted(reopened, 'time')}."]
    for fate in fates:
        lines += _fate_lines(fate)
        lines += [f"    {line}" for line in told(fate.reopened_by)] if fate.reopened_by else []
        if fate.stale_by:
            lines += ["    It had become stale before, by", *(f"      {line}" for line in told(fate.stale_by))]
    listed = [
        {
            **attested_json(fate.signed),
            "fate": fate.fate,
            "reopened_by": line_json(fate.reopened_by) if fate.reopened_by else None,
            "stale_by": line_json(fate.stale_by) if fate.stale_by else None,
        }
        for fate in fates
    ]
    return Part("attestations", {"times_reopened": reopened, "listed": listed}, lines)


def _fate_lines(fate: "AttestationFate") -> list[str]:
    signed = fate.signed
    became = _FATES[fate.fate]
    return [
        f"  {signed.attestation} by {signed.by}, {moment(signed.attested_at)}, position {signed.position}: {became}"
    ]


def _basis(session: "Session", answer: "MonthAnswer", book: "Rulebook") -> Part:
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now
    from projections.month_basis import month_basis  # noqa: PLC0415
    from projections.states import States  # noqa: PLC0415

    basis = month_basis(session.log, States(session.log, after=answer.position), book, answer.verdict)
    return Part("basis", plain(basis), list(_basis_lines(basis)))


def _basis_lines(basis: "Basis") -> "Iterator[str]":
    yield "In force in this month:"
    for clinic in basis.clinics:
        yield f"  clinic {clinic.practice} from {clinic.from_on} (position {clinic.position})"
    if biller := basis.biller:
        until = f" to {biller.until_month}" if biller.until_month else ""
        yield f"  billing practitioner {biller.practitioner} of {biller.practice}"
        yield f"    designated from {biller.from_month}{until} (position {biller.position})"
    else:
        yield "  billing practitioner: nobody is designated"
    for condition in basis.conditions:
        standing = "in force" if condition.in_force else "not in force"
        dates = f"onset {condition.onset_on or 'not given'}, abated {condition.abated_on or 'not given'}"
        yield f"  condition {condition.code}: {standing}; {dates} (position {condition.position})"
    yield from _consent_lines(basis)
    plan = basis.plan_on_date_of_service
    yield f"  care plan on the date of service: {f'revision {plan}' if plan else 'none'}"
    for each in basis.plans:
        said = f"source says revision {each.said}" if each.said else "its source names no revision"
        newest = f"revision {each.in_force}" if each.in_force else "none"
        known = f"revision {each.known_then}" if each.known_then else "none"
        yield f"    entry {each.entry} of {each.on}: {said}; in force {newest}; known when it was recorded: {known}"


def _consent_lines(basis: "Basis") -> "Iterator[str]":
    for consent in basis.consents:
        dated = moment(consent.occurred_at) if consent.occurred_at else "no date given"
        by = f"{consent.method or 'no method given'}, evidence {consent.evidence or 'none'}"
        source = f"from {consent.source}" if consent.source else "said directly"
        written = f", written down there {moment(consent.source_recorded_at)}" if consent.source_recorded_at else ""
        yield f"  consent {consent.consent} of {dated}: {by}; {source}{written}; recorded {moment(consent.recorded_at)}"
        counts = f"counts from {moment(consent.counts_from)}" if consent.counts_from else "starts no programme"
        lacks = f"; lacks {', '.join(consent.lacks)}" if consent.lacks else ""
        more = f"; {counted(consent.supplements, 'supplement')}" if consent.supplements else ""
        yield f"    {counts}{lacks}{more} (position {consent.position})"
    first = basis.first_minute
    if first is not None:
        when = moment(first.start) if first.start else f"{first.on}, without clock times"
        stood = "consent counted by then" if first.consent_counted else "no consent counted by then"
        known = "and was on record that day" if first.consent_known_then else "and was not on record that day"
        yield f"  first minute {when}: {stood}, {known}"


def _minute(args: Namespace, session: "Session", answer: "MonthAnswer") -> Part:
    """The minute; another patient is named only to a reader who may read that record, and the look is recorded."""
    from datetime import UTC, datetime  # noqa: PLC0415 - loaded by now

    from commands.access import may_read  # noqa: PLC0415
    from interfaces.cli.asking import ask  # noqa: PLC0415
    from interfaces.plain import plain  # noqa: PLC0415
    from projections.minute import minute_of  # noqa: PLC0415
    from projections.two_patients import ANOTHER  # noqa: PLC0415

    at = datetime.fromisoformat(args.minute).astimezone(UTC)
    found = minute_of(session.log, session.rulebook_of, args.patient, args.month, at, answer.position)
    others = sorted({holder.patient for holder in found.holders} - {args.patient, answer.verdict.patient})
    hidden = {other for other in others if not may_read(session.handler, [other])}
    if named := [other for other in others if other not in hidden]:
        ask(session, args, "month", named, as_of=answer.position)
    shown = found._replace(
        holders=tuple(
            holder._replace(patient=ANOTHER, month="-", entry="-") if holder.patient in hidden else holder
            for holder in found.holders
        )
    )
    sums = {"counted_seconds": found.counted_seconds, "is_counted_twice": found.is_counted_twice}
    return Part("minute", plain(shown) | sums, list(_minute_lines(shown, twice=found.is_counted_twice)))


def _minute_lines(minute: "Minute", *, twice: bool) -> "Iterator[str]":
    verdict = "it is counted twice" if twice else "none of it is counted twice"
    yield f"Minute from {moment(minute.start)}: {counted(len(minute.holders), 'entry', 'entries')}; {verdict}."
    for holder in minute.holders:
        because = f" ({', '.join(holder.because)})" if holder.because else ""
        named = f"{holder.entry} of {holder.patient}" if holder.entry != "-" else f"an entry of {holder.patient}"
        yield f"  {named}, by {holder.performer}, position {holder.position}:"
        yield f"    {holder.counted} of {holder.seconds} seconds count{because}"
