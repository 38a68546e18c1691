"""The year from its first day to its last: what happens how often, its middle, and what must have happened."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from commands.handle import Handler
from commands.opening import open_new_ledger
from interfaces.redeciding import redecide_ledger
from interfaces.system import PinnedZones, SimulatedClock, SystemIds
from ledger.rulebook import shipped_edition
from ledger.store.archive.export import export_ledger
from ledger.store.archive.importing import import_archive
from ledger.store.connection import Ledger, create, open_ledger
from ledger.streams.upcast import EVENTS
from ledger.terms.ports import IdSource
from tests.house import KEY, LOGIN, House
from tests.year import (
    happen_edges,
    happen_identity,
    happen_months,
    happen_people,
    happen_services,
    happen_status,
    happen_time,
)
from tests.year.comparing import differences
from tests.year.days import Happening, live, sign_months
from tests.year.raw import facts_of
from tests.year.year import Door, Year

HAPPENINGS: Final[dict[str, tuple[Happening, int]]] = {
    "duplicated_by_key": (happen_time.duplicated_by_key, 6),
    "duplicated_by_row": (happen_time.duplicated_by_row, 20),
    "duplicated_by_content": (happen_time.duplicated_by_content, 10),
    "two_performers": (happen_time.two_performers, 15),
    "two_patients": (happen_time.two_patients, 20),
    "wrong_patient": (happen_time.wrong_patient, 15),
    "corrected": (happen_time.corrected, 30),
    "corrected_across_months": (happen_time.corrected_across_months, 10),
    "struck": (happen_time.struck, 10),
    "disputed": (happen_time.disputed, 10),
    "added_to": (happen_time.added_to, 6),
    "timer": (happen_time.timer, 8),
    "backdated": (happen_time.backdated, 20),
    "strangers": (happen_time.strangers, 15),
    "entered_for_a_nurse": (happen_time.entered_for_a_nurse, 4),
    "unreadable": (happen_time.unreadable, 3),
    "lowered_after_signing": (happen_months.lowered_after_signing, 15),
    "raised_after_signing": (happen_months.raised_after_signing, 15),
    "struck_after_signing": (happen_months.struck_after_signing, 6),
    "withdrawn": (happen_months.withdrawn, 8),
    "signed_too_early": (happen_months.signed_too_early, 8),
    "signed_something_else": (happen_months.signed_something_else, 4),
    "decision_making": (happen_months.decision_making, 10),
    "plan_revised": (happen_months.plan_revised, 15),
    "consent_completed_later": (happen_people.consent_completed_later, 2),
    "consent_recorded_late": (happen_people.consent_recorded_late, 3),
    "consent_within_an_entry": (happen_people.consent_within_an_entry, 2),
    "declined": (happen_people.declined, 3),
    "two_designations": (happen_people.two_designations, 4),
    "successor": (happen_people.successor, 4),
    "coverage_changed": (happen_people.coverage_changed, 8),
    "conditions_changed": (happen_people.conditions_changed, 8),
    "transferred": (happen_people.transferred, 6),
    "policies": (happen_people.policies, 1),
    "waiting": (happen_people.waiting, 3),
    "named_twice": (happen_people.named_twice, 3),
    "revoked": (happen_status.revoked, 6),
    "disenrolled": (happen_status.disenrolled, 5),
    "invalidated": (happen_status.invalidated, 3),
    "stayed": (happen_status.stayed, 12),
    "died": (happen_status.died, 5),
    "untimed_on_borders": (happen_status.untimed_on_borders, 4),
    "lapsed": (happen_status.lapsed, 1),
    "furnished_elsewhere": (happen_services.furnished_elsewhere, 30),
    "registered_twice": (happen_identity.registered_twice, 5),
    "wrong_chart": (happen_identity.wrong_chart, 5),
    "checked": (happen_identity.checked, 5),
    "licensed": (happen_identity.licensed, 1),
    "away": (happen_identity.away, 1),
    "looked_at": (happen_identity.looked_at, 2),
    "transferred_late": (happen_edges.transferred_late, 4),
    "shared_nurse": (happen_edges.shared_nurse, 4),
    "corrected_twice_then_signed": (happen_edges.corrected_twice_then_signed, 6),
    "signed_under_both_names": (happen_edges.signed_under_both_names, 2),
}
"""What happens, and how often in a year for a hundred clients."""
OFTEN: Final = (
    "successor",
    "revoked",
    "disenrolled",
    "stayed",
    "died",
    "registered_twice",
    "wrong_chart",
    "plan_revised",
    "disputed",
    "transferred_late",
)
"""What may go several ways: six times at least, so that each way is gone; everything else twice at least."""
NOT_IN_THE_YEAR: Final = {
    *("reaction_ran", "refusals_counted", "month_went_stale", "review_came_due", "review_settled"),
    *("locality_recorded", "qualifying_status_recorded"),
    *("document_imported", "completeness_mapped", "log_key_adopted", "log_key_retired"),
    *("hold_placed", "hold_released", "erasure_requested", "erasure_approved", "erasure_withdrawn"),
    *("erasure_begun", "erasure_done"),
    *("limit_raised", "extra_planning_attested", "extra_planning_retracted"),
    *(
        "charge_adopted",
        "cost_share_waived",
        "overpayment_cause_swept",
        "overpayment_investigation_begun",
        "overpayment_investigation_ended",
    ),
    *("competition_settled", "interchange_recorded", "payer_identity_recorded"),
    *("billing_details_recorded", "rendering_details_recorded"),
    *(topic for topic in EVENTS if topic.startswith(("claim_", "overpayment_"))),
    *("log_trusted", "checkpoint_witnessed", "checkpoint_contradicted"),
    *("api_key_issued", "api_key_revoked", "login_used", "attempt_denied", "attempts_counted"),
    *("record_disclosed", "accounting_suspended", "disclosure_retracted"),
    *("reading_elevated", "elevation_ended", "elevation_reviewed"),
}
"""Kinds of facts that do not happen: those of the machine, which reports about the months and changes none; those that
price a month and move no verdict; who came in, who read, and what was disclosed; acts about single codes, which the
year's reading does not know yet; and everything about claims and money, which has a year of its own.
"""
SIGNING_DAYS: Final = (date(2026, 2, 4), *(date(2026, month, 3) for month in range(3, 13)))
RESTORED_ON: Final = date(2026, 7, 6)
CHECKED_ON: Final = (date(2026, 3, 31), date(2026, 10, 30))


@contextmanager
def opened(place: Path, ids: IdSource | None = None) -> Iterator[House]:
    """A new simulated ledger in which nobody but its administrator is known."""
    began = datetime(2025, 11, 30, 12, tzinfo=UTC)
    clock, ids = SimulatedClock(began), ids or SystemIds()
    with create(place, master_key=KEY, clock=clock, ids=ids, simulated=True) as log:
        edition = shipped_edition()
        administrator = open_new_ledger(
            log, name="Year Company", simulated=True, login=LOGIN, edition=edition, now=began, ids=ids
        )
        handler = Handler(log=log, ids=ids, clock=clock, zones=PinnedZones(), login=LOGIN)
        yield House(log, handler, "2025-11-30T12:00:00Z", {"admin": administrator})


def run(folder: Path, *, seed: int, clients: int, is_one_by_one: bool = False) -> dict[str, Any]:
    """The whole year; the figures of what it came to."""
    began = time.monotonic()
    with opened(folder / "ledger") as it:
        year = Year(it, seed, clients, is_one_by_one=is_one_by_one)
        restored: list[House] = []
        on_day: dict[date, Happening] = dict.fromkeys(SIGNING_DAYS, sign_months)
        on_day |= dict.fromkeys(CHECKED_ON, lambda y: y.watch.checkpoint(folder / "models"))
        on_day |= {date(2026, 8, 18): happen_identity.lee_leaves, date(2026, 11, 10): happen_identity.ned_leaves}
        on_day[RESTORED_ON] = lambda y: restored.append(_restore(y, folder))
        try:
            live(year, HAPPENINGS, on_day, often=OFTEN)
            year.watch.seconds.everybody_once()
            year.watch.checkpoint(folder / "models")
            place = folder / ("restored" if restored else "ledger")
            missing = set(EVENTS) - NOT_IN_THE_YEAR - {fact["topic"] for fact in facts_of(place)}
            assert not missing, f"never happened: {sorted(missing)}"
            found, compared = differences(year.watch.log, place)
            assert not found, "\n".join(found[:40])
            return _figures(year, began) | compared | {"decided_again": decided_again(year.watch.log)}
        finally:
            for copy in restored:
                copy.log.close()


def decided_again(log: Ledger) -> int:
    """How many commands of a year decide again as recorded: all of them."""
    found = redecide_ledger(log, PinnedZones())
    assert found.differences == (), found.differences[:20]
    return found.commands


def _restore(year: Year, folder: Path) -> House:
    """The ledger goes through an archive, and the year goes on on the copy."""
    year.watch.checkpoint(folder / "models")
    archive, place = folder / "midyear.archive", folder / "restored"
    export_ledger(folder / "ledger", archive, SimulatedClock(year.now))
    import_archive(archive, place, SimulatedClock(year.now))
    clock, ids = SimulatedClock(year.now), SystemIds()
    log = open_ledger(place, master_key=KEY, clock=clock, ids=ids)
    handler = Handler(log=log, ids=ids, clock=clock, zones=PinnedZones(), login=LOGIN)
    old = year.it
    year.it = Door(log, handler, old.clock, old.ids, old.count, watch=year.watch, outcomes=old.outcomes)
    year.company.it = year.it
    year.watch.follow(handler)
    year.watch.checkpoint(folder / "models_of_the_copy")
    return year.it


def _figures(year: Year, began: float) -> dict[str, Any]:
    refusals = {code: 0 for (_, outcome, code) in year.it.outcomes if outcome == "refused"}
    outcomes: dict[str, int] = {}
    for (_, outcome, code), times in year.it.outcomes.items():
        outcomes[outcome] = outcomes.get(outcome, 0) + times
        if code in refusals and outcome == "refused":
            refusals[code] += times
    return {
        "clients": len(year.company.clients),
        "commands": sum(outcomes.values()),
        "outcomes": outcomes,
        "refusals": dict(sorted(refusals.items())),
        "facts": year.watch.position,
        "months_seen": len(year.watch.months),
        "verdicts_looked_at": year.watch.looked_at,
        "approved_raises": year.watch.raising.raised,
        "happenings": dict(sorted(year.happened.items())),
        "seconds": round(time.monotonic() - began, 1),
    }
