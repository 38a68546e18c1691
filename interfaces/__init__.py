"""The edge: parse, call, render, and the only place where parts are wired together."""
