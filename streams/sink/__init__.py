"""The sink: what cloudtag takes in and publishes, from Kafka into ClickHouse, every record once."""

from streams.sink.cuts import CutRule
from streams.sink.service import Sink, SinkConfig

__all__ = ["CutRule", "Sink", "SinkConfig"]
