"""A small scene in which every processor has something to find, played by people whose names begin with a prefix.

Scenes of different prefixes share nothing, so many of them can be published to one installation and told apart again.
"""

from typing import Any

import msgspec

from cloudtag.contract.events import AccountChanged, TagSubmitted
from cloudtag.contract.streams import INPUTS, STREAM_OF
from cloudtag.contract.types import TaggedOrder
from cloudtag.detectors.registry import all_detectors
from cloudtag.parcels.spelling import with_canonical_numbers
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.wire import decode_json
from tests.engine.standing import standing

T0 = 1_772_409_600_000
DAY_MS = 86_400_000
UNTIL_MS = T0 + 40 * DAY_MS
"""What the scene leads to has been found by then."""
DETECTORS = ("reused_waybill", "outbound_waybill_as_return", "account_ring")
NAMES = frozenset(("event_id", "buyer_id", "shop_id", "order_id", "refund_id", "waybill_no", "device_hash"))
SHOPS = 3


def events(prefix: str) -> list[Any]:
    """Orders, parcels, refunds and shared devices from the detectors' examples, and three shops that tag one buyer."""
    found = [
        decode_json(_renamed(event, f"{prefix}{number}-"))[1]
        for number, name in enumerate(DETECTORS)
        for event in all_detectors()[name].examples[0].events
    ]
    for number in range(SHOPS):
        shop = f"{prefix}shop{number}"
        account = f"{shop}-main"
        exam = AccountChanged(f"{shop}-exam", T0 + number, "jd", shop, account, "exam_passed")
        orders = (TaggedOrder(f"{shop}-order", f"{prefix}tagged"),)
        at_ms = T0 + (number + 1) * DAY_MS
        tag = TagSubmitted(f"{shop}-tag", at_ms, "jd", f"{shop}-sub", shop, account, ("worn_return",), orders)
        found += [exam, tag]
    return found


def stream_of(event: Any) -> str:
    """The stream an event travels on."""
    return STREAM_OF[type(event)]


def key_of(event: Any) -> str:
    """The key a producer should give it: a waybill number in canonical form."""
    return key_as_written(with_canonical_numbers(event))


def key_as_written(event: Any) -> str:
    """The key of a producer that takes the field as it finds it."""
    key: str = getattr(event, INPUTS[stream_of(event)].key)
    return key


def said_by_replay(prefix: str) -> dict[Any, Any]:
    """What stands in the end of a scene, judged from a file: `cloudtag replay --final`."""
    return standing(record for _, record in judge(events(prefix), UNTIL_MS, shipped()))


def of_scene(prefix: str, records: list[Any]) -> dict[Any, Any]:
    """What stands of a scene among everything an installation has published."""
    return standing(record for record in records if hasattr(record, "revision") and _subject(record).startswith(prefix))


def _subject(record: Any) -> str:
    subject: str = getattr(record, "buyer_id", None) or record.subject_id
    return subject


def _renamed(event: dict[str, Any], prefix: str) -> dict[str, Any]:
    named = {name: prefix + value if name in NAMES and value else value for name, value in event.items()}
    return msgspec.json.decode(msgspec.json.encode(named), type=dict[str, Any])
