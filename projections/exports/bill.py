"""The proof-carrying bill of a claim: one file in which everything stands that the claim rests on, with its proofs.

Promise: what the file holds is judged, before it is written, by the code that anybody judges it with (bill_judged.py),
and must come to the very month that the ledger itself sees; where the little that is disclosed of performers' days
would say something else, the whole days are disclosed. Words stay closed unless asked for; identities have a word of
their own. Not promised: that a read was recorded: whoever writes the file has that done before.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple, Protocol

from ledger.judging.shapes import Verdict
from ledger.proof.completeness import subjects_of
from ledger.proof.leaf import decode_header
from ledger.streams.base import EventLog, FactClass, identity_scope
from ledger.streams.claims_state import Claim
from ledger.streams.folding import fold
from ledger.terms.errors import LedgerDamaged
from ledger.terms.identity import care_month_tag, claims_tag, patient_tag
from projections.exports.bill_file import FORMAT, Bill, BillFact, Completeness, RevealedTag, RevealedWords
from projections.exports.bill_ground import BillGround, Shows, Wanted, ground_of
from projections.exports.bill_judged import VOID, JudgedBill, judge_bill
from projections.judged import RulebookOf
from projections.restricted import restricted_in

HEADERS_MAX: Final = 4_096
"""How far behind the checkpoint a map may lie: a header of each fact in between goes into the bill."""
_NOTING: Final = ("claim_released", "month_attested")


class SaltedTag(Protocol):
    """A tag of a fact, as the store hands it out."""

    @property
    def tag(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def salt(self) -> bytes: ...


class SealedPart(Protocol):
    """A sealed part of a fact, as the store hands it out."""

    @property
    def subject(self) -> str: ...
    @property
    def scope(self) -> str: ...


class OpenedPart(Protocol):
    """The words of a sealed part, as the store hands them out."""

    @property
    def subject(self) -> str: ...
    @property
    def subject_salt(self) -> bytes: ...
    @property
    def salt(self) -> bytes: ...
    @property
    def plaintext(self) -> bytes: ...


class DisclosedFact(Protocol):
    """A fact with what its header is made of, as the store hands it out."""

    @property
    def position(self) -> int: ...
    @property
    def header(self) -> bytes: ...
    @property
    def envelope(self) -> bytes: ...
    @property
    def clear(self) -> bytes: ...
    @property
    def tags(self) -> Sequence[SaltedTag]: ...
    @property
    def parts(self) -> Sequence[SealedPart]: ...


class Discloses(Protocol):
    """The store, as far as it hands out facts with what their headers are made of."""

    def facts(self, positions: Iterable[int]) -> Sequence[DisclosedFact]:
        """The facts at these positions, in order."""
        ...

    def opened(self, fact: Any, part: Any) -> OpenedPart | None:
        """The words of a sealed part of a fact; None where their key is gone."""
        ...

    def reading_set(self, digest: str) -> bytes | None:
        """The canonical bytes of a reading set."""
        ...


class MapProof(NamedTuple):
    """That the ledger's map of completeness has just this entry of a subject; `up_to` is what the map covers."""

    subject: str
    fact_class: Literal["record", "review", "access"]
    map: int
    """The position of the fact that holds the root of the map."""
    up_to: int
    depth: int
    entries: bytes
    path: Sequence[bytes]


def _no_map(_: str) -> MapProof | None:
    return None


def _no_facts(_: str) -> Sequence[int]:
    return ()


class Anchor(NamedTuple):
    """The checkpoint that a bill stands on, and what stands by it."""

    ledger: str
    note: str
    size: int
    """How many facts it covers."""
    path: Callable[[int], Sequence[bytes]]
    """The inclusion path of the fact at a position."""
    keys: tuple[str, ...] = ()
    timestamps: tuple[bytes, ...] = ()
    counted: Callable[[str], MapProof | None] = _no_map
    """The newest map that the checkpoint covers, about the record facts of a subject; None where there is none."""
    records: Callable[[str], Sequence[int]] = _no_facts
    """The positions of all record facts of a patient that the checkpoint covers: what such a map counts."""


class Made(NamedTuple):
    """A bill, ready to be written, and what it comes to."""

    bill: Bill
    judged: JudgedBill
    verdict: Verdict
    """The month as the ledger judges it: the same as the bill's."""
    others: tuple[str, ...]
    """Other patients of whom something is in it."""


class BillMaker:
    """Makes the bills of one ledger's claims under one checkpoint."""

    def __init__(self, log: EventLog, rulebook_of: RulebookOf, store: Discloses, anchor: Anchor) -> None:
        self._log = log
        self._rulebook_of = rulebook_of
        self._store = store
        self._anchor = anchor

    def made(self, claim: Claim, *, words: bool = False, identity: bool = False, since: bool = False) -> Made:
        """The bill of a claim that is no void, all of whose facts the checkpoint covers.

        `since`: with what came since into the patient's record and may take from an earlier month. Of whole days where
        less would say less; LedgerDamaged where it would say something else than the ledger all the same.
        """
        size = self._anchor.size
        assert claim.position <= size, "whoever asks looks first whether the claim is sealed"
        assert claim.event.frequency != VOID, "whoever asks looks first whether the claim asks for anything"
        for whole_days in (False, True):
            ground = ground_of(self._log, self._rulebook_of, claim, until=size, whole_days=whole_days, with_since=since)
            bill = self._bill(ground, frozenset(_scopes(ground, words=words, identity=identity)))
            judged = judge_bill(bill)
            if judged.digest == ground.verdict.digest:
                whole = bill.model_copy(update={"derivation": judged.derivation})
                return Made(whole, judged, ground.verdict, ground.others)
        raise LedgerDamaged(
            "The bill would say something else of the month than the ledger says.",
            "Keep this ledger as it is, run `ccm-ledger verify`, and report it.",
        )

    def _bill(self, ground: BillGround, opens: frozenset[str]) -> Bill:
        complete = self._complete(ground)
        about = frozenset(map(patient_tag, ground.group))
        counted = [at for each in ground.group for at in self._anchor.records(each)] if complete else []
        asked = (*ground.said_since, *ground.wanted) if complete else ground.wanted
        wanted = _with_headers(asked, complete, counted, self._anchor.size)
        # Words that turned out to be about somebody else stay closed, as they do on every screen.
        closed = restricted_in(self._log, ground.own) if opens else frozenset()
        facts = [
            self._fact(fact, wanted[fact.position], about, frozenset() if fact.position in closed else opens)
            for fact in self._store.facts(wanted)
        ]
        return Bill(
            format=FORMAT,
            ledger=self._anchor.ledger,
            claim=ground.claim.event.claim,
            checkpoint=self._anchor.note,
            timestamps=tuple(map(_base64, self._anchor.timestamps)),
            keys=self._anchor.keys,
            facts=tuple(facts),
            completeness=tuple(map(_completeness, complete)),
            readings=tuple(_base64(content) for content in self._readings(facts)),
            derivation={},
        )

    def _complete(self, ground: BillGround) -> list[MapProof]:
        """That all facts of the month are there, and all of the patient, of each who is one person with the patient.

        The patient's are needed for what was said of the claim, of which there is no map of its own, and for what came
        into the record since.
        """
        month = ground.claim.event.month
        subjects = (*(care_month_tag(each, month) for each in ground.group), *map(patient_tag, ground.group))
        found = map(self._anchor.counted, subjects)
        return [proof for proof in found if proof is not None and self._anchor.size - proof.up_to <= HEADERS_MAX]

    def _fact(self, fact: DisclosedFact, wanted: Wanted, about: frozenset[str], opens: frozenset[str]) -> BillFact:
        """One fact as it is shown; `about` are the subjects whose records are counted."""
        shows = wanted.shows
        is_record = decode_header(fact.header)[0].fact_class == FactClass.RECORD
        named = [
            each
            for each in fact.tags
            if each.tag in wanted.tags or (is_record and not about.isdisjoint(subjects_of((each.tag,))))
        ]
        is_whole = shows is Shows.ALL
        opened = (self._store.opened(fact, part) if is_whole and _is_open(part, opens) else None for part in fact.parts)
        return BillFact(
            position=fact.position,
            header=_base64(fact.header),
            path=tuple(_base64(node) for node in self._anchor.path(fact.position)),
            tags=tuple(RevealedTag(tag=each.tag, salt=each.salt.hex(), seq=each.seq) for each in named),
            envelope=fact.envelope.decode() if is_whole else None,
            clear=fact.clear.decode() if shows >= Shows.CLEAR else None,
            parts=tuple(_words(each) for each in opened),
        )

    def _readings(self, bill_facts: Iterable[BillFact]) -> Iterator[bytes]:
        """The reading sets that the release and the attestations in the bill noted, each once."""
        noted = (
            each.fact().envelope.readings
            for each in bill_facts
            if each.envelope is not None and each.header_parts()[0].topic in _NOTING
        )
        for digest in dict.fromkeys(digest for digest in noted if digest is not None):
            if (content := self._store.reading_set(digest)) is not None:
                yield content


def claim_in(log: EventLog, patient: str, claim: str, *, until: int) -> Claim | None:
    """A claim of a patient as known at a position, its ground pinned; None where it was not released by then."""
    claims = fold(claims_tag(patient), log.read(claims_tag(patient), until=until))
    found: Claim | None = claims.claim(claim)
    return found


def _scopes(ground: BillGround, *, words: bool, identity: bool) -> Iterator[str]:
    """Under which keys words may be opened: never those of other patients, nor of people who work here."""
    for patient in ground.group:
        if words:
            yield f"{patient}/"
        if identity:
            yield identity_scope(patient)


def _is_open(part: SealedPart, opens: frozenset[str]) -> bool:
    patient, _, kind = part.scope.partition("/")
    return part.scope in opens or (kind.isdigit() and f"{patient}/" in opens)


def _with_headers(
    wanted: Iterable[Wanted], complete: Iterable[MapProof], counted: Iterable[int], size: int
) -> dict[int, Wanted]:
    """The facts of the bill by position, with the maps, all that they count of the patient, and every header behind."""
    found = {at: Wanted(at, frozenset(), Shows.HEADER) for at in counted}
    for proof in complete:
        found |= {at: Wanted(at, frozenset(), Shows.HEADER) for at in range(proof.up_to + 1, size + 1)}
    found |= {proof.map: Wanted(proof.map, frozenset(), Shows.ALL) for proof in complete}
    return found | {each.position: each for each in wanted}


def _completeness(proof: MapProof) -> Completeness:
    return Completeness.model_validate(
        {
            "subject": proof.subject,
            "class": proof.fact_class,
            "map": proof.map,
            "depth": proof.depth,
            "entries": _base64(proof.entries),
            "path": tuple(map(_base64, proof.path)),
        }
    )


def _words(opened: OpenedPart | None) -> RevealedWords | None:
    if opened is None:
        return None
    return RevealedWords(
        subject=opened.subject,
        subject_salt=opened.subject_salt.hex(),
        salt=opened.salt.hex(),
        plaintext=_base64(opened.plaintext),
    )


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
