"""The log as an attacker changes it: cut back to what it was at an earlier size, or wiped to be made anew."""

from tests.store.tampering import Run

LOG = ("log_tiles", "log_checkpoints", "log_cosignatures", "log_timestamps")
HASH_BYTES = 32
HEIGHT = 8
WIDTH = 256


def cut_log(run: Run, size: int) -> None:
    """Leave tiles and checkpoints as they were when the log had this size."""
    for level, n, hashes in run("SELECT level, n, hashes FROM log_tiles"):
        width = min(max((size >> HEIGHT * level) - WIDTH * n, 0), WIDTH)
        if not width:
            run("DELETE FROM log_tiles WHERE level = ? AND n = ?", (level, n))
        else:
            kept = bytes(hashes)[: HASH_BYTES * width]
            run("UPDATE log_tiles SET hashes = ? WHERE level = ? AND n = ?", (kept, level, n))
    for table in ("log_cosignatures", "log_timestamps"):
        run(f"DELETE FROM {table} WHERE checkpoint IN (SELECT number FROM log_checkpoints WHERE size > ?)", (size,))
    run("DELETE FROM log_checkpoints WHERE size > ?", (size,))


def wipe_log(run: Run) -> None:
    """Leave no tile, no checkpoint and nothing that was said of one."""
    for table in LOG:
        run(f"DELETE FROM {table}")
