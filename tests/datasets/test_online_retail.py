"""The Online Retail import: orders and refunds out of invoices, and an account of every line."""

import os
from pathlib import Path
from typing import Any

import pytest

from cloudtag.contract.events import Event, OrderChanged, RefundChanged
from cloudtag.contract.types import Goods, OrderLine
from cloudtag.datasets.online_retail import OnlineRetail
from cloudtag.datasets.retail_rows import COLUMNS
from cloudtag.eventfiles.unreadable import UnreadableFileError
from cloudtag.wire import decode_json, encode_json

pa = pytest.importorskip("pyarrow", reason="reading Parquet needs the `import` extra")
pq = pytest.importorskip("pyarrow.parquet", reason="reading Parquet needs the `import` extra")

NAME = "online_retail_2009_2010.parquet"
UK = "United Kingdom"
MONDAY, TUESDAY, FRIDAY = "2009-12-07 10:00:00", "2009-12-08 09:30:00", "2009-12-11 16:45:00"


def real_file() -> Path:
    """Where the public data set lies: under CLOUDTAG_SHARED, or beside the checkout."""
    shared = os.environ.get("CLOUDTAG_SHARED") or Path(__file__).resolve().parents[3] / "shared"
    return Path(shared) / "data" / NAME


def first_rows(path: Path, most: int | None) -> Path:
    """The data set, or a file at ``path`` with so many of its first rows."""
    if most is None:
        return real_file()
    pq.write_table(pa.Table.from_batches([next(pq.ParquetFile(real_file()).iter_batches(batch_size=most))]), path)
    return path


def write(path: Path, *rows: tuple[Any, ...]) -> Path:
    """A file of the data set's form with these rows (description left empty)."""
    columns = {name: [row[n] for row in rows] for n, name in enumerate(COLUMNS)}
    columns["Customer ID"] = pa.array(columns["Customer ID"], pa.float64())
    columns["Description"] = [None] * len(rows)
    pq.write_table(pa.table(columns), path)
    return path


def read(path: Path) -> tuple[list[Event], OnlineRetail]:
    retail = OnlineRetail(path)
    return list(retail.events()), retail


def test_an_invoice_becomes_an_order(tmp_path: Path) -> None:
    file = write(
        tmp_path / "f.parquet",
        ("500001", "85048", 12, MONDAY, 6.95, 13085.0, UK),
        ("500001", "79323p", 2, MONDAY, 0.5, 13085.0, UK),
    )
    events, retail = read(file)
    orders = [event for event in events if isinstance(event, OrderChanged)]
    assert len(orders) == len(events)
    assert [order.status for order in orders] == ["placed", "paid", "shipped", "completed"]
    placed = orders[0]
    assert placed.lines == (OrderLine("85048", 12, 695), OrderLine("79323P", 2, 50))
    assert (placed.buyer_id, placed.platform, placed.currency, placed.region) == ("retail-13085", "retail", "GBP", "GB")
    assert placed.occurred_at == 1_260_180_000_000
    assert retail.account.fates == {"purchased": 2}


def test_a_cancellation_takes_back_the_last_earlier_purchase(tmp_path: Path) -> None:
    file = write(
        tmp_path / "f.parquet",
        ("500001", "A1", 3, MONDAY, 2.0, 7.0, UK),
        ("500002", "A1", 3, TUESDAY, 4.0, 7.0, UK),
        ("500003", "A1", 9, TUESDAY, 4.0, 8.0, UK),
        ("C500009", "A1", -4, FRIDAY, 4.0, 7.0, UK),
    )
    events, retail = read(file)
    refunds = {event.order_id: event for event in events if isinstance(event, RefundChanged)}
    assert {order: refund.lines for order, refund in refunds.items()} == {
        "500002": (Goods("A1", 3),),
        "500001": (Goods("A1", 1),),
    }
    assert refunds["500002"].amount_minor == 1200
    assert {(refund.type, refund.reason, refund.waybill_no) for refund in refunds.values()} == {
        ("unknown", "unknown", None)
    }
    assert (retail.account.orders, retail.account.refunds) == (3, 2)


def test_goods_are_taken_back_once(tmp_path: Path) -> None:
    file = write(
        tmp_path / "f.parquet",
        ("500001", "A1", 3, MONDAY, 2.0, 7.0, UK),
        ("C500002", "A1", -5, TUESDAY, 2.0, 7.0, UK),
        ("C500003", "A1", -1, FRIDAY, 2.0, 7.0, UK),
    )
    _, retail = read(file)
    assert retail.account.refunds == 1
    assert retail.account.pieces_beyond_purchase == 2
    assert retail.account.fates == {"purchased": 1, "returned": 1, "no_earlier_purchase": 1}


def test_lines_that_are_no_events_are_counted(tmp_path: Path) -> None:
    file = write(
        tmp_path / "f.parquet",
        ("500001", "A1", 3, MONDAY, 2.0, None, UK),
        ("500001", "POST", 1, MONDAY, 18.0, 7.0, UK),
        ("500001", "A1", -3, MONDAY, 2.0, 7.0, UK),
        ("500001", "A1", 3, MONDAY, -2.0, 7.0, UK),
        ("500001", "A1", 3, "yesterday", 2.0, 7.0, UK),
        ("C500002", "A1", -3, MONDAY, 2.0, 7.0, UK),
    )
    events, retail = read(file)
    assert events == []
    assert retail.account.is_balanced
    assert set(retail.account.fates) == {
        "no_customer",
        "not_goods",
        "bad_quantity",
        "bad_price",
        "bad_time",
        "no_earlier_purchase",
    }


def test_a_line_that_comes_long_after_its_invoice_is_counted(tmp_path: Path) -> None:
    file = write(
        tmp_path / "f.parquet",
        ("500001", "A1", 3, MONDAY, 2.0, 7.0, UK),
        ("500002", "A1", 3, TUESDAY, 2.0, 7.0, UK),
        ("500001", "B1", 3, TUESDAY, 2.0, 7.0, UK),
    )
    events, retail = read(file)
    assert len({event.event_id for event in events}) == len(events) == 8
    assert retail.account.fates == {"purchased": 2, "straggler": 1}


def test_unreadable_files_say_why_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no parquet")
    pq.write_table(pa.table({"Invoice": ["1"]}), tmp_path / "other")
    for name, reason in (("missing", "cannot read"), ("text", "cannot read"), ("other", "no column 'StockCode'")):
        with pytest.raises(UnreadableFileError, match=reason) as caught:
            read(tmp_path / name)
        assert "\n" not in str(caught.value)


@pytest.mark.skipif(not real_file().exists(), reason=f"{NAME} is not on this machine (set CLOUDTAG_SHARED)")
def test_the_real_year_is_accounted_for_to_the_line() -> None:
    ids = set()
    retail = OnlineRetail(real_file())
    for event in retail.events():
        ids.add(event.event_id)
        if len(ids) % 500 == 0:
            stream = "orders" if isinstance(event, OrderChanged) else "refunds"
            assert decode_json(encode_json(stream, event)) == (stream, event)
    account = retail.account
    assert account.is_balanced
    assert account.lines == 525_461
    assert len(ids) == account.events == 4 * account.orders + 3 * account.refunds
    assert account.fates["purchased"] == 406_339
    assert account.fates["returned"] == 7_966
    assert account.refunds == 4_323
