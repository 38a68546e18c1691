"""The demo's company at work: its files written down, taken through the commands' doors, their answers kept.

Promise: whatever gets into the ledger gets there by `init`, `submit` or `import`, parsed and run like a command line
that somebody typed; the answers stand beside the files.
"""

import io
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from interfaces.cli.delivering import OUTCOMES, Tally
from interfaces.cli.screen import Screen
from interfaces.importing.mapping import ChartMapping, read_chart_mapping
from interfaces.simulator import afterwards, billing
from interfaces.simulator.company import Company, SimulatedFile
from interfaces.system import PinnedZones

_GIVEN: Final = Path("shared", "data", "synthea-r4")


class _Quiet(Screen):
    """A screen whose notes nobody reads: the demo shows its own summary."""

    def note(self, *lines: str) -> None:
        """Nothing is shown."""


class Workshop:
    """The demo's folder with its files, and its ledger: in the folder too, or where `ledger` says."""

    def __init__(self, folder: Path, seed: int, screen: Screen, ledger: str | None = None) -> None:
        self.folder = folder
        self.ledger = ledger or str(folder / "ledger")
        self.key_file = folder / "demo.key"
        self.tally = Tally()
        self.examples: dict[str, str] = {}
        self.parked_codes: set[str] = set()
        self._screen = screen
        self._given = given_charts()
        self.company = Company(seed, PinnedZones(), given=_read(self._given))
        self._ids: dict[str, dict[str, str]] = {}
        self._consents: dict[str, str] = {}
        self._files: Iterator[SimulatedFile] = iter(())
        self._charts = str(self._given) if self._given else ""
        self._mapping = "synthea"
        self._last: SimulatedFile | None = None

    @property
    def has_given_charts(self) -> bool:
        """Whether the charts were found and not made."""
        return self._given is not None

    def staff(self, number: str) -> str:
        """The id that the ledger gave a staff member."""
        return self._ids[f"staff:{number}"]["staff"]

    # --- files in -----------------------------------------------------------------------------------

    def submit_setup(self) -> None:
        """The administrator's first file; its answers carry the ids of the practices."""
        self._deliver(SimulatedFile("setup.jsonl", "submit", _lines(self.company.setup_lines())))
        practices = {code: self._ids[key]["practice"] for code, key in self.company.practice_keys.items()}
        self._files = self.company.files(practices, self._consents)

    def deliver_until(self, name: str | None) -> None:
        """Deliver the company's files in order, up to this one; None: all that are left."""
        for file in self._files:
            self._deliver(file)
            if file.name == name:
                return

    def import_charts(self) -> None:
        """Import all charts at once, as the company's interface program."""
        if not self._charts:
            # The simulator's charts are the files that follow: their mapping file, then one file a patient.
            for file in islice(self._files, 1 + len(self.company.charts)):
                self._write(file)
                if file.door == "mapping":
                    self._mapping = str(self.folder / file.name)
            self._charts = str(self.folder / "charts")
        words = ["import", "fhir", self._charts, "--mapping", self._mapping, "--as", self.staff("C-INT-1")]
        mapping = Path(self._mapping).name
        self._through(words, "charts", shown=["import", "fhir", "CHARTS", "--mapping", mapping])

    def deliver_afterwards(self, month: str, asking: tuple[str, str]) -> tuple[str, str]:
        """Deliver what reaches signed months later; the patients of the corrected entry and of the late one."""
        signed = [row for row in self.json("months", month, *asking)["rows"] if row["attested"]]
        corrected = afterwards.most_to_lose(signed)["patient"]
        raised = next((row["patient"] for row in signed if row["patient"] != corrected), corrected)
        told = self.json("history", corrected, "--month", month, *asking)["facts"]
        longest = afterwards.longest(told, self.json("month", corrected, month, "--explain", *asking)["entries"])
        lines = (afterwards.correction(corrected, month, longest), afterwards.late_entry(raised, longest))
        self._deliver(SimulatedFile("afterwards.jsonl", "submit", _lines(lines)))
        return corrected, raised

    def deliver_charges(self) -> None:
        """Deliver what the practices ask for each code."""
        practices = sorted(self._ids[key]["practice"] for key in self.company.practice_keys.values())
        self._deliver(SimulatedFile("charges.jsonl", "submit", _lines(billing.charge_lines(practices))))

    def deliver_answers(self, claims: list[dict[str, Any]], asking: tuple[str, str]) -> None:
        """Deliver what the payer says of claims: that it took them in, and two weeks later what it paid."""
        self._answered("acknowledgment", "taken-in.277", billing.acknowledged(claims), asking)
        self._deliver(SimulatedFile("later.jsonl", "submit", _lines(billing.later_lines())))
        self._answered("remittance", "paid.835", billing.remitted(claims), asking)

    def _answered(self, kind: str, name: str, content: bytes, asking: tuple[str, str]) -> None:
        path = self._write(SimulatedFile(name, "import answers", content))
        self._through(["import", kind, str(path), *asking], name, shown=["import", kind, name])

    def deliver_again(self) -> None:
        """Deliver the last time log once more."""
        assert self._last is not None
        self._deliver(self._last)

    def _deliver(self, file: SimulatedFile) -> None:
        path = self._write(file)
        if file.door == "submit":
            self._through(["submit", str(path)], file.name, shown=["submit", file.name])
        elif file.door == "import time-log":
            self._last = file
            words = ["import", "time-log", str(path), "--mapping", str(self.folder / str(file.mapping))]
            shown = ["import", "time-log", file.name, "--mapping", str(file.mapping)]
            self._through([*words, "--as", self.staff("C-INT-1")], file.name, shown=shown)

    def _write(self, file: SimulatedFile) -> Path:
        path = self.folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        return path

    def _through(self, words: list[str], name: str, *, shown: list[str]) -> None:
        """Run a command that answers line by line, keep its answers, and say what became of the lines."""
        answers = self.folder / "answers" / f"{Path(name).stem}.jsonl"
        answers.parent.mkdir(exist_ok=True)
        with answers.open("w", encoding="utf-8") as out:
            self._run(words, _Quiet(as_json=True, out=out))
        counts = dict.fromkeys(OUTCOMES, 0)
        with answers.open(encoding="utf-8") as lines:
            for line in map(json.loads, lines):
                if "outcome" in line:
                    counts[line["outcome"]] += 1
                    self._learn(line)
        told = ", ".join(f"{outcome} {number:,}" for outcome, number in counts.items() if number)
        self._screen.say(f"$ ccm-ledger {' '.join(shown)}", f"  {told}")

    def _learn(self, answer: dict[str, Any]) -> None:
        """Remember ids by key, count the answer, and keep the first example of each code."""
        if answer["key"] and answer["ids"]:
            self._ids[answer["key"]] = answer["ids"]
            if "consent" in answer["ids"]:
                self._consents[answer["key"]] = answer["ids"]["consent"]
        refusal = answer["refusal"]
        self.tally.outcomes[answer["outcome"]] += 1
        self.tally.notices.update({notice["code"] for notice in answer["notices"]})
        for told in (*answer["notices"], *([refusal] if refusal else [])):
            self.examples.setdefault(told["code"], f"{told['happened']} {told['remedy']}".strip())
        if refusal and answer["outcome"] == "refused":
            self.tally.refusals[refusal["code"]] += 1
        elif refusal:
            self.parked_codes.add(refusal["code"])

    # --- questions ----------------------------------------------------------------------------------

    def shown(self, *words: str) -> None:
        """Run a command and let its answer be seen whole."""
        self._say(words)
        self._run(list(words), _Quiet(as_json=True, out=io.StringIO()) if self._screen.as_json else self._screen)

    def excerpt(self, lines_max: int, *words: str, of_end: bool = False) -> None:
        """Run a command and show the beginning of its answer, or its first line and its end."""
        self._say(words)
        out = io.StringIO()
        screen = _Quiet(as_json=False, out=out)
        screen.is_banner_shown = True
        self._run(list(words), screen)
        lines = out.getvalue().splitlines()
        if len(lines) <= lines_max:
            self._screen.say(*lines)
            return
        first = lines[:1] if of_end else lines[:lines_max]
        last = lines[1 - lines_max :] if of_end else []
        while last and last[0].startswith(" "):
            del last[0]  # the end begins with a whole paragraph
        self._screen.say(*first, f"... {len(lines) - len(first) - len(last)} more lines ...", *last)

    def json(self, *words: str) -> dict[str, Any]:
        """Run a command with --json and answer with its object."""
        out = io.StringIO()
        self._run([*words, "--json"], _Quiet(as_json=True, out=out))
        answer: dict[str, Any] = json.loads(out.getvalue())
        return answer

    def _say(self, words: tuple[str, ...]) -> None:
        self._screen.say("", f"$ ccm-ledger {' '.join(words)}")

    def _run(self, words: list[str], screen: Screen) -> None:
        """Parse and run the words as a command line of their own."""
        from interfaces.cli.main import run_words  # noqa: PLC0415 - main knows this module's command

        run_words([*words, "--ledger", self.ledger, "--key-file", str(self.key_file)], screen)


def _lines(told: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in told)


def given_charts() -> Path | None:
    """The folder of charts beside or above the project, where there is one."""
    for place in Path(__file__).resolve().parents:
        if (place / _GIVEN).is_dir():
            return place / _GIVEN
    return None


def _read(folder: Path | None) -> tuple[list[bytes], ChartMapping] | None:
    if folder is None:
        return None
    from interfaces.cli.imports import mapping_content  # noqa: PLC0415 - the same look-up as `--mapping synthea`

    mapping = read_chart_mapping(mapping_content("synthea") or b"", PinnedZones())
    assert isinstance(mapping, ChartMapping)
    return [file.read_bytes() for file in sorted(folder.glob("*.json"))], mapping
