"""A transfer between practices, and work that is recorded before or after the ledger knows of it.

For which practice somebody worked, and in whose zone, is what the ledger knew when the work was recorded: both stand in
the entry (readings, section 5). So of a transfer and the work behind it the order of arrival decides, as a test says.
"""

from commands.intents.care_month import LogTime
from tests.commands.changes import counted, verdict
from tests.commands.world import NURSE, OTHER_PRACTICE, PATIENT, assigned, enrolled, on, utc
from tests.gwt import Given

WORK = LogTime(
    patient=PATIENT,
    performer=NURSE,
    start=utc("2026-03-20T15:00"),
    end=utc("2026-03-20T15:25"),
    activity="phone_call",
    description="Refill arranged.",
)


def transferred(ledger: Given) -> Given:
    """It becomes known that the patient belongs to another practice since 10 March."""
    return ledger.and_(assigned(PATIENT, OTHER_PRACTICE, on("2026-03-10")))


def worked(ledger: Given) -> Given:
    """The nurse, who holds a role in the first practice alone, tells of 25 minutes of 20 March."""
    return ledger.by(NURSE).at("2026-03-20T16:00:00+00:00").then(WORK)


def test_work_recorded_after_a_transfer_is_work_for_the_new_practice_where_the_nurse_holds_no_role() -> None:
    ledger = worked(transferred(enrolled()))

    assert [0] == counted(ledger)
    assert ["performer_role_not_held"] == [notice.code for notice in verdict(ledger).lines[0].notices]


def test_work_recorded_before_the_ledger_knew_of_the_transfer_stays_work_for_the_practice_of_then() -> None:
    ledger = transferred(worked(enrolled()))

    assert [1500] == counted(ledger)
