"""X12 files out and in: segments and envelopes, claims as 837P. The field's names and our own words."""
