"""Saying fields of a folded state anew."""

import dataclasses
from typing import Any

import pytest

from ledger.streams.care_plan import CarePlan
from ledger.streams.patient_state import Patient
from ledger.streams.replacing import replace


@pytest.mark.parametrize("state", [Patient(patient="pt_1"), CarePlan()], ids=["patient", "care plan"])
def test_it_answers_as_the_standard_library_does(state: Patient | CarePlan) -> None:
    anew: dict[str, Any] = {dataclasses.fields(state)[-1].name: ("said anew",)}
    changed = replace(state, **anew)

    assert changed == dataclasses.replace(state, **anew)
    assert changed != state
    assert type(changed) is type(state)


def test_what_is_no_field_is_an_error() -> None:
    with pytest.raises(AttributeError):
        replace(Patient(), no_such_field=1)
