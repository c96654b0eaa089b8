"""One node of Apache Kafka (KRaft) on this machine, from jars that Maven resolves; no Docker.

Needs ``java`` (17 or newer) and, the first time, ``mvn``. The jars stay in the user's cache, so later starts need no
network.
"""

from cloudtag.local.kafka.jars import missing_programs
from cloudtag.local.kafka.node import Kafka
from cloudtag.local.kafka.secured import KafkaSecurity

__all__ = ["Kafka", "KafkaSecurity", "missing_programs"]
