"""A bill judged again from its own bytes: the facts as disclosed, folded and judged by the edition inside the file.

Promise: pure; it asks no ledger and takes no rule from the program. What it says is supported is what the disclosed
facts give by the same fold and the same judge as everywhere; where the bill falls short, it says where, and by what.
Not promised: that the bytes are the ledger's: whoever has not run the offline verifier has judged what somebody wrote.
Nor that the checkpoint is the newest. That nothing came behind the release but what is shown, `unshown` says: where no
proof stands for that, nothing is called supported.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from ledger.claims.erosion import supported
from ledger.judging import explain
from ledger.judging.needs import gather
from ledger.judging.verdict import judge_month
from ledger.rulebook import Edition, Rulebook, rulebook_of
from ledger.rulebook.errors import EditionDamaged, UnknownFormulas
from ledger.streams.base import Fact
from ledger.streams.claims import ClaimReleased
from ledger.streams.claims_state import Claim, Claims, guard_of
from ledger.streams.folding import fold
from ledger.streams.joining import group_of
from ledger.terms.identity import care_month_tag, claims_tag
from projections.exports.bill_doubts import Doubt, Line, of_claim, of_content, of_lines, of_month, of_readings
from projections.exports.bill_file import BadBill, Bill, BillFact
from projections.exports.bill_unshown import JUDGED_IN, GroundLater, Unshown, ground_later, people_of, unshown

BillVerdict = Literal["supported", "as_far_as_shown", "not_supported"]
"""as_far_as_shown: all that is in the file supports each line, and nothing proves that what came since is all there."""
VOID: Final = "8"
"""The frequency of a claim that takes another one back (CCM-CLAIM-26)."""
_DAY: Final = "staff_day/"
_MONTH: Final = "care_month/"


class JudgedBill(NamedTuple):
    """What a bill comes to."""

    claim: str
    month: str
    programme: str
    edition: str
    lines: tuple[Line, ...]
    doubts: tuple[Doubt, ...]
    facts: int
    """How many facts are disclosed."""
    withheld: int
    """How many facts of the performers' days are not: the maker says that none of them touches the month."""
    later: tuple[int, ...]
    """The positions of facts that came into the month behind the release."""
    ground_later: tuple[GroundLater, ...]
    """What came behind the release into the patient's record, and may take from an earlier month."""
    unshown: tuple[Unshown, ...]
    """What nothing in the file proves, so that its maker could have kept something back."""
    words_withheld: int
    """How many sealed parts stay closed: no verdict reads them."""
    staff_seconds: int
    personal_seconds: int
    digest: str | None
    """Of the month as the disclosed facts give it."""
    as_of: int
    """How many facts the checkpoint covers: nothing in the file says what came behind it."""
    is_simulated: bool
    """Whether it comes from a ledger that takes its clock from the input: no record of care."""
    derivation: dict[str, Any]
    """The verdict opened up, as this program says it."""

    @property
    def verdict(self) -> BillVerdict:
        """What the file comes to, where its bytes are proven."""
        if self.doubts:
            return "not_supported"
        return "as_far_as_shown" if self.unshown else "supported"

    @property
    def is_supported(self) -> bool:
        """Whether every line stands, nothing else is in doubt, and nothing can have been kept back."""
        return self.verdict == "supported"


class _Ground:
    """The disclosed facts by stream; what is missing of those that the claim pins is noted."""

    def __init__(self, bill: Bill, claim: Claim) -> None:
        self._pinned = dict(claim.read_set)
        self._month = f"/{claim.event.month}"
        self._facts: dict[str, dict[int, BillFact]] = {}
        self.doubts: dict[str, Doubt] = {}
        for each in bill.facts:
            for tag in each.tags:
                if each.clear is not None:
                    held = self._facts.setdefault(tag.tag, {}).setdefault(tag.seq, each)
                    if held is not each:
                        self._doubt(f"{tag.tag} ", "two facts have the same number")
        self.withheld = 0
        self.later: set[int] = set()

    def pinned(self, tag: str) -> Any:
        """The state of a stream that the release rested on; what it lacks becomes a doubt."""
        count, held = self._pinned.get(tag), self._facts.get(tag, {})
        if count is None:
            self._doubt(tag, "the month asks for it, and the claim's release did not rest on it")
        found = {seq: fact for seq, fact in held.items() if seq <= (count or 0)}
        missing = (count or 0) - len(found)
        if tag.startswith(_DAY):
            self.withheld += missing
        elif missing:
            gone = [seq for seq in range(1, (count or 0) + 1) if seq not in found]
            named = ", ".join(map(str, gone[:5])) + (" and others" if len(gone) > 5 else "")
            self._doubt(tag, f"of {count} facts that the release rested on {missing} are not in the file: {named}")
        if self._is_month(tag):
            self.later |= {fact.position for seq, fact in held.items() if seq > (count or 0)}
        return _folded(tag, found)

    def since(self, tag: str) -> Any:
        """The same with what came since into the month, and with what is shown of the patient's own streams since."""
        held, count = self._facts.get(tag, {}), self._pinned.get(tag)
        if count is None or tag.startswith((_DAY, *JUDGED_IN)) or self._is_month(tag):
            return _folded(tag, held)
        return _folded(tag, {seq: fact for seq, fact in held.items() if seq <= count})

    def _is_month(self, tag: str) -> bool:
        return tag.startswith(_MONTH) and tag.endswith(self._month)

    def _doubt(self, tag: str, why: str) -> None:
        kind = tag.partition("/")[0]
        self.doubts[tag] = Doubt("facts", f"Of a stream of the kind {kind}, {why}.")


def _folded(tag: str, facts: Mapping[int, BillFact]) -> Any:
    return fold(tag, [_fact(fact, seq) for seq, fact in sorted(facts.items())])


def _fact(shown: BillFact, seq: int) -> Fact:
    fact = shown.fact()
    fact.seq = seq
    return fact


def judge_bill(bill: Bill) -> JudgedBill:
    """The bill judged by what it holds; BadBill where it holds no claim that can be read, or a fact that cannot be.

    Raises NeedsNewerProgram where it holds facts or rules of a later program.
    """
    try:
        return _judged_again(bill)
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, BadBill):
            raise
        # What a ledger records always fits together; a file may hold anything.
        raise BadBill("The facts in the file contradict each other: no ledger records them so.") from error


def _judged_again(bill: Bill) -> JudgedBill:
    claim, claims = _claim_of(bill)
    event, ground = claim.event, _Ground(bill, claim)
    if event.frequency == VOID:
        return _unjudged(bill, event, [Doubt("claim", "The claim voids another one, and asks for nothing.")])
    doubts, rulebook = _edition_of(bill, event)
    if rulebook is None:
        return _unjudged(bill, event, doubts)
    facts = gather(event.patient, event.month, ground.pinned)
    months = [care_month_tag(each, event.month) for each in group_of(event.patient, ground.pinned)]
    verdict = judge_month(facts, rulebook, edition=event.edition, programme=event.programme)
    derivation = json.loads(json.dumps(explain(verdict, rulebook)))
    lines = _lines(event, supported(claim, verdict))
    doubts += [*ground.doubts.values(), *of_claim(claims, claim), *of_month(event, verdict), *of_lines(lines)]
    doubts += of_content(event, verdict, facts, rulebook)
    doubts += of_readings(bill, rulebook, verdict)
    since = tuple(ground_later(bill, people_of(months), claim.position))
    doubts += _of_since(claim, ground, rulebook, lines, [each.position for each in since if each.is_judged])
    doubts += _of_opening(bill)
    if bill.derivation and bill.derivation != derivation:
        parts = [name for name in derivation if bill.derivation.get(name) != derivation[name]]
        doubts.append(Doubt("derivation", f"The maker's program said something else of: {', '.join(parts) or 'more'}."))
    return _judged(bill, event)._replace(
        lines=lines,
        doubts=tuple(doubts),
        withheld=ground.withheld,
        later=tuple(sorted(ground.later)),
        ground_later=since,
        unshown=tuple(unshown(bill, months, event.patient, claim.position)),
        staff_seconds=verdict.staff_seconds,
        personal_seconds=verdict.personal_seconds,
        digest=verdict.digest,
        derivation=derivation,
    )


def _claim_of(bill: Bill) -> tuple[Claim, Claims]:
    """The claim as what is disclosed of its stream tells it."""
    released = bill.fact_of_claim()
    if released is None:
        raise BadBill("The fact by which the claim was released is not in the file.")
    event = released.event()
    assert isinstance(event, ClaimReleased)
    tag = claims_tag(event.patient)
    told = {
        named.seq: each for each in bill.facts for named in each.tags if named.tag == tag and each.clear is not None
    }
    claims: Claims = fold(tag, [_fact(each, seq) for seq, each in sorted(told.items()) if _is_asked(each, event)])
    claim = claims.claim(bill.claim)
    if claim is None:
        raise BadBill("The fact by which the claim was released does not name its stream.")
    return claim, claims


def _is_asked(told: BillFact, event: ClaimReleased) -> bool:
    """Whether a fact of the claims stream is more than that a claim of another month was released."""
    other = told.event()
    return not isinstance(other, ClaimReleased) or guard_of(other) == guard_of(event)


def _edition_of(bill: Bill, event: ClaimReleased) -> tuple[list[Doubt], Rulebook | None]:
    """The rulebook in the file, where it is the one that the claim pins."""
    for each in bill.of_topic("rulebook_adopted"):
        try:
            content = base64.b64decode(getattr(each.event(), "content", ""), validate=True)
            edition = Edition.from_bytes(content)
            if edition.digest == event.edition:
                return [], rulebook_of(edition)
        except UnknownFormulas:
            raise
        except (ValueError, EditionDamaged):
            return [Doubt("edition", "The edition in the file cannot be read.")], None
    pinned = event.edition[:12]
    return [Doubt("edition", f"The claim pins the edition {pinned}…, and the file does not hold it.")], None


def _of_opening(bill: Bill) -> list[Doubt]:
    """A record of care is told from a simulated one by the ledger's first fact."""
    if any(True for _ in bill.of_topic("ledger_opened")):
        return []
    return [Doubt("facts", "The fact that opened the ledger is not in the file: it may be a simulated one.")]


def _of_since(
    claim: Claim, ground: _Ground, rulebook: Rulebook, lines: tuple[Line, ...], beside: Sequence[int]
) -> list[Doubt]:
    """What later facts of the month, and `beside` it, take away; a signature that went stale by them takes no unit."""
    event = claim.event
    later = sorted({*ground.later, *beside})
    if not later:
        return []
    facts = gather(event.patient, event.month, ground.since)
    verdict = judge_month(facts, rulebook, edition=event.edition, programme=event.programme)
    left = supported(claim, verdict)
    lost = [f"{line.code} x{gone}" for line in lines if (gone := line.supported - left.get(line.code, 0)) > 0]
    behind = ", ".join(f"#{at}" for at in later[:5])
    where = "into the month or the patient's record" if beside else "into the month"
    told = f"What came {where} behind the release ({behind}) takes away {', '.join(lost)}."
    return [Doubt("since", told)] if lost else []


def _lines(event: ClaimReleased, units: Mapping[str, int]) -> tuple[Line, ...]:
    return tuple(
        Line(line.code, line.units, line.charge, min(line.units, units.get(line.code, 0))) for line in event.lines
    )


def _judged(bill: Bill, event: ClaimReleased) -> JudgedBill:
    words = sum(part is None for each in bill.facts for part in each.parts)
    simulated = any(getattr(each.event(), "simulated", False) for each in bill.of_topic("ledger_opened"))
    return JudgedBill(
        claim=bill.claim,
        month=event.month,
        programme=event.programme.value,
        edition=event.edition,
        lines=(),
        doubts=(),
        facts=len(bill.facts),
        withheld=0,
        later=(),
        ground_later=(),
        unshown=("month_since", "claim_since"),
        words_withheld=words,
        staff_seconds=0,
        personal_seconds=0,
        digest=None,
        as_of=bill.size(),
        is_simulated=simulated,
        derivation={},
    )


def _unjudged(bill: Bill, event: ClaimReleased, doubts: list[Doubt]) -> JudgedBill:
    return _judged(bill, event)._replace(lines=_lines(event, {}), doubts=tuple(doubts))
