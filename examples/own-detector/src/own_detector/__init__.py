"""Detectors of our own."""
