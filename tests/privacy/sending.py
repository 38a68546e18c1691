"""Canaries sent through the door: every command with every field filled, and once more with a canary in each value."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from commands.catalog import CATALOG
from commands.intents.base import Command
from ledger.store.connection import Place
from ledger.terms.people import Role
from tests.campaign import unmeasured
from tests.house import KEY, house
from tests.privacy.canaries import Planted, filled, leaves, with_leaf
from tests.privacy.holding import begun

AS: Final = {
    Role.PRACTITIONER: "ada",
    Role.CLINICAL_STAFF: "bea",
    Role.BILLER: "bill",
    Role.FRONT_DESK: "fay",
    Role.COMPLIANCE: "cora",
    Role.AUDITOR: "audi",
    Role.INTEGRATION: "feed",
    Role.ADMINISTRATOR: "admin",
}
COMMANDS: Final = tuple(entry.command for entry in CATALOG.values())
READS: Final = (("verify",), ("rebuild",), ("react",), ("audit", "--json"), ("months", "2026-01", "--json"))


class Sent:
    """What came of it: the answers, what was said and logged, what the database holds, and what was published."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.planted = Planted()
        self._place = place
        self._key_file = folder / "ledger.key"
        self._key_file.write_text(KEY.hex())
        self._key_file.chmod(0o600)
        with house(place) as it:
            self._ids = {**it.ids, "staff": it.ids["bea"]}
        read = begun(place)
        self.answers: list[dict[str, Any]] = []
        self.said = b""
        for known in (True, False):
            self._submit(
                [self._line(each, filled(each, self.planted.plant, self._ids, known=known)) for each in COMMANDS]
            )
        self._submit([line for each in COMMANDS for line in self._poisoned(each)])
        log = ("--log-key-file", str(folder / "log.keys"), "--as", self._ids["admin"])
        seal = ("seal", "--publish", str(folder / "published"), *log)
        for words in (("log-key", "new", *log), seal, ("receipt", "60", *log[2:]), *READS):
            ran = self._run(*words)
            # Among the commands was a map of completeness that nobody made: `verify` finds it.
            assert ran.returncode in ((3,) if words[0] == "verify" else (0, 1)), ran.stderr
            self.said += ran.stdout + ran.stderr
        files = (path for path in sorted((folder / "published").rglob("*")) if path.is_file())
        self.published = {str(path.relative_to(folder)): path.read_bytes() for path in files}
        self.held = read()

    @property
    def outcomes(self) -> Counter[str]:
        """How many lines came to what."""
        return Counter(answer["outcome"] for answer in self.answers)

    def _poisoned(self, command: type[Command]) -> Iterator[dict[str, Any]]:
        """Lines with a canary where none is taken as well: in a code, in a number, as the name of a field."""
        plain = filled(command, lambda _: "words", self._ids, known=True)
        for path in leaves(plain):
            named = ".".join((command.NAME, *(str(each) for each in path if not isinstance(each, int))))
            yield self._line(command, with_leaf(plain, path, self.planted.plant(named)))
        yield self._line(command, plain | {self.planted.plant(f"{command.NAME} as a field"): 1})
        yield self._line(command, plain) | {"command": self.planted.plant(f"{command.NAME} as a command")}
        yield self._line(command, plain) | {"expect": {self.planted.plant(f"{command.NAME} as a stream"): 1}}

    def _line(self, command: type[Command], data: dict[str, Any]) -> dict[str, Any]:
        name, plant = command.NAME, self.planted.plant
        role = next((AS[role] for role in CATALOG[name].roles if role in AS), "admin")
        return {
            "v": 1,
            "key": plant(f"{name} key"),
            "clock": "2026-03-02T12:00:00Z",
            "actor": {"id": self._ids[role]},
            "source": {"system": "ehr", "id": plant(f"{name} row"), "version": plant(f"{name} version")},
            "correlation": plant(f"{name} correlation"),
            "command": name,
            "data": data,
        }

    def _submit(self, lines: list[dict[str, Any]]) -> None:
        ran = self._run("submit", "-", given=b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        answers = [json.loads(line) for line in ran.stdout.splitlines()]
        assert len(answers) == len(lines), ran.stderr
        # Who sent a line is told by the key that he gave it; all else is the program's own.
        self.answers += [{**answer, "key": None} for answer in answers]
        self.said += ran.stderr

    def _run(self, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        environment = {
            "CCM_LEDGER": str(self._place),
            "CCM_LEDGER_KEY_FILE": str(self._key_file),
            "CCM_LEDGER_LOG": "debug",
        }
        return subprocess.run(
            [sys.executable, "-m", "interfaces.cli.main", *words],
            input=given,
            capture_output=True,
            env={**os.environ, **unmeasured(), **environment},
            timeout=300,
            check=False,
        )
