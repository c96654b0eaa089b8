"""Rows that outlive a worker: a changelog on the broker, and a store that is a cache of it."""
