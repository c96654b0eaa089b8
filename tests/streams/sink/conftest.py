"""Databases for every test of this directory."""

from tests.warehouse.places import empty, place, warehouse

__all__ = ["empty", "place", "warehouse"]
