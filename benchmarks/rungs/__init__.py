"""The rungs of the ladder, each the body of a process of its own."""
