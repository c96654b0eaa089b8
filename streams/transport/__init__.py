"""Batches instead of single events, under a broker scheme of its own.

Importing this package registers the scheme; `batch+kafka://host:port` then selects the transport.
"""

from faust.transport.drivers import TRANSPORTS

SCHEME = "batch+kafka"
TRANSPORTS.aliases[SCHEME] = "streams.transport.driver:Transport"
