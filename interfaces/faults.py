"""Faults in words, for the command line and the server alike: the kind of a fault of the ledger, and of a defect."""

from pathlib import Path

from ledger.terms.errors import LedgerError


def kind_of(fault: LedgerError) -> str:
    """The stable name of what the world did to the ledger, such as store_unavailable."""
    name = type(fault).__name__
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def defect_in_words(defect: BaseException) -> tuple[str, str]:
    """What happened and what to do, of something that the program was not made for: kind and place alone."""
    trace = defect.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).stem}, line {trace.tb_lineno}" if trace else "an unknown place"
    return (
        f"The program met something that it was not made for: {type(defect).__name__} in {place}.",
        "What was acknowledged is recorded. Report this line and what you asked for; it says nothing about a patient.",
    )
