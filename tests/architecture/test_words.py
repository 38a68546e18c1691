"""What no file of the project contains: machines' paths, registries, and how the project was made."""

from tests.architecture.checks import unwanted_words
from tests.architecture.source import texts, tracked_files


def test_no_tracked_file_names_a_machine_a_registry_or_how_it_was_made() -> None:
    complaints = [complaint for path, text in texts(tracked_files()) for complaint in unwanted_words(path, text)]

    assert complaints == []


def test_no_file_name_says_so_either() -> None:
    complaints = [complaint for path, _ in texts(tracked_files()) for complaint in unwanted_words("file name", path)]

    assert complaints == []
