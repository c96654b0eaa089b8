"""Reads the Online Retail file row by row and decides which rows can become events."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from cloudtag.datasets.line_account import Account, LineOutcome
from cloudtag.eventfiles.unreadable import UnreadableFileError

COLUMNS = ("Invoice", "StockCode", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country")
BATCH_ROWS = 20_000
NOT_GOODS = {"POST", "DOT", "M", "C2", "C3", "D", "S", "B", "ADJUST", "ADJUST2", "BANK CHARGES", "AMAZONFEE", "CRUK"}
TEST_PREFIX = "TEST"


class InvoiceLine(Struct, frozen=True, gc=False):
    """A line of an invoice that concerns goods and a customer."""

    invoice: str
    sku_id: str
    quantity: int
    at_ms: int
    price_minor: int
    customer: int
    country: str | None

    @property
    def is_cancellation(self) -> bool:
        """Whether the invoice takes goods back."""
        return self.invoice.startswith("C")


def read_rows(path: Path, account: Account) -> Iterator[InvoiceLine]:
    """The usable rows in the file's order; every other one is counted under its fate. Raises `UnreadableFileError`."""
    for batch in _batches(path):
        names = [batch.column(name).to_pylist() for name in COLUMNS]
        for values in zip(*names, strict=True):
            account.lines += 1
            row = _row(*values)
            if isinstance(row, InvoiceLine):
                yield row
            else:
                account.fates[row] += 1


def _batches(path: Path) -> Iterator[Any]:
    """The file's record batches: one row group is open at a time."""
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise UnreadableFileError("reading Parquet needs pyarrow: install cloudtag with its `import` extra") from None
    try:
        with ParquetFile(path) as file:
            missing = [name for name in COLUMNS if name not in file.schema_arrow.names]
            if missing:
                raise UnreadableFileError(f"{path} is not the Online Retail file: it has no column {missing[0]!r}")
            yield from file.iter_batches(batch_size=BATCH_ROWS, columns=list(COLUMNS))
    except (OSError, ArrowException) as error:
        raise UnreadableFileError(f"cannot read {path}: {str(error).splitlines()[0]}") from None


def _row(
    invoice: str | None,
    code: str | None,
    quantity: int | None,
    time: Any,
    price: float | None,
    customer: float | None,
    country: str | None,
) -> InvoiceLine | LineOutcome:
    sku_id = (code or "").strip().upper()
    if customer is None or math.isnan(customer):
        return "no_customer"
    if not invoice or not sku_id or sku_id in NOT_GOODS or sku_id.startswith(TEST_PREFIX):
        return "not_goods"
    if price is None or math.isnan(price) or price < 0:
        return "bad_price"
    if not quantity or (quantity < 0) != invoice.startswith("C"):
        return "bad_quantity"
    at_ms = milliseconds(str(time))
    if at_ms is None:
        return "bad_time"
    # Pence: a handful of prices are given to a tenth of a penny.
    return InvoiceLine(invoice, sku_id, abs(quantity), at_ms, round(price * 100), int(customer), country)


@lru_cache(maxsize=64)
def milliseconds(text: str) -> int | None:
    """The shop's clock, which names no zone and is taken as UTC; none when it is unreadable."""
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000
    except ValueError:
        return None
