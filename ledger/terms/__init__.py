"""L0, the words: ids, tags, care months, instants, people, outcomes, refusals and the ports."""
