"""The wire shapes of the commands: what `submit` accepts in `data`, field by field."""
