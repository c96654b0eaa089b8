"""How much is kept in one row of the `parcels` processor."""

MAX_FACTS = 1000
MAX_HOURS = 210 * 24
"""Of a courier's busy hours: as long as a parcel is held. A silence that is forgotten sooner would be none, and alerts
that it keeps down would come up weeks later."""
KNOWN_HOURS = (210 + 45) * 24
"""So far before the newest of a courier's busy hours the others are known: for as long as a parcel is held, and as the
longest wait that is told of lasts. Whoever waited before that is told nothing anew."""
