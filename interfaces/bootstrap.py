"""The only wiring: settings, key, clock, randomness, zones and logs put together into an open ledger.

Promise: nothing is read from the environment anywhere else; logs go to standard error and hold what the store's list
allows. Not promised: any answer about care; that is for commands and projections.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interfaces import keys, places
from interfaces.system import PinnedZones, SimulatedClock, SystemClock, SystemIds, calm_the_collector
from ledger.terms.errors import LedgerDamaged, NotALedger

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from commands.handle import Handler
    from commands.reactions import Reactor
    from ledger.store.connection import Ledger, Place
    from ledger.store.engine import StoredReadModels
    from ledger.store.postgres.fleet import Fleet
    from ledger.store.postgres.routing import Routes
    from ledger.terms.ports import Clock
    from projections.judged import AdoptedRulebooks


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the ledger and its key are, and who asks."""

    place: "Place"
    """A folder, or a ledger on a server."""
    key_file: Path | None
    """None: the key in CCM_LEDGER_MASTER_KEY, or the file in the usual place, named by the ledger's id."""
    login: str
    actor: str | None = None
    log_key_file: Path | None = None
    """The keys of the log, where somebody named them for this ledger."""


class Session:
    """An open ledger with everything that the edge calls. Read models are opened and pulled when first asked for."""

    def __init__(
        self, *, log: "Ledger", handler: "Handler", clock: "Clock", zones: PinnedZones, where: Settings
    ) -> None:
        self.log = log
        self.handler = handler
        self.clock = clock
        self.ids = SystemIds()
        self.zones = zones
        self.where = where
        self._rulebook_of: AdoptedRulebooks | None = None
        self._models: StoredReadModels | None = None

    @property
    def simulated(self) -> bool:
        """Whether the ledger takes its clock from the input."""
        return self.log.simulated

    def stand_at_newest(self) -> None:
        """Put the clock of a simulated ledger to its newest fact: others may have moved its time on."""
        if isinstance(self.clock, SimulatedClock) and (newest := self.log.facts_at([self.log.refresh()])):
            self.clock.stand_at(newest[-1].recorded_at)

    @property
    def rulebook_of(self) -> "AdoptedRulebooks":
        """The rulebooks of the adopted editions."""
        from projections.judged import AdoptedRulebooks  # noqa: PLC0415 - only questions judge here

        if self._rulebook_of is None:
            self._rulebook_of = AdoptedRulebooks()
        return self._rulebook_of

    def raw_models(self) -> "StoredReadModels":
        """The read models as they are, without pulling."""
        if self._models is None:
            self._models = self.log.read_models()
        return self._models

    def models(self, progress: "Callable[[int, int], None] | None" = None) -> "StoredReadModels":
        """The read models, pulled up to the newest fact; LedgerDamaged where they cannot be."""
        from projections.follow import Follower  # noqa: PLC0415 - only questions need it

        self.log.reads.note_everything()
        try:
            models = self.raw_models()
            pulled = Follower(self.log, models, rulebook_of=self.rulebook_of).pull(progress)
        except (LedgerDamaged, NotALedger) as error:
            if _are_whole(self.log):
                raise
            raise LedgerDamaged(
                "The file of the read models is damaged; the facts are another file.",
                "Run `ccm-ledger rebuild`, which makes the read models anew, then `ccm-ledger verify`.",
            ) from error
        if pulled.stopped is not None:
            raise LedgerDamaged(
                f"The read models stop before position {pulled.stopped.position}: {pulled.stopped.because}",
                "Run `ccm-ledger verify`; then `ccm-ledger rebuild`.",
            )
        return models

    def fresh_models(self) -> "StoredReadModels":
        """The read models for a rebuild: what is damaged is thrown away, since every row is made anew."""
        if not _are_whole(self.log):
            self.close()
            self.log.engine.discard_read_models()
        return self.raw_models()

    def reactor(self, now: "datetime") -> "Reactor":
        """The reactions, ready to run under the name of their machine, which is registered where it was not yet."""
        from commands.reactions import Reactor  # noqa: PLC0415 - only `react` needs it
        from projections.findings import Findings  # noqa: PLC0415

        return Reactor(self.machine(now), self.log, Findings(self.raw_models(), self.models))

    def machine(self, now: "datetime | None" = None) -> "Handler":
        """The handler that acts under the name of this program's machine, which is registered where it was not yet."""
        from commands.handle import Handler  # noqa: PLC0415 - loaded by now
        from commands.reactions import enrol  # noqa: PLC0415

        machine = enrol(self.handler, now or self.clock.now())
        return Handler(
            log=self.log,
            ids=SystemIds(),
            clock=self.clock,
            zones=self.zones,
            login=self.where.login,
            default_actor=machine,
            machine=machine,
        )

    def close(self) -> None:
        """Close the read models, where they were opened."""
        if self._models is not None:
            self._models.close()
            self._models = None


def _are_whole(log: "Ledger") -> bool:
    """Whether the database finds nothing wrong with the read models."""
    try:
        models = log.read_models()
        try:
            return models.is_whole()
        finally:
            models.close()
    except (LedgerDamaged, NotALedger):
        return False


def is_ledger_named(ledger: str | None) -> bool:
    """Whether the options or the environment name a ledger."""
    return bool(ledger or os.environ.get("CCM_LEDGER"))


def settings(*, ledger: str | None, key_file: str | None, actor: str | None) -> Settings:
    """The settings of the command line, filled up from the environment.

    Raises NotALedger where no ledger is named, WrongKey where the environment names a key file and a key.
    """
    named = ledger or os.environ.get("CCM_LEDGER")
    if not named:
        raise NotALedger(
            "No ledger is named.",
            "Name its folder or its address: --ledger FOLDER, or set CCM_LEDGER. `ccm-ledger init` makes one.",
        )
    key = key_file or os.environ.get("CCM_LEDGER_KEY_FILE")
    if not key_file:
        keys.one_of(key, _held_key())
    return Settings(place_of(named), Path(key) if key else None, login(), actor)


def place_of(named: str) -> "Place":
    """The place that an option or a variable names; raises as `place_named`."""
    return places.place_named(named, routes(), password)


def routes() -> "Routes | None":
    """The routing table that CCM_LEDGER_ROUTES names; None where it names none."""
    return places.routes_in(os.environ.get("CCM_LEDGER_ROUTES"))


def server_file(named: str | None) -> Path | None:
    """The file with the settings of the server: as the options or the environment name it; None: there is none."""
    given = named or os.environ.get("CCM_LEDGER_SERVER")
    return Path(given) if given else None


def request_log() -> Any:
    """Where the server's line about each request goes: shown unless `CCM_LEDGER_LOG` asks for less."""
    import sys  # noqa: PLC0415

    from ledger.store import log  # noqa: PLC0415 - `--help` must not wait for it

    return log.logger_to(sys.stderr, _log_level("info"))


def password() -> str | None:
    """The password in the file that CCM_LEDGER_PASSWORD_FILE names; None leaves it to PostgreSQL's own ways."""
    return places.password_in(os.environ.get("CCM_LEDGER_PASSWORD_FILE"))


def server_for_trials() -> str | None:
    """An unused ledger on the server that CCM_LEDGER_TEST_POSTGRES names; None where it names none."""
    named = os.environ.get("CCM_LEDGER_TEST_POSTGRES")
    if not named:
        return None
    if "://" not in named:
        raise NotALedger(
            "CCM_LEDGER_TEST_POSTGRES is no address of a server.", "Name one: postgresql://USER@HOST:PORT/DATABASE."
        )
    return f"{named}{'&' if '?' in named else '?'}ledger=demo_{SystemIds().entropy(6).hex()}"


def fleet() -> "Fleet":
    """All ledgers of the routing table for one process, each with the key file in the usual place."""
    from ledger.store.keyfile import read_key_file  # noqa: PLC0415 - folders need none of it
    from ledger.store.postgres.fleet import Fleet  # noqa: PLC0415

    table = routes()
    if table is None:
        raise NotALedger("No routing table is named.", "Let CCM_LEDGER_ROUTES name its file (docs/deploy.md).")
    configure_logs()
    return Fleet(
        table.table,
        master_key_of=lambda ledger_id: read_key_file(usual_key_file(ledger_id)),
        clock=SystemClock(),
        ids=SystemIds(),
        password=password(),
    )


def login() -> str:
    """Who runs this program, as the system knows it: never as the environment says."""
    import pwd  # noqa: PLC0415 - not on every system, and not for every command

    try:
        return f"os:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return f"os:{os.getuid()}"


def configuration_folder() -> Path:
    """The user's own folder for keys, by the XDG convention."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "ccm-ledger"


def usual_key_file(ledger_id: str) -> Path:
    """Where the key of a ledger is kept when nobody says otherwise."""
    return configuration_folder() / f"{ledger_id}.key"


def key_place(where: Settings, ledger_id: str) -> Path | None:
    """The key file of a ledger; None where the key itself stands in the environment. WrongKey inside its folder."""
    if where.key_file is None and _held_key():
        return None
    key_file = where.key_file or usual_key_file(ledger_id)
    keys.outside(key_file, where.place)
    return key_file


def master_key(where: Settings, ledger_id: str) -> bytes:
    """The master key of a ledger; WrongKey where there is none, or it is none."""
    return keys.key_in(key_place(where, ledger_id), _held_key())


def _held_key() -> str | None:
    return os.environ.get(keys.VARIABLE) or None


def log_key_file(session: Session, named: str | None) -> Path:
    """Where the keys of a ledger's log are: as the options or the environment name it, or in the usual place."""
    given = named or session.where.log_key_file or os.environ.get("CCM_LEDGER_LOG_KEY_FILE")
    file = Path(given) if given else configuration_folder() / f"{session.log.ledger_id}.log-keys"
    keys.outside(file, session.where.place, "--log-key-file")
    return file


def create_ledger(where: Settings, *, name: str, simulated: bool) -> Path | None:
    """Make a ledger with its key and its first facts; the place of the key file, None where the environment has it."""
    from commands.opening import open_new_ledger  # noqa: PLC0415 - `--help` must not wait for the store
    from ledger.rulebook import shipped_edition  # noqa: PLC0415
    from ledger.store.connection import create, exists  # noqa: PLC0415
    from ledger.terms.identity import id_from  # noqa: PLC0415

    configure_logs()
    if exists(where.place):
        raise NotALedger("There is a ledger at this place already.", "Name another place; a ledger is never remade.")
    ids = SystemIds()
    ledger_id = id_from("lg", ids.entropy(16))
    key_file = key_place(where, ledger_id)
    key = keys.new_key(key_file, _held_key())
    clock: Clock = SimulatedClock() if simulated else SystemClock()
    try:
        with keys.naming_places("The ledger's folder"):
            log = create(where.place, master_key=key, clock=clock, ids=ids, simulated=simulated, ledger_id=ledger_id)
    except BaseException:
        if key_file is not None and not exists(where.place):
            key_file.unlink()  # nothing was ever sealed under it, and the next attempt finds its place free
        raise
    with log:
        edition = shipped_edition()
        open_new_ledger(
            log, name=name, simulated=simulated, login=where.login, edition=edition, now=clock.now(), ids=ids
        )
    return key_file


@contextmanager
def opened(where: Settings, *, to_verify: bool = False) -> Iterator[Session]:
    """The ledger, open, with its handler; closed afterwards. `to_verify`: in spite of facts that cannot be read."""
    from commands.handle import Handler  # noqa: PLC0415 - `--help` must not wait for the store
    from ledger.store.connection import info_of, open_ledger  # noqa: PLC0415
    from ledger.store.instants import from_micros  # noqa: PLC0415

    configure_logs()
    info = info_of(where.place)
    key = master_key(where, info.ledger_id)
    standing = SimulatedClock()
    clock: Clock = standing if info.simulated else SystemClock()
    ids = SystemIds()
    with open_ledger(where.place, master_key=key, clock=clock, ids=ids, to_verify=to_verify) as log:
        newest = log.engine.at([log.refresh()])  # as a row: what cannot be read is for `verify` to name
        if not newest:
            away = "Remove the folder" if isinstance(where.place, Path) else "Choose another name for it"
            raise NotALedger(
                "This ledger holds no fact: its `init` was cut short.", f"{away} and run `ccm-ledger init`."
            )
        standing.stand_at(from_micros(newest[-1].recorded_at))
        zones = PinnedZones()
        handler = Handler(log=log, ids=ids, clock=clock, zones=zones, login=where.login, default_actor=where.actor)
        calm_the_collector()
        session = Session(log=log, handler=handler, clock=clock, zones=zones, where=where)
        try:
            yield session
        finally:
            session.close()


def configure_logs() -> None:
    """Send log lines to standard error; the store's list says what a line may hold."""
    import sys  # noqa: PLC0415

    from ledger.store import log  # noqa: PLC0415 - `--help` must not wait for it

    log.configure(sys.stderr, _log_level())


def _log_level(usual: str = "warning") -> str:
    """`CCM_LEDGER_LOG=info` shows a line a command; without it only what needs attention is shown."""
    wanted = os.environ.get("CCM_LEDGER_LOG", usual).lower()
    return wanted if wanted in {"debug", "info", "warning", "error", "critical"} else usual
