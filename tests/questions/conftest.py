"""A small ledger of its own for each question: a company and a patient, what happens to them, and the command line."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from interfaces.cli.main import main
from projections.judged import AdoptedRulebooks
from projections.questions import month_of
from tests.house import KEY, House, house

MONTH = "2026-01"


@dataclass
class Desk:
    """A folder with a ledger, and somebody who asks it by the command line."""

    folder: Path
    ask_words: Callable[[list[str]], str]
    ids: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def told(self) -> Iterator[House]:
        """The ledger while it is made: tell it what happened."""
        with house(self.folder / "ledger") as it:
            it.clock = "2026-01-20T18:00:00Z"
            yield it
            self.ids = dict(it.ids)

    def ask(self, *words: str, actor: str = "cora") -> dict[str, Any]:
        """The answer of one command line in JSON, as the compliance officer asks it."""
        answer: dict[str, Any] = json.loads(self.ask_words([*words, "--json", "--as", self.ids[actor]]))
        return answer

    def read(self, *words: str, actor: str = "cora") -> str:
        """The same for people."""
        return self.ask_words([*words, "--as", self.ids[actor]])

    @property
    def patient(self) -> str:
        """The patient."""
        return self.ids["patient"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A desk whose ledger is still to be told something."""
    key_file = tmp_path / "ledger.key"
    key_file.write_text(KEY.hex() + "\n")
    key_file.chmod(0o600)
    monkeypatch.setenv("CCM_LEDGER", str(tmp_path / "ledger"))
    monkeypatch.setenv("CCM_LEDGER_KEY_FILE", str(key_file))

    def ask_words(words: list[str]) -> str:
        capsys.readouterr()  # what the log said while the ledger was made
        code = main(words)
        shown = capsys.readouterr()
        assert code == 0, shown.err
        return shown.out

    return Desk(tmp_path, ask_words)


def attest(it: House, month: str = MONTH, actor: str = "ada") -> str:
    """Have the month attested as it stands; the id of the attestation."""
    verdict = month_of(it.log, AdoptedRulebooks(), it.ids["patient"], month, record=False)
    data = {"patient": it.ids["patient"], "month": month, "digest": verdict.digest}
    return dict(it.accepted("attest_month", data, actor=actor).ids)["attestation"]


def second_patient(it: House, practice: str | None = None) -> str:
    """Another patient, of the same practice or of the one named, without a consent."""
    data = {
        "identifiers": [{"system": "mrn", "value": "mrn-2"}],
        "demographics": {"given": "Sam", "family": "Sole", "born_on": "1951-01-01"},
        "practice": practice or it.ids["practice"],
    }
    return dict(it.accepted("register_patient", data, actor="fay").ids)["patient"]
