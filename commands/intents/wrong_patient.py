"""Commands about who is who, and what was recorded about the wrong patient: merge, unmerge, move, strike."""

from typing import ClassVar

from commands.intents.base import Command, Ref, RevisionNumber, Stated
from ledger.streams.wrong_patient import StruckFor
from ledger.terms.identity import ConditionId


class MergePatients(Command):
    """Let one patient go on for another who is the same person; nothing is copied or lost, and it can be undone."""

    NAME: ClassVar = "merge_patients"
    KIND: ClassVar = "act"
    AS_NAMED: ClassVar = frozenset({"merged"})
    patient: Ref
    merged: Ref
    evidence: Stated


class UnmergePatients(Command):
    """Undo a merge: the two are two persons after all."""

    NAME: ClassVar = "unmerge_patients"
    KIND: ClassVar = "act"
    AS_NAMED: ClassVar = frozenset({"patient", "merged"})
    patient: Ref
    merged: Ref
    evidence: Stated


class MoveCondition(Command):
    """Move a condition that was recorded about the wrong patient to the right one."""

    NAME: ClassVar = "move_condition"
    KIND: ClassVar = "act"
    patient: Ref
    condition: ConditionId
    to_patient: Ref
    reason: Stated


class StrikeCondition(Command):
    """Strike a condition: it holds for no month that is judged from now on."""

    NAME: ClassVar = "strike_condition"
    KIND: ClassVar = "act"
    patient: Ref
    condition: ConditionId
    reason: StruckFor
    evidence: Stated


class MovePlanRevision(Command):
    """Move a care plan revision that was recorded about the wrong patient to the right one's plan."""

    NAME: ClassVar = "move_plan_revision"
    KIND: ClassVar = "act"
    AS_NAMED: ClassVar = frozenset({"patient"})
    patient: Ref
    revision: RevisionNumber
    to_patient: Ref
    reason: Stated


class StrikePlanRevision(Command):
    """Strike a care plan revision: it is no plan of this patient."""

    NAME: ClassVar = "strike_plan_revision"
    KIND: ClassVar = "act"
    AS_NAMED: ClassVar = frozenset({"patient"})
    patient: Ref
    revision: RevisionNumber
    reason: StruckFor
    evidence: Stated
