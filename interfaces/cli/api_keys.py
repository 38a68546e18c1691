"""`api-key`: the keys that programs enter by, over HTTP.

`new` draws a key, has the ledger record its digest, and prints the key once: nobody can show it again. A key speaks for
a staff member or delivers for a source system, is for what its scopes say, and lets nobody in once it expired or was
revoked. `list` shows every key that was ever issued, and `revoke` ends one.
"""

import json
from argparse import Namespace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, api_key_id, day, practice_id, staff_id

if TYPE_CHECKING:
    from interfaces.bootstrap import Session
    from ledger.streams.api_keys import ApiKey

SCOPES: Final = ("append", "import", "read", "feed", "words", "operate")
REASONS: Final = ("replaced", "lost", "exposed", "not_needed")
_ABOUT: Final = {
    "new": "Draw a key, have it recorded, and print it once.",
    "list": "List every key: for whom, for what, until when.",
    "revoke": "Let a key let nobody in from now on.",
}
_SCOPES: Final = """\
scopes:
  append   commands
  import   documents: FHIR bundles, time logs
  read     questions, as far as the roles of the staff member reach
  feed     the ledger's facts as they come, without words about people
  words    these words in the feed as well
  operate  metrics of the server

The key stands alone on standard output. Keep it where the program reads it and nowhere else.
"""
_COLUMNS: Final = ("key id", "name", "for", "scopes", "practices", "expires", "standing")


def add(commands: Commands, shared: Parser) -> None:
    """Declare the commands."""
    parser = commands.add_parser("api-key", parents=[shared], help="the keys that programs enter by")
    parser.description = __doc__
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    made = {
        name: inner.add_parser(
            name, parents=[shared], help=said, description=said, epilog=_SCOPES if name == "new" else None
        )
        for name, said in _ABOUT.items()
    }
    new = made["new"]
    new.add_argument("--name", metavar="NAME", required=True, help="what it is called: a program, never a patient")
    speaks = new.add_mutually_exclusive_group(required=True)
    speaks.add_argument("--staff", metavar="ID", type=staff_id, help="the staff member whom it speaks for")
    speaks.add_argument("--source", metavar="SYSTEM", help="the source system that delivers by it")
    new.add_argument("--scope", action="append", choices=SCOPES, required=True, help="what it is for; may be repeated")
    new.add_argument(
        "--practice",
        action="append",
        metavar="ID",
        type=practice_id,
        default=[],
        help="a practice that it is confined to; may be repeated (default: wherever the roles reach)",
    )
    new.add_argument("--expires", metavar="DAY", type=day, required=True, help="the last day of it, in UTC")
    made["revoke"].add_argument("key", metavar="KEY_ID", type=api_key_id, help="which key, as `api-key list` shows it")
    made["revoke"].add_argument("--reason", choices=REASONS, required=True, help="why")
    for name, run in (("new", run_new), ("list", run_list), ("revoke", run_revoke)):
        made[name].set_defaults(run=run)


def run_new(args: Namespace, screen: Screen) -> int:
    """Draw the secret, have its digest recorded, print the key."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from ledger.terms.api_keys import SECRET_BYTES, digest_of, key_text  # noqa: PLC0415

    ends = datetime.combine(date.fromisoformat(args.expires) + timedelta(days=1), time(), tzinfo=UTC)
    with session_of(args, screen) as session:
        secret = session.ids.entropy(SECRET_BYTES)
        data = {"name": args.name, "digest": digest_of(secret), "scopes": args.scope, "practices": args.practice}
        speaks = {"staff": args.staff} if args.staff else {"source": args.source}
        ids = _given(session, screen, "issue_api_key", {**data, **speaks, "expires_at": ends.isoformat()})
    if ids is None:
        return 1
    text = key_text(ids["api_key"], secret)
    screen.answer({"api_key": ids["api_key"], "key": text, "expires_at": ends.isoformat()})
    if not screen.as_json:
        screen.plain(f"{text}\n")
        screen.note(f"Key {ids['api_key']} lets in until {args.expires}. It is shown this once.")
    return 0


def run_list(args: Namespace, screen: Screen) -> int:
    """List the keys in order of issue."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.system import SystemClock  # noqa: PLC0415

    with session_of(args, screen) as session:
        # Keys are let in by the clock of the door, also to a ledger whose own clock is its input's.
        now = SystemClock().now()
        rows = [_shown(key, now) for key in session.handler.governance().api_keys.keys]
    screen.answer({"api_keys": rows})
    if not rows:
        screen.say("No key was issued yet. `ccm-ledger api-key new` issues one.")
        return 0
    screen.table(_COLUMNS, [_row(row) for row in rows])
    return 0


def run_revoke(args: Namespace, screen: Screen) -> int:
    """Have a key revoked."""
    from interfaces.cli.asking import session_of  # noqa: PLC0415 - `--help` must not wait for it

    with session_of(args, screen) as session:
        if _given(session, screen, "revoke_api_key", {"key": args.key, "reason": args.reason}) is None:
            return 1
    screen.answer({"revoked": args.key})
    screen.say(f"Key {args.key} lets nobody in from now on.")
    return 0


def _given(session: "Session", screen: Screen, command: str, data: dict[str, Any]) -> dict[str, str] | None:
    """The ids that a command is answered with; None where it was refused, which is told beside: keys go into files."""
    line = {"v": 1, "key": f"api-key/{session.handler.new_id('ad')}", "command": command, "data": data}
    (answer,) = session.handler.handle([session.handler.read(json.dumps(line).encode())])
    if answer.refusal is None:
        return dict(answer.ids)
    if not screen.as_json:
        refusal = answer.refusal
        screen.note(f"The key: {answer.outcome}, {refusal.code}. {refusal.happened} {refusal.remedy}")
    screen.answer({"refused": {answer.refusal.code: 1}})
    return None


def _shown(key: "ApiKey", now: datetime) -> dict[str, Any]:
    standing = "revoked" if key.revoked_at is not None else "expired" if key.has_expired(now) else "in use"
    return {
        "api_key": key.key,
        "name": key.name,
        "staff": key.staff,
        "source": key.source,
        "scopes": [scope for scope in SCOPES if scope in key.scopes],
        "practices": sorted(key.practices or ()),
        "expires_at": key.expires_at.isoformat(),
        "standing": standing,
        "reason": key.reason,
        "issued_at": key.issued_at,
        "revoked_at": key.revoked_at,
    }


def _row(row: dict[str, Any]) -> list[str]:
    whom = row["staff"] or row["source"]
    practices = " ".join(row["practices"]) or "wherever its roles reach"
    standing = f"{row['standing']} ({row['reason'].replace('_', ' ')})" if row["reason"] else row["standing"]
    return [row["api_key"], row["name"], whom, " ".join(row["scopes"]), practices, row["expires_at"], standing]
