"""What reads and writes Avro is tested in both ways."""

from tests.ways import both_ways

__all__ = ["both_ways"]
