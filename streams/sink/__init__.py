"""The sink: what cloudtag takes in and publishes, from Kafka into ClickHouse, every record once."""

from streams.sink.batch_boundaries import BatchBoundaries
from streams.sink.config import SinkConfig
from streams.sink.service import Sink

__all__ = ["BatchBoundaries", "Sink", "SinkConfig"]
