"""Marks: what mess an honest buyer met, and with which orders. They expect nothing: nobody marked may be accused."""

from __future__ import annotations

from msgspec import Struct

CROWDED_ADDRESS = "crowded_address"
"""Orders go to a locker or an office of a hundred people and more."""
FAMILY = "family"
"""Two buyers live at one address."""
SILENT_COURIER = "silent_courier"
"""Scans were lost while a courier's feed was silent."""
EVERYBODY = (CROWDED_ADDRESS, FAMILY, SILENT_COURIER)
"""Kinds that have no rate: they follow from the world all share."""


class Mark(Struct, frozen=True, gc=False):
    """One kind of mess that one buyer met; no orders means all of that buyer's."""

    buyer_id: str
    kind: str
    order_ids: tuple[str, ...] = ()
