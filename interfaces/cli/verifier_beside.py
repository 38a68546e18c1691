"""The offline verifier travels with every file that it verifies."""

from pathlib import Path

from interfaces.cli.new_files import lies_there
from interfaces.cli.screen import Screen


def lay_verifier_beside(file: str, screen: Screen) -> None:
    """Have the verifier lie beside a file; another file of its name stays as it is, and is named."""
    from interfaces.verifier_file import NAME, verifier_file  # noqa: PLC0415 - only where such a file was written

    if lies_there(Path(file).with_name(NAME), verifier_file()):
        screen.say(f"Whoever gets it checks it with any Python: `python3 {NAME} FILE --key VKEY`; it lies beside.")
    else:
        screen.note(f"Another file of the name {NAME} lies beside it, and stays as it is: it is not ours.")
