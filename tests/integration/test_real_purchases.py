"""A real shop's purchases through broker, worker and warehouse: every event accounted for."""

from collections import Counter
from pathlib import Path

import pytest

from cloudtag.contract.records import Alert
from cloudtag.datasets.online_retail import OnlineRetail
from tests.datasets.test_online_retail import first_rows, real_file
from tests.integration.installation import Installation


@pytest.mark.parametrize("most", [40_000, pytest.param(None, marks=pytest.mark.long, id="the whole year")])
async def test_every_purchase_is_accounted_for_and_wholesalers_do_not_drown(
    one_bootstrap: str, warehouse_url: str, tmp_path: Path, most: int | None
) -> None:
    if not real_file().exists():
        pytest.skip("the public data set is not beside the checkout")
    retail = OnlineRetail(first_rows(tmp_path / "first.parquet", most))
    events = list(retail.events())
    async with Installation(one_bootstrap, tmp_path, warehouse_url) as place:
        place.start_sink()
        place.start("worker")
        await place.send(events)
        await place.settled()
        assert place.watch.counts["orders"] + place.watch.counts["refunds"] == len(events) == retail.account.events
        assert place.watch.counts["dead-letters"] == 0
        stored = place.ask("SELECT count() FROM orders FINAL UNION ALL SELECT count() FROM refunds FINAL")
        assert sum(count for (count,) in stored) == len(events)
        alerts = Counter(record.buyer_id for record in place.watch.records if isinstance(record, Alert))
        assert max(alerts.values(), default=0) <= 3
