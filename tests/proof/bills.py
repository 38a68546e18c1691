"""A small log with a bill in it, made by hand: what a bill file holds, and nothing of the program that writes bills."""

import json
from base64 import b64encode
from functools import reduce
from hashlib import sha256
from typing import Any

from ledger.proof.checkpoint import Checkpoint
from ledger.proof.completeness import START, Entry, Map, bucket_number, next_head, subject_key
from ledger.proof.leaf import Prefix, SealedDigests, blinded, commitment, encode_prefix, encode_tail, leaf_hash
from ledger.store.completeness_map import map_of, path_in
from tests.proof.reference import inclusion_path, root
from tests.proof.signing import CLOCK, LOG, WITNESS, Signer, note

LEDGER = "lg_aaaaaaaaaaaaaaaaaaaaaaaaaa"
PATIENT = "pt_" + "b" * 26
OTHER = "pt_" + "c" * 26
CLAIM = "cl_" + "d" * 26
MONTH = f"care_month/{PATIENT}/2026-03"
READINGS = b"CCMR readings"
DEPTH = 2
SECRET = b'{"words":{"note":"called at noon"}}'


def base64(data: bytes) -> str:
    return b64encode(data).decode()


def salt_of(text: str, length: int = 16) -> bytes:
    return sha256(text.encode()).digest()[:length]


class Written:
    """One fact with what its header is made of."""

    def __init__(self, position: int, topic: str, tags: list[str], clear: dict[str, Any], **more: Any) -> None:
        self.position, self.tags = position, tags
        self.clear = json.dumps(clear, separators=(",", ":"))
        self.envelope = json.dumps({"actor": "st_x", **more.get("envelope", {})}, separators=(",", ":"))
        self.words: bytes | None = more.get("words")
        fact_class = more.get("fact_class", "record")
        sealed = (self.sealed(PATIENT),) if self.words else ()
        digests = (sha256(self.envelope.encode()).digest(), sha256(self.clear.encode()).digest())
        prefix = encode_prefix(Prefix(more.get("ledger", LEDGER), topic, 1, fact_class, *digests, sealed))
        seqs = [(blinded(tag, salt_of(f"{position}{tag}")), position) for tag in tags]
        self.header = prefix + encode_tail(position - 1, 1_000_000 * position, seqs)
        self.leaf = leaf_hash(self.header, b"")

    def sealed(self, subject: str) -> SealedDigests:
        text = self.words or b""
        return SealedDigests(blinded(subject, salt_of("subject")), sha256(b"ciphertext").digest(),
                             commitment(salt_of("content", 32), text))  # fmt: skip

    def shown(self, path: list[bytes], revealed: list[str], *, open_words: bool, whole: bool) -> dict[str, Any]:
        words = {"subject": PATIENT, "subject_salt": salt_of("subject").hex(),
                 "salt": salt_of("content", 32).hex(), "plaintext": base64(self.words or b"")}  # fmt: skip
        return {
            "position": self.position,
            "header": base64(self.header),
            "path": [base64(node) for node in path],
            "tags": [
                {"tag": tag, "salt": salt_of(f"{self.position}{tag}").hex(), "seq": self.position} for tag in revealed
            ],
            "envelope": self.envelope if whole else None,
            "clear": self.clear if whole else None,
            "parts": [words if open_words else None] if self.words else [],
        }


def facts_before_the_map() -> list[Written]:
    return [
        Written(1, "rulebook_adopted", ["ledger"], {"edition": "e" * 64}),
        Written(2, "patient_registered", [f"patient/{PATIENT}"], {"patient": PATIENT}, words=SECRET),
        Written(3, "care_time_logged", [MONTH, "staff_day/st_x/2026-03-05"], {"seconds": 1260}, words=SECRET),
        Written(4, "care_time_logged", [f"care_month/{OTHER}/2026-03"], {"seconds": 60}),
        Written(5, "chart_opened", ["access/st_x/2026-03-05", f"accessed/{PATIENT}"], {}, fact_class="access"),
        Written(
            6,
            "claim_released",
            [f"claims/{PATIENT}"],
            {"claim": CLAIM},
            envelope={"readings": sha256(READINGS).hexdigest()},
        ),
    ]


def entries_of(facts: list[Written]) -> list[Entry]:
    own = reduce(next_head, (facts[place].leaf for place in (1, 2, 5)), START)
    return [
        Entry(subject_key(LEDGER, f"patient/{PATIENT}"), 0, 3, own),
        Entry(subject_key(LEDGER, f"patient/{PATIENT}"), 2, 1, next_head(START, facts[4].leaf)),
        Entry(subject_key(LEDGER, MONTH), 0, 1, next_head(START, facts[2].leaf)),
        Entry(subject_key(LEDGER, f"patient/{OTHER}"), 0, 1, next_head(START, facts[3].leaf)),
    ]


def map_fact(said: Map, topic: str) -> Written:
    clear = {"depth": said.depth, "entries": said.entries, "root": said.root.hex(), "up_to": said.up_to}
    return Written(7, topic, ["ledger"], clear)


def behind_the_map(ledger: str) -> list[Written]:
    return [
        Written(8, "care_time_logged", [f"care_month/{OTHER}/2026-03"], {"seconds": 60}, ledger=ledger),
        Written(9, "care_time_logged", [MONTH, "staff_day/st_x/2026-03-09"], {"seconds": 30}),
    ]


def complete(entries: list[Entry], subject: str, fact_class: str = "record") -> dict[str, Any]:
    _, buckets, levels = map_of(entries, DEPTH, 0)
    number = bucket_number(subject_key(LEDGER, subject), DEPTH)
    return {
        "subject": subject,
        "class": fact_class,
        "map": 7,
        "depth": DEPTH,
        "entries": base64(buckets[number]),
        "path": [base64(node) for node in path_in(levels, number)],
    }


def bill(
    *,
    entries: list[Entry] | None = None,
    left_out: tuple[int, ...] = (4,),
    up_to: int = 6,
    map_topic: str = "completeness_mapped",
    ledger_behind: str = LEDGER,
    log: Signer = LOG,
) -> dict[str, Any]:
    """The bill of the claim: own facts with their words, two headers of others, the map and what stands behind it."""
    before = facts_before_the_map()
    entries = entries_of(before) if entries is None else entries
    facts = [*before, map_fact(map_of(entries, DEPTH, up_to)[0], map_topic), *behind_the_map(ledger_behind)]
    leaves = [fact.leaf for fact in facts]
    text = Checkpoint(log.name, len(facts), root(leaves)).text()
    own = {2: [f"patient/{PATIENT}"], 3: [MONTH], 5: [f"accessed/{PATIENT}"], 6: [f"claims/{PATIENT}"], 9: [MONTH]}
    return {
        "format": "ccm-ledger bill 1",
        "ledger": LEDGER,
        "claim": CLAIM,
        "checkpoint": note(
            text, log.signs(text), CLOCK.cosigns(text, 1_800_000_000), WITNESS.cosigns(text, 1_800_000_060)
        ).decode(),
        "timestamps": [],
        "keys": [log.key().render(), CLOCK.key(4).render(), WITNESS.key(4).render()],
        "facts": [
            fact.shown(
                inclusion_path(fact.position - 1, leaves),
                own.get(fact.position, []),
                open_words=fact.position == 3,
                whole=fact.position in own or fact.position in (1, 7),
            )
            for fact in facts
            if fact.position not in left_out
        ],
        "completeness": [
            complete(entries, f"patient/{PATIENT}"),
            complete(entries, f"patient/{PATIENT}", "access"),
            complete(entries, MONTH),
            complete(entries, MONTH, "review"),
        ],
        "readings": [base64(READINGS)],
        "derivation": {"supports": ["99490 x1"]},
    }


def written(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode()
