"""Reads: one list is one read however many facts tell of it, and only a read that is not allowed is a refusal."""

from commands.access import PATIENTS_A_FACT, ask_about_source, ask_to_read, may_read
from ledger.streams.access import CommandRefused, RecordRead
from ledger.terms.outcome import Refused
from tests.house import House


def registered(it: House, count: int, practice: str) -> list[str]:
    """So many further patients of a practice."""
    answers = [
        it.accepted(
            "register_patient",
            {
                "identifiers": [{"system": "mrn", "value": f"{practice[-4:]}-{number}"}],
                "demographics": {},
                "practice": practice,
            },
            actor="feed",
        )
        for number in range(count)
    ]
    return [dict(answer.ids)["patient"] for answer in answers]


def other_practice(it: House) -> str:
    site = {"name": "Main", "place_of_service": "11"}
    data = {"name": "Hillside", "tin": "987654321", "zone": "America/Denver", "sites": [site]}
    it.accepted("grant_role", {"staff": it.ids["feed"], "role": "integration", "from_on": "2025-01-01"})
    return dict(it.accepted("register_practice", data).ids)["practice"]


def test_a_list_is_one_fact_per_twelve_patients_under_one_correlation(at_home: House) -> None:
    patients = registered(at_home, PATIENTS_A_FACT + 1, at_home.ids["practice"])
    at_home.handler.default_actor = at_home.ids["fay"]
    refusal = ask_to_read(at_home.handler, "months", patients)
    reads = [fact for fact in at_home.log.follow(0, 10_000) if isinstance(fact.event, RecordRead)]

    assert refusal is None
    assert [12, 1] == [len(fact.event.patients) for fact in reads if isinstance(fact.event, RecordRead)]
    (together,) = {fact.envelope.correlation for fact in reads}
    assert together is not None


def test_a_refused_list_is_recorded_about_those_alone_who_may_not_be_read_about(at_home: House) -> None:
    mine = registered(at_home, 1, at_home.ids["practice"])
    theirs = registered(at_home, 1, other_practice(at_home))
    at_home.handler.default_actor = at_home.ids["fay"]
    refusal = ask_to_read(at_home.handler, "months", mine + theirs)
    refusals = [fact.event for fact in at_home.log.follow(0, 10_000) if isinstance(fact.event, CommandRefused)]

    assert isinstance(refusal, Refused)
    assert "not_in_this_practice" == refusal.code
    assert theirs == [event.subject for event in refusals]


def test_a_refused_read_shows_nothing_and_records_no_read(at_home: House) -> None:
    theirs = registered(at_home, 1, other_practice(at_home))
    at_home.handler.default_actor = at_home.ids["fay"]
    ask_to_read(at_home.handler, "history", theirs)

    assert [] == [fact for fact in at_home.log.follow(0, 10_000) if isinstance(fact.event, RecordRead)]


def test_a_practice_reads_nothing_about_a_patient_before_the_patient_belongs_to_it(at_home: House) -> None:
    (theirs,) = registered(at_home, 1, other_practice(at_home))
    begins = {"patient": theirs, "practice": at_home.ids["practice"]}
    at_home.accepted("assign_practice", begins | {"from_on": "2099-01-01"}, actor="feed")
    at_home.handler.default_actor = at_home.ids["fay"]
    before = may_read(at_home.handler, [theirs])
    at_home.accepted("assign_practice", begins | {"from_on": "2025-01-01"}, actor="feed")

    assert (before, may_read(at_home.handler, [theirs])) == (False, True)


def test_whoever_may_read_about_nobody_is_refused_on_record_too(at_home: House) -> None:
    at_home.handler.default_actor = at_home.ids["feed"]
    refusal = ask_to_read(at_home.handler, "parked", [])
    (fact,) = at_home.log.read(f"refusals/{at_home.ids['feed']}")

    assert isinstance(refusal, Refused)
    assert isinstance(fact.event, CommandRefused)
    assert ("read_parked", "not_in_this_practice") == (fact.event.command, fact.event.code)
    assert not may_read(at_home.handler, [])


def bound(it: House, login: str, staff: str, *sources: str) -> None:
    """A login that speaks for a staff member and delivers as these sources."""
    it.accepted("bind_login", {"login": login, "staff": it.ids[staff]})
    for source in sources:
        it.accepted("register_source", {"system": source, "login": login})


def asked_about(it: House, login: str, source: str) -> str | None:
    """The code with which a look at a source's deliveries is refused; None where it is allowed."""
    it.handler.login = login
    refusal = ask_about_source(it.handler, "deliveries", source)
    return refusal.code if refusal else None


def test_whoever_delivers_as_a_source_may_ask_what_was_delivered_and_nobody_elses(in_earnest: House) -> None:
    bound(in_earnest, "key:one", "feed", "lab")
    bound(in_earnest, "key:two", "cal", "pump")

    assert asked_about(in_earnest, "key:one", "lab") is None
    assert asked_about(in_earnest, "key:one", "pump") == "not_in_this_practice"
    assert asked_about(in_earnest, "key:one", "nobody") == "source_unknown"
    assert asked_about(in_earnest, "key:three", "lab") == "login_not_bound"


def test_a_reader_may_ask_what_any_source_delivered(in_earnest: House) -> None:
    bound(in_earnest, "key:one", "feed", "lab")
    bound(in_earnest, "key:cora", "cora")

    assert asked_about(in_earnest, "key:cora", "lab") is None


def test_a_look_at_deliveries_is_on_record_as_the_integration_that_looked(in_earnest: House) -> None:
    bound(in_earnest, "key:one", "feed", "lab")
    asked_about(in_earnest, "key:one", "lab")
    (look,) = [fact for fact in in_earnest.log.follow(0, 10_000) if isinstance(fact.event, RecordRead)]

    assert isinstance(look.event, RecordRead)
    assert ("deliveries", (), in_earnest.ids["feed"]) == (look.event.question, look.event.patients, look.event.reader)
    assert ("integration", "key:one") == (look.said.capacity, look.said.authenticated_as)


def test_an_integration_that_asks_about_patients_is_refused_as_ever(at_home: House) -> None:
    at_home.handler.default_actor = at_home.ids["feed"]
    refusal = ask_about_source(at_home.handler, "parked", "lab", [at_home.ids["patient"]])

    assert isinstance(refusal, Refused)
    assert "not_in_this_practice" == refusal.code
