"""`verify` and `rebuild`: whether the stored facts are whole, and the read models made anew from them."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen, steps
from interfaces.cli.usage import Commands, Parser

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.store.fsck import Finding, Verification

DAMAGED: Final = 3
_SHOWN_MAX: Final = 100


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    verify = commands.add_parser(
        "verify",
        parents=[shared],
        help="check every stored fact",
        description="Recompute every stored byte of every fact, and compare the read models with a fold of the facts.",
    )
    verify.set_defaults(run=run_verify)
    rebuild = commands.add_parser(
        "rebuild",
        parents=[shared],
        help="make the read models anew",
        description="Make every read model anew from the facts; nothing that was recorded is touched.",
    )
    rebuild.set_defaults(run=run_rebuild)


def run_verify(args: Namespace, screen: Screen) -> int:
    """Check the facts; where they are whole, check the read models against them."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.plain import plain  # noqa: PLC0415
    from ledger.store.fsck import verify  # noqa: PLC0415

    with session_of(args, screen) as session:
        with screen.progress("Facts", session.log.refresh()) as bar:
            found = verify(session.log, steps(bar))
        differing = differing_models(session, screen) if found.is_sound else ()
        is_sound = found.is_sound and not differing
        beside = {"read_models_differ": list(differing), "ledger_id": session.log.ledger_id}
        screen.answer({"is_sound": is_sound, **plain(found), **beside})
        screen.say(*_told(found, differing))
    return 0 if is_sound else DAMAGED


def differing_models(session: "Session", screen: Screen) -> tuple[str, ...]:
    """The read models whose rows are not what a fold of the facts gives, both as of the position of those rows."""
    from projections.rebuild import agreement  # noqa: PLC0415 - loaded by now

    kept = session.models()
    with screen.progress("Read models", session.log.refresh()) as bar:
        return agreement(session.log, kept, rulebook_of=session.rulebook_of, progress=steps(bar)).differing


def _told(found: "Verification", differing: tuple[str, ...]) -> list[str]:
    from interfaces.cli.wording import counted  # noqa: PLC0415 - loaded by now

    lines = [f"{counted(found.facts, 'fact')} checked."]
    if found.erased:
        lines.append(f"{counted(found.erased, 'sealed part')} erased: commitments stand, words are gone.")
    if found.risen:
        rose = counted(found.risen, "count of refusals", "counts of refusals")
        lines.append(f"{rose} rose after their day was closed; `ccm-ledger react` puts those of a week on record anew.")
    if found.is_sound:
        lines.append("Every stored byte agrees with its header, its tags, its place and its leaf.")
    else:
        count = len(found.findings) + found.further
        lines.append(f"The ledger is damaged: {counted(count, 'finding')}.")
        lines += [_finding(each) for each in found.findings[:_SHOWN_MAX]]
        lines.append("Stop writing, keep this disk, and run `ccm-ledger verify` on the last good copy.")
    if differing:
        named = ", ".join(differing)
        lines.append(f"Read models that differ from the facts: {named}. `ccm-ledger rebuild` makes them anew.")
    elif found.is_sound:
        lines.append("The read models are what a fold of the facts gives.")
    lines.append("Not shown by this:")
    lines += [f"  {each}" for each in found.not_proven]
    return [*lines, f"Merkle root of {counted(found.facts, 'fact')}: {found.root}"]


def _finding(each: "Finding") -> str:
    where = f"position {each.position}" if each.position is not None else "the ledger"
    return f"  {each.verdict.value} at {where}: {each.words}"


def run_rebuild(args: Namespace, screen: Screen) -> int:
    """Make the read models anew and swap them in."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from projections.rebuild import rebuild  # noqa: PLC0415

    with session_of(args, screen) as session:
        models = session.fresh_models()
        with screen.progress("Facts", session.log.refresh()) as bar:
            made = rebuild(session.log, models, rulebook_of=session.rulebook_of, progress=steps(bar))
        answer: dict[str, Any] = {"position": made.position, "rows": dict(made.rows)}
        screen.answer(answer)
        rows = ", ".join(f"{table} {count:,}" for table, count in made.rows)
        screen.say(f"The read models were made anew up to position {made.position}: {rows}.")
    return 0
