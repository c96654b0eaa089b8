"""Both brokers, for clients that nobody here wrote."""

from tests.brokers import broker, kafka_bootstrap, tansu_bootstrap

__all__ = ["broker", "kafka_bootstrap", "tansu_bootstrap"]
