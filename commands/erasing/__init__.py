"""Deciders about holds and erasures (readings, 8): who may, what stands against it, how long it waits."""
