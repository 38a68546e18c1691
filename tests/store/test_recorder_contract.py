"""eventsourcing's own contract suite, run against the ledger's recorders with text originator ids."""

import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import ApplicationRecorder, IntegrityError, StoredEvent
from eventsourcing.tests.persistence import (
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

from ledger.store.connection import Ledger, Place
from ledger.streams.base import Appended
from tests.postgres.servers import unused_address
from tests.store.recorders import base_recorder
from tests.store.sample import new_ledger, proposal, registered


class _OnALedger:
    def setUp(self) -> None:
        self._opened = ExitStack()
        ledger = self._opened.enter_context(new_ledger(self.new_place()))
        self._recorder = self._opened.enter_context(base_recorder(ledger))

    def tearDown(self) -> None:
        # The suite tells its reading threads to stop and does not wait: a file closed under one of them is a crash.
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join(timeout=10)
        self._opened.close()

    def new_place(self) -> Place:
        return Path(self._opened.enter_context(tempfile.TemporaryDirectory())) / "ledger"

    def create_recorder(self) -> ApplicationRecorder:
        return self._recorder

    def new_originator_id(self) -> str:
        return str(uuid4())


class _OnAServer(_OnALedger):
    def new_place(self) -> Place:
        return unused_address()


@pytest.mark.slow
class TestApplicationRecorder(_OnALedger, ApplicationRecorderTestCase[Any]):
    """What the base library expects of an application recorder."""


class TestNonInterleaving(_OnALedger, NonInterleavingNotificationIDsBaseCase):
    """Two writers at once do not interleave their notifications."""

    insert_num = 200


@pytest.mark.slow
class TestApplicationRecorderOnPostgres(_OnAServer, ApplicationRecorderTestCase[Any]):
    """What the base library expects of an application recorder."""


class TestNonInterleavingOnPostgres(_OnAServer, NonInterleavingNotificationIDsBaseCase):
    """Two writers at once do not interleave their notifications."""

    insert_num = 200


del ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase


def test_the_recorder_reads_what_the_ledger_appended(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])

    with base_recorder(ledger) as recorder:
        (notification,) = recorder.select_notifications(start=1, limit=10)
        events = recorder.select_events(notification.originator_id)

    assert (notification.id, notification.topic, notification.originator_version) == (1, "patient_registered", 1)
    assert events == [StoredEvent(notification.originator_id, 1, notification.topic, notification.state)]


def test_the_ledger_goes_on_behind_what_the_recorder_inserted(ledger: Ledger) -> None:
    with base_recorder(ledger) as recorder:
        assert recorder.insert_events([StoredEvent("a", 1, "t", b"s"), StoredEvent("b", 1, "t", b"s")]) == [1, 2]
        assert recorder.max_notification_id() == 2

    (answer,) = ledger.append([proposal(registered())])

    assert isinstance(answer, Appended)
    assert answer.positions == (3,)


def test_a_version_that_is_taken_is_an_integrity_error_and_inserts_nothing(ledger: Ledger) -> None:
    with base_recorder(ledger) as recorder:
        recorder.insert_events([StoredEvent("a", 1, "t", b"s")])

        with pytest.raises(IntegrityError):
            recorder.insert_events([StoredEvent("b", 1, "t", b"s"), StoredEvent("a", 1, "t", b"s")])

        assert recorder.max_notification_id() == 1


def test_the_recorder_has_no_subscriptions(ledger: Ledger) -> None:
    with base_recorder(ledger) as recorder, pytest.raises(NotImplementedError):
        recorder.subscribe()


def test_creating_the_table_by_the_base_library_makes_nothing(ledger: Ledger) -> None:
    with base_recorder(ledger) as recorder:
        recorder.create_table()

    assert ledger.stats().facts == 0
