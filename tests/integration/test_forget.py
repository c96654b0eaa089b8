"""A buyer is forgotten on a whole installation: what is published, stored and kept from then on names them no more."""

import asyncio
import os
import re
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from cloudtag.cli.kafka import read_to_end
from cloudtag.contract import events as ev
from cloudtag.contract.records import Alert, DeadLetter
from cloudtag.contract.standing import is_taken_back
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.simulate import Profile, simulate
from cloudtag.simulate.profile import DAY_MS
from cloudtag.warehouse.named import mentions
from cloudtag.warehouse.pseudonymizer import SHOWN, Pseudonymizer
from streams.kafka.topics import declared
from tests.engine.standing import of_type, standing
from tests.integration.installation import Installation
from tests.warehouse.places import Warehouse
from tests.warehouse.test_erasure import everything

pytestmark = pytest.mark.timeout(280)
DETECTORS = ("reused_waybill", "cross_account_switch", "mirror_wrong_item")
"""Of alerts about others, one of each is about a buyer who is linked to the one to forget."""


def pairs(events: list[Any], until_ms: int) -> list[Alert]:
    """An alert of each detector that names exactly one other buyer."""
    alerts = of_type(standing(r for _, r in judge(list(events), until_ms, shipped())).values(), Alert)
    found = {alert.detector: alert for alert in alerts if len(alert.linked_buyer_ids) == 1}
    return [found[name] for name in DETECTORS]


def about(events: list[Any], alerts: Iterable[Alert]) -> list[Any]:
    """The events of the buyers in some alerts, the scans of their parcels, and what shops say of themselves."""
    people = {buyer for alert in alerts for buyer in (alert.buyer_id, *alert.linked_buyer_ids)}
    theirs = [event for event in events if getattr(event, "buyer_id", None) in people]
    numbers = {event.waybill_no for event in theirs if getattr(event, "waybill_no", None)}
    beside = [e for e in events if getattr(e, "waybill_no", None) in numbers or isinstance(e, ev.ShopDescribed)]
    return [event for event in events if event in theirs or event in beside]


async def forgotten(installation: Installation, buyer: str, platform: str) -> tuple[int, str]:
    """Run the command as people do; its exit code and all that it said."""
    command = [sys.executable, "-m", "cloudtag.cli", "forget", buyer, "--platform", platform, "--yes"]
    environ = {**os.environ, **installation.environ, "COLUMNS": "20000"}
    child = await asyncio.create_subprocess_exec(
        *command, env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await child.communicate()
    return child.returncode or 0, said.decode()


class Town(msgspec.Struct):
    """What happened lately to some pairs of buyers; of each the second is to be forgotten."""

    events: list[Any]
    until_ms: int
    alerts: list[Alert]

    @property
    def gone(self) -> dict[str, str]:
        """Whom to forget, and of which platform they are."""
        return {alert.linked_buyer_ids[0]: alert.platform for alert in self.alerts}

    def later(self) -> list[Any]:
        """An order more of everybody, as of today."""
        now_ms, people = time.time_ns() // 1_000_000, {*self.gone, *(alert.buyer_id for alert in self.alerts)}
        orders = {e.buyer_id: e for e in self.events if isinstance(e, ev.OrderChanged) and e.buyer_id in people}
        return [replace(order, event_id=f"later-{n}", occurred_at=now_ms) for n, order in enumerate(orders.values())]


@pytest.fixture(scope="module")
def town() -> Town:
    """It ends before today: a request to forget is made now."""
    starts_at = (time.time_ns() // 1_000_000 // DAY_MS - 60) * DAY_MS
    events = list(simulate(Profile(events=600, seed=7, catalogue="demo", starts_at=starts_at)).events())
    until_ms = max(event.occurred_at for event in events) + DAY_MS
    mine = about(events, pairs(events, until_ms))
    return Town(mine, until_ms, pairs(mine, until_ms))


def told_of_topics(said: str) -> dict[str, str]:
    """What the command says of each topic: until when it keeps what it holds."""
    lines = re.findall(r"(?:records|rows) already in (.+?) (go when .+|stay: .+)", said)
    return {topic: until for names, until in lines for topic in names.split(", ")}


async def topics_naming(installation: Installation, buyers: Iterable[str]) -> set[str]:
    """The topics that hold a buyer's id somewhere, as bytes."""
    found, names = set[str](), [topic.name for topic in declared(installation.config)]
    async for record in read_to_end(installation.config, names):
        data = b"%b %b" % (record.key or b"", record.value or b"")
        if any(buyer.encode() in data for buyer in buyers):
            found.add(record.topic)
    return found


async def test_a_forgotten_buyer_is_named_no_more(
    one_bootstrap: str, warehouse_url: str, tmp_path: Path, town: Town
) -> None:
    async with Installation(one_bootstrap, tmp_path, warehouse_url, partitions="2") as installation:
        installation.start("worker")
        installation.start_sink()
        await installation.send(town.events)
        await installation.pass_time(town.until_ms)
        await installation.settled()
        records, warehouse = installation.watch.records, Warehouse(installation._client, installation.database)
        assert {alert.alert_id for alert in town.alerts} <= {a.alert_id for a in of_type(records, Alert)}
        before = len(records)
        said = [(await forgotten(installation, *each))[1] for each in town.gone.items()]
        await installation.settled()
        later = town.later()
        await installation.send(later)
        await installation.settled()

        afterwards = records[before:]
        assert_named_no_more(afterwards, town)
        letters = [one for one in of_type(afterwards, DeadLetter) if one.reason == "erased"]
        assert [(one.key, one.value) for one in letters] == [(None, None)] * len(town.gone)
        assert_in_no_table(warehouse, town)
        for each in town.gone.items():
            code, text = await forgotten(installation, *each)
            assert (code, "held now: no row about the buyer in any table" in text) == (0, True), text
        await assert_told_until_when(installation, "\n".join(said), town)


def assert_named_no_more(afterwards: list[Any], town: Town) -> None:
    """But in what is taken back of the buyer's own, which has their id."""
    alerts = of_type(afterwards, Alert)
    assert {alert.alert_id for alert in town.alerts} <= {a.alert_id for a in alerts if a.status == "withdrawn"}
    for record in afterwards:
        for buyer in town.gone:
            if mentions(msgspec.json.encode(record), buyer.__eq__):
                own = getattr(record, "buyer_id", None) or getattr(record, "subject_id", None)
                assert (own, is_taken_back(record)) == (buyer, True), record


def assert_in_no_table(warehouse: Warehouse, town: Town) -> None:
    """Neither the id nor the start of its hash; `erasures` remembers whom to forget."""
    pseudonymizer = Pseudonymizer(b"a secret of this test alone")
    words = [buyer.encode() for buyer in town.gone]
    words += [pseudonymizer.buyer(platform, buyer)[:SHOWN].encode() for buyer, platform in town.gone.items()]
    tables = dict(everything(warehouse))
    assert len(tables) > 20
    for name, data in tables.items():
        assert name == "erasures" or not any(word in data for word in words), name


async def assert_told_until_when(installation: Installation, said: str, town: Town) -> None:
    """Every topic that still names somebody was printed, with how long it keeps that."""
    told = told_of_topics(said)
    kept = {topic.name: int(topic.config.get("retention.ms", -1)) for topic in declared(installation.config)}
    changelogs = {installation.config.changelog(name) for name in installation.config.processors}
    holding = await topics_naming(installation, town.gone)
    assert {installation.config.topic(name) for name in ("orders", "alerts", "erasures")} <= holding
    for topic in sorted(holding):
        days = f"go when they are {kept[topic] // DAY_MS} days old" if kept[topic] >= 0 else "stay: these are kept"
        wanted = "go when Kafka compacts" if topic in changelogs else days
        assert told[topic].startswith(wanted), topic
