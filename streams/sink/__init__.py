"""The sink: what cloudtag takes in and publishes, from Kafka into ClickHouse, every record once."""

from streams.sink.config import SinkConfig
from streams.sink.cuts import CutRule
from streams.sink.service import Sink

__all__ = ["CutRule", "Sink", "SinkConfig"]
