"""UCI "Online Retail II": a year of a real shop's invoices and cancellations, as orders and refunds.

Real are who bought what, when, and what was taken back. The file knows one time per invoice, so the steps of an
order stand a second apart; it knows no parcels, addresses, devices or reasons, and none are made up: a refund's type
and reason stay `unknown`, because a cancellation is not always a return.
"""

from collections import defaultdict, deque
from collections.abc import Iterator
from pathlib import Path

from cloudtag.contract.events import Event, OrderChanged, RefundChanged
from cloudtag.contract.types import Goods, OrderLine, OrderStatus, RefundStatus
from cloudtag.datasets.countries import CODES
from cloudtag.datasets.line_account import Account
from cloudtag.datasets.retail_rows import InvoiceLine, read_rows

PLATFORM = "retail"
SHOP_ID = "online-retail"
STEP_MS = 1000
OPEN_MS = 3_600_000
"""An invoice is complete when the file has gone on for so long; its lines are at most minutes apart."""
STEPS: tuple[OrderStatus, ...] = ("placed", "paid", "shipped", "completed")
ANSWERS: tuple[RefundStatus, ...] = ("opened", "agreed", "completed")


class Purchase:
    """An order and how many pieces of one item in it were not taken back yet."""

    __slots__ = ("order_id", "pieces", "price_minor")

    def __init__(self, order_id: str, pieces: int, price_minor: int) -> None:
        self.order_id = order_id
        self.pieces = pieces
        self.price_minor = price_minor


class OnlineRetail:
    """One reading of the file: `events()` once, then `account` says where every line went."""

    def __init__(self, path: Path) -> None:
        """Read from `path`; nothing is opened before `events()`."""
        self.account = Account()
        self._path = path
        self._open: dict[str, list[InvoiceLine]] = {}
        self._done: set[str] = set()
        self._bought: dict[tuple[int, str], deque[Purchase]] = defaultdict(deque)

    def events(self) -> Iterator[Event]:
        """Orders and refunds, invoice by invoice, as they were written. Raises `UnreadableFileError`."""
        for row in read_rows(self._path, self.account):
            yield from self._finish(before_ms=row.at_ms - OPEN_MS)
            if row.invoice in self._done:
                self.account.fates["straggler"] += 1
            else:
                self._open.setdefault(row.invoice, []).append(row)
        yield from self._finish(before_ms=None)

    def _finish(self, before_ms: int | None) -> Iterator[Event]:
        """The events of the invoices that began before a time (none: of all), oldest first."""
        while self._open:
            invoice, rows = next(iter(self._open.items()))
            if before_ms is not None and rows[0].at_ms >= before_ms:
                return
            del self._open[invoice]
            self._done.add(invoice)
            for event in self._cancel(rows) if rows[0].is_cancellation else self._order(rows):
                self.account.events += 1
                yield event

    def _order(self, rows: list[InvoiceLine]) -> Iterator[Event]:
        first = rows[0]
        self.account.orders += 1
        self.account.fates["purchased"] += len(rows)
        for row in rows:
            purchase = Purchase(row.invoice, row.quantity, row.price_minor)
            self._bought[row.customer, row.sku_id].append(purchase)
        lines = tuple(OrderLine(row.sku_id, row.quantity, row.price_minor) for row in rows)
        for n, status in enumerate(STEPS):
            yield OrderChanged(
                f"{PLATFORM}-{first.invoice}-{status}",
                first.at_ms + n * STEP_MS,
                PLATFORM,
                first.invoice,
                buyer_of(first),
                SHOP_ID,
                status,
                lines if status == "placed" else (),
                "GBP",
                CODES.get(first.country or ""),
            )

    def _cancel(self, rows: list[InvoiceLine]) -> Iterator[Event]:
        """The refunds of a cancellation: one for each order that goods are taken back from."""
        taken: dict[str, list[Goods]] = defaultdict(list)
        amounts: dict[str, int] = defaultdict(int)
        for row in rows:
            pieces = self._take_back(row, taken, amounts)
            self.account.fates["no_earlier_purchase" if pieces == row.quantity else "returned"] += 1
            if pieces < row.quantity:
                self.account.pieces_beyond_purchase += pieces
        for order_id, goods in taken.items():
            self.account.refunds += 1
            yield from _refund(rows[0], order_id, tuple(goods), amounts[order_id])

    def _take_back(self, row: InvoiceLine, taken: dict[str, list[Goods]], amounts: dict[str, int]) -> int:
        """Take pieces from the customer's last purchases of the item; returns how many he had not bought."""
        purchases = self._bought[row.customer, row.sku_id]
        pieces = row.quantity
        while pieces and purchases:
            last = purchases[-1]
            back = min(pieces, last.pieces)
            taken[last.order_id].append(Goods(row.sku_id, back))
            amounts[last.order_id] += back * last.price_minor
            last.pieces -= back
            pieces -= back
            if not last.pieces:
                purchases.pop()
        return pieces


def buyer_of(row: InvoiceLine) -> str:
    """The buyer a row's customer number stands for."""
    return f"{PLATFORM}-{row.customer}"


def _refund(row: InvoiceLine, order_id: str, goods: tuple[Goods, ...], amount_minor: int) -> Iterator[Event]:
    refund_id = f"{row.invoice}/{order_id}"
    for n, status in enumerate(ANSWERS):
        yield RefundChanged(
            f"{PLATFORM}-{refund_id}-{status}",
            row.at_ms + n * STEP_MS,
            PLATFORM,
            refund_id,
            order_id,
            buyer_of(row),
            SHOP_ID,
            status,
            lines=goods,
            amount_minor=amount_minor,
        )
