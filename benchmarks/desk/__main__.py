"""How long the desk's pages take over a warehouse of many alerts: one page after the other, each by its questions.

    python -m benchmarks.desk --alerts 1000000 --pages 100

The embedded warehouse is filled by SQL, the desk is served over HTTP in this process, and a reviewer of the platform
and a shop's employee open cases chosen by chance, and the queue. Then every kind of question is asked again alone.
"""

import argparse
import http.client
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import clickhouse_connect
import uvicorn
from clickhouse_connect.driver.client import Client

from benchmarks.desk.rows import fill, some_alerts
from benchmarks.desk.watched import WatchedAsking
from cloudtag.desk.app import make_app
from cloudtag.desk.desk import Desk
from cloudtag.desk.session import COOKIE, SignedIn
from cloudtag.local.probe import free_port
from cloudtag.local.warehouse import Warehouse
from cloudtag.policy.load import shipped
from cloudtag.serving.tokens import TokenBook
from cloudtag.serving.viewers import ShopRef, Viewer
from cloudtag.warehouse.migrate import migrate

DATABASE = "desk_bench"
WARM = 3
"""So many pages of a kind are opened first and not counted."""
ALONE = 15
"""So often a question is asked alone where nothing else is said, unless that takes `ALONE_MS`."""
ALONE_MS = 3000
PLATFORM = Viewer(name="petra", role="platform")
STAFF = Viewer(name="mei", role="shop", shops=frozenset((ShopRef("taobao", "s10"),)), account_id="a1")


async def _nothing(_events: Sequence[Any]) -> None:
    """Where there is no Kafka: what is looked at is recorded nowhere."""


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@contextmanager
def served(desk: Desk) -> Iterator[int]:
    """The port at which a desk answers on loopback."""
    port, started = free_port(), threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            started.set()

    server = Server(uvicorn.Config(make_app(desk), "127.0.0.1", port, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    if not started.wait(60):
        raise TimeoutError("the desk does not start")
    yield port
    server.should_exit = True
    thread.join(30)


def opened(port: int, cookie: str, addresses: Sequence[str]) -> list[float]:
    """Milliseconds of each page, the first `WARM` left out. Raises `RuntimeError` where one is not shown."""
    times = []
    for address in addresses:
        begun = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        connection.request("GET", address, headers={"cookie": cookie})
        response = connection.getresponse()
        text = response.read()
        times.append((time.perf_counter() - begun) * 1000)
        connection.close()
        if response.status != http.client.OK:
            raise RuntimeError(f"{address}: {response.status} {text[:300]!r}")
    return times[WARM:]


def cpu_ms(pid: int | None) -> float:
    """What a process has taken of CPU, in milliseconds; none has taken none."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def told(kind: str, times: Sequence[float], warehouse_ms: float, desk_ms: float) -> None:
    """Print a line of the table: times, and what each page took of CPU."""
    cells = (len(times), statistics.median(times), quantile(times, 0.95), max(times), warehouse_ms, desk_ms)
    print(f"| {kind} | " + " | ".join(f"{each:.0f}" for each in cells) + " |", flush=True)


def measure(
    asking: WatchedAsking,
    desk: Desk,
    warehouse: Warehouse,
    often: tuple[int, int],
    alerts: Sequence[str],
    own: Sequence[str],
) -> None:
    """Open every kind of page, and ask every kind of question alone; each so `often`."""
    pages, times_alone = often
    kinds: dict[str, tuple[Viewer, list[str]]] = {
        "case, platform": (PLATFORM, [f"/cases/{each}" for each in alerts]),
        "case, shop": (STAFF, [f"/cases/{each}" for each in own]),
        "queue, shop": (STAFF, ["/queue"] * (WARM + max(5, pages // 5))),
        "queue, platform": (PLATFORM, ["/queue"] * (WARM + max(5, pages // 10))),
        "shop": (STAFF, ["/shops/taobao/s10"] * (WARM + 3)),
        "platform": (PLATFORM, ["/platform"] * (WARM + 3)),
    }
    with served(desk) as port:
        for kind, (viewer, addresses) in kinds.items():
            asking.begin()
            begun = cpu_ms(warehouse.pid), time.process_time() * 1000
            times = opened(port, f"{COOKIE}={desk.signed_in.enter(viewer.name)}", addresses)
            taken = cpu_ms(warehouse.pid) - begun[0], time.process_time() * 1000 - begun[1]
            told(kind, times, *(each / len(addresses) for each in taken))
            for name, (sql, values) in asking.asked.items():
                alone(asking, name, partial(asking._rows, sql, values), times_alone)


def alone(asking: WatchedAsking, name: str, ask: Callable[[], Any], often: int) -> None:
    """Ask a question again, alone, and print how long it takes, and took on its page; of slow ones a few times only."""
    waited, rows = statistics.median(asking.taken[name]), max(asking.read[name])
    times = list[float]()
    while len(times) < often and sum(times) < ALONE_MS:
        begun = time.perf_counter()
        ask()
        times.append((time.perf_counter() - begun) * 1000)
    shown = (statistics.median(times), quantile(times, 0.95))
    told = f"median {shown[0]:.0f}, p95 {shown[1]:.0f}, on its page {waited:.0f}, at most {rows} rows read"
    print(f"    {name}: {len(times)} times, {told}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill and measure; 0 when all pages were shown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alerts", type=int, default=1_000_000)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--alone", type=int, default=ALONE, help="so often a question is asked alone")
    parser.add_argument(
        "--directory", type=Path, help="keep the warehouse there; one that is there is not filled again"
    )
    options = parser.parse_args(arguments)
    with Warehouse(options.directory, open_to="everyone") as warehouse:

        def connect() -> Client:
            client = clickhouse_connect.get_client(dsn=warehouse.url, autogenerate_session_id=False)
            client.database = DATABASE
            return client

        keeper = clickhouse_connect.get_client(dsn=warehouse.url, autogenerate_session_id=False)
        migrate(keeper, DATABASE)
        client = connect()
        begun = time.perf_counter()
        if not client.command("SELECT count() FROM alerts"):
            print(fill(client, options.alerts), f"{time.perf_counter() - begun:.0f} s", flush=True)
        asking = WatchedAsking(connect)
        asking.begin()
        everybody = TokenBook((sha256(v.name.encode()).hexdigest(), v) for v in (PLATFORM, STAFF))
        signed_in = SignedIn(everybody, 12, time.time, is_one_time=False)
        desk = Desk(asking, _nothing, signed_in, shipped(), ZoneInfo("UTC"), ("127.0.0.1",))
        own = f"SELECT alert_id FROM alerts_latest WHERE shop_id = 's10' ORDER BY alert_id LIMIT {options.pages + WARM}"
        shown = [str(row[0]) for row in client.query(own).result_rows]
        print("| page | times | median ms | p95 ms | most | CPU of the warehouse, ms | of the desk, ms |")
        print("|---|---|---|---|---|---|---|", flush=True)
        often = options.pages, options.alone
        measure(asking, desk, warehouse, often, some_alerts(client, options.pages + WARM, 1), shown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
