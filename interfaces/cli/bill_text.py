"""What a bill comes to, in words and for programs: the lines that it supports, and where it does not."""

from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.wording import clock, codes_of, counted
from ledger.terms.calendar import stored_instant

if TYPE_CHECKING:
    from projections.exports.bill_judged import JudgedBill
    from projections.exports.bill_proof import ProvenBytes

_UNSHOWN: Final = {
    "month_since": "of what came into the month behind the release nothing is left out",
    "claim_since": "of what was said of the claim since, such as a withdrawal, nothing is left out",
    "ground_since": "what came into the patient's record since, such as a consent found void, takes nothing away",
    "log_since": "nothing came behind the checkpoint of the file; yours covers more",
}


def judged_json(judged: "JudgedBill") -> dict[str, Any]:
    """The judgement as JSON knows it."""
    return {
        "claim": judged.claim,
        "month": judged.month,
        "programme": judged.programme,
        "edition": judged.edition,
        "lines": [line._asdict() | {"charge": str(line.charge)} for line in judged.lines],
        "doubts": [doubt._asdict() for doubt in judged.doubts],
        "staff_seconds": judged.staff_seconds,
        "personal_seconds": judged.personal_seconds,
        "digest": judged.digest,
        "facts": judged.facts,
        "withheld": judged.withheld,
        "words_withheld": judged.words_withheld,
        "later": list(judged.later),
        "ground_later": [
            each._asdict() | {"recorded_at": stored_instant(each.recorded_at)} for each in judged.ground_later
        ],
        "as_of": judged.as_of,
        "unshown": list(judged.unshown),
    }


def judged_lines(judged: "JudgedBill") -> list[str]:
    """The judgement in words; where something could have been kept back, it is said as what it is."""
    given = codes_of([(line.code, line.supported) for line in judged.lines if line.supported], none="nothing")
    minutes = f"{clock(judged.staff_seconds)} of staff, {clock(judged.personal_seconds)} of the practitioner's own"
    whose = f"Claim {judged.claim}, {judged.month} of {judged.programme}, by edition {judged.edition[:12]}"
    lines = [
        f"{whose}: supports {given}{', as far as shown' if judged.unshown else ''}.",
        f"It rests on {counted(judged.facts, 'fact')} that it holds: {minutes}.",
    ]
    if judged.doubts:
        lines.append("Where it does not support the claim:")
        lines += [f"  {doubt.where}: {doubt.happened}" for doubt in judged.doubts]
    return [*lines, *_withheld(judged)]


def _withheld(judged: "JudgedBill") -> list[str]:
    lines = []
    if judged.withheld:
        lines.append(
            f"{counted(judged.withheld, 'other fact')} of these performers' days {_are(judged.withheld)} withheld; "
            "the operator says that none overlaps."
        )
    if judged.words_withheld:
        parts = counted(judged.words_withheld, "sealed part")
        lines.append(f"The words of {parts} are withheld, their commitments stand; no verdict reads them.")
    if judged.later:
        behind = ", ".join(f"#{at}" for at in judged.later)
        lines.append(f"Into the month came behind the release: {behind}. The lines above are those of the release.")
    if judged.ground_later:
        lines.append("Into the patient's record came behind the release what may take from an earlier month:")
        lines += [
            f"  #{each.position} {each.kind}, recorded {stored_instant(each.recorded_at)}: "
            f"{'judged here' if each.is_judged else 'its header alone is in the file'}."
            for each in judged.ground_later
        ]
    lines += [f"Left to its maker's word: {_UNSHOWN[each]}." for each in judged.unshown]
    return [*lines, f"What came behind the checkpoint of {counted(judged.as_of, 'fact')} is in no part of this file."]


def proven_lines(proof: "ProvenBytes") -> list[str]:
    """What the bytes prove, in words."""
    if not proof.is_proven:
        return [f"The bytes are not proven: {proof.because}. What follows judges what somebody wrote."]
    whose = "a key that you named" if proof.by == "given" else "the keys in the file itself, which anybody could write"
    beside = [f"  not proven by this file: {each}." for each in proof.noted]
    return [f"The bytes are proven by {whose}.", *(f"  {each}." for each in proof.proven), *beside]


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
