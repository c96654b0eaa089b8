"""Reads a sample of topics as it lies on the broker, for `cloudtag doctor`: joins no group, commits and makes nothing."""

from streams.sampling.sampler import take

__all__ = ["take"]
