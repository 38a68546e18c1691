"""The tables of the read models: what a row holds, under which key, found by which columns."""
