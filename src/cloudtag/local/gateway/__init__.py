"""ClickHouse's HTTP interface in front of chDB, ClickHouse's engine inside this process.

chDB locks its directory for one process. This process serves all others the part of ClickHouse's HTTP interface that
unmodified clients use, so that the same code and SQL run here and on a real server.
"""
