"""Both brokers, a warehouse and the command line, for clients that nobody here wrote."""

from tests.cli.conftest import run
from tests.servers.brokers import broker, kafka_bootstrap, tansu_bootstrap
from tests.servers.warehouses import warehouse_url

__all__ = ["broker", "kafka_bootstrap", "run", "tansu_bootstrap", "warehouse_url"]
