"""Lines are handed on as soon as the input idles, and no line costs more memory than a line may have."""

import os
import threading
from pathlib import Path

from interfaces.cli.lines import GROUP_LINES_MAX, LineGroups, Numbered


def groups_of(tmp_path: Path, content: bytes, *, line_bytes_max: int = 100) -> list[list[Numbered]]:
    file = tmp_path / "lines"
    file.write_bytes(content)
    descriptor = os.open(file, os.O_RDONLY)
    try:
        return list(LineGroups(descriptor, line_bytes_max=line_bytes_max))
    finally:
        os.close(descriptor)


def test_lines_are_numbered_as_in_the_file_and_blank_ones_are_not_handed_on(tmp_path: Path) -> None:
    assert groups_of(tmp_path, b"one\n\n  \r\nfour\n") == [[Numbered(1, b"one"), Numbered(4, b"four")]]


def test_a_last_line_without_a_line_end_is_a_line(tmp_path: Path) -> None:
    assert groups_of(tmp_path, b"one\ntwo") == [[Numbered(1, b"one"), Numbered(2, b"two")]]


def test_an_empty_input_has_no_groups(tmp_path: Path) -> None:
    assert groups_of(tmp_path, b"") == []


def test_a_line_that_is_too_long_is_counted_and_its_bytes_are_not_kept(tmp_path: Path) -> None:
    content = b"a\n" + b"x" * 1_000_000 + b"\nb\n"

    assert groups_of(tmp_path, content) == [[Numbered(1, b"a"), Numbered(2, None), Numbered(3, b"b")]]


def test_a_line_of_just_the_allowed_length_is_kept(tmp_path: Path) -> None:
    assert groups_of(tmp_path, b"x" * 100 + b"\n") == [[Numbered(1, b"x" * 100)]]


def test_a_last_line_that_is_too_long_is_counted_as_well(tmp_path: Path) -> None:
    assert groups_of(tmp_path, b"x" * 101) == [[Numbered(1, None)]]


def test_a_group_is_full_at_its_limit(tmp_path: Path) -> None:
    lengths = [len(group) for group in groups_of(tmp_path, b"x\n" * (GROUP_LINES_MAX + 1))]

    assert lengths == [GROUP_LINES_MAX, 1]


def test_long_lines_make_small_groups(tmp_path: Path) -> None:
    groups = groups_of(tmp_path, (b"x" * 1_500_000 + b"\n") * 6, line_bytes_max=2_000_000)

    assert [len(group) for group in groups] == [3, 3]


def test_a_writer_who_waits_for_an_answer_does_not_wait_for_a_group_to_fill() -> None:
    reading, writing = os.pipe()
    answered = threading.Event()
    seen: list[bytes | None] = []

    def write_and_wait() -> None:
        for line in (b"one\n", b"two\n", b"three\n"):
            answered.clear()
            os.write(writing, line)
            assert answered.wait(timeout=30)
        os.close(writing)

    writer = threading.Thread(target=write_and_wait)
    writer.start()
    for group in LineGroups(reading, line_bytes_max=100):
        seen += [line.raw for line in group]
        answered.set()
    writer.join()
    os.close(reading)

    assert seen == [b"one", b"two", b"three"]
