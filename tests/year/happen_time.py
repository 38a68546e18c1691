"""What happens to time after it was recorded, or while it is: each function is one happening of the year."""

from datetime import datetime, timedelta
from typing import Any

from tests.year.company import NURSES
from tests.year.year import Kept, Year, between, is_timed


def _moment(year: Year, *, days: int = 1, office: int = 0) -> datetime:
    """A quiet afternoon some days ago, local time of an office."""
    on = (year.now - timedelta(days=days, hours=12)).date()
    return year.company.local(office, on, 15 * 60 + year.dice.randrange(60), year.dice.randrange(60))


def duplicated_by_key(year: Year) -> None:
    """A post is retried under its key: unchanged. The key with other content is refused."""
    client = year.somebody()
    nurse = client.nurses[0]
    data, key = year.work(client, nurse, _moment(year, office=client.office), 8), f"retry-{year.it.count}"
    kept = year.log(client, nurse, data, key=key)
    again = year.say("log_time", data, nurse, key=key)
    assert again.outcome == "unchanged"
    assert dict(again.ids)["entry"] == kept.entry
    year.refused("exists_with_different_content", "log_time", data | {"activity": "chart_review_2"}, nurse, key=key)


def duplicated_by_row(year: Year) -> None:
    """A source without clock times sends one row under two keys: one entry. The row with other minutes is refused."""
    client = year.somebody()
    nurse = client.nurses[0]
    on = (year.now.date() - timedelta(days=year.dice.randrange(1, 20))).isoformat()
    data = {"patient": client.id, "performer": year.it.ids[nurse], "on": on, "minutes": year.dice.randrange(3, 20)}
    data |= {"activity": "phone_call", "description": "By hand."}
    source = {"system": "timer", "id": f"row-{year.it.count}"}
    year.log(client, nurse, data, source=source)
    assert year.say("log_time", data, nurse, source=source).outcome == "unchanged"
    year.refused("exists_with_different_content", "log_time", data | {"minutes": 21}, nurse, source=source)


def duplicated_by_content(year: Year) -> None:
    """The same work is sent again under another key: both are kept, and the second counts nothing."""
    kept = year.some_entry(is_timed)
    if kept is not None:
        again = year.log(kept.client, kept.performer, kept.data)
        assert year.watch.seconds.worked[again.entry].counted.get((kept.client.id, again.month), 0) == 0


def two_performers(year: Year) -> None:
    """Two nurses are on one call; their entries come together in one group."""
    client = year.somebody()
    start = _moment(year, office=client.office)
    group = []
    for number, nurse in enumerate(client.nurses):
        data = year.work(client, nurse, start + timedelta(minutes=4 * number), 15)
        group.append((client, nurse, data))
    year.log_together(group)


def two_patients(year: Year) -> None:
    """One nurse is on two patients at once; half of the time she says afterwards whose the seconds are."""
    office = year.dice.randrange(3)
    nurse = year.dice.choice([nurse for nurse in NURSES[office] if nurse not in year.left])
    hers = [c for c in year.company.clients if c.office == office and c.is_busy]
    if len(hers) < 2:
        return
    one, other = year.dice.sample(hers, 2)
    start = _moment(year, office=office)
    works = [(one, nurse, year.work(one, nurse, start, 20))]
    works.append((other, nurse, year.work(other, nurse, start + timedelta(minutes=10), 20)))
    first, second = year.log_together(works)
    if year.dice.random() < 0.6:
        keeps, gives_up = year.dice.choice(((first, second), (second, first)))
        allocation = year.naming(keeps) | {"over": gives_up.entry}
        if year.watch.seconds.group(one.id) == year.watch.seconds.group(other.id):
            year.refused("nothing_shared", "allocate_time", allocation, nurse)  # two charts of one patient
            return
        year.refused("not_the_performer", "allocate_time", allocation, "ola" if nurse != "ola" else "nia")
        year.told("allocate_time", allocation, nurse)
        assert year.say("allocate_time", allocation, nurse).outcome == "unchanged"
        if year.dice.random() < 0.3:
            year.told("allocate_time", year.naming(gives_up) | {"over": keeps.entry}, nurse)


def wrong_patient(year: Year) -> None:
    """Work was recorded about the wrong patient; the nurse, or compliance, moves it to the right one."""
    kept = year.some_entry(is_timed)
    if kept is None:
        return
    right = year.somebody()
    if year.watch.seconds.group(right.id) == year.watch.seconds.group(kept.client.id):
        return
    moving = year.said_anew(kept) | year.naming(kept) | {"to_patient": right.id, "reason": "Another patient's."}
    stranger = next(nurse for nurse in ("kai", "nia") if nurse != kept.performer)
    year.refused("not_the_performer", "move_time", moving, stranger)
    by = year.dice.choice((kept.performer if kept.performer not in year.left else "cora", "cora"))
    answer = year.say("move_time", moving, by)
    assert answer.outcome == "accepted", answer
    kept.stands = False
    year.keep(right, kept.performer, kept.data | {"patient": right.id}, answer)
    year.refused("entry_not_standing", "strike_time", year.naming(kept) | _STRUCK, "cora")


_STRUCK = {"reason": "not_worked", "evidence": "Sign-in sheet."}


def corrected(year: Year) -> None:
    """An entry was longer, shorter, or other work; sometimes it takes two corrections. Nobody else may do it."""
    kept = year.some_entry(is_timed)
    if kept is None:
        return
    others = year.said_anew(kept) | year.naming(kept) | {"reason": "I know better."}
    year.refused("not_the_performer", "correct_time", others, "cora")
    for _ in range(year.dice.choice((1, 1, 2))):
        start, end = between(kept)
        change = year.dice.choice(("longer", "shorter", "later", "activity", "silent"))
        every: dict[str, dict[str, Any]] = {
            "longer": {"end": (end + timedelta(minutes=9)).isoformat()},
            "shorter": {"end": (start + (end - start) / 2).isoformat()},
            "later": {
                "start": (start + timedelta(minutes=13)).isoformat(),
                "end": (end + timedelta(minutes=13)).isoformat(),
            },
            "activity": {"activity": year.dice.choice(("appointment_booking", "phone_call", "prior_authorization"))},
            "silent": {"contact": None},
        }
        assert year.correct(kept, **every[change]).outcome == "accepted"


def corrected_across_months(year: Year) -> None:
    """Work of the night of a month's end was told with the wrong day: both halves move at once."""
    client = year.somebody()
    first = year.now.date().replace(day=1)
    last_night = year.company.local(client.office, first - timedelta(days=1), 23 * 60 + 45)
    if last_night > year.now - timedelta(hours=2):
        return
    nurse = client.nurses[1]
    kept = year.log(client, nurse, year.work(client, nurse, last_night, 40))
    earlier, end = last_night - timedelta(hours=5), last_night + timedelta(minutes=30)
    bounds = [(earlier, earlier + timedelta(minutes=40)), (last_night, end)]
    for start, until in bounds[: year.dice.choice((1, 2))]:
        assert year.correct(kept, start=start.isoformat(), end=until.isoformat()).outcome == "accepted"


def struck(year: Year) -> None:
    """Compliance strikes an entry, with evidence; a nurse may not, and it stays struck."""
    kept = year.some_entry()
    if kept is None:
        return
    strike = year.naming(kept) | _STRUCK
    year.refused("capacity_missing", "strike_time", strike, kept.performer)
    year.told("strike_time", strike, "cora")
    kept.stands = False
    assert year.say("strike_time", strike, "cora").outcome == "unchanged"


def disputed(year: Year) -> None:
    """Somebody disputes an entry; compliance settles it, sometimes only after the performer corrected it."""
    kept = year.some_entry(is_timed)
    if kept is None:
        return
    entry = year.naming(kept)
    year.told(
        "dispute_time", entry | {"reason": "I was there, she was not."}, year.dice.choice(("fay", "bill", "cora"))
    )
    draw = year.turn("disputed")
    if draw < 0.3:
        start, end = between(kept)
        year.correct(kept, end=(start + (end - start) / 2).isoformat())
    if draw < 0.8:
        year.told("settle_dispute", year.naming(kept) | {"reason": "Looked at the phone bill."}, "cora")
        year.refused("nothing_disputed", "settle_dispute", year.naming(kept) | {"reason": "Again."}, "cora")


def added_to(year: Year) -> None:
    """An addendum: more information, or why it was recorded so late."""
    kept = year.some_entry()
    if kept is not None:
        words = year.naming(kept) | {"text": "The system was down."}
        year.told("add_to_time", words | {"kind": "late_reason"}, kept.performer)
        year.told("add_to_time", words, "bill")
        year.refused("not_the_performer", "add_to_time", words | {"kind": "late_reason"}, "bill")


def timer(year: Year) -> None:
    """The ledger's own timer: started, a second one refused, stopped as an entry or discarded."""
    client = year.somebody()
    nurse = client.nurses[0]
    year.refused("no_timer_runs", "stop_timer", {"discard": True}, nurse)
    year.told("start_timer", {"patient": client.id, "activity": "phone_call"}, nurse)
    year.refused("timer_runs", "start_timer", {"patient": year.somebody().id}, nurse)
    year.tick(year.dice.randrange(60, 1500))
    if year.dice.random() < 0.3:
        year.told("stop_timer", {"discard": True}, nurse)
        return
    began = year.now
    answer = year.say("stop_timer", {"description": "Called.", "contact": _CONTACT}, nurse)
    assert answer.outcome == "accepted", answer
    data = year.work(client, nurse, began, 0) | {"end": (began + timedelta(seconds=5)).isoformat()}
    year.keep(client, nurse, data, answer)


_CONTACT = {"with_whom": "patient", "two_way": True, "channel": "phone", "outcome": "reached"}


def backdated(year: Year) -> None:
    """Work of months ago is found and told; where that month was signed, compliance approves it or does not."""
    client = year.somebody()
    nurse = client.nurses[0]
    start = _moment(year, days=year.dice.randrange(20, 70), office=client.office)
    if start.date().year < 2026:
        return
    kept = year.log(client, nurse, year.work(client, nurse, start, 14))
    approval = year.naming(kept) | {"reason": "Phone bill attached."}
    verdict = year.verdict(client, kept.month)
    line = next(line for line in verdict.lines if line.entry == kept.entry)
    waits = "raise_awaits_approval" in {n.code for n in line.notices}
    if waits and year.dice.random() < 0.6:
        year.refused("capacity_missing", "approve_late_entry", approval, nurse)
        year.told("approve_late_entry", approval, "cora")
        sign_again(year, kept)
    elif not waits and verdict.attested is None:
        year.refused("nothing_awaits_approval", "approve_late_entry", approval, "cora")


def sign_again(year: Year, kept: Kept) -> None:
    """The doctor signs a month that went stale, if it can be signed."""
    verdict = year.verdict(kept.client, kept.month)
    if verdict.standing == "stale" and year.may_sign(kept.client, verdict):
        who = {"patient": kept.client.id, "month": kept.month}
        year.done("attest_month", who | {"digest": verdict.digest}, kept.client.doctor)


def strangers(year: Year) -> None:
    """Work that is kept and never counts: of a program, from abroad, of a biller, without credential, for RPM."""
    client = year.somebody()
    start = _moment(year, office=client.office)
    performer = year.dice.choice(("robo", "manu", "bill", "tess", "ned", "fay"))
    changes: dict[str, Any] = year.dice.choice(
        ({}, {}, {"programme": "RPM"}, {"activity": None}, {"description": None}, {"activity": "hand_holding"})
    )
    data = year.work(client, performer, start, 11, work_country="US" if performer != "manu" else "PH") | changes
    year.log(client, performer, {name: value for name, value in data.items() if value is not None}, actor="feed")


def entered_for_a_nurse(year: Year) -> None:
    """A biller enters a nurse's time: it counts, and a person looks at it."""
    client = year.somebody()
    nurse = client.nurses[0]
    year.log(client, nurse, year.work(client, nurse, _moment(year, office=client.office), 9), actor="bill")


def unreadable(year: Year) -> None:
    """What cannot be read as work of the past is refused, and nothing of it is kept."""
    client = year.somebody()
    nurse, start = client.nurses[0], _moment(year, office=client.office)
    good = year.work(client, nurse, start, 10)
    tomorrow = year.work(client, nurse, year.now + timedelta(days=1), 10)
    year.refused("in_the_future", "log_time", tomorrow, nurse)
    year.refused("end_before_start", "log_time", good | {"end": (start - timedelta(minutes=1)).isoformat()}, nurse)
    year.refused("zero_duration", "log_time", good | {"end": good["start"]}, nurse)
    year.refused("interval_over_24_hours", "log_time", good | {"start": (start - timedelta(days=2)).isoformat()}, nurse)
    year.refused("field_unknown", "log_time", good | {"total": 10}, nurse)
