"""Reads a sample of topics as it lies on the broker: joins no group, commits nothing, creates nothing."""

from streams.sampling.sampler import take

__all__ = ["take"]
