"""The reading side: answers that can be thrown away and recomputed from facts."""
