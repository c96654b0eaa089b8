"""Situations as people report them, and what must come of each: `tests/data/cases`."""
