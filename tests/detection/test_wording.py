"""Numbers, amounts, spans and lists in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.detection.wording import counted, form, listed, money, money_zh, span, span_zh

MINUTE, HOUR = 60_000, 3_600_000


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (counted(1, "shop"), "1 shop"),
        (counted(2, "refund"), "2 refunds"),
        (counted(0, "piece"), "0 pieces"),
        (counted(1, "address", "addresses"), "1 address"),
        (counted(3, "address", "addresses"), "3 addresses"),
        (form(1, "was", "were"), "was"),
        (form(0, "was", "were"), "were"),
    ],
)
def test_a_number_and_its_words_agree(said: str, words: str) -> None:
    assert said == words


@pytest.mark.parametrize(
    ("amount_minor", "currency", "words"),
    [
        (122_000, "CNY", "1,220.00 CNY"),
        (5, "eur", "0.05 EUR"),
        (-199_905, "USD", "-1,999.05 USD"),
        (1_220, "JPY", "1,220 JPY"),
        (0, "KRW", "0 KRW"),
        (90_000, "VND", "90,000 VND"),
        (7, "CLP", "7 CLP"),
        (1_234_567, "KWD", "1,234.567 KWD"),
        (-5, "BHD", "-0.005 BHD"),
        (12_345, "CLF", "1.2345 CLF"),
        (898_000, None, "898,000 minor units"),
        (898_000, "points", "898,000 minor units"),
        (1, "", "1 minor unit"),
    ],
)
def test_money_is_told_with_the_decimals_of_its_currency(amount_minor: int, currency: str | None, words: str) -> None:
    assert money(amount_minor, currency) == words


def test_money_without_a_currency_says_so_in_chinese() -> None:
    assert money_zh(122_000, "CNY") == "1,220.00 CNY"
    assert money_zh(122_000, None) == "122,000 个最小货币单位"


@given(st.integers(-(10**15), 10**15), st.sampled_from(["CNY", "JPY", "KWD", "CLF", "USD"]))
def test_no_unit_of_money_is_lost(amount_minor: int, currency: str) -> None:
    amount, code = money(amount_minor, currency).split(" ")
    assert code == currency
    decimals = amount.partition(".")[2]
    assert len(decimals) == {"JPY": 0, "KWD": 3, "CLF": 4}.get(currency, 2)
    assert int(amount.replace(",", "").replace(".", "")) == amount_minor


@pytest.mark.parametrize(
    ("ms", "words", "words_zh"),
    [
        (0, "0 minutes", "0 分钟"),
        (MINUTE, "1 minute", "1 分钟"),
        (HOUR - 1, "59 minutes", "59 分钟"),
        (HOUR, "1 hour", "1 小时"),
        (HOUR + 30 * MINUTE, "1.5 hours", "1.5 小时"),
        (24 * HOUR, "24 hours", "24 小时"),
        (143 * HOUR + 6 * MINUTE, "143.1 hours", "143.1 小时"),
    ],
)
def test_a_span_is_told_in_hours_or_minutes(ms: int, words: str, words_zh: str) -> None:
    assert (span(ms), span_zh(ms)) == (words, words_zh)


def test_the_last_of_a_list_is_joined_by_a_word() -> None:
    assert [listed([]), listed(["a"]), listed("ab"), listed("abc")] == ["", "a", "a and b", "a, b and c"]
    assert listed(["a bag", "an envelope"], "or") == "a bag or an envelope"
