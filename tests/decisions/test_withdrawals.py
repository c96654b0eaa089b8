"""When an alert was taken back, and in which words: by one event or several, late or not, corrected or new."""

import dataclasses

import pytest
from msgspec.structs import replace

from cloudtag.contract.internal import Cause
from cloudtag.contract.records import Alert, Reference
from cloudtag.decisions import withdrawals
from cloudtag.decisions.withdrawals import withdrawn
from cloudtag.detectors.registry import all_detectors
from tests.decisions.alerts import an_alert

T0 = 1_772_409_600_000
"""2 March 2026."""
DAY = 86_400_000


def alert(*rests_on: tuple[str, str], waybill_nos: tuple[str, ...] = (), detector: str = "a_plugin_gone") -> Alert:
    """Decided on 2 March, resting on these events (stream and id)."""
    evidence = tuple(Reference(stream, event_id, T0) for stream, event_id in rests_on)
    return replace(an_alert(), decided_at=T0, evidence=evidence, waybill_nos=waybill_nos, detector=detector)


def paid(days: int) -> Cause:
    return Cause("orders", f"e{days}", T0 + days * DAY, "paid")


def words(alert: Alert, *causes: Cause, is_certain: bool = True) -> tuple[str | None, str | None]:
    gone = withdrawn(alert, causes, T0, is_certain=is_certain)
    return gone.withdrawn_because, gone.withdrawn_because_zh


@pytest.mark.parametrize(
    ("causes", "now_ms", "at"),
    [
        ([paid(1), paid(3)], 0, T0 + 3 * DAY),
        ([paid(-1)], T0 + 9 * DAY, T0 + 9 * DAY),
        ([paid(0)], T0 + 9 * DAY, T0 + 9 * DAY),
        ([paid(1)], T0 + 9 * DAY, T0 + DAY),
        ([], T0 + 5, T0 + 5),
        ([], T0 - 5, T0),
    ],
    ids=["the newest", "older than the alert", "as old as it", "newer than it", "time alone", "time behind it"],
)
def test_when_it_was_taken_back(causes: list[Cause], now_ms: int, at: int) -> None:
    assert withdrawn(alert(), causes, now_ms, is_certain=True).decided_at == at


@pytest.mark.parametrize(
    ("days", "because", "because_zh"),
    [
        ((1,), "The payment of 3 March 2026 clears it.", " 2026 年 3 月 3 日的付款表明预警不再成立。"),
        (
            (0,),
            "The payment of 2 March 2026 came in late and clears it.",
            " 2026 年 3 月 2 日的付款迟到，预警因此撤回。",
        ),
        (
            (-1, 0),
            "The payment of 1 March 2026 and the payment of 2 March 2026 came in late and clear it.",
            " 2026 年 3 月 1 日的付款、 2026 年 3 月 2 日的付款迟到，预警因此撤回。",
        ),
        (
            (0, 1),
            "The payment of 2 March 2026 and the payment of 3 March 2026 clear it.",
            " 2026 年 3 月 2 日的付款、 2026 年 3 月 3 日的付款表明预警不再成立。",
        ),
    ],
    ids=["one", "one that was late", "two that were late", "two, one of which was late"],
)
def test_what_cleared_it_is_named(days: tuple[int, ...], because: str, because_zh: str) -> None:
    assert words(alert(), *map(paid, days)) == (because, because_zh)


def test_three_are_named_and_of_more_the_last_three() -> None:
    three = words(alert(), paid(1), paid(2), paid(3))
    assert three[0] is not None
    assert three[0].count("payment") == 3
    assert "more" not in three[0]
    assert three[1] is not None
    assert "等" not in three[1]
    four, four_zh = words(alert(), paid(1), paid(2), paid(3), paid(4))
    assert four is not None
    assert four.startswith("The payment of 4 March 2026,")
    assert four.endswith("and 1 more clear it.")
    assert four_zh is not None
    assert four_zh.endswith("的付款等 4 项表明预警不再成立。")


def test_what_merely_came_in_then_is_not_called_the_reason() -> None:
    assert words(alert(), paid(1), is_certain=False) == (
        "It no longer holds since this came in: the payment of 3 March 2026.",
        "收到以下信息后不再成立： 2026 年 3 月 3 日的付款。",
    )


INSPECTED = Cause("inspections", "i2", T0 + DAY, "")
NUMBERED = Cause("refunds", "r2", T0 + DAY, "waybill_filled")


@pytest.mark.parametrize(
    ("about", "cause", "named"),
    [
        (alert(("inspections", "i1"), ("orders", "e1")), INSPECTED, "The shop's corrected inspection of"),
        (alert(("orders", "e1")), INSPECTED, "The shop's inspection of"),
        (alert(("inspections", "i2")), INSPECTED, "The shop's inspection of"),
        (alert(("refunds", "r1"), waybill_nos=("W1",)), NUMBERED, "The return number as corrected on"),
        (alert(("refunds", "r1")), NUMBERED, "The return number given on"),
        (alert(("orders", "e1"), waybill_nos=("W1",)), NUMBERED, "The return number given on"),
    ],
    ids=[
        "another inspection",
        "the first one",
        "the same one",
        "another number",
        "about no number",
        "the first number",
    ],
)
def test_an_event_corrects_another_of_its_kind_on_which_the_alert_rests(about: Alert, cause: Cause, named: str) -> None:
    because, _ = words(about, cause)
    assert because == f"{named} 3 March 2026 clears it."


def test_a_detector_has_words_of_its_own_before_the_general_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    known = all_detectors()["mass_unpaid"]
    rule = replace(known.rule, cleared={"orders:paid": ("the money of {on}", "{on}的款项")})
    monkeypatch.setattr(withdrawals, "all_detectors", lambda: {"mass_unpaid": dataclasses.replace(known, rule=rule)})
    about = alert(detector="mass_unpaid")
    assert words(about, paid(1)) == (
        "The money of 3 March 2026 clears it.",
        " 2026 年 3 月 3 日的款项表明预警不再成立。",
    )
    assert words(about, INSPECTED)[0] == "The shop's inspection of 3 March 2026 clears it."


def test_what_has_no_words_is_named_by_its_stream() -> None:
    assert words(alert(), Cause("orders", "e2", T0 + DAY, "pondered"))[0] == (
        "What was said of the order on 3 March 2026 clears it."
    )
    assert words(alert(), Cause("accounts", "e2", T0 + DAY, "")) == (
        "An event of accounts of 3 March 2026 clears it.",
        " 2026 年 3 月 3 日的信息表明预警不再成立。",
    )
