"""Webhooks: signed, in order, at least once, to nobody whom the operator did not mean, and no PHI without a right."""

import asyncio
import base64
import hashlib
import hmac
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from interfaces.bootstrap import Settings
from interfaces.http.followers import Followers
from interfaces.http.hosting import Hosts
from interfaces.http.webhook_post import Undelivered, WrongTarget, address_of, post, target_of
from interfaces.http.webhook_state import State, StateFile
from interfaces.http.webhook_subscription import Persistence, Subscription, WrongSubscription, subscription_of
from interfaces.http.webhooks import Standing, Webhooks
from interfaces.system import SystemIds
from ledger.store.connection import Place
from ledger.store.webhook_signature import secret_of, signature
from ledger.terms.errors import LedgerDamaged, WrongKey
from tests.house import KEY, LOGIN, House, house
from tests.http.feed_server import serving, wait_until
from tests.http.receiving import Receiver, receiving
from tests.postgres.servers import unused_address
from tests.store.sample import StandingClock

SECRET = bytes(range(32))
SECRET_TEXT = f"whsec_{base64.b64encode(SECRET).decode()}"
CANARIES = (b"Pat", b"Poe", b"1950-02-03", b"mrn-1", b"pill box", b"note of 5 January", b"In words.")
SOON = Persistence(first=0.05, most=0.2, timeout=2, rest=0.1)


@dataclass
class Company:
    """A ledger with somebody for whom it is delivered."""

    place: Place
    folder: Path
    house: House
    key_file: Path
    clock: StandingClock = field(default_factory=lambda: StandingClock(datetime(2026, 3, 1, 12, tzinfo=UTC)))

    def subscription(self, url: str, short: str = "bea", **changes: Any) -> Subscription:
        whole = {"name": "billing", "ledger": "clinic", "target": target_of(url), "secrets": (SECRET,)}
        return Subscription(**{**whole, "login": f"key:{short}", **changes})

    def deliver(
        self,
        subscription: Subscription,
        until: Callable[[Standing], bool],
        *,
        persistence: Persistence = SOON,
        looks: int = 400,
    ) -> Standing:
        """A server that delivers until something is so, and ends."""

        async def serve() -> Standing:
            hosts = Hosts({"clinic": Settings(self.place, self.key_file, LOGIN)})
            webhooks = Webhooks(
                hosts,
                [subscription],
                self.folder / "state",
                followers=Followers(every=0.05),
                clock=self.clock,
                ids=SystemIds(),
                persistence=persistence,
            )
            webhooks.start()
            for _ in range(looks):
                if until(webhooks.standing()[0]):
                    break
                await asyncio.sleep(0.025)
            await webhooks.close()
            await hosts.close()
            return webhooks.standing()[0]

        found = asyncio.run(serve())
        assert until(found), found
        return found

    def work(self, minute: int) -> int:
        """One more minute of work; its position."""
        start = f"2026-01-09T15:{minute:02d}:00Z"
        (position,) = self.house.log_time(start, start.replace(":00Z", ":40Z")).positions
        return position


def caught_up(it: Company) -> Callable[[Standing], bool]:
    return lambda standing: standing.position == it.house.log.refresh()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def company(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Company]:
    """The house, and a login each for the nurse and the integration."""
    place = tmp_path / "ledger" if request.param == "sqlite" else unused_address()
    key_file = tmp_path / "ledger.key"
    key_file.write_text(KEY.hex() + "\n")
    key_file.chmod(0o600)
    with house(place) as it:
        it.clock = "2026-01-20T18:00:00Z"
        for short in ("bea", "feed"):
            it.accepted("bind_login", {"login": f"key:{short}", "staff": it.ids[short]}, actor="admin")
        yield Company(place, tmp_path, it, key_file)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that takes everything."""
    with receiving() as it:
        yield it


# --- what is delivered --------------------------------------------------------------------------------------------


def test_facts_are_posted_in_order_in_batches_that_are_signed(company: Company, receiver: Receiver) -> None:
    company.deliver(company.subscription(receiver.url, batch=7), caught_up(company))

    first = receiver.posts[0]
    assert (first.path, first.headers["content-type"]) == ("/hook?of=clinic", "application/cloudevents-batch+json")
    assert receiver.positions == sorted(set(receiver.positions))
    assert all(len(each.positions) <= 7 for each in receiver.posts)
    for each in receiver.posts:
        signed = f"{each.headers['webhook-id']}.{each.headers['webhook-timestamp']}.".encode() + each.body
        expected = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
        assert each.headers["webhook-signature"] == f"v1,{expected}"
        assert each.headers["webhook-timestamp"] == str(int(company.clock.now().timestamp()))


def test_what_is_appended_meanwhile_is_posted(company: Company, receiver: Receiver) -> None:
    position = 0

    def until(standing: Standing) -> bool:
        nonlocal position
        if standing.position and not position:
            position = company.work(1)
        return position in receiver.positions and caught_up(company)(standing)

    company.deliver(company.subscription(receiver.url), until)

    assert receiver.positions.count(position) == 1


def test_only_kinds_that_were_asked_for_are_posted(company: Company, receiver: Receiver) -> None:
    topics = frozenset({"consent_recorded"})
    company.deliver(company.subscription(receiver.url, topics=topics), caught_up(company))

    assert len(receiver.positions) == 1


@pytest.mark.parametrize(("short", "words"), [("bea", False), ("feed", True), ("feed", False)])
def test_no_words_leave_without_the_right_to_them(
    company: Company, receiver: Receiver, short: str, *, words: bool
) -> None:
    company.deliver(company.subscription(receiver.url, short, words=words), caught_up(company))

    sent = b"".join(each.body for each in receiver.posts)
    assert [canary for canary in CANARIES if canary in sent] == []
    assert b'"withheld"' not in sent


def test_words_of_an_entitled_subscription_are_on_record_before_they_leave(
    company: Company, receiver: Receiver
) -> None:
    company.deliver(company.subscription(receiver.url, words=True), caught_up(company))

    assert b"Poe" in receiver.posts[0].body
    reads = [fact for fact in company.house.log.follow(0, 1000) if fact.event.TOPIC == "record_read"]
    assert [(read.event.opened_words, read.said.authenticated_as) for read in reads] == [(True, "key:bea")]  # type: ignore[attr-defined]


def test_a_login_that_speaks_for_nobody_is_not_passed_over(company: Company, receiver: Receiver) -> None:
    subscription = company.subscription(receiver.url, "stranger")
    with pytest.raises(AssertionError):
        company.deliver(subscription, caught_up(company), looks=40)

    assert StateFile(company.folder / "state", "billing").load() is None


# --- what goes wrong ----------------------------------------------------------------------------------------------


def test_a_receiver_that_fails_gets_the_same_message_again(company: Company, receiver: Receiver) -> None:
    receiver.statuses.extend([500, 503, 429])
    company.deliver(company.subscription(receiver.url), caught_up(company))

    first = receiver.posts[:4]
    assert len({(each.headers["webhook-id"], each.body) for each in first}) == 1
    assert receiver.positions[3 * len(first[0].positions) :] == sorted(set(receiver.positions))


def test_nothing_overtakes_what_was_not_taken(company: Company, receiver: Receiver) -> None:
    receiver.statuses.extend([500] * 1_000)
    subscription = company.subscription(receiver.url, batch=5)
    standing = company.deliver(subscription, lambda standing: standing.attempts >= 3)

    assert {tuple(each.positions) for each in receiver.posts} == {tuple(receiver.posts[0].positions)}
    assert (standing.position, standing.because) == (0, "status_500")


def test_a_restarted_server_goes_on_where_it_was(company: Company, receiver: Receiver) -> None:
    company.deliver(company.subscription(receiver.url), caught_up(company))
    before = len(receiver.posts)
    position = company.work(2)
    company.deliver(company.subscription(receiver.url), caught_up(company))

    assert receiver.posts[before].positions == [position]


def test_what_was_sent_and_not_acknowledged_is_sent_again_after_a_restart(company: Company, receiver: Receiver) -> None:
    receiver.statuses.extend([500] * 1_000)
    company.deliver(company.subscription(receiver.url), lambda standing: standing.attempts >= 1)
    receiver.statuses.clear()
    company.deliver(company.subscription(receiver.url), caught_up(company))

    assert receiver.posts[-1].positions[0] == receiver.posts[0].positions[0] or len(receiver.posts) > 2
    assert set(receiver.posts[0].positions) <= set(receiver.posts[-1].positions) | set(receiver.posts[-2].positions)


def test_a_receiver_that_says_it_is_gone_is_parked(company: Company, receiver: Receiver) -> None:
    receiver.statuses.append(410)
    standing = company.deliver(company.subscription(receiver.url), lambda standing: standing.is_parked)

    assert (standing.because, standing.position, len(receiver.posts)) == ("status_410", 0, 1)


def test_a_receiver_that_is_dead_for_days_is_parked_until_the_server_starts_again(
    company: Company, receiver: Receiver
) -> None:
    receiver.statuses.extend([500] * 1_000)

    def until(standing: Standing) -> bool:
        if standing.attempts == 2:
            company.clock.advance(6 * 86_400)
        return standing.is_parked

    standing = company.deliver(company.subscription(receiver.url), until)
    assert standing.failing_since == datetime(2026, 3, 1, 12, tzinfo=UTC)
    receiver.statuses.clear()

    company.deliver(company.subscription(receiver.url), caught_up(company))


def test_a_receiver_that_was_given_up_goes_on_once_it_is_resumed_without_a_restart(
    company: Company, receiver: Receiver
) -> None:
    receiver.statuses.append(410)
    file, looked = StateFile(company.folder / "state", "billing"), 0

    def until(standing: Standing) -> bool:
        nonlocal looked
        looked += standing.is_parked
        if standing.is_parked and looked == 20:
            assert len(receiver.posts) == 1, "nothing is posted to whoever is parked"
            assert file.resume()
        return caught_up(company)(standing)

    standing = company.deliver(company.subscription(receiver.url), until)

    assert (standing.is_parked, standing.attempts) == (False, 0)
    assert receiver.posts[1].body == receiver.posts[0].body
    assert not file.resume(), "what is not parked is not resumed"


def test_the_file_of_a_receiver_that_is_tried_again_says_that_it_is_not_parked(
    company: Company, receiver: Receiver
) -> None:
    receiver.statuses.append(410)
    company.deliver(company.subscription(receiver.url), lambda standing: standing.is_parked)
    receiver.statuses.extend([500] * 1_000)
    company.deliver(company.subscription(receiver.url), lambda standing: standing.attempts >= 1)

    saved = StateFile(company.folder / "state", "billing").load()
    assert saved is not None
    assert (saved.parked, saved.because) == (False, "status_500")


def test_a_receiver_is_not_asked_again_before_it_wants_to_be(company: Company, receiver: Receiver) -> None:
    receiver.statuses.extend([503] * 1_000)
    receiver.retry_after = "3600"
    unhurried = SOON._replace(most=60)
    company.deliver(company.subscription(receiver.url), lambda standing: standing.attempts >= 1, persistence=unhurried)
    with pytest.raises(AssertionError):
        company.deliver(
            company.subscription(receiver.url),
            lambda standing: standing.attempts >= 2,
            persistence=unhurried,
            looks=60,
        )

    assert len(receiver.posts) == 2


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("120", 120),
        (" 7 ", 7),
        ("3601", 3_600),
        ("9" * 400, 3_600),
        ("-5", 0),
        ("1.5", 0),
        ("soon", 0),
        ("٣", 0),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 60),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3_600),
    ],
)
def test_how_long_a_receiver_may_ask_to_be_left_alone(given: str | None, seconds: float) -> None:
    assert Persistence().asked_pause(given, datetime(2026, 3, 1, 12, tzinfo=UTC)) == seconds


def test_a_redirect_is_not_followed(company: Company, receiver: Receiver) -> None:
    receiver.statuses.extend([302, 307, 308])
    company.deliver(company.subscription(receiver.url), lambda standing: standing.attempts >= 3)

    assert {each.path for each in receiver.posts} == {"/hook?of=clinic"}


def test_nobody_listening_is_a_failure_like_others(company: Company) -> None:
    url = "http://127.0.0.1:1/hook"
    standing = company.deliver(company.subscription(url), lambda standing: standing.attempts >= 2)

    assert standing.because == "unreachable"


def test_an_answer_that_never_ends_ends_at_the_deadline(receiver: Receiver) -> None:
    receiver.dripping = threading.Event()
    receiver.dripping.set()
    try:
        with pytest.raises(Undelivered, match="timeout"):
            post(target_of(receiver.url), b"[]", {}, seconds=1)
    finally:
        receiver.dripping.clear()


# --- where it may go ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "ftp://example.org/",
        "https://user:word@example.org/",
        "https://example.org/#part",
        "https:///hook",
        "https://example.org:99999/",
        "https://exa mple.org/",
        "https://example.org/\r\nX: y",
        "file:///etc/passwd",
        "http://127.0.0.1.example.org/",
        "http://[::1/",
        "hook",
    ],
)
def test_a_url_that_is_not_https_or_not_this_machine_is_refused(url: str) -> None:
    with pytest.raises(WrongTarget):
        target_of(url)


def leading_to(*addresses: str) -> Callable[..., list[Any]]:
    return lambda *_, **__: [(2, 1, 6, "", (address, 443)) for address in addresses]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "fd00::1",
        "fe80::1%eth0",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "::",
    ],
)
def test_a_name_that_leads_into_this_network_is_refused(address: str) -> None:
    with pytest.raises(Undelivered, match="address_not_allowed"):
        address_of(target_of("https://example.org/"), leading_to(address))
    with pytest.raises(Undelivered, match="address_not_allowed"):
        address_of(target_of("https://example.org/"), leading_to("93.184.215.14", address))


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.0.1", "fd00::1"])
def test_private_addresses_are_reached_where_the_operator_says_so(address: str) -> None:
    target = target_of("https://inside.example.org/", private=True)

    assert address_of(target, leading_to(address)) == address


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "0.0.0.0", "::ffff:169.254.169.254"])
def test_some_addresses_are_never_reached_by_a_name(address: str) -> None:
    with pytest.raises(Undelivered, match="address_not_allowed"):
        address_of(target_of("https://inside.example.org/", private=True), leading_to(address))


def test_the_name_that_was_checked_is_not_asked_again(receiver: Receiver) -> None:
    """A name that leads to a good address when it is checked and to another when it is used leads nowhere else."""
    asked = []

    def resolve(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", 0))]

    target = target_of(f"http://localhost:{receiver.port}/hook")

    assert post(target, b"[]", {}, seconds=2, resolve=resolve).status == 204
    assert asked == ["localhost"]


# --- secrets, settings, states ------------------------------------------------------------------------------------


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    secret = secret_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_%%%", SECRET_TEXT.removeprefix("whsec_"), "whsec_c2hvcnQ="])
def test_what_is_no_secret_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(WrongKey) as refused:
        secret_of(text)

    assert text in ("", "whsec_") or text.removeprefix("whsec_") not in str(refused.value)


def told(folder: Path, **changes: Any) -> dict[str, Any]:
    file = folder / "secret"
    file.write_text(SECRET_TEXT + "\n")
    whole = {"name": "billing", "ledger": "clinic", "url": "https://example.org/hook", "login": "key:bea"}
    return {**whole, "secret_file": str(file), **changes}


def test_a_table_of_the_settings_makes_a_subscription(tmp_path: Path) -> None:
    made = subscription_of(told(tmp_path, types=["time_logged", "ccm-ledger.month_attested.v1"], after=7), ["clinic"])

    assert (made.secrets, made.after) == ((SECRET,), 7)
    assert made.topics == {"time_logged", "month_attested"}
    assert (made.target.host, made.target.port, made.target.path) == ("example.org", 443, "/hook")


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "../elsewhere"},
        {"ledger": "unknown"},
        {"types": ["nothing"]},
        {"after": -1},
        {"batch": 0},
        {"secret_file": "absent"},
        {"login": None},
        {"urll": "https://example.org/"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(WrongSubscription):
        subscription_of(told(tmp_path, **changes), ["clinic"])


def test_two_secrets_sign_while_one_takes_the_others_place(tmp_path: Path, receiver: Receiver) -> None:
    old = tmp_path / "old"
    old.write_text(f"whsec_{base64.b64encode(SECRET[::-1]).decode()}")
    made = subscription_of(told(tmp_path, old_secret_file=str(old), url=receiver.url), ["clinic"])

    assert made.secrets == (SECRET, SECRET[::-1])


def test_a_state_outlives_its_server(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "new", "billing")
    state = State("lg_x", 7, 2, datetime(2026, 3, 1, tzinfo=UTC), "status_500", parked=True)
    file.save(state)

    assert StateFile(tmp_path / "new", "billing").load() == state


def test_a_state_of_another_ledger_is_not_used(company: Company, receiver: Receiver) -> None:
    StateFile(company.folder / "state", "billing").save(State("lg_other", 30))
    company.deliver(company.subscription(receiver.url), caught_up(company))

    assert receiver.positions[0] < 30


def test_a_ledger_that_ends_before_what_was_delivered_is_waited_for(company: Company, receiver: Receiver) -> None:
    StateFile(company.folder / "state", "billing").save(State(company.house.log.ledger_id, 9_999))
    standing = company.deliver(company.subscription(receiver.url), lambda standing: standing.because is not None)

    assert (standing.because, standing.position, receiver.posts) == ("LedgerError", 9_999, [])


@pytest.mark.parametrize("content", ["", "{", "[]", '{"ledger": "x"}'])
def test_a_state_that_cannot_be_read_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / "webhook-billing.json").write_text(content)
    with pytest.raises(LedgerDamaged):
        StateFile(tmp_path, "billing").load()


def test_pauses_grow_and_differ_by_chance() -> None:
    usual = Persistence()

    assert [usual.pause(attempts, 1) for attempts in (1, 2, 3, 12, 13, 999)] == [1, 2, 4, 2048, 3600, 3600]
    assert usual.pause(3, 0) == 2
    assert (
        sum(itertools.islice((usual.pause(n, 0) for n in itertools.count(1)), 100)) < timedelta(days=5).total_seconds()
    )


# --- in the server ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_server_delivers_beside_what_it_answers(tmp_path: Path, receiver: Receiver) -> None:
    secrets, folder = (SECRET,), tmp_path / "state"

    def subscribed(hosts: Hosts, followers: Followers) -> Webhooks:
        told = Subscription("billing", "clinic", target_of(receiver.url), secrets, "key:bea")
        ids, clock = SystemIds(), StandingClock()
        return Webhooks(hosts, [told], folder, followers=followers, clock=clock, ids=ids, persistence=SOON)

    with serving(tmp_path / "ledger", tmp_path, webhooks=subscribed) as served:
        served.key("bea")
        served.house.clock = "2026-01-20T18:00:00Z"
        (position,) = served.house.log_time("2026-01-08T15:00:00Z", "2026-01-08T15:25:00Z").positions
        wait_until(lambda: position in receiver.positions)
        told = served.get(f"{served.url}/metrics", served.key("admin", frozenset({"operate"}))).text

    assert 'ccm_ledger_webhook_parked{ledger="clinic",webhook="billing"} 0' in told
    assert 'ccm_ledger_webhook_behind{ledger="clinic",webhook="billing"} ' in told
    assert receiver.positions == sorted(set(receiver.positions))
