"""Follows topics from their beginning, and knows how far it has come: what a view in memory is kept by."""
