"""The model of the real system that may be cut anywhere: the kit for authors of detectors has it."""

from cloudtag.testing.cluster import READER, Cluster, Crash

__all__ = ["READER", "Cluster", "Crash"]
