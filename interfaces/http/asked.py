"""From a request to what the command line would have parsed: the values are read by the command's own parser.

Promise: a value stays a value. Only what the table offers can be named; each option is said as `--name=value`, what
begins with a dash is nobody's argument, and everything is checked by the option's own type before a ledger is asked.
Nothing that was sent is repeated in a fault.
"""

import re
from argparse import Action, Namespace
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from interfaces.cli.main import parser
from interfaces.cli.shapes import TEXT_MAX, shape_of
from interfaces.cli.usage import SHARED_DEFAULTS, Parser, WrongUsage
from interfaces.http.described import Parameter
from interfaces.http.problems import Problem
from interfaces.http.question_table import Question

PURPOSE: Final = "purpose"
PURPOSE_HEADER: Final = "Purpose-Of-Use"
_IN_PATH: Final = re.compile(r"\{([a-z_]+)\}")
_SEE: Final = "GET /openapi.json describes what this operation takes."
_FLAGS: Final = {"true": True, "false": False}

Given = Iterable[tuple[str, str]]
"""The query of a request: names with values, in order, as often as they were given."""


_whole: Final = cache(parser)


@cache
def parser_of(question: Question) -> Parser:
    """The parser of the question's command."""
    return _whole().below(*question.command)


def in_path(question: Question) -> tuple[str, ...]:
    """The arguments that stand in the path."""
    return tuple(_IN_PATH.findall(question.path))


@cache
def offered(question: Question) -> Mapping[str, Action]:
    """What may stand in the query, by the names that it has there."""
    declared = parser_of(question).declared()
    named = (*question.options, *((PURPOSE,) if question.about_patients else ()))
    return {_name_of(declared[name]): declared[name] for name in named}


def parameters_of(question: Question) -> tuple[Parameter, ...]:
    """The question's parameters, described by the command's own declaration."""
    declared = parser_of(question).declared()
    path = [
        Parameter(name, "path", _said(declared[name]), shape_of(declared[name]), True) for name in in_path(question)
    ]
    query = [
        Parameter(name, "query", _said(action), shape_of(action), action.required)
        for name, action in offered(question).items()
    ]
    header = [
        Parameter(PURPOSE_HEADER, "header", f"The same as `{PURPOSE}`.", shape_of(action))
        for name, action in offered(question).items()
        if name == PURPOSE
    ]
    return (*path, *query, *header)


def asked(question: Question, path: Mapping[str, str], query: Given, purposes: Sequence[str] = ()) -> Namespace:
    """What the command line would have parsed. Raises Problem 400 where it would not have."""
    known, given = offered(question), _given(query)
    if purposes and PURPOSE in known:
        given.setdefault(PURPOSE, [])
        given[PURPOSE] += [purpose for purpose in purposes if purpose not in given[PURPOSE]]
    if set(given) - set(known):
        raise wrong_usage("A parameter is named that this operation does not take.")
    words: list[str] = ["--json", *question.fixed]
    arguments = {name: path[name] for name in in_path(question)}
    for name, values in given.items():
        action = known[name]
        if action.option_strings:
            words += _option(action, values)
        else:
            arguments[action.dest] = _one(values)
    declared = parser_of(question).declared().values()
    ordered = [arguments[action.dest] for action in declared if action.dest in arguments]
    for value in (*ordered, *(value for values in given.values() for value in values)):
        _plain(value)
    if any(value.startswith("-") for value in ordered):
        raise wrong_usage("A value begins with a dash.")
    try:
        parsed = parser_of(question).parse_all([*words, *(("--", *ordered) if ordered else ())])
    except WrongUsage as fault:
        raise wrong_usage(fault.happened) from None
    return Namespace(**{**SHARED_DEFAULTS, **vars(parsed)})


def wrong_usage(happened: str, remedy: str = _SEE) -> Problem:
    """What the command line tells with exit code 2."""
    return Problem(400, "wrong_usage", happened, remedy)


def _given(query: Given) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {}
    for name, value in query:
        given.setdefault(name, []).append(value)
    return given


def _option(action: Action, values: Sequence[str]) -> list[str]:
    """The words that say an option."""
    said = action.option_strings[-1]
    if action.nargs == 0:
        value = _FLAGS.get(_one(values))
        if value is None:
            raise wrong_usage("A flag is neither `true` nor `false`.")
        return [said] if value else []
    if isinstance(action.nargs, int):
        if len(values) != action.nargs or any(value.startswith("-") for value in values):
            raise wrong_usage(f"{said} takes {action.nargs} values, each given by itself.")
        return [said, *values]
    return [f"{said}={_one(values)}"]


def _one(values: Sequence[str]) -> str:
    if len(values) != 1:
        raise wrong_usage("A parameter is given more than once, with different values.")
    return values[0]


def _plain(value: str) -> None:
    """What is empty, very long, or no line of text names nothing in any ledger."""
    if not value or len(value) > TEXT_MAX or not value.isprintable():
        raise wrong_usage(f"A value is empty, longer than {TEXT_MAX} characters, or no plain text.")


def _name_of(action: Action) -> str:
    option = max(action.option_strings, key=len, default="")
    return option.removeprefix("--").replace("-", "_") or action.dest


def _said(action: Action) -> str:
    told: Any = action.help or f"As `ccm-ledger` takes it: {action.metavar or action.dest}."
    return str(told)
