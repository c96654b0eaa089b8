"""`cloudtag stories`: the list, the telling, the events in the replay form, and a story of one's own."""

import json
from pathlib import Path

from cloudtag.scenarios.read import shipped_scenarios
from cloudtag.scenarios.scenario import SOURCES
from tests.cli.conftest import Run

MINE = """
title = "An address that does not exist"
rules = ["B19"]
source = "S1"
told = "The shop need not ship."
[[event]]
stream = "orders"
at = "day 1"
platform = "taobao"
order_id = "order-1"
buyer_id = "mei"
shop_id = "silk-house"
status = "placed"
address_valid = false
[[expect]]
stream = "alerts"
detector = "shipping_exemption"
status = "open"
severity = "low"
"""


def test_all_are_listed_under_their_source_with_title_and_rules(run: Run) -> None:
    listed = run("stories")
    assert listed.code == 0
    assert f"{len(shipped_scenarios())} stories" in listed.err
    begins = [listed.lines.index(f"{source}: {about}") for source, about in SOURCES.items()]
    assert begins == sorted(begins)
    for (source, begin), end in zip(zip(SOURCES, begins, strict=True), [*begins[1:], None], strict=True):
        rows = [line.split("│") for line in listed.lines[begin:end] if line.startswith("│")]
        named = {row[1].strip(): row for row in rows if row[1].strip()}
        stories = {name: story for name, story in shipped_scenarios().items() if story.source == source}
        assert list(named) == list(stories)
        for name, story in stories.items():
            assert story.title.startswith(named[name][2].strip())
            assert named[name][3].split()[0] == story.rules[0]


def test_some_are_told(run: Run) -> None:
    told = run("stories", "family_at_one_address", "goods_in_an_envelope")
    assert (told.code, told.err) == (0, "")
    assert "family_at_one_address: A family at one address (A1; S3)" in told.lines
    assert "Nothing is ever published." in told.lines
    assert any("→ alert envelope_return opened, medium" in line for line in told.lines)


def test_explanations_may_be_chinese(run: Run) -> None:
    assert "克" in run("stories", "goods_in_an_envelope", "--zh").out


def test_all_are_told(run: Run) -> None:
    told = run("stories", "--all")
    assert (told.code, told.err) == (0, "")
    assert [line.split(":")[0] for line in told.lines if line.split(":")[0] in shipped_scenarios()] == list(
        shipped_scenarios()
    )


def test_the_events_of_a_story_can_be_replayed(process: Run) -> None:
    events = process("stories", "five_orders_one_parcel", "--jsonl")
    assert (events.code, events.err) == (0, "")
    replayed = process("replay", "-", "--final", stdin=events.out.encode())
    alerts = [json.loads(line) for line in replayed.out.splitlines()]
    (short,) = [alert for alert in alerts if alert.get("detector") == "short_return"]
    assert short["refund_ids"] == [f"refund-{n}" for n in range(1, 6)]


def test_a_verdict_in_the_replay_form_has_its_alert(process: Run) -> None:
    events = process("stories", "shop_says_normal", "--jsonl")
    assert "--until 2026-04-30T00:00:00Z" in events.err
    (verdict,) = [line for line in map(json.loads, events.out.splitlines()) if line["stream"] == "verdicts"]
    replayed = process("replay", "-", "--final", stdin=events.out.encode())
    resolved = [line for line in map(json.loads, replayed.out.splitlines()) if line.get("status") == "resolved"]
    assert [alert["alert_id"] for alert in resolved] == [verdict["alert_id"]]


def test_events_of_one_story_at_a_time(run: Run) -> None:
    done = run("stories", "--all", "--jsonl")
    assert (done.code, done.out) == (2, "")
    assert "one story at a time" in done.err


def test_a_wrong_name_is_answered_with_the_nearest(run: Run) -> None:
    told = run("stories", "l_for_x")
    assert (told.code, told.out) == (2, "")
    assert "did you mean 'l_for_xl'?" in told.err
    assert "`cloudtag stories` lists them" in run("stories", "zzz").err


def test_a_story_of_ones_own_is_run_and_checked(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(MINE)
    told = run("stories", file)
    assert (told.code, told.err) == (0, "")
    assert "alert shipping_exemption opened, low" in told.out
    file.write_text(MINE.replace('"low"', '"high"'))
    told = run("stories", file)
    assert told.code == 1
    assert "story mine does not end as it says: expected 1 of alerts" in told.err
    file.write_text("title = 3")
    told = run("stories", file)
    assert (told.code, told.out) == (2, "")
    assert "story mine: " in told.err
    assert run("stories", tmp_path / "none.toml").code == 2
