"""Both brokers and a warehouse, for clients that nobody here wrote."""

from tests.brokers import broker, kafka_bootstrap, tansu_bootstrap
from tests.warehouses import warehouse_url

__all__ = ["broker", "kafka_bootstrap", "tansu_bootstrap", "warehouse_url"]
