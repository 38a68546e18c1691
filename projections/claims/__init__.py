"""Answers about claims: what is ready, what was sent and answered, what it came to, what a patient owes."""
