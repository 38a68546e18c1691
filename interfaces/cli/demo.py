"""`demo`: the main job from an empty ledger to a signed, claimed and paid month, by the commands themselves.

Promise: each step runs a command of this program as it would be typed, in a folder of its own; nothing is put into the
ledger in another way. The same seed and charts give the same lines; ids are drawn anew each time.
"""

from argparse import Namespace
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, WrongUsage, count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from interfaces.cli.demo_company import Workshop

_MORE: Final = """\
Charts come from a folder shared/data/synthea-r4 beside or above the project, where there is one; otherwise the
simulator writes them. Without --keep the folder is a temporary one. With --postgres the ledger is on a PostgreSQL
server that is started for the demo and goes with it, or on the one that CCM_LEDGER_TEST_POSTGRES names, where it stays.
"""
_EXPLAINED_MAX: Final = 42
_HISTORY_MAX: Final = 14
_LACKING_MAX: Final = 9
_WHY_NOT_MAX: Final = 12
_BESIDE_MAX: Final = 30
_DIFF_MAX: Final = 32
_CLAIM_MAX: Final = 24
_RECONCILED_MAX: Final = 30
_MONTH: Final = "2026-01"
_SIGNED_TOGETHER: Final = "99490"
"""The base code of staff time: a practice signs these months in batches."""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "demo", parents=[shared], help="the main job on simulated data", description=__doc__, epilog=_MORE
    )
    parser.add_argument("--keep", metavar="DIR", help="work in this folder, which must be empty or new, and keep it")
    parser.add_argument("--seed", metavar="N", type=count, default=1, help="another company (1)")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server that goes with the demo")
    parser.set_defaults(run=run_demo)


def run_demo(args: Namespace, screen: Screen) -> int:
    """Run the steps one after the other."""
    from interfaces.cli.demo_company import Workshop  # noqa: PLC0415 - `--help` must not wait for it

    screen.simulated(True)
    folder = _folder(args.keep)
    with _place(folder, on_a_server=args.postgres) as (ledger, stays):
        workshop = Workshop(folder, args.seed, screen, ledger)
        _set_up(screen, workshop)
        _charts(screen, workshop)
        _quarter(screen, workshop)
        _answers(screen, workshop)
        patient = _questions(screen, workshop)
        _afterwards(screen, workshop)
        _claims(screen, workshop)
        workshop.shown("verify")
        _next(screen, workshop, patient, stays=stays)
        screen.answer({"folder": str(workshop.folder), "ledger": workshop.ledger, **workshop.tally.as_json()})
    return 0


@contextmanager
def _place(folder: "Path", *, on_a_server: bool) -> "Iterator[tuple[str | None, bool]]":
    """Where the ledger is made (None: in the folder), and whether it is there after the demo."""
    from interfaces import bootstrap  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.embedded import Server  # noqa: PLC0415

    if not on_a_server:
        yield None, True
    elif (named := bootstrap.server_for_trials()) is not None:
        yield named, True
    else:
        # By its socket alone: over TCP every account of this machine would be let in.
        with Server.start(folder / "server", settings={"listen_addresses": ""}) as server:
            yield f"{server.socket_url}&ledger=demo", False


def _folder(keep: str | None) -> "Path":
    from pathlib import Path  # noqa: PLC0415 - not needed for --help
    from tempfile import mkdtemp  # noqa: PLC0415

    if keep is None:
        return Path(mkdtemp(prefix="ccm-ledger-demo-"))
    folder = Path(keep)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongUsage("The folder of --keep is not empty.", "Name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _set_up(screen: Screen, workshop: "Workshop") -> None:
    screen.say("", "Step 1 of 7. A company with two practices, its staff, and a simulated ledger.")
    workshop.shown("init", "--simulated-clock", "--name", "Demo Care Company")
    workshop.submit_setup()
    workshop.deliver_until("staff.jsonl")


def _charts(screen: Screen, workshop: "Workshop") -> None:
    from interfaces.cli.wording import counted  # noqa: PLC0415 - loaded by now

    given = "given" if workshop.has_given_charts else "simulated"
    charts = counted(len(workshop.company.charts), "chart")
    screen.say("", f"Step 2 of 7. Patients arrive as FHIR R4 bundles: {charts}, {given}.")
    workshop.import_charts()
    screen.say("The same charts once more add nothing:")
    workshop.import_charts()
    screen.say("Before CCM can start, each patient lacks something:")
    workshop.excerpt(_LACKING_MAX, "readiness", "--as", workshop.staff("C-COMP-1"))


def _quarter(screen: Screen, workshop: "Workshop") -> None:
    screen.say("", "Step 3 of 7. Consents, visits, care plans and three months of time arrive, dirty rows included.")
    workshop.deliver_until(None)
    screen.say("One of the time logs once more adds nothing:")
    workshop.deliver_again()


def _answers(screen: Screen, workshop: "Workshop") -> None:
    from interfaces.cli.wording import in_order  # noqa: PLC0415 - loaded by now

    screen.say("", "Step 4 of 7. Every line was answered. Together:", *workshop.tally.as_text())
    screen.say(f"All answers stand in {workshop.folder / 'answers'}. An example of each refusal and parking:")
    for code, _ in in_order(workshop.tally.refusals):
        screen.say(f"  {code}: {workshop.examples[code]}")
    for code in sorted(workshop.parked_codes):
        screen.say(f"  {code}: {workshop.examples[code]}")
    screen.say("An example of each notice, beside an accepted line:")
    for code, _ in in_order(workshop.tally.notices):
        screen.say(f"  {code}: {workshop.examples[code]}")


def _questions(screen: Screen, workshop: "Workshop") -> str:
    screen.say("", "Step 5 of 7. The month as a table, explained, replayed and searched.")
    month = _MONTH
    auditor = ("--as", workshop.staff("C-COMP-1"))
    workshop.shown("months", month, *auditor)
    row = _most_told(workshop.json("months", month, *auditor)["rows"])
    patient, billed = row["patient"], {line["code"] for line in row["charges"]}
    workshop.excerpt(_EXPLAINED_MAX, "month", patient, month, "--explain", *auditor)
    absent = next(code for code in ("99487", "99439", "99491") if code not in billed)
    workshop.excerpt(_WHY_NOT_MAX, "month", patient, month, "--why-not", absent, *auditor, of_end=True)
    workshop.excerpt(_HISTORY_MAX, "history", patient, "--as-of", "2026-01-10T00:00:00Z", *auditor, of_end=True)
    workshop.excerpt(_HISTORY_MAX, "history", patient, *auditor, of_end=True)
    workshop.shown("audit", "--outcome", "refused", "--limit", "8", *auditor)
    workshop.shown("audit", "--patient", patient, "--action", "record_read", "--limit", "8", *auditor)
    return str(patient)


def _most_told(rows: "Sequence[dict[str, Any]]") -> "dict[str, Any]":
    """The patient-month with codes of whose entries there is most to tell."""
    with_codes = [row for row in rows if row["charges"]] or rows
    return max(with_codes, key=lambda row: (len(set(row["notices"])), row["minutes"], row["patient"]))


def _afterwards(screen: Screen, workshop: "Workshop") -> None:
    from interfaces.simulator.afterwards import most_to_lose  # noqa: PLC0415 - loaded by now

    screen.say("", "Step 6 of 7. Months are signed; then an entry turns out shorter, and another one comes too late.")
    auditor = ("--as", workshop.staff("C-COMP-1"))
    rows = workshop.json("months", _MONTH, *auditor)["rows"]
    signer = most_to_lose([row for row in rows if row["standing"] == "ready"])["practitioner"]
    workshop.shown("attest", _MONTH, "--as", signer)
    corrected, raised = workshop.deliver_afterwards(_MONTH, auditor)
    workshop.excerpt(_BESIDE_MAX, "month", corrected, _MONTH, *auditor)
    workshop.excerpt(_DIFF_MAX, "diff-month", corrected, _MONTH, "attested", "now", *auditor)
    screen.say("", "The late entry would raise a signed month. It is kept, and counts when compliance approves it:")
    workshop.excerpt(_BESIDE_MAX, "month", raised, _MONTH, *auditor)


def _claims(screen: Screen, workshop: "Workshop") -> None:
    screen.say("", "Step 7 of 7. The biller releases what is ready; the payer takes it in, pays it, and all adds up.")
    biller = ("--as", workshop.staff("C-BILL-1"))
    workshop.deliver_charges()
    listed = workshop.json("ready", _MONTH, *biller)["months"]
    if not any(month["state"] == "ready" for month in listed) and (signer := _most_to_sign(listed)):
        workshop.shown("attest", _MONTH, "--as", signer)
    workshop.shown("release", _MONTH, "--all-ready", *biller)
    claims = workshop.json("claims", "--month", _MONTH, *biller)["claims"]
    if claims:
        workshop.deliver_answers(claims, biller)
        workshop.excerpt(_CLAIM_MAX, "claim", "show", claims[0]["claim"], *biller)
    workshop.excerpt(_RECONCILED_MAX, "reconcile", _MONTH, *biller)


def _most_to_sign(listed: list[dict[str, Any]]) -> str | None:
    """Who may sign most months of the list in one go: those of staff time; others are looked at each by itself."""
    waiting = [
        month["practitioner"]
        for month in listed
        if month["state"] == "to_sign" and any(line["code"] == _SIGNED_TOGETHER for line in month["charges"])
    ]
    return max(sorted(set(waiting)), key=waiting.count, default=None)


def _next(screen: Screen, workshop: "Workshop", patient: str, *, stays: bool) -> None:
    auditor = workshop.staff("C-COMP-1")
    if not stays:
        screen.say("", f"The files and answers are in {workshop.folder}; the server goes now, and the ledger with it.")
        return
    screen.say(
        "",
        f"Everything is in {workshop.folder}. To go on:",
        f"  export CCM_LEDGER={workshop.ledger}",
        f"  export CCM_LEDGER_KEY_FILE={workshop.key_file}",
        f"  ccm-ledger month {patient} 2026-02 --explain --as {auditor}",
        f"  ccm-ledger months 2026-03 --csv --as {auditor}",
        f"  ccm-ledger readiness --as {auditor}",
        f"  ccm-ledger claims --as {auditor}",
        f"  ccm-ledger parked list --as {auditor}",
        "  ccm-ledger rules show CCM-TIME-15",
        "  ccm-ledger --help",
    )
