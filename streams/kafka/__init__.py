"""Kafka as every process uses it: topics, security, partitions, records out, dead letters, waiting."""
