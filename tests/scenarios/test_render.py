"""How a story reads: a line per event, beneath it what it changed, and what stands in the end."""

from cloudtag.scenarios.page import stories_page
from cloudtag.scenarios.read import read, shipped_scenarios
from cloudtag.scenarios.render import tell_story
from cloudtag.scenarios.run import play
from cloudtag.scenarios.scenario import SOURCES

HEAD = (
    'title = "A story"\nrules = ["T1"]\nsource = "S0"\ntold = "It happens."\nquiet = true\n'
    '[default]\nplatform = "taobao"\nbuyer_id = "mei"\nshop_id = "silk-house"\n'
)


def told(name: str, *, is_zh: bool = False) -> list[str]:
    return tell_story(play(shipped_scenarios()[name]), is_zh=is_zh)


def after(lines: list[str], start: str) -> list[str]:
    """The line that begins so, and those beneath it."""
    number = next(n for n, line in enumerate(lines) if line.startswith(start))
    return [line.strip() for line in lines[number : number + 4]]


def test_a_late_event_is_told_when_it_arrives_and_takes_the_alert_back() -> None:
    lines = told("late_signature")
    assert lines[0] == "late_signature: A signature that was reported late clears the buyer (T4; S0)"
    assert lines[2] == "Day 1 is Mon 2 Mar 2026; all times are UTC."
    opened = after(lines, "day 3, Wed 4 Mar 15:00")
    assert opened[1] == "→ alert refund_before_delivery opened, high"
    assert opened[2].endswith("parcel OUT1 had not been delivered by then.")
    late = after(lines, "day 4, Thu 5 Mar 09:00")
    assert late[0].endswith("signed before the refund was opened [late: it happened day 3, Wed 4 Mar 09:00]")
    assert late[1] == "→ alert refund_before_delivery withdrawn"
    assert late[2] == "The courier's signature of 4 March 2026 came in late and clears it."
    assert lines[-1] == "In the end nothing stands."


def test_time_alone_is_told_between_two_events() -> None:
    lines = told("tag_that_lapsed")
    passed = after(lines, "day 181, Sat 29 Aug 10:00")
    assert passed[0].endswith("(time passes)")
    assert passed[1] == "→ tag tag-1/order-1 expired: threshold not met, 2 of 3 shops within 180 days"


def test_tags_say_what_the_shop_is_shown_and_those_that_fare_alike_are_told_together() -> None:
    lines = told("three_shops_confirm")
    second = after(lines, "day 60, Thu 30 Apr 10:00   tags")
    assert second[1] == (
        "→ tags tag-1/order-1, tag-2/order-2 pending, the shop is shown “mark failed”, 2 of 3 shops within 180 days"
    )
    third = after(lines, "day 180, Fri 28 Aug 10:00  tags")
    assert third[2] == "→ buyer mei confirmed as worn return by 3 shops: potter, silk-house, tea-house"
    many = told("twenty_orders_at_most")
    assert any(
        line.strip() == "→ tags too-many/order-1 … too-many/order-9 (21 tags) rejected: too many orders"
        for line in many
    )


def test_an_abuse_voids_and_reverses() -> None:
    lines = [line.strip() for line in told("abuse_voids_the_tags")]
    assert "→ tag tag-3/order-3 voided by finding-1" in lines
    assert "→ confirmation of mei as worn return reversed" in lines
    assert any(line.startswith("→ tags tag-1/order-1, tag-2/order-2 pending again") for line in lines)
    assert any(line.startswith("→ consequence order limit reversed for buyer mei") for line in lines)


def test_consequences_say_their_details_and_until_when() -> None:
    held = after(told("insurance_held_then_paid"), "day 10, ")
    assert held[2] == (
        "→ consequence insurance decision active for order order-1: decision hold; claim id claim-1; until day 12 10:00"
    )
    begun = [line for line in told("one_order_too_many") if "shop penalty active" in line]
    few, many = (next(line for line in begun if f"case id case-{orders};" in line) for orders in (96, 97))
    assert "; removed sales, scores, credit, comments; kept medium reviews, bad reviews; " in few
    assert few.endswith("; points until 2026-12-31T16:00:00Z; shield days 0; closes shop no; until day 305 16:00")
    assert "; points 12; " in many
    (shield,) = [line for line in told("one_order_too_many") if "→ consequence shop shield active" in line]
    assert "; measures shop shielded, no new listings, public warning, some promotions barred; until day 11" in shield


def test_upgrades_verdicts_and_what_is_left() -> None:
    lines = told("shop_says_normal")
    assert after(lines, "day 36, ")[3] == "→ alert buyer_risk opened, medium"
    answered = after(lines, "day 40, ")
    assert answered[1] == "→ alert short_return resolved by the shop's verdict: normal"
    assert answered[2] == "→ label of short_return about buyer mei: false positive"
    assert answered[3] == "→ alert buyer_risk withdrawn"
    end = lines[lines.index("In the end") :]
    assert "  alert received_refund_only stands, medium" in end
    assert not any("buyer_risk" in line for line in end)


def test_alerts_explain_themselves_in_chinese() -> None:
    english, chinese = told("goods_in_an_envelope"), told("goods_in_an_envelope", is_zh=True)
    differ = [new for old, new in zip(english, chinese, strict=True) if old != new]
    assert len(differ) == 2
    assert all("克" in line for line in differ)


def test_repetitions_that_change_nothing_are_counted() -> None:
    order = (
        '[[event]]\nstream = "orders"\nat = "day 1"\norder_id = "order-{n}"\nstatus = "paid"\n'
        'buyer_id = "buyer-{n}"\ntimes = 3\nevery = "1h"\n'
    )
    lines = tell_story(play(read("mine", HEAD.replace('buyer_id = "mei"\n', "") + order)))
    assert [line.strip() for line in lines[4:]] == [
        "day 1, Mon 2 Mar 00:00     orders      order order-1 paid at shop silk-house [buyer buyer-1]",
        "… and 2 more like it, until day 1, Mon 2 Mar 02:00",
        "",
        "Nothing is ever published.",
    ]


def test_every_story_is_on_the_page_under_its_source() -> None:
    page = stories_page()
    for story in shipped_scenarios().values():
        part = page.split(f"\n## {story.source}: {SOURCES[story.source]}\n")[1].split("\n## ")[0]
        (line,) = [line for line in part.splitlines() if line.startswith(f"| `{story.name}` |")]
        assert story.title in line
        assert story.told in line
        assert ("*Quiet.*" in line) == story.is_quiet
