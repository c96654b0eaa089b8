"""The report of `cloudtag backtest`: what differs between the policies, and what that changes."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.markup import escape
from rich.table import Table

from cloudtag.backtest.counts import RecordCount, buyers_of, saying
from cloudtag.backtest.difference import BacktestDifference
from cloudtag.backtest.money import Money
from cloudtag.backtest.parameters import ParameterChange
from cloudtag.backtest.run import Backtest
from cloudtag.backtest.words import words_of, words_of_change
from cloudtag.cli.screen import output
from cloudtag.contract.standing import record_id
from cloudtag.contract.times import rfc3339
from cloudtag.policy.listing import toml_value

MOST = 10
"""So many shops and buyers are listed of each stream; `--json` has them all."""
NONE = "(none)"
"""In the place of a name where a record names nobody, as an alert about all shops."""
THREE = ("opened", "withdrawn", "changed")


def report(found: Backtest, names: tuple[str, str], show: int) -> None:
    """Print it; `names` are what the two sets of packs are called, `show` how many examples there are of each."""
    console = output()
    console.print(_head(found, names), markup=False, soft_wrap=True)
    console.print(_parameters(found.parameters) if found.parameters else "no parameter differs")
    console.print(_streams(found.differences))
    if found.is_same:
        console.print("nothing that stands differs")
        return
    counts = found.counts
    tables = (
        _fields(found.differences),
        _counts("By detector, scenario or kind", "name", counts.detector),
        _counts("By shop", "shop", counts.shop, MOST),
        _counts("By buyer", "buyer", counts.buyer, MOST),
        _money(found.opened, found.withdrawn),
    )
    for table in tables:
        if table.row_count:
            console.print(table)
    for line in (*_left_out("opened", found.opened), *_left_out("withdrawn", found.withdrawn)):
        console.print(line, markup=False)
    for line in _examples(found.differences, show):
        console.print(line, markup=False, soft_wrap=True)


def _head(found: Backtest, names: tuple[str, str]) -> str:
    span = f" from {_time(found.first_ms)} to {_time(found.last_ms)}" if found.events else ""
    until = f", time moved on to {_time(found.until_ms)}" if found.until_ms is not None else ""
    return f"{found.events:,} events{span}{until}; base: {names[0]}, new: {names[1]}"


def _table(title: str, *columns: str, numbers: Iterable[str] = ()) -> Table:
    table = Table(title=title, title_justify="left", pad_edge=False)
    for column in columns:
        # A name in two pieces could not be searched for.
        table.add_column(column, overflow="fold", no_wrap=column == "parameter")
    for column in numbers:
        table.add_column(column, justify="right")
    return table


def _parameters(partings: tuple[ParameterChange, ...]) -> Table:
    table = _table("Parameters that differ", "parameter", "base", "new", "platforms", "in force")
    for each in partings:
        told = ("-" if value is None else toml_value(value).strip('"') for value in (each.base, each.new))
        parts = (f"from {_time(each.from_ms)}", f"until {_time(each.until_ms)}")
        span = " ".join(part for part, at in zip(parts, (each.from_ms, each.until_ms), strict=True) if at is not None)
        row = (each.name, *told, " ".join(each.platforms), span or "always")
        table.add_row(*(escape(cell) for cell in row))
    return table


def _streams(differences: tuple[BacktestDifference, ...]) -> Table:
    table = _table("What stands in the end", "stream", numbers=("base", "new", *THREE))
    for each in differences:
        counts = (each.stood, each.stands, len(each.opened), len(each.withdrawn), len(each.changed))
        table.add_row(each.stream, *(f"{count:,}" for count in counts))
    return table


def _fields(differences: tuple[BacktestDifference, ...]) -> Table:
    table = _table("Fields that changed", "stream", "field", numbers=("records",))
    for each in differences:
        for name, count in each.fields.items():
            table.add_row(each.stream, escape(name), f"{count:,}")
    return table


def _counts(title: str, what: str, counts: tuple[RecordCount, ...], most: int | None = None) -> Table:
    shown: list[RecordCount] = []
    for stream in dict.fromkeys(count.stream for count in counts):
        shown += [count for count in counts if count.stream == stream][:most]
    left = len(counts) - len(shown)
    table = _table(title + (f" ({left:,} more: --json)" if left else ""), "stream", what, numbers=THREE)
    for count in shown:
        numbers = (count.opened, count.withdrawn, count.changed)
        table.add_row(count.stream, escape(count.name or NONE), *(f"{number:,}" for number in numbers))
    return table


def _money(opened: Money, withdrawn: Money) -> Table:
    columns = ("refunds", "their amounts", "orders", "their worth", "in all")
    table = _table("Money the alerts are about, in minor units", "alerts", "currency", numbers=columns)
    for name, money in (("opened", opened), ("withdrawn", withdrawn)):
        for each in money.sums:
            numbers = (each.refunds, each.refunds_minor, each.orders, each.orders_minor, each.total_minor)
            table.add_row(name, escape(each.currency or "(not told)"), *(f"{number:,}" for number in numbers))
    return table


def _left_out(name: str, money: Money) -> Iterator[str]:
    if money.refunds_without_amount:
        yield f"{name}: {money.refunds_without_amount:,} refunds had no amount: the worth of their orders counts"
    if money.orders_without_worth:
        yield f"{name}: {money.orders_without_worth:,} orders had no goods with prices and count as nothing"
    if money.alerts_without_order:
        yield f"{name}: {money.alerts_without_order:,} alerts name neither a refund nor an order"


def _examples(differences: tuple[BacktestDifference, ...], show: int) -> Iterator[str]:
    for each in differences:
        rows = (
            ("opened", [(record, words_of(record)) for record in each.opened[:show]]),
            ("withdrawn", [(record, words_of(record)) for record in each.withdrawn[:show]]),
            ("changed", [(change.new, words_of_change(change)) for change in each.changed[:show]]),
        )
        for name, examples in rows:
            if examples:
                yield f"\n{each.stream} {name}:"
            yield from (_example(record, words) for record, words in examples)


def _example(record: Any, words: str) -> str:
    told = (record_id(record), *sorted(saying(record)), *sorted(buyers_of(record)))
    return f"  {'  '.join(told)}: {words}"


def _time(time_ms: int | None) -> str:
    return "-" if time_ms is None else rfc3339(time_ms)
