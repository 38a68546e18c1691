"""`rules diff`: what two editions say otherwise, and which open months lie on those days. It changes nothing."""

from argparse import Namespace
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.rulebook import Edition, Reading
    from ledger.rulebook.differences import Change
    from projections.rules_diff import TouchedMonths

SHIPPED: Final = "shipped"
_PREFIX_MIN: Final = 4
_MORE: Final = """\
E1 and E2 name editions: the beginning of the digest of one that this ledger adopted, or the word `shipped`; with
--profiles that is the shipped edition with these profiles, as `rules adopt` would make it. The months are those
that nobody attested and that have days on which a rule differs, of a patient with several programmes the month of each:
of PCM and APCM those with work of theirs and every month of a designated practitioner, recorded in or not, up to the
month (UTC) in which the newest fact was recorded. What is said of one code touches the programmes that bill it in that
month. `rejudge` says which months come out otherwise. To list them is a read, and is recorded. With --rules-only no
month is looked at.
"""


def add(inner: Commands, shared: Parser) -> None:
    """Declare it below `rules`."""
    said = "what changed between two editions, and which open months it touches"
    parser = inner.add_parser("diff", parents=[shared], help=said, description=__doc__, epilog=_MORE)
    parser.add_argument("before", metavar="E1")
    parser.add_argument("after", metavar="E2")
    parser.add_argument("--profiles", metavar="FOLDER", help="payers' profiles of your own, beside the shipped edition")
    parser.add_argument("--practice", metavar="ID", help="months of this practice alone")
    parser.add_argument("--rules-only", action="store_true", help="compare the rules, and look at no month")
    parser.set_defaults(run=run_diff)


def run_diff(args: Namespace, screen: Screen) -> int:
    """Compare, then list the months concerned, with the read recorded before."""
    from interfaces.cli.asking import ask, known_only, list_of_practice, pulled, session_of  # noqa: PLC0415
    from ledger.rulebook import rulebook_of  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.rulebook.differences import differences  # noqa: PLC0415
    from projections.rules_diff import touched_months  # noqa: PLC0415
    from projections.states import States  # noqa: PLC0415

    with session_of(args, screen) as session:
        before, after = (_edition(session, word, args) for word in (args.before, args.after))
        books = rulebook_of(before), rulebook_of(after)
        changes = differences(*books)
        touched = None
        if not args.rules_only:
            known_only(session, args)
            list_of_practice(session, args, screen, "months")
            models = pulled(session, screen)
            states = States(session.log, after=session.log.refresh())
            touched = touched_months(states, models, *books, args.practice)
            ask(
                session,
                args,
                "months",
                list(dict.fromkeys(each.patient for each in touched.months)),
                as_of=touched.position,
            )
        _show(screen, before.digest, after.digest, changes, touched)
    return 0


def _edition(session: "Session", word: str, args: Namespace) -> "Edition":
    """The edition that a word names; WrongUsage with the known ones where it names none, or several."""
    from ledger.rulebook import Edition  # noqa: PLC0415 - loaded by now

    if word == SHIPPED:
        return _shipped(args)
    adopted = {each.edition: each for each in session.handler.governance().adoptions}
    found = [each for digest, each in adopted.items() if len(word) >= _PREFIX_MIN and digest.startswith(word.lower())]
    if len(found) != 1:
        known = ", ".join(f"{each.edition[:12]} (adopted {each.on})" for each in adopted.values())
        how = "names several editions" if found else "names no edition of this ledger"
        raise WrongUsage(
            f"One of the two {how}.",
            f"Known are {known}, and `{SHIPPED}`; give the first {_PREFIX_MIN} letters or more.",
        )
    return Edition.from_bytes(found[0].content)


def _shipped(args: Namespace) -> "Edition":
    """The shipped rules with the profiles named; WrongUsage where those do not load."""
    from interfaces.cli.rules_adopt import edition_of  # noqa: PLC0415 - loaded by now
    from ledger.rulebook import RulebookError, admitted  # noqa: PLC0415

    try:
        edition = edition_of(args)[0]
        admitted(edition)
    except RulebookError as error:
        faults = " ".join(str(fault) for fault in error.diagnostics)
        raise WrongUsage("The profiles do not load.", f"Mend them; `rules check` tells the same: {faults}") from error
    return edition


def _show(
    screen: Screen, before: str, after: str, changes: "tuple[Change, ...]", touched: "TouchedMonths | None"
) -> None:
    from interfaces.cli.wording import counted  # noqa: PLC0415 - loaded by now
    from interfaces.plain import plain  # noqa: PLC0415

    answer: dict[str, Any] = {"before": before, "after": after, "changes": [_change_json(each) for each in changes]}
    if touched is not None:
        per_month = Counter(each.month for each in touched.months)
        answer |= {"as_of": touched.position, "open_months": dict(sorted(per_month.items()))}
        answer["months"] = [plain(each) for each in touched.months]
    screen.answer(answer)
    screen.say(f"From edition {before[:12]} to {after[:12]}: {counted(len(changes), 'change')}.")
    for change in changes:
        screen.say(*_lines(change))
    if touched is None:
        return
    many = len(touched.months)
    screen.say(f"Open months with days on which a rule differs: {counted(many, 'patient-month')}.")
    for month, count in sorted(Counter(each.month for each in touched.months).items()):
        screen.say(f"  {month}: {counted(count, 'patient-month')}")
    if many:
        screen.say("--json lists them; `ccm-ledger rejudge` judges them by another edition.")


def _lines(change: "Change") -> list[str]:
    whom = [f"{word} {value}" for word, value in (("payer", change.payer), ("kind", change.kind_of_coverage)) if value]
    applies = f" ({' and '.join(whom)})" if whom else ""
    lines = [f"{change.kind}: {change.name}{applies}"]
    for span in change.spans:
        until = f"to {span.last}" if span.last < date.max else "on"
        lines.append(f"  from {span.first} {until}: {_said(span.before)} -> {_said(span.after)}")
        if (cited := span.after or span.before) is not None:
            lines.append(f"    {cited.cite}")
    return lines


def _said(reading: "Reading | None") -> str:
    from ledger.rulebook.describe import shown_value  # noqa: PLC0415 - loaded by now

    return "nothing" if reading is None or reading.is_absent else shown_value(reading.value)


def _change_json(change: "Change") -> dict[str, Any]:
    return {
        "name": change.name,
        "change": change.kind,
        "applies_to": {"payer": change.payer, "kind": change.kind_of_coverage},
        "spans": [
            {
                "from": span.first.isoformat(),
                "to": span.last.isoformat() if span.last < date.max else None,
                "before": _reading_json(span.before),
                "after": _reading_json(span.after),
            }
            for span in change.spans
        ],
    }


def _reading_json(reading: "Reading | None") -> dict[str, Any] | None:
    from interfaces.plain import plain  # noqa: PLC0415 - loaded by now

    if reading is None:
        return None
    return {"value": None if reading.is_absent else plain(reading.value), "unit": reading.unit, "cite": reading.cite}
