"""The architecture checks catch what they are there for, and leave good code alone."""

import pytest

from tests.architecture import checks
from tests.architecture.source import modules, snippet, tracked_files


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime\nnow = datetime.now()",
        "from datetime import datetime as dt\nnow = dt.utcnow()",
        "import datetime\nnow = datetime.datetime.now(datetime.UTC)",
        "import datetime as d\ntoday = d.date.today()",
        "from datetime import datetime\ndef field(default_factory=datetime.now): ...",
        "from time import time\nstart = time()",
        "from uuid import uuid4 as fresh\nid = fresh()",
        "import uuid\nid = uuid.uuid4()",
        "import random\nx = random.Random(1)",
        "from random import choice\nx = choice([1])",
        "import secrets\nx = secrets.token_hex()",
        "import os\nx = os.urandom(16)",
        "from os import environ\nx = environ['HOME']",
        "import os\nx = os.environ.get('HOME')",
    ],
)
def test_a_hidden_input_is_found_under_every_spelling(code: str) -> None:
    (complaint, *_) = checks.forbidden_references(snippet(code), checks.HIDDEN_INPUTS)

    assert "is not allowed here" in complaint


@pytest.mark.parametrize(
    "code",
    [
        "def later(now):\n    return now",
        "from datetime import datetime\nat = datetime(2026, 3, 1)",
        "from uuid import UUID\nid = UUID(int=4)",
        "def tick(clock):\n    return clock.now()",
        "class Die:\n    random = 4\nx = Die().random",
    ],
)
def test_time_and_ids_that_arrive_as_arguments_are_fine(code: str) -> None:
    assert checks.forbidden_references(snippet(code), checks.HIDDEN_INPUTS) == []


def test_the_complaint_about_a_clock_names_the_clock_to_ask() -> None:
    module = snippet("from datetime import datetime\nnow = datetime.now()")

    assert checks.forbidden_references(module, checks.HIDDEN_INPUTS) == [
        (
            "ledger/terms/snippet.py:2: datetime.datetime.now is not allowed here; "
            "take the instant as an argument, or ask the Clock of ledger/terms/ports.py"
        )
    ]


@pytest.mark.parametrize("code", ["open('a')", "print('a')", "input()", "import sys\nsys.stdout.write('a')"])
def test_files_and_terminals_are_found(code: str) -> None:
    assert len(checks.forbidden_references(snippet(code), checks.WORLD)) == 1


def test_a_method_called_open_is_not_the_builtin() -> None:
    assert checks.forbidden_references(snippet("def f(vault):\n    return vault.open(1)"), checks.WORLD) == []


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("from ledger.store import log", "ledger/terms/snippet.py"),
        ("import ledger.store.log", "ledger/terms/snippet.py"),
        ("from ledger import store", "ledger/terms/snippet.py"),
        ("from ..store import log", "ledger/terms/snippet.py"),
        ("from .. import store", "ledger/terms/__init__.py"),
        ("import structlog", "ledger/terms/snippet.py"),
        ("def f():\n    import os", "ledger/terms/snippet.py"),
        ("from urllib.request import urlopen", "ledger/terms/snippet.py"),
    ],
)
def test_an_import_against_the_arrows_is_found(code: str, path: str) -> None:
    found = checks.forbidden_imports(snippet(code, path), ("ledger.terms",), ("os", "urllib.request"), "remedy")

    assert len(found) == 1


@pytest.mark.parametrize(
    "code",
    [
        "from . import calendar",
        "from .calendar import CareMonth",
        "import ledger.terms.people",
        "from urllib import parse",
    ],
)
def test_an_import_along_the_arrows_is_fine(code: str) -> None:
    assert checks.forbidden_imports(snippet(code), ("ledger.terms",), ("os", "urllib.request"), "remedy") == []


def test_a_module_of_one_line_too_many_is_found() -> None:
    assert checks.long_modules(snippet("x = 1\n" * 4), lines_max=4) == []
    assert len(checks.long_modules(snippet("x = 1\n" * 5), lines_max=4)) == 1


def test_a_function_of_one_line_too_many_is_found_with_its_decorators() -> None:
    code = "class A:\n    @property\n    def b(self):\n        return 1\n"

    assert checks.long_functions(snippet(code), lines_max=3) == []
    assert len(checks.long_functions(snippet(code), lines_max=2)) == 1


@pytest.mark.parametrize("code", ["x = 1", "def f(): ...", "if True:\n    import os"])
def test_code_in_an_init_file_is_found(code: str) -> None:
    assert len(checks.code_in_init(snippet(code, "ledger/terms/__init__.py"))) == 1


def test_an_init_file_may_list_public_names() -> None:
    code = '"""Words."""\nfrom .calendar import CareMonth\n__all__ = ["CareMonth"]'

    assert checks.code_in_init(snippet(code, "ledger/terms/__init__.py")) == []
    assert checks.code_in_init(snippet("x = 1")) == []


@pytest.mark.parametrize("code", ["x = 1", '"""A."""\ndef f(): ...', '"""A."""\nclass A: ...'])
def test_a_missing_docstring_is_found(code: str) -> None:
    assert len(checks.undocumented(snippet(code))) == 1


def test_private_helpers_need_no_docstring() -> None:
    assert checks.undocumented(snippet('"""A."""\ndef _f(): ...\nclass _A: ...')) == []


@pytest.mark.parametrize("code", ["rate = 0.1", "x = float(y)", "def f(x: float): ...", "x: list[float] = []", "1e3"])
def test_a_float_is_found(code: str) -> None:
    assert len(checks.floats(snippet(code))) == 1


def test_refusing_a_float_is_fine() -> None:
    assert (
        checks.floats(snippet("ok = not isinstance(x, float)\nbad = isinstance(x, int | float)\nf(cutoff=0.5)")) == []
    )


@pytest.mark.parametrize(
    "code",
    [
        "x = 'SELECT a FROM b'",
        "x = 'select a\\nfrom b'",
        "x = '''\n  INSERT INTO facts VALUES (1)'''",
        "x = f'UPDATE facts SET a = {b}'",
        "x = 'PRAGMA synchronous'",
        "x = 'begin immediate'",
        "x = 'create table facts (a)'",
    ],
)
def test_an_sql_string_is_found(code: str) -> None:
    assert len(checks.sql_strings(snippet(code))) == 1


@pytest.mark.parametrize("code", ["x = 'Select a patient from the list.'", "x = 'begin with the consent'", "x = ''"])
def test_a_sentence_is_not_sql(code: str) -> None:
    assert checks.sql_strings(snippet(code)) == []


# Put together from pieces, so that this file does not contain what may stand nowhere.
@pytest.mark.parametrize(
    "text",
    [
        "https://py" + "pi.org/simple",
        "files." + "python" + "hosted.org",
        "see /" + "root/.config",
        '"/' + 'work/main"',
        "/" + "home/nurse/ledger",
        "Cl" + "aude wrote this",
        "an L" + "LM",
        "A" + "I-generated",
        "generated " + "by an agent",
        "Co-" + "Authored-By: somebody",
    ],
)
def test_an_unwanted_word_is_found(text: str) -> None:
    (complaint,) = checks.unwanted_words("docs/page.md", f"first line\n{text}\n")

    assert complaint.startswith("docs/page.md:2: ")


@pytest.mark.parametrize(
    "text",
    [
        "Time of an AI caller is not clinical staff time.",
        "The page is generated by the catalogue of refusals.",
        "a home visit; docs/work/plan.md; homework",
        "recorded by the machine actor",
    ],
)
def test_words_of_the_field_are_fine(text: str) -> None:
    assert checks.unwanted_words("docs/page.md", text) == []


def test_the_checks_read_the_project_itself() -> None:
    assert "ledger.terms.calendar" in {module.name for module in modules()}
    assert "pyproject.toml" in {path.name for path in tracked_files()}
