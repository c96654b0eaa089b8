"""How one node is configured: its server settings and its Java command lines."""

from collections.abc import Sequence
from pathlib import Path

HOST = "127.0.0.1"
NODE_ID = 1
HEAP = "512m"
# Fixed, so that a data directory is formatted once and recognised again.
CLUSTER_ID = "Y2xvdWR0YWctbG9jYWwtMA"
RECORD_LIMIT_BYTES = 16 * 1024 * 1024


def server_settings(data: Path, port: int, controller_port: int) -> dict[str, str]:
    """The settings of a node that is broker and controller in one, with every replication factor at one."""
    return {
        "process.roles": "broker,controller",
        "node.id": str(NODE_ID),
        "controller.quorum.voters": f"{NODE_ID}@{HOST}:{controller_port}",
        "listeners": f"PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(data / "log"),
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        # A killed broker may register anew only when its old session has run out. Yet one that a busy machine leaves
        # without a turn for so long has no brokers for a moment: its controller counts it out.
        "broker.session.timeout.ms": "6000",
        "broker.heartbeat.interval.ms": "500",
        # Groups form at once: nobody waits for more members on one machine.
        "group.initial.rebalance.delay.ms": "0",
        "message.max.bytes": str(RECORD_LIMIT_BYTES),
        "replica.fetch.max.bytes": str(RECORD_LIMIT_BYTES),
    }


def write_settings(path: Path, settings: dict[str, str]) -> None:
    """Write ``settings`` in the form Java reads."""
    path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))


def java_command(jars: Path, log_settings: Path, main: str, arguments: Sequence[str]) -> list[str]:
    """The command that runs the class ``main`` of the server."""
    # The first compiler alone: a node that lives for minutes never earns back what the second one costs.
    options = [f"-Xmx{HEAP}", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"]
    options += ["-Djava.awt.headless=true", f"-Dlog4j2.configurationFile={log_settings}"]
    return ["java", *options, "-cp", str(jars / "*"), main, *arguments]
