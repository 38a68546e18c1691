"""Webhooks: facts posted to somebody's server as signed batches of CloudEvents, in order, until they are taken.

Promise: at least once, in order for each subscription, and nothing is passed over: what comes next is posted again,
ever more rarely and no sooner than it asks for (`Retry-After`), until the receiver answers 2xx; then its position is
saved. A receiver that takes nothing for days, or answers 410, is parked: nothing is posted until somebody resumes it or
starts the server again, and `standing` shows it. A subscription sees what its login sees in the feed, without what is
withheld. Not promised: exactly once; a receiver goes by `id`.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

from interfaces.http.feed_pages import Page, Wanted, page_of
from interfaces.http.followers import Followers
from interfaces.http.hosting import Hosted, Hosts
from interfaces.http.webhook_post import Undelivered, post
from interfaces.http.webhook_state import State, StateFile
from interfaces.http.webhook_subscription import USUAL, Message, Persistence, Send, Subscription, message_of
from ledger.terms.errors import LedgerError
from ledger.terms.outcome import Refused
from ledger.terms.ports import Clock, IdSource

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.streams.governance import Governance

GONE: Final = 410
"""Of a receiver that wants no more."""


class Standing(NamedTuple):
    """How a subscription stands, for metrics: codes and counts."""

    name: str
    ledger: str
    position: int
    """Up to which everything was taken."""
    head: int
    """The ledger's highest position when it was last looked at."""
    attempts: int
    failing_since: datetime | None
    because: str | None
    is_parked: bool


class Followed:
    """One subscription as it stands. Its file is written by its one task only."""

    def __init__(self, hosted: Hosted, subscription: Subscription, file: StateFile) -> None:
        self.hosted = hosted
        self.subscription = subscription
        self._file = file
        self.state = State("", subscription.after)
        self.head = 0
        self.trouble: str | None = None
        """Why nothing can be posted now that is no fault of the receiver."""

    def standing(self) -> Standing:
        """How it stands."""
        state = self.state
        whole = (state.attempts, state.failing_since, state.because or self.trouble, state.parked)
        return Standing(self.subscription.name, self.subscription.ledger, state.position, self.head, *whole)

    async def begin(self) -> None:
        """Go on where it was, with a fresh count: whoever starts the server anew means it. Raises LedgerError."""
        ledger_id = await self.hosted.ask(lambda session: _known_to(session, self.subscription.login))
        saved = await asyncio.to_thread(self._file.load)
        # A name may have been given to another ledger, whose positions mean other facts.
        known = saved is not None and saved.ledger == ledger_id
        self.state = State(ledger_id, saved.position if saved and known else self.subscription.after)
        if saved is not None and saved.parked:
            await asyncio.to_thread(self._file.save, self.state)

    async def is_resumed(self) -> bool:
        """Whether somebody let it go on. Raises LedgerError where its file cannot be read."""
        saved = await asyncio.to_thread(self._file.load)
        return saved is None or not saved.parked

    async def page(self) -> Page:
        """What comes next, without what is withheld. Raises LedgerError."""
        of = self.subscription
        wanted = Wanted(self.state.position, of.batch, of.topics, of.words, withheld=False)
        found = await self.hosted.ask(lambda session: page_of(session, of.ledger, wanted), login=of.login)
        if isinstance(found, Refused):
            raise LedgerError(found.happened, found.remedy)
        self.head = found.head
        if self.state.position > found.head:
            raise LedgerError("The ledger ends before what was delivered: it was restored.", "See docs/feed.md.")
        return found

    async def moved_on(self, position: int) -> None:
        """Everything up to a position was taken, or is not for this subscription."""
        if position != self.state.position or self.state.attempts:
            self.state = State(self.state.ledger, position)
            await asyncio.to_thread(self._file.save, self.state)

    async def failed(self, because: str, now: datetime, persistence: Persistence) -> None:
        """One more attempt was in vain."""
        since = self.state.failing_since or now
        parked = because == f"status_{GONE}" or now - since >= persistence.parked_after
        attempts = self.state.attempts + 1
        self.state = self.state._replace(attempts=attempts, failing_since=since, because=because, parked=parked)
        await asyncio.to_thread(self._file.save, self.state)


class Webhooks:
    """The subscriptions of a server, each followed by a task of its own."""

    def __init__(
        self,
        hosts: Hosts,
        subscriptions: Sequence[Subscription],
        folder: Path,
        *,
        followers: Followers,
        clock: Clock,
        ids: IdSource,
        persistence: Persistence = USUAL,
        send: Send | None = None,
    ) -> None:
        self._followed = [
            Followed(hosts.get(each.ledger), each, StateFile(folder, each.name)) for each in subscriptions
        ]
        self._followers = followers
        self._clock = clock
        self._ids = ids
        self._persistence = persistence
        self._send: Send = send or partial(post, seconds=persistence.timeout)
        self._posting = ThreadPoolExecutor(max(1, len(subscriptions)), thread_name_prefix="webhook")
        self._ending = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._logger = structlog.get_logger()

    def start(self) -> None:
        """Begin to deliver; called in the loop of the server."""
        self._tasks = [asyncio.create_task(self._follow(each)) for each in self._followed]

    async def close(self) -> None:
        """End: what is being posted has its few seconds; what was not acknowledged is posted again another time."""
        self._ending.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self._persistence.timeout + 1)
            for task in late:
                task.cancel()
        self._posting.shutdown(wait=False, cancel_futures=True)

    def standing(self) -> list[Standing]:
        """How each subscription stands."""
        return [each.standing() for each in self._followed]

    async def _follow(self, followed: Followed) -> None:
        """Deliver until the server ends; to a receiver that is given up again once somebody resumes it."""
        watch = self._followers.watch(followed.hosted)
        has_begun = False
        while not self._is_over():
            try:
                if not has_begun or followed.state.parked:
                    if followed.state.parked and not await followed.is_resumed():
                        await self._rest(self._persistence.rest)
                        continue
                    await followed.begin()
                    has_begun = True
                page = await followed.page()
                followed.trouble = None
                if page.events:
                    await self._delivered(followed, page)
                    continue
                await followed.moved_on(page.position)
                if page.position >= page.head:
                    await watch.beyond(page.position, self._persistence.rest)
            except (LedgerError, OSError, RuntimeError) as error:
                # The ledger, or the folder of states, cannot be used now; what is not saved is delivered again.
                followed.trouble = type(error).__name__
                self._say("webhook_waits", followed, followed.trouble)
                await self._rest(self._persistence.rest)

    async def _delivered(self, followed: Followed, page: Page) -> None:
        """Post a page until it is taken, the receiver is parked, or the server ends."""
        message = message_of(followed.state.ledger, followed.subscription.name, page.events)
        while not self._is_over():
            because, asked = await self._attempt(followed.subscription, message)
            if because is None:
                await followed.moved_on(page.position)
                return
            await followed.failed(because, self._clock.now(), self._persistence)
            self._say("webhook_parked" if followed.state.parked else "webhook_failed", followed, because)
            if followed.state.parked:
                return
            chance = int.from_bytes(self._ids.entropy(4), "big") / 2**32
            await self._rest(max(asked, self._persistence.pause(followed.state.attempts, chance)))

    async def _attempt(self, subscription: Subscription, message: Message) -> tuple[str | None, float]:
        """Why a message was not taken, None where it was; and how long the receiver asks to be left alone."""
        headers = message.headers(subscription.secrets, int(self._clock.now().timestamp()))
        send = partial(self._send, subscription.target, message.body, headers)
        try:
            reply = await asyncio.get_running_loop().run_in_executor(self._posting, send)
        except Undelivered as error:
            return error.because, 0
        because = None if 200 <= reply.status < 300 else f"status_{reply.status}"
        return because, self._persistence.asked_pause(reply.retry_after, self._clock.now())

    def _is_over(self) -> bool:
        return self._ending.is_set() or self._followers.ending

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._ending.wait(), seconds)
        except TimeoutError:
            return

    def _say(self, what: str, followed: Followed, code: str) -> None:
        self._logger.warning(
            what,
            stream=followed.subscription.name,
            ledger=followed.subscription.ledger,
            code=code,
            attempts=followed.state.attempts,
            position=followed.state.position,
        )


def knows(governance: "Governance", login: str) -> bool:
    """Whether a ledger knows a login: to somebody unknown nothing is shown, and everything would go by."""
    is_source = any(governance.delivers(source.system, login) for source in governance.sources)
    return is_source or governance.staff_of(login) is not None


def _known_to(session: "Session", login: str) -> str:
    """The id of a ledger that knows a login. Raises LedgerError."""
    if not knows(session.handler.governance(), login):
        raise LedgerError("The login of a webhook speaks for nobody in its ledger.", "Bind it, or name another one.")
    return session.log.ledger_id
