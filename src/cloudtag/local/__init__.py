"""Servers that run on this machine with nothing installed but Python: a broker, a warehouse, and Apache Kafka."""
