"""How much is kept in one row of the `parcels` processor."""

MAX_FACTS = 1000
