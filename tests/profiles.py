"""A payer of tests: the shipped law with exceptions of a payer's own, as a contract would have them."""

from functools import cache
from typing import Final

from ledger.rulebook import Edition, Rulebook, rulebook_of, shipped_edition

PAYER: Final = "acme"
_VALUE: Final = """
["{name}"]
says = "As the contract has it."
values = [
  {{effective = 2015-01-01, value = {value}, cite = "Acme, contract", confidence = "CONFIRMED"}},
]
"""


@cache
def law_of_acme(*exceptions: tuple[str, str]) -> tuple[Rulebook, str]:
    """The shipped law and its digest with (full name, value as TOML) for whoever is covered by Acme."""
    head = 'exception = "Acme"\nbase = "medicare"\napplies_to = {payer = "acme"}\n'
    book = rulebook_of(shipped_edition())
    rules = sorted({rule for name, _ in exceptions for rule in book.quantities[name].readings[0].rules})
    head += f"implements = {rules}\nchecked = 2026-11-22\n".replace("'", '"')
    text = head + "".join(_VALUE.format(name=name, value=value) for name, value in exceptions)
    edition = Edition.of({**dict(shipped_edition().files), "payers/acme/contract.toml": text.encode()})
    return rulebook_of(edition), edition.digest
