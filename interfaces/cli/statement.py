"""`statement`: what was done for a patient in a month, by whom and at what cost, in words for the patient."""

from argparse import Namespace
from typing import TYPE_CHECKING, Any, Final

from interfaces.cli.screen import Screen
from interfaces.cli.usage import Commands, Parser, as_of_option, month, patient_id, programme_option

if TYPE_CHECKING:
    from projections.claims.patient_share import Estimate, PatientShare
    from projections.claims.statement import Done, Name, Statement

_MORE: Final = """\
Listed is the work that counts, by day, with the names of those who did it: names are opened, and that is recorded. What
the patient owes is what the payer left to them; before it answered there is an estimate with both of its ends, because
nobody here knows how much of the year's deductible is met. A qualified Medicare beneficiary (QMB) owes nothing. It is
no bill.
"""


def add(commands: Commands, shared: Parser) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "statement",
        parents=[shared],
        help="a month in plain words, for the patient",
        description=__doc__,
        epilog=_MORE,
    )
    parser.add_argument("patient", metavar="PATIENT", type=patient_id, help="the patient's id; `find` answers with it")
    parser.add_argument("month", metavar="YYYY-MM", type=month)
    as_of_option(parser)
    programme_option(parser, "which care the month is of")
    parser.set_defaults(run=run_statement)


def run_statement(args: Namespace, screen: Screen) -> int:
    """Record the read with its opened names, then tell the patient."""
    from interfaces.cli.asking import ask_about, judged_at, session_of  # noqa: PLC0415 - `--help` must not wait for them
    from interfaces.cli.statement_text import lines_of  # noqa: PLC0415
    from ledger.terms.people import Programme  # noqa: PLC0415
    from projections.claims.statement import statement_of  # noqa: PLC0415

    with session_of(args, screen) as session:
        position = judged_at(session, args)
        ask_about(session, args, "statement", args.patient, month=args.month, as_of=position, opened_words=True)
        found = statement_of(
            session.log,
            session.rulebook_of,
            args.patient,
            args.month,
            position,
            session.log.open_words,
            Programme(args.programme),
        )
        screen.answer(_json(found))
        screen.say(*lines_of(found))
    return 0


def _json(found: "Statement") -> dict[str, Any]:
    return {
        "patient": found.patient,
        "month": found.month,
        "programme": found.programme.value,
        "as_of": found.position,
        "is_empty": found.is_empty,
        "name": _name(found.name),
        "practice": found.practice,
        "biller": None if found.biller is None else _name(found.biller) | {"credential": found.biller_credential},
        "done": [_done(each) for each in found.done],
        "minutes": found.seconds // 60,
        "codes": [{"code": code, "units": units} for code, units in found.codes],
        "cost": _cost(found.share),
    }


def _name(name: "Name") -> dict[str, Any]:
    return {"name": name.text, "name_erased": name.is_erased}


def _done(each: "Done") -> dict[str, Any]:
    from interfaces.cli.statement_text import activity_words  # noqa: PLC0415 - loaded by now

    who = {"staff": each.staff, **_name(each.name), "credential": each.credential}
    told = {"activity": each.activity, "words": activity_words(each.activity)}
    return {"on": each.on.isoformat(), **told, **who, "seconds": each.seconds}


def _cost(share: "PatientShare") -> dict[str, Any]:
    def amount(given: object) -> str | None:
        return None if given is None else str(given)

    return {
        "on": share.on.isoformat(),
        "charge": amount(share.charge),
        "paid": str(share.paid),
        "estimate": None if share.estimate is None else _estimate(share.estimate),
        "left_to_patient": [{"kind": kind, "amount": str(left)} for kind, left in share.left],
        "patient_share": amount(share.share),
        "waived": str(share.waived),
        "owed": amount(share.owed),
        "why": share.why,
        "qmb": share.is_qmb,
        "other_coverages": [each._asdict() for each in share.beside],
        "refunded": str(share.refunded),
        "paid_by_others": str(share.by_others),
    }


def _estimate(found: "Estimate") -> dict[str, Any]:
    amounts = {name: getattr(found, name) for name in ("allowed", "deductible_met", "deductible_not_met")}
    told = {name: None if value is None else str(value) for name, value in amounts.items()}
    percent = None if found.coinsurance_percent is None else str(found.coinsurance_percent)
    return {**told, "coinsurance_percent": percent, "why_not": found.why_not, "reads": [r.name for r in found.reads]}
