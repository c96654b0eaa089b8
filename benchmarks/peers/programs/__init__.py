"""The peers that are written in Python: each is the body of a process of its own."""
