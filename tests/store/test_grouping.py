"""However a sequence of proposals is cut into groups, the ledger holds the same facts."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.store.connection import Ledger
from ledger.store.fsck import verify
from ledger.streams.base import Appended, Event, Proposal
from ledger.terms.identity import patient_tag
from tests.postgres.servers import unused_address
from tests.store.sample import OTHER_PATIENT, PATIENT, assigned, new_ledger, proposal, registered, reported

STAFF = ("st_aaaaaaaaaaaaaaaaaaaaaaaaaa", "st_bbbbbbbbbbbbbbbbbbbbbbbbbb")


class Step(NamedTuple):
    """What a proposal of a generated sequence looks like."""

    patient: str
    kinds: tuple[str, ...]
    key: str | None
    once: str | None
    is_conditional: bool
    ends_group: bool


steps = st.builds(
    Step,
    st.sampled_from([PATIENT, OTHER_PATIENT]),
    st.lists(st.sampled_from(["registered", "assigned", "reported"]), min_size=1, max_size=3).map(tuple),
    st.none() | st.sampled_from(["k1", "k2", "k3"]),
    st.none() | st.sampled_from(["o1", "o2"]),
    st.booleans(),
    st.booleans(),
)
MAKE: dict[str, Callable[[str], Event]] = {"registered": registered, "assigned": assigned, "reported": reported}


def proposals(sequence: Sequence[Step]) -> list[Proposal]:
    """The sequence as deciders would propose it: conditions as of what the earlier proposals will have done."""
    heads: dict[str, int] = {}
    bound: set[str] = set()
    counted: set[str] = set()
    found = []
    for step in sequence:
        key = None if step.key in bound else step.key
        tag = patient_tag(step.patient)
        found.append(
            proposal(
                *(MAKE[kind](step.patient) for kind in step.kinds),
                read_set=((tag, heads.get(tag, 0)),) if step.is_conditional else (),
                key=key,
                once=step.once,
            )
        )
        if step.once not in counted:
            heads[tag] = heads.get(tag, 0) + len(step.kinds)
        bound |= {key} if key else set()
        counted |= {step.once} if step.once else set()
    return found


def contents(ledger: Ledger) -> list[object]:
    """Everything that a ledger holds, without what is random."""
    facts = ledger.follow(0, 1_000)
    return [
        [
            (fact.position, fact.home, fact.version, fact.recorded_at, ledger.open_words(fact), fact.envelope)
            for fact in facts
        ],
        [ledger.tags_of(fact.position) for fact in facts],
        [ledger.binding(key) for key in ("k1", "k2", "k3")],
        ledger.refusal_counts(),
        [ledger.head(patient_tag(patient)) for patient in (PATIENT, OTHER_PATIENT)],
    ]


def cut(sequence: Sequence[Step], group: Sequence[Proposal]) -> list[list[Proposal]]:
    groups: list[list[Proposal]] = [[]]
    for step, each in zip(sequence, group, strict=True):
        groups[-1].append(each)
        if step.ends_group:
            groups.append([])
    return groups


def check(sequence: Sequence[Step], one: Ledger, grouped: Ledger) -> None:
    group = proposals(sequence)
    singly = [answer for each in group for answer in one.append([each])]
    together = [answer for each in cut(sequence, group) for answer in grouped.append(each)]

    assert all(isinstance(answer, Appended) for answer in singly)
    assert together == singly
    assert contents(grouped) == contents(one)
    assert verify(grouped).is_sound


@settings(max_examples=30)
@given(st.lists(steps, min_size=1, max_size=12))
def test_groups_leave_no_trace(sequence: list[Step]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        new_ledger(Path(folder) / "one") as one,
        new_ledger(Path(folder) / "grouped") as grouped,
    ):
        check(sequence, one, grouped)


@pytest.mark.slow
@settings(max_examples=20)
@given(st.lists(steps, min_size=1, max_size=12))
def test_groups_leave_no_trace_on_a_server(sequence: list[Step]) -> None:
    with new_ledger(unused_address()) as one, new_ledger(unused_address()) as grouped:
        check(sequence, one, grouped)


@pytest.mark.slow
@settings(max_examples=20)
@given(st.lists(steps, min_size=1, max_size=12))
def test_both_engines_hold_the_same(sequence: list[Step]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        new_ledger(Path(folder) / "file") as file,
        new_ledger(unused_address()) as server,
    ):
        check(sequence, file, server)
