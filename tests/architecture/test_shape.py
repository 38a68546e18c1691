"""The shape of modules and functions, and what money is made of."""

from collections.abc import Callable

import pytest

from tests.architecture import checks
from tests.architecture.source import ROOMS, Module, modules

Check = Callable[[Module], list[str]]


@pytest.mark.parametrize("check", [checks.long_modules, checks.long_functions], ids=["modules", "functions"])
def test_nothing_is_too_long_to_read_in_one_go(check: Check) -> None:
    complaints = [complaint for module in modules(*ROOMS, "benchmarks") for complaint in check(module)]

    assert complaints == []


def test_the_limit_for_functions_only_goes_down() -> None:
    assert checks.LINES_PER_FUNCTION_MAX <= 70


def test_init_files_list_public_names_and_nothing_else() -> None:
    complaints = [complaint for module in modules() for complaint in checks.code_in_init(module)]

    assert complaints == []


def test_every_module_and_everything_public_says_what_it_promises() -> None:
    complaints = [complaint for module in modules(*ROOMS, "benchmarks") for complaint in checks.undocumented(module)]

    assert complaints == []


def test_no_float_comes_near_money_or_time() -> None:
    complaints = [
        complaint for module in modules("ledger", "commands", "projections") for complaint in checks.floats(module)
    ]

    assert complaints == []
