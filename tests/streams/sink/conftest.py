"""A broker and warehouses for every test of this directory."""

from tests.servers.brokers import broker, kafka_bootstrap, tansu_bootstrap
from tests.warehouse.places import empty, in_process, over_http, place, server, warehouse

__all__ = [
    "broker",
    "empty",
    "in_process",
    "kafka_bootstrap",
    "over_http",
    "place",
    "server",
    "tansu_bootstrap",
    "warehouse",
]
