"""The runner of documents runs what it should and fails when a document is wrong."""

from pathlib import Path

import pytest

from tests.docs.runner import Block, Example, ExampleFailed, blocks, examples, matches, run_document


def run(text: str, folder: Path) -> int:
    document = folder / "page.md"
    document.write_text(text, encoding="utf-8")
    return run_document(document, folder)


def test_blocks_come_with_line_and_language() -> None:
    text = "# Page\n\n```console\n$ true\n```\n\n```python\nx = 1\n```\n\n```\nplain\n```\n"

    assert list(blocks(text)) == [
        Block(3, "console", "$ true"),
        Block(7, "python", "x = 1"),
        Block(11, "", "plain"),
    ]


def test_a_fence_inside_a_longer_fence_is_text() -> None:
    assert list(blocks("````text\n```console\n$ false\n```\n````\n")) == [Block(1, "text", "```console\n$ false\n```")]


def test_a_block_inside_a_list_is_cut_back() -> None:
    assert list(blocks("- item\n\n  ```console\n  $ true\n  ```\n")) == [Block(3, "console", "$ true")]


def test_a_block_that_is_never_closed_is_a_fault() -> None:
    with pytest.raises(ExampleFailed, match="line 1: this block is never closed"):
        list(blocks("```console\n$ true\n"))


def test_commands_come_with_their_output_and_continuation() -> None:
    block = Block(10, "console", "$ cat <<END\n> one\n> END\none\n$ true")

    assert list(examples(block)) == [Example(11, "cat <<END\none\nEND", "one"), Example(15, "true", "")]


def test_output_before_any_command_is_a_fault() -> None:
    with pytest.raises(ExampleFailed, match="line 4: a console block starts with a command"):
        list(examples(Block(3, "console", "output")))


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("", ""),
        ("a", "a\n"),
        ("a  \nb", "a\nb   \n"),
        ("a\n...\nd", "a\nb\nc\nd\n"),
        ("a\n...\nd", "a\nd\n"),
        ("...\nd", "a\nd\n"),
        ("a\n...", "a\nb\n"),
        ("...", ""),
        ("done in ... ms, ok", "done in 12 ms, ok\n"),
        ("1+1 (a)", "1+1 (a)"),
    ],
)
def test_output_as_shown_matches(expected: str, actual: str) -> None:
    assert matches(expected, actual)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("", "a\n"),
        ("a", ""),
        ("a", "a\nb\n"),
        ("a\n...\nd", "a\nb\n"),
        ("a\n...\nd", "a\nxd\n"),
        ("done in ... ms", "done in\n12 ms"),
        ("a.c", "abc"),
    ],
)
def test_other_output_does_not_match(expected: str, actual: str) -> None:
    assert not matches(expected, actual)


def test_console_and_python_blocks_run_and_others_do_not(tmp_path: Path) -> None:
    page = (
        "```console\n$ echo one\none\n$ echo two; echo three\ntwo\n...\n```\n"
        "```sh\nfalse\n```\n```python\nx = 1\n```\n```python\nassert x == 1\n```\n"
    )

    assert run(page, tmp_path) == 4


def test_files_and_exported_names_stay_from_one_command_to_the_next(tmp_path: Path) -> None:
    page = '```console\n$ export PLACE="a b"\n$ echo 1 > "$PLACE"\n$ cat "$PLACE"\n1\n```\n'

    assert run(page, tmp_path) == 3


def test_the_program_of_this_environment_comes_first_on_the_path(tmp_path: Path) -> None:
    assert run("```console\n$ command -v ccm-ledger\n.../bin/ccm-ledger\n```\n", tmp_path) == 1


def test_the_readers_own_settings_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCM_LEDGER", "mine")

    assert run('```console\n$ echo "${CCM_LEDGER-none}"\nnone\n```\n', tmp_path) == 1


def test_other_output_fails_and_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(ExampleFailed, match=r"page\.md, line 2: echo one\nshould print\ntwo\n\nbut printed\none"):
        run("```console\n$ echo one\ntwo\n```\n", tmp_path)


def test_a_command_that_fails_is_a_fault_even_with_the_right_output(tmp_path: Path) -> None:
    with pytest.raises(ExampleFailed, match="ended with exit code 3"):
        run("```console\n$ echo one; exit 3\none\n```\n", tmp_path)


def test_a_python_block_that_fails_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(ExampleFailed, match=r"page\.md, block at line 3: AssertionError"):
        run("# Page\n\n```python\nassert 1 == 2\n```\n", tmp_path)
