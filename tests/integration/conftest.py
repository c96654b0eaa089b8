"""Brokers and a warehouse for the tests of the whole pipeline."""

from tests.servers.brokers import broker, kafka_bootstrap, tansu_bootstrap
from tests.servers.warehouses import warehouse_url

__all__ = ["broker", "kafka_bootstrap", "tansu_bootstrap", "warehouse_url"]
