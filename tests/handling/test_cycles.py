"""Handling lines leaves no cycles behind: the program runs with the collector of cycles switched off."""

import gc

from tests.handling.test_lines import BAD
from tests.house import House

LINES = 60


def test_lines_that_are_accepted_refused_parked_or_unreadable_leave_no_cycles(at_home: House) -> None:
    at_home.clock = "2026-01-30T18:00:00Z"
    short = [raw for raw, _ in BAD.values() if len(raw) < 10_000]
    at_home.send_lines(*short)  # what a command's schema leaves is left once
    gc.collect()

    for number in range(LINES):
        start = f"2026-01-{6 + number % 20:02d}T15:{number // 20 * 10:02d}:00Z"
        at_home.log_time(start, start.replace(":00Z", ":59Z"))
        at_home.log_time(start, "2026-01-01T00:00:00Z")
        at_home.log_time(start, start.replace(":00Z", ":59Z"), patient={"system": "mrn", "value": f"m{number}"})
        at_home.send_lines(short[number % len(short)])

    assert gc.collect() < LINES
