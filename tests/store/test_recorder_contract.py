"""eventsourcing's own contract suite, run against the ledger's recorder with text originator ids."""

import tempfile
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.tests.persistence import (
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

from ledger.store.connection import Ledger
from ledger.store.sqlite.recorder import LedgerRecorder
from tests.store.sample import new_ledger, proposal, recorder_of, registered


class _OnALedger:
    ledger: Ledger

    def setUp(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.ledger = new_ledger(Path(self._folder.name) / "ledger")

    def tearDown(self) -> None:
        # The suite tells its reading threads to stop and does not wait: a file closed under one of them is a crash.
        for thread in threading.enumerate():
            if thread is not threading.current_thread():
                thread.join(timeout=10)
        self.ledger.close()
        self._folder.cleanup()

    def create_recorder(self) -> LedgerRecorder:
        return recorder_of(self.ledger)

    def new_originator_id(self) -> str:
        return str(uuid4())


@pytest.mark.slow
class TestApplicationRecorder(_OnALedger, ApplicationRecorderTestCase[Any]):
    """What the base library expects of an application recorder."""


class TestNonInterleaving(_OnALedger, NonInterleavingNotificationIDsBaseCase):
    """Two writers at once do not interleave their notifications."""

    insert_num = 200


del ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase


def test_the_recorder_reads_what_the_ledger_appended(ledger: Ledger) -> None:
    ledger.append([proposal(registered())])

    (notification,) = recorder_of(ledger).select_notifications(start=1, limit=10)

    assert (notification.id, notification.topic, notification.originator_version) == (1, "patient_registered", 1)
    assert recorder_of(ledger).select_events(notification.originator_id) == [
        StoredEvent(notification.originator_id, 1, notification.topic, notification.state)
    ]


def test_the_recorder_has_no_subscriptions(ledger: Ledger) -> None:
    with pytest.raises(NotImplementedError):
        recorder_of(ledger).subscribe()


def test_creating_the_table_by_the_base_library_makes_nothing(ledger: Ledger) -> None:
    recorder_of(ledger).create_table()

    assert ledger.stats().facts == 0
