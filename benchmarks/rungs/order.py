"""What a rung's process is told to do, and how it says that it has done it."""

import os

import msgspec
from msgspec import Struct

from benchmarks import meter
from cloudtag.config import Config

_answers = os.dup(1)
"""Where the answers go. Whatever else is printed, by Faust for instance, goes to the log (see `quiet_stdout`)."""


class Order(Struct, frozen=True, kw_only=True):
    """One run of one rung on a broker that already holds the load."""

    rung: str
    broker: str
    data_dir: str
    partitions: int
    batch_records: int
    counts: dict[str, int]
    """Records by stream."""
    until_ms: int

    @property
    def events(self) -> int:
        """All records of the load."""
        return sum(self.counts.values())

    def config(self) -> Config:
        """The worker's settings, the same for whoever writes, judges or checks."""
        return Config.read(self.settings())

    def settings(self) -> dict[str, str]:
        """The same as a process is told them."""
        return {
            "KAFKA": self.broker,
            "CLOUDTAG_APP_ID": "bench",
            "CLOUDTAG_TOPIC_PREFIX": "bench-",
            "CLOUDTAG_PARTITIONS": str(self.partitions),
            "CLOUDTAG_BATCH_RECORDS": str(self.batch_records),
            "CLOUDTAG_CLOCK": "data",
            "CLOUDTAG_STORE": "rocksdb" if "rocksdb" in self.rung else "memory",
            "CLOUDTAG_DATA_DIR": self.data_dir,
            # The embedded broker lets a joining worker wait for half of this.
            "CLOUDTAG_SESSION_TIMEOUT_SECONDS": "6",
            "CLOUDTAG_REBALANCE_TIMEOUT_SECONDS": "6",
        }


def quiet_stdout() -> None:
    """From now on only answers reach whoever reads this process's stdout."""
    os.dup2(2, 1)


def tell_drained(order: Order, begun: meter.Reading, ended: meter.Reading) -> None:
    """Everything is judged and durable: what it took, as a line for whoever gave the order."""
    result = meter.Result(
        rung=order.rung,
        events=order.events,
        seconds=ended.wall - begun.wall,
        cpu_seconds=ended.cpu - begun.cpu,
        peak_rss_mb=meter.peak_rss_mb(),
    )
    tell(msgspec.json.encode(result).decode())


def tell_settled() -> None:
    """Time has passed after the last event, and every alert is out."""
    tell("settled")


def tell(line: str) -> None:
    """Send one line to whoever gave the order."""
    os.write(_answers, line.encode() + b"\n")
