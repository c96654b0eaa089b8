"""Numbers, amounts, spans and lists as the sentences of a finding say them: numbers agree with their nouns."""

from __future__ import annotations

from collections.abc import Iterable

_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""Decimals of a currency's minor unit by ISO 4217, where they are not two."""
_MINUTE_MS, _HOUR_MS = 60_000, 3_600_000


def form(count: int, one: str, many: str) -> str:
    """The form of a word that goes with a number."""
    return one if count == 1 else many


def counted(count: int, one: str, many: str | None = None) -> str:
    """A number and its noun: `1 shop`, `2 shops`; a plural that does not end in `s` is given."""
    return f"{count} {form(count, one, f'{one}s' if many is None else many)}"


def money(amount_minor: int, currency: str | None) -> str:
    """An amount with its currency, `1,220.00 CNY`; of a currency that is no ISO 4217 code in minor units."""
    amount = amount_text(amount_minor, currency)
    return f"{amount_minor:,} minor {form(amount_minor, 'unit', 'units')}" if amount is None else amount


def money_zh(amount_minor: int, currency: str | None) -> str:
    """The amount for a Chinese sentence."""
    amount = amount_text(amount_minor, currency)
    return f"{amount_minor:,} 个最小货币单位" if amount is None else amount


def span(ms: int) -> str:
    """How long, to a tenth of an hour: `24 hours`, `1.5 hours`; of less than an hour whole minutes."""
    if ms < _HOUR_MS:
        return counted(ms // _MINUTE_MS, "minute")
    hours = _hours(ms)
    return f"{hours} {'hour' if hours == '1' else 'hours'}"


def span_zh(ms: int) -> str:
    """How long, for a Chinese sentence."""
    return f"{ms // _MINUTE_MS} 分钟" if ms < _HOUR_MS else f"{_hours(ms)} 小时"


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    *before, end = [*words] or [""]
    return f"{', '.join(before)} {last} {end}" if before else end


def amount_text(amount_minor: int, currency: str | None) -> str | None:
    """An amount of minor units in its currency, `1,234.56 CNY`; none for what is no currency's code."""
    if currency is None or not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        return None
    code = currency.upper()
    exponent = next((decimals for decimals, codes in _DECIMALS.items() if code in codes), 2)
    whole, rest = divmod(abs(amount_minor), 10**exponent)
    decimals = f".{rest:0{exponent}}" if exponent else ""
    return f"{'-' if amount_minor < 0 else ''}{whole:,}{decimals} {code}"


def _hours(ms: int) -> str:
    return f"{ms / _HOUR_MS:.1f}".removesuffix(".0")
