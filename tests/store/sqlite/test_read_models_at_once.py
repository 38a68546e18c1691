"""The file of the read models, made by several programs at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from ledger.store.sqlite.read_models import ReadModels


def test_programs_that_make_the_file_at_the_same_moment_all_have_it(tmp_path: Path) -> None:
    for number in range(12):
        folder = tmp_path / str(number)
        folder.mkdir()
        start = Barrier(4)

        def made(where: Path = folder, start: Barrier = start) -> None:
            start.wait()
            ReadModels(where).close()

        with ThreadPoolExecutor(4) as threads:
            for each in [threads.submit(made) for _ in range(4)]:
                each.result()
