"""Warehouses for every test of this directory."""

from tests.warehouse.places import empty, in_process, over_http, place, server, warehouse

__all__ = ["empty", "in_process", "over_http", "place", "server", "warehouse"]
