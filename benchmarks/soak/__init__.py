"""A soak: a worker, a sink and an embedded warehouse under load for so long that what leaks shows."""
