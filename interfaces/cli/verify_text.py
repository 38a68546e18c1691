"""What `verify` says: in words for a person, as one JSON object for a program."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.wording import counted, moment
from interfaces.plain import plain

if TYPE_CHECKING:
    from ledger.store.fsck import Verification
    from ledger.store.verifying.log import LogVerification
    from ledger.store.verifying.naming import Finding
    from projections.rebuild import Agreement

_SHOWN_MAX: Final = 100
_KEEP: Final = "Stop writing, keep this disk, and run `ccm-ledger verify` on the last good copy."
_WORDS: Final = "Sealed words, and what facts mean: `ccm-ledger verify` without --log opens them."


def answer(
    ledger_id: str,
    facts: "Verification | None",
    log: "LogVerification | None",
    models: "Agreement | None",
    *,
    is_sound: bool,
    has_evidence: bool,
) -> dict[str, Any]:
    """The JSON object; what was not looked at is not in it."""
    findings = _findings(facts, log)
    names = sorted({each.named.value for each in findings if each.named is not None})
    if models is not None and models.differing:
        names.append("projection_drift")
    said: dict[str, Any] = {"is_sound": is_sound, "names": names, "ledger_id": ledger_id}
    if facts is not None:
        said |= plain(facts)
    elif log is not None:
        said |= {"facts": log.facts, "root": log.root}
    said |= {"findings": plain(findings), "read_models_differ": list(models.differing) if models is not None else []}
    said["not_proven"] = list(_not_shown(facts, log, has_evidence=has_evidence))
    if log is not None:
        since = log.unsealed_since
        said["log"] = {name: value for name, value in plain(log).items() if name not in {"findings", "facts", "root"}}
        said["log"]["unsealed_since"] = moment(_instant(since)) if since is not None else None
    if models is not None:
        roots = {table: {"kept": kept, "rebuilt": dict(models.recomputed)[table]} for table, kept in models.kept}
        said["projections"] = {
            "position": models.position,
            "version": models.version,
            "root": models.root,
            "tables": roots,
        }
    return said


def told(
    facts: "Verification | None",
    log: "LogVerification | None",
    models: "Agreement | None",
    *,
    has_evidence: bool,
) -> list[str]:
    """The lines for a person."""
    lines: list[str] = []
    if facts is not None:
        lines += _of_facts(facts)
    if log is not None:
        lines += _of_log(log)
    findings = _findings(facts, log)
    if findings:
        further = (facts.further if facts is not None else 0) + (log.further if log is not None else 0)
        lines.append(f"The ledger is damaged: {counted(len(findings) + further, 'finding')}.")
        lines += [_finding(each) for each in findings[:_SHOWN_MAX]]
        lines.append(_KEEP)
    if models is not None:
        lines += _of_models(models)
    if not_shown := list(_not_shown(facts, log, has_evidence=has_evidence)):
        lines += ["Not shown by this:", *(f"  {each}" for each in not_shown)]
    root = facts or log
    return [*lines, f"Merkle root of {counted(root.facts, 'fact')}: {root.root}"] if root is not None else lines


def _not_shown(facts: "Verification | None", log: "LogVerification | None", *, has_evidence: bool) -> Iterator[str]:
    from ledger.store.fsck import CUT_OFF, REWRITTEN_WHOLE, UNCHANGED_KEYS  # noqa: PLC0415 - loaded by now

    if facts is None and log is None:
        return
    if not has_evidence:
        yield REWRITTEN_WHOLE
    if log is None or log.unsealed:
        yield CUT_OFF
    yield UNCHANGED_KEYS if facts is not None else _WORDS


def _findings(facts: "Verification | None", log: "LogVerification | None") -> list["Finding"]:
    """The findings of both, each place and verdict once."""
    found: dict[Any, Finding] = {}
    for each in (*(facts.findings if facts is not None else ()), *(log.findings if log is not None else ())):
        found.setdefault((each.verdict, each.position, each.tag, each.named), each)
    return list(found.values())


def _of_facts(found: "Verification") -> Iterator[str]:
    yield f"{counted(found.facts, 'fact')} checked."
    if found.erased:
        yield f"{counted(found.erased, 'sealed part')} erased: commitments stand, words are gone."
    if found.risen:
        rose = counted(found.risen, "count of refusals", "counts of refusals")
        yield f"{rose} rose after their day was closed; `ccm-ledger react` puts those of a week on record anew."
    if found.is_sound:
        yield "Every stored byte agrees with its header, its tags, its place and its leaf."


def _of_log(found: "LogVerification") -> Iterator[str]:
    if found.trusted:
        yield f"Up to position {found.trusted} the tiles lead to the checkpoint to go on from, and were believed."
    if found.checkpoints:
        yield (
            f"{counted(found.sealed, 'fact')} sealed; {counted(found.checkpoints, 'checkpoint')} and"
            f" {counted(found.cosignatures, 'cosignature')} verified."
        )
    if not found.sealed:
        yield "Nothing is sealed yet: `ccm-ledger seal` signs what was recorded."
    if found.is_sound and found.checkpoints and found.sealed:
        yield "Every leaf, every tile and every checkpoint agrees, the ledger's own and what was kept."
    elif found.is_sound and found.checkpoints:
        yield "Every leaf agrees with the checkpoints that were kept."
    if found.bracket is not None:
        last, first = found.bracket
        yield f"Rewritten behind position {last}: a checkpoint agrees up to there; the one over {first} facts does not."
    if found.unsealed and found.checkpoints:
        since = f" since {moment(_instant(found.unsealed_since))}" if found.unsealed_since is not None else ""
        yield f"unsealed: {counted(found.unsealed, 'fact')}{since}, which no checkpoint covers yet."


def _of_models(found: "Agreement") -> Iterator[str]:
    if found.differing:
        named = ", ".join(found.differing)
        yield f"projection_drift: read models that differ from the facts: {named}."
        yield "`ccm-ledger rebuild` makes them anew."
    else:
        yield "The read models are what a fold of the facts gives."
    yield f"State root at position {found.position}: {found.root}"


def _finding(each: "Finding") -> str:
    where = f"position {each.position}" if each.position is not None else "the ledger"
    named = each.named.value if each.named is not None else each.verdict.value
    return f"  {named} at {where}: {each.words} ({each.verdict.value})"


def _instant(micros: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros)
