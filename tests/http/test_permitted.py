"""What is about the ledger itself over HTTP: the scope of a key is not enough, its login must hold a role for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.feed_server import Served, serving
from tests.http.places import new_place

OPERATE = frozenset({"operate"})
READ = frozenset({"read"})


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One company, served."""
    folder: Path = tmp_path_factory.mktemp("permitted")
    with serving(new_place("sqlite", folder), folder) as it:
        yield it


def test_how_far_a_ledger_is_is_told_to_its_administrator_alone(served: Served) -> None:
    shown = served.get("/lag", served.key("admin", OPERATE))
    closed = served.get("/lag", served.key("bea", OPERATE))

    assert (shown.status_code, closed.status_code) == (200, 403)
    assert closed.json()["code"] == "capacity_missing"


def test_numbers_are_told_to_the_administrator_alone(served: Served) -> None:
    served.get("/log/checkpoint", served.key("cora", READ))

    shown = served.get(f"{served.url}/metrics", served.key("admin", OPERATE))
    closed = served.get(f"{served.url}/metrics", served.key("bea", OPERATE))

    assert (shown.status_code, closed.status_code) == (200, 401)


def test_proofs_are_for_everybody_who_holds_any_role(served: Served) -> None:
    assert served.get("/log/checkpoint", served.key("bea", READ)).json()["code"] == "not_sealed"


def test_proofs_are_not_for_a_login_that_speaks_for_nobody(served: Served) -> None:
    key = served.keys.add("key:nobody", READ)

    assert served.get("/log/checkpoint", key).status_code == 403
