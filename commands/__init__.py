"""The writing side: intents, their deciders, and the reactions that issue them."""
