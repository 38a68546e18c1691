"""L1, the facts: events, states and how a state evolves; facts do not know the law."""
