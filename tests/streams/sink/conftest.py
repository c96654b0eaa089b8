"""A broker and warehouses for every test of this directory."""

from tests.brokers import tansu_bootstrap
from tests.warehouse.places import empty, in_process, over_http, place, server, warehouse

__all__ = ["empty", "in_process", "over_http", "place", "server", "tansu_bootstrap", "warehouse"]
