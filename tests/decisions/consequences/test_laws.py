"""The laws of consequences over random dealings: no orphans, nothing left out, nobody named, nothing forgotten."""

import json
from itertools import product
from typing import Any

import msgspec
from hypothesis import given, settings

from cloudtag.contract import events as ev
from cloudtag.contract.records import Alert, Consequence, TagConfirmation, TagStatus
from cloudtag.contract.standing import is_taken_back, record_key
from cloudtag.contract.streams import INTERNAL, OUTPUTS
from cloudtag.decisions.permissions import standing_abuses
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.replay.topology import Topology
from tests.engine.standing import latest, standing
from tests.histories import dealings
from tests.histories.strategies import HOUR_MS, START_MS, histories

DAY_MS = 24 * HOUR_MS
UNTIL_MS = START_MS + 30 * DAY_MS
KINDS = (dealings.INSURING, dealings.EXCLUDING, dealings.EVIDENCE, dealings.WARNING, dealings.ALL)
NAMES = (dealings.BUYER, dealings.STRANGER)
NETWORKS = ("jd", "taobao", "aliexpress")
dealt = histories(kinds=KINDS)


def stands(history: Any) -> Any:
    return standing(record for _, record in judge([*history, *delivered(history)], UNTIL_MS, shipped()))


def delivered(history: Any) -> Any:
    """The buyer's orders, long delivered, on a platform that no tag and no finding decides on."""
    told = [e for e in history if type(e) not in (ev.TagSubmitted, ev.AbuseFound)]
    platform = min(told, key=lambda e: (e.occurred_at, e.event_id)).platform if told else "jd"
    at = START_MS - DAY_MS
    return [
        ev.OrderChanged(f"delivered-{order}", at, platform, order, dealings.BUYER, shop, "completed")
        for order, shop in dealings.ORDERS.items()
    ]


def of(found: Any, struct: Any, *kinds: Any) -> Any:
    return [r for (kind, _), r in found.items() if kind is struct and (not kinds or r.kind in kinds)]


_DECIDED = {"shop": ("upheld", "rejected", "withdrawn"), "buyer": (), "unknown": ()}


def complaints(history: Any) -> Any:
    """Each complaint's last known status, of a shop's the last decision if there is any, and who made it."""
    found: dict[Any, Any] = {}
    for event in sorted(
        (e for e in history if type(e) is ev.ComplaintChanged), key=lambda e: (e.occurred_at, e.event_id)
    ):
        status, by = found.get(event.complaint_id, ("unknown", "unknown"))
        is_told = event.status != "unknown" and not (event.status == "opened" and status in _DECIDED[by])
        status = event.status if is_told else status
        found[event.complaint_id] = (status, event.complainant if event.complainant != "unknown" else by)
    return found


@given(dealt)
@settings(max_examples=40, deadline=None)
def test_whatever_stands_names_causes_that_stand(history: Any) -> None:
    found, said = stands(history), complaints(history)
    tags = {tag.tag_id: tag.status for tag in of(found, TagStatus)}
    confirmations = {c.confirmation_id for c in of(found, TagConfirmation)}
    alerts = {alert.alert_id: alert for alert in of(found, Alert)}
    events = {event.event_id for event in history}
    insuring = {alert_id for alert_id, alert in alerts.items() if alert.scenario == "freight_insurance"}
    for c in of(found, Consequence):
        assert c.because
        for cause in c.because:
            if c.kind in ("sanction", "order_limit"):
                assert cause in confirmations or (c.kind == "sanction" and cause in alerts)
            elif c.kind in ("order_warning", "order_hold"):
                assert cause in confirmations or cause in alerts or cause in events
            elif c.kind == "insurance_decision":
                allowed = ("pending",) if c.details["decision"] in ("hold", "pay") else ("confirmed",)
                assert tags.get(cause) in allowed or cause in insuring or said[cause] == ("opened", "buyer")
            elif c.kind in ("metric_exclusion", "review_exclusion", "order_action"):
                is_abnormal = cause in alerts and alerts[cause].facts["verdict"] == "abnormal"
                assert tags.get(cause) == "confirmed" or is_abnormal or said[cause] == ("upheld", "shop")
            elif c.kind in ("deadline_warning", "deal_not_sold_exemption"):
                assert alerts[cause].facts.get("verdict") != "normal" or c.status == "ended"
            elif c.kind == "sla_breach":
                assert said[cause][1] == "shop"
            else:
                assert c.kind == "permission"
                assert cause in events


@given(dealt)
@settings(max_examples=40, deadline=None)
def test_whatever_must_follow_follows(history: Any) -> None:
    found, policies = stands(history), shipped()
    by_kind: dict[Any, Any] = {}
    for c in of(found, Consequence):
        by_kind.setdefault(c.kind, []).append(c)

    def told(kind: Any, subject_id: Any, cause: Any) -> Any:
        return any(c.subject_id == subject_id and cause in c.because for c in by_kind.get(kind, []))

    reviewed = {event.order_id for event in history if type(event) is ev.ReviewPosted}
    for confirmation in of(found, TagConfirmation):
        ladder = policies.at(confirmation.platform, confirmation.confirmed_at).sanctions.ladder
        assert told("sanction", confirmation.buyer_id, confirmation.confirmation_id) is bool(ladder)
        assert told("order_limit", confirmation.buyer_id, confirmation.confirmation_id)
    for tag in (tag for tag in of(found, TagStatus) if tag.status == "confirmed"):
        rules = policies.at(tag.platform, tag.decided_at).consequences
        assert told("metric_exclusion", tag.order_id, tag.tag_id) is bool(rules.excluded_metrics)
        if tag.buyer_id == dealings.BUYER:
            is_meant = tag.scenario in rules.review_scenarios
            is_removed = rules.removes_reviews and is_meant and tag.order_id in reviewed
            assert told("review_exclusion", tag.order_id, tag.tag_id) is is_removed


@given(dealt)
@settings(max_examples=40, deadline=None)
def test_a_shop_found_out_counts_as_if_it_had_never_tagged(history: Any) -> None:
    findings = [event for event in history if type(event) is ev.AbuseFound]
    abusers = {
        (network, shop) for network, shop in product(NETWORKS, dealings.SHOPS) if _standing(findings, network, shop)
    }
    honest = [e for e in history if type(e) is not ev.AbuseFound and not _is_tag_of(e, abusers)]
    assert _without(stands(history), abusers) == _without(stands(honest), abusers)


def _shop(said: Any) -> Any:
    """A shop is one only inside its network."""
    return shipped().networks[said.platform], said.shop_id


def _standing(findings: Any, *shop: Any) -> Any:
    return standing_abuses(finding for finding in findings if _shop(finding) == shop)


def _is_tag_of(event: Any, shops: Any) -> Any:
    return type(event) is ev.TagSubmitted and _shop(event) in shops


def _without(found: Any, shops: Any) -> Any:
    """Without the tags of those shops, and without permissions."""
    return {
        key: record
        for key, record in found.items()
        if not (isinstance(record, TagStatus) and _shop(record) in shops)
        and getattr(record, "kind", "") != "permission"
    }


@given(dealt)
@settings(max_examples=30, deadline=None)
def test_consequences_name_nobody_but_their_subject(history: Any) -> None:
    submissions = [event.submission_id for event in history if type(event) is ev.TagSubmitted]
    for c in of(stands(history), Consequence):
        if c.kind == "permission":
            continue
        text = json.dumps(msgspec.to_builtins(c))
        names = [name for name in NAMES if name in text]
        assert names == ([c.subject_id] if c.subject_kind == "buyer" else [])
        if c.subject_kind == "buyer":
            assert not any(f'"{submission}/' in text for submission in submissions), "the text of a tag"
            assert not any(f'"{shop}"' in text for shop in dealings.SHOPS)


def test_no_stream_is_for_buyers() -> None:
    """T10: what is published is for risk consumers, shops and analysts; there is no stream a buyer could read."""
    assert set(OUTPUTS) == {
        "alerts", "tag-statuses", "tag-confirmations", "report-statuses", "consequences", "labels", "dead-letters"
    }  # fmt: skip
    assert not set(OUTPUTS) & set(INTERNAL)


@given(dealt)
@settings(max_examples=15, deadline=None)
def test_forgetting_takes_nothing_back(history: Any) -> None:
    """Both buyers go on for two years; whatever time alone does, nothing that stood is reversed, or told anew."""
    topology = Topology(shipped())
    events = sorted(history, key=lambda event: event.occurred_at)
    before = latest([*_records(topology.feed(events)), *_records(topology.pass_time(UNTIL_MS))])
    for month in range(2, 26):
        at = START_MS + month * 30 * DAY_MS
        after = [*_records(topology.pass_time(at)), *_records(topology.feed(_signs_of_life(month, at)))]
        for record in after:
            key = (type(record), record_key(record))
            assert not is_taken_back(record)
            assert record.status != "rejected"
            assert record.revision == (before[key].revision + 1 if key in before else 0)
            before[key] = record


def _records(outputs: Any) -> Any:
    return [output.record for output in outputs]


def _signs_of_life(month: Any, at: Any) -> Any:
    """Both buyers are reached, in every network, about an order that nobody says anything else of."""
    return [
        ev.BuyerContacted(f"life-{name}-{month}", at, platform, f"life-{name}-{month}", name, "s1", "chat", True)
        for name in NAMES
        for platform in NETWORKS
    ]
