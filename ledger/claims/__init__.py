"""Claims by the rules: what a month may be released as, where a claim stands, what its deadlines are, what it owes.

Promise: pure, like the judge whose verdicts it takes; every number is read through rules. Not promised: what a payer
does with a claim.
"""
