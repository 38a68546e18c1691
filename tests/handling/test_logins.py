"""Lines of several logins in one group: each is decided, and recorded, for whoever handed it in."""

from pathlib import Path

from commands.wire import Delivery
from tests.house import LOGIN, House, house

KEY_LOGIN = "key:ak_timer"


def handed_in(it: House, command: str, data: dict[str, object], login: str | None) -> Delivery:
    """A line as one program reads it for the login that handed it in."""
    line = it.handler.read(it.line(command, data))
    assert isinstance(line, Delivery)
    return line._replace(login=login)


def assistant(name: str) -> dict[str, object]:
    """What registers a staff member."""
    return {"name": name, "credential": "cma", "is_person": True, "identifiers": [{"system": "hr", "value": name}]}


def test_each_line_of_a_group_is_of_the_login_that_handed_it_in(tmp_path: Path) -> None:
    with house(tmp_path / "ledger", simulated=False, with_patient=False) as it:
        it.accepted("bind_login", {"login": KEY_LOGIN, "staff": it.ids["admin"]})

        lines = [handed_in(it, "register_staff", assistant(n), by) for n, by in (("A", None), ("B", KEY_LOGIN))]
        answers = it.handler.handle(lines)

        assert [answer.outcome for answer in answers] == ["accepted", "accepted"]
        facts = it.log.facts_at([answer.positions[0] for answer in answers])
        assert [fact.envelope.authenticated_as for fact in facts] == [LOGIN, KEY_LOGIN]


def test_a_login_that_speaks_for_nobody_is_refused_also_beside_one_that_does(tmp_path: Path) -> None:
    with house(tmp_path / "ledger", simulated=False, with_patient=False) as it:
        lines = [handed_in(it, "register_staff", assistant(n), by) for n, by in (("A", None), ("B", KEY_LOGIN))]

        answers = it.handler.handle(lines)

        assert [answer.outcome for answer in answers] == ["accepted", "refused"]
        assert answers[1].refusal is not None
        assert answers[1].refusal.code == "login_not_bound"
