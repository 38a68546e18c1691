"""A served ledger with claims in it, sealed and mapped, that is asked over HTTP and by the command line alike."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import httpx
import pytest

from interfaces.cli.main import main
from ledger.store.connection import Place
from tests.cli.claiming import NPI, fill_with_claims
from tests.http.feed_server import NAME, Served, serving

READ = frozenset({"read"})


@dataclass
class Asked:
    """A ledger behind a server, and beside it the command line."""

    served: Served
    sealed: int
    """How many facts the checkpoint covers."""

    @property
    def ids(self) -> dict[str, str]:
        """Who is who."""
        return self.served.house.ids

    def request(
        self,
        path: str,
        *,
        who: str = "cora",
        method: str = "GET",
        headers: dict[str, str] | None = None,
        scopes: frozenset[str] = READ,
        **more: Any,
    ) -> httpx.Response:
        """An answer to somebody of the house; `path` is below the ledger."""
        with self.served.client(self.served.key(who, scopes)) as client:
            return client.request(method, path, headers=headers, **more)

    def position(self) -> int:
        """Where the ledger stands."""
        return self.served.house.log.refresh()

    def said(self, *words: str, who: str = "cora", given: bytes | None = None) -> tuple[int, bytes]:
        """What the command line writes to standard output, and its exit code."""
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        where = ["--ledger", str(self.served.place), "--key-file", str(self.served.key_file), "--as", self.ids[who]]
        heard = redirect_stdout(out), redirect_stderr(io.StringIO())
        with pytest.MonkeyPatch.context() as patch, TemporaryFile() as file, heard[0], heard[1]:
            file.write(given or b"")
            file.seek(0)
            patch.setattr("sys.stdin", file)
            code = main([*words, "--json", *where])
        out.flush()
        assert isinstance(out.buffer, io.BytesIO)
        return code, out.buffer.getvalue()


@contextmanager
def asked_at(place: Place, folder: Path) -> Iterator[Asked]:
    """A new ledger at a place."""
    with serving(place, folder, practice_npi=NPI) as served:
        fill_with_claims(served.house)
        whole = Asked(served, 0)
        for short in ("admin", "cora", "bill", "bea", "fay"):
            served.login(short)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CCM_LEDGER_LOG_KEY_FILE", str(folder / "log.keys"))
            for words in (("log-key", "new"), ("completeness", "map"), ("seal",)):
                code, told = whole.said(*words, who="admin")
                assert code == 0, told
        served.house.log.refresh()
        whole.sealed = whole.request("/log/unsealed").json()["size"]
        yield whole


def base() -> str:
    """The path of the ledger."""
    return f"/v1/ledgers/{NAME}"
