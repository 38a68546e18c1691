"""The decider about documents that came in."""

from commands.deciding import Asked, Law, States
from commands.guards import document_of
from commands.intents.importing import RecordImport
from ledger.streams.imports import DocumentImported, Imports
from ledger.terms.identity import DIRECT, imports_tag
from ledger.terms.outcome import Accepted, Outcome, Unchanged


def decide_record_import(asked: Asked[RecordImport], states: States, law: Law) -> Outcome:
    """Put on record that a document was read to its end, with what became of its rows.

    Reads the stream of the source's day. Refuses nothing. Unchanged where the same document came to the same that day.
    """
    command, source = asked.command, asked.source_system or DIRECT
    if need := states.missing(imports_tag(source, asked.today)):
        return need
    document = document_of(asked, command.document)
    assert document is not None
    event = DocumentImported(
        source=source,
        on=asked.today,
        kind=command.kind,
        document=document,
        accepted=command.accepted,
        unchanged=command.unchanged,
        refused=command.refused,
        parked=command.parked,
    )
    imports: Imports = states.get(imports_tag(source, asked.today))
    known = imports.at(event)
    return Unchanged((known,)) if known is not None else Accepted((event,))
