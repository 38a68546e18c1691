"""Redeciding: every recorded command is put to its decider once more, on what it had read then (architecture, 1).

A command line is not recorded; its facts and their envelope are. The command is rebuilt from them (rebuilding.py,
exceptions.py), the streams are folded up to the counts that its envelope says were read (prefix.py), and the same
steps as in `submit` decide it (replaying.py): what comes of it must be the facts that stand there. Pure: facts in,
findings out.
"""
