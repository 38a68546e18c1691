"""The door for programs: commands, documents, questions and the feed over HTTP, for many ledgers in one process."""
