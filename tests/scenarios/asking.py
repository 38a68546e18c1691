"""Short ways to ask a ledger, and to say what the stories of tests/scenarios need again and again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger.judging.shapes import Verdict
from ledger.store.sqlite.read_models import ReadModels
from projections.follow import Follower
from projections.history_line import HistoryLine
from projections.judged import AdoptedRulebooks
from projections.patient_history import history
from projections.questions import month_of
from tests.house import House, consent_of

RULEBOOKS = AdoptedRulebooks()


def month(it: House, name: str = "2026-01", *, patient: str = "patient", as_of: int | None = None) -> Verdict:
    """A patient-month, now or as known at a position."""
    return month_of(it.log, RULEBOOKS, it.ids[patient], name, as_of)


def counted(it: House, name: str = "2026-01", **asked: Any) -> int:
    """Counted seconds of a month."""
    verdict = month(it, name, **asked)
    return verdict.staff_seconds + verdict.personal_seconds


def missing(it: House, name: str = "2026-01", **asked: Any) -> set[str]:
    """What blocks a month."""
    return {notice.code for notice in month(it, name, **asked).missing}


def told_of(it: House, patient: str = "patient") -> tuple[HistoryLine, ...]:
    """The history of a patient."""
    return history(it.log, it.ids[patient])


def worked(it: House, start: str, minutes: int, **said: Any) -> str:
    """Work of nurse Bea that begins at an instant (UTC, without seconds): the id of the entry."""
    end = f"{start[:11]}{int(start[11:13]) + (int(start[14:16]) + minutes) // 60:02d}"
    end += f":{(int(start[14:16]) + minutes) % 60:02d}:00Z"
    answer = it.log_time(f"{start}:00Z", end, **said)
    assert answer.outcome == "accepted", answer
    return dict(answer.ids)["entry"]


def signed(it: House, name: str = "2026-01", *, by: str = "ada") -> str:
    """The practitioner signs the month as it stands: the id of the attestation."""
    data = {"patient": it.ids["patient"], "month": name, "digest": month(it, name).digest}
    return dict(it.accepted("attest_month", data, actor=by).ids)["attestation"]


def another_patient(it: House, name: str = "second", *, consents: bool = True) -> str:
    """Another patient of the practice, with a consent where one is wanted."""
    data = {
        "identifiers": [{"system": "mrn", "value": f"mrn-{name}"}],
        "demographics": {"given": "Sam", "family": "Poe", "born_on": "1950-02-03"},
        "practice": it.ids["practice"],
    }
    it.ids[name] = dict(it.accepted("register_patient", data, actor="fay").ids)["patient"]
    who = {"patient": it.ids[name]}
    since = {"practice": it.ids["practice"], "from_on": "2025-01-01"}
    it.accepted("assign_practice", who | since, actor="fay")
    if consents:
        it.accepted("record_consent", consent_of(it) | who, actor="bea")
    return it.ids[name]


@contextmanager
def read_models(it: House, folder: Path) -> Iterator[ReadModels]:
    """The read models of a ledger, pulled up to its newest fact."""
    folder.mkdir(exist_ok=True)
    models = ReadModels(folder)
    try:
        Follower(it.log, models).pull()
        yield models
    finally:
        models.close()
