"""Warehouses for every test of this directory."""

from tests.streams.sink.mortal import migrated_folder, mortal
from tests.warehouse.places import empty, place, warehouse

__all__ = ["empty", "migrated_folder", "mortal", "place", "warehouse"]
