"""From the rows of the warehouse each detector's alerts are computed anew, as they were published."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import pytest

from cloudtag.contract.named import named_in
from cloudtag.contract.records import Alert
from cloudtag.contract.standing import standing
from cloudtag.contract.streams import STREAM_OF
from cloudtag.detection.rule import Example
from cloudtag.detectors.registry import all_detectors
from cloudtag.explain.gather import gather
from cloudtag.explain.recompute import recompute
from cloudtag.explain.sql import CARRIER_OF_DAY, DAY
from cloudtag.explain.stored import event_of
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.warehouse.columns import RecordRows
from cloudtag.warehouse.fact_tables import FACT_TABLES
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from tests.detectors.judged import end_of, events_of
from tests.explain.scans import carrying_on
from tests.warehouse.batches import SECRET

CASES = [
    pytest.param(detector.name, example, id=f"{detector.name}: {example.name}")
    for detector in all_detectors().values()
    for example in detector.examples
    if example.fires
]


@pytest.mark.parametrize(("name", "example"), CASES)
def test_what_is_gathered_suffices(name: str, example: Example) -> None:
    pseudonymizer = Pseudonymizer(SECRET)
    events, until_ms = events_of(example.events), end_of(example)
    tables: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        stream = STREAM_OF[type(event)]
        tables.setdefault(stream, []).append(_row(stream, event, pseudonymizer))
    alerts = [r for _, r in judge(list(events), until_ms) if isinstance(r, Alert) and r.detector == name]
    published = {alert.alert_id: alert for alert in standing(alerts).values()}
    for alert in published.values():
        keys = [pseudonymizer.buyer(named.network, named.buyer_id) for named in named_in(alert)]
        facts = gather(lambda *question: _answer(tables, *question), keys, alert.waybill_nos)
        again = recompute(
            [event_of(s, row, pseudonymizer.fresh) for s, row in facts], alert.alert_id, shipped(), until_ms
        )
        assert again
        assert again[-1].alert == alert


def _row(stream: str, event: Any, pseudonymizer: Pseudonymizer) -> dict[str, Any]:
    row = {column.name: column.of(RecordRows([event]), pseudonymizer)[0] for column in FACT_TABLES[stream].columns}
    for name in ("occurred_at", "deadline_at"):
        if row.get(name) is not None:
            row[name] = datetime.fromtimestamp(row[name] / 1000, UTC)
    return row


def _answer(tables: Any, stream: str, column: str, values: Collection[str]) -> list[dict[str, Any]]:
    rows = tables.get(stream, [])
    if column in (DAY, CARRIER_OF_DAY):
        return carrying_on(rows, column, values)

    def holds(row: dict[str, Any]) -> bool:
        held = row[column]
        return bool(set(held) & set(values)) if isinstance(held, list) else held in values

    return [row for row in rows if holds(row)]
