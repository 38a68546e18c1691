"""Doors for data: charts and time logs in, command lines in the shape of `submit` out. Nothing is decided here."""
