"""Fixtures of the adversary harness: one sealed ledger an engine, made once for all tests."""

from collections.abc import Iterator

import pytest

from tests.tamper.world import World, made


@pytest.fixture(scope="session")
def in_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with made("sqlite", tmp_path_factory.mktemp("tamper")) as world:
        yield world


@pytest.fixture(scope="session")
def on_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with made("postgres", tmp_path_factory.mktemp("tamper")) as world:
        yield world
