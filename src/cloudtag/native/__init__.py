"""The optional native part: the hot path of the wire in C, for those who build it. Nothing needs it."""
