"""The months of a release: what becomes of each, told before anything is recorded and shown afterwards.

Promise: what would become of a month is what its decider answers, asked without recording; so a dry run says what the
run would say. Every month of the list is told of, those too that are not released, with the reason. Not promised: that
nothing moves between the question and the release; then the answer to the release is what is shown.
"""

import json
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from commands.answer import Answer, notice_json, refusal_json
from commands.one_line import Deciding
from commands.states import Overlay
from commands.wire import Unreadable
from interfaces.bootstrap import Session
from interfaces.cli.screen import Screen
from interfaces.cli.wording import ESTIMATE, codes_of, counted, money, some
from ledger.streams.base import CommandKey
from ledger.streams.claims import ClaimReleased
from ledger.terms.outcome import Accepted, Notice, Refused, Unchanged

if TYPE_CHECKING:
    from projections.ready import Ready
    from projections.ready_months import ReadyMonth

BECOMES: Final = ("released", "released_before", "not_released")
_COLUMNS: Final = ("patient", "for", "codes", "asked", "expected", "what becomes of it")
_ASKED: Final = CommandKey("", b"")
_NO_ANSWER: Final[dict[str, Any]] = {"key": None, "outcome": None, "positions": [], "ids": {}}


class Release(NamedTuple):
    """One month of a release: what it asks for, its line where one is to be sent, and what becomes of it."""

    patient: str
    month: str
    programme: str
    charges: tuple[tuple[str, int], ...]
    asked: Decimal | None
    expected: Decimal | None
    line: bytes | None
    becomes: str
    why: tuple[str, ...]
    """Codes: the state of the list, and what blocks; or the refusal."""
    refusal: Refused | None = None
    notices: tuple[Notice, ...] = ()


def batch_of(session: Session, found: "Ready", name: str) -> list[Release]:
    """Every month of the list, with what would become of it; `name` is the release's own, and part of its keys."""
    return [_of_list(session, each, found.month, name) for each in found.months]


def one_of(args: Namespace, session: Session, patient: str, name: str) -> Release:
    """One month by name, its read recorded, with what would become of it."""
    from interfaces.cli.asking import ask_about  # noqa: PLC0415 - loaded by now

    ask_about(session, args, "claims", patient, month=args.month)
    about = {"replaces": args.replaces, "late_because": args.late_because}
    given = {field: value for field, value in about.items() if value is not None}
    line = _line(patient, args.month, args.programme, name, **given)
    bare = Release(patient, args.month, args.programme, (), None, None, line, "", ())
    return _asked(session, bare)


def answered(release: Release, answer: Answer) -> Release:
    """The same month after its line was answered."""
    if answer.refusal is not None:
        return release._replace(becomes="not_released", why=(answer.refusal.code,), refusal=answer.refusal)
    becomes = "released_before" if answer.outcome == "unchanged" else "released"
    return release._replace(becomes=becomes, why=(), refusal=None)


def _of_list(session: Session, each: "ReadyMonth", month: str, name: str) -> Release:
    bare = Release(
        *(each.patient, month, each.programme.value, each.charges, each.asked, each.expected),
        *(None, "not_released", tuple(dict.fromkeys((each.state, *each.blocks)))),
    )
    if each.state == "released":
        return bare._replace(becomes="released_before", why=())
    if each.state != "ready":
        return bare
    line = _line(each.patient, month, each.programme.value, name, digest=each.digest)
    return _asked(session, bare._replace(line=line))


def _line(patient: str, month: str, programme: str, name: str, **about: Any) -> bytes:
    data = {"patient": patient, "month": month, "programme": programme, **about}
    key = f"{name}/{patient}/{programme}"
    return json.dumps({"v": 1, "key": key, "correlation": name, "command": "release_claim", "data": data}).encode()


def _asked(session: Session, release: Release) -> Release:
    """A release with what its line would come to, asked of its decider; nothing is recorded by asking."""
    assert release.line is not None, "who is asked has a line"
    read = session.handler.read(release.line)
    if isinstance(read, Unreadable):
        return release._replace(becomes="not_released", why=(read.refusal.code,), refusal=read.refusal)
    handler = session.handler
    outcome = Deciding(handler, read, _ASKED, Overlay(handler.state_cache), session.log.position).outcome()
    if isinstance(outcome, Refused):
        return release._replace(becomes="not_released", why=(outcome.code,), refusal=outcome)
    if isinstance(outcome, Unchanged):
        return release._replace(becomes="released_before", why=())
    return _with_lines(release, outcome)._replace(becomes="released", why=(), notices=outcome.notices)


def _with_lines(release: Release, outcome: Accepted) -> Release:
    """The lines and sums of the claim itself."""
    event = outcome.events[0]
    assert isinstance(event, ClaimReleased), "a release is a claim"
    charges = tuple((line.code, line.units) for line in event.lines)
    return release._replace(charges=charges, asked=event.charge, expected=event.expected)


# --- shown --------------------------------------------------------------------------------------------------------


def show_release(screen: Screen, number: int, release: Release, answer: Answer | None, *, dry_run: bool) -> None:
    """One month as a JSON line, with the ledger's answer where one was asked for."""
    refusal = refusal_json(release.refusal) if release.refusal else None
    said = {**_NO_ANSWER, "notices": [notice_json(each) for each in release.notices], "refusal": refusal}
    screen.lines(
        [
            {
                "line": number,
                "patient": release.patient,
                "month": release.month,
                "programme": release.programme,
                "becomes": release.becomes,
                "why": list(release.why),
                "charges": [{"code": code, "units": units} for code, units in release.charges],
                "asked": str(release.asked) if release.asked is not None else None,
                "expected": str(release.expected) if release.expected is not None else None,
                "dry_run": dry_run,
                **(answer.as_json(number) if answer is not None else said),
            }
        ]
    )


def sums_json(batch: Sequence[Release]) -> dict[str, Any]:
    """How many months met which end, and what was released, in units and dollars."""
    counts = Counter(each.becomes for each in batch)
    units, asked, expected = _sums(batch)
    told = {each: counts[each] for each in BECOMES}
    return {"months": len(batch), **told, "units": units, "asked": str(asked), "expected": str(expected)}


def _sums(batch: Sequence[Release]) -> tuple[int, Decimal, Decimal]:
    released = [each for each in batch if each.becomes == "released"]
    asked = sum((each.asked for each in released if each.asked is not None), Decimal("0.00"))
    expected = sum((each.expected for each in released if each.expected is not None), Decimal("0.00"))
    return sum(units for each in released for _, units in each.charges), asked, expected


def show_table(screen: Screen, month: str, batch: Sequence[Release], *, dry_run: bool) -> None:
    """Every month for people with what becomes of it, then how many of each, then the sums."""
    if batch:
        screen.table(_COLUMNS, [_cells(each) for each in batch], right=(3, 4))
    counts = Counter(each.becomes for each in batch)
    told = ", ".join(f"{counts[each]:,} {each.replace('_', ' ')}" for each in BECOMES)
    screen.say(f"{month}: {counted(len(batch), 'month')}: {told}.")
    units, asked, expected = _sums(batch)
    would = "would be released" if dry_run else "released"
    money_text = f"{money(asked)} asked, {money(expected)} expected ({ESTIMATE})"
    screen.say(f"{counted(units, 'unit')} {would}: {money_text}.")
    for refusal in {each.refusal.code: each.refusal for each in batch if each.refusal is not None}.values():
        screen.say(f"{refusal.code}: {refusal.because} {refusal.remedy}")
    if any(each.becomes == "not_released" and each.refusal is None for each in batch):
        screen.say(f"`ccm-ledger ready {month}` says of the others whose turn it is.")
    if dry_run:
        screen.say("This was a dry run: nothing was released.")


def _cells(release: Release) -> tuple[str, ...]:
    becomes = release.becomes.replace("_", " ")
    if release.why:
        becomes += f": {some(release.why)}"
    told = codes_of(release.charges)
    return release.patient, release.programme, told, money(release.asked), money(release.expected), becomes
