"""Goods returned in an envelope (T3.2)."""

from cloudtag.contract.types import PackageKind
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import RefundClaim, fill, inspect, new_parcel, send_back
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "envelope_return"


def _send(stage: ScriptContext, package: PackageKind, grams: int) -> tuple[RefundClaim, int, int]:
    """A return in such a parcel: the claim, when it was first scanned, and when it arrived."""
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    fill(stage.story, [claim], new_parcel(stage.story), at)
    arrived_at = send_back(stage.story, claim, at + HOUR_MS, package=package, weight_grams=grams)
    # It is light as well, for all but the lightest goods.
    stage.expect("light_return", [claim], is_open=True)
    return claim, at + HOUR_MS, arrived_at


def an_envelope(stage: ScriptContext) -> None:
    """The courier carries an envelope."""
    claim, scanned_at, _ = _send(stage, "envelope", 60)
    stage.expect(DETECTOR, [claim], at=scanned_at)


def a_bag_of_air(stage: ScriptContext) -> None:
    """The courier weighs the bag at thirty grams."""
    claim, scanned_at, _ = _send(stage, "bag", 30)
    stage.expect(DETECTOR, [claim], at=scanned_at)


def a_light_box(stage: ScriptContext) -> None:
    """Honest: light goods in a box, not inspected yet."""
    claim, _, _ = _send(stage, "box", 55)
    stage.expect(DETECTOR, [claim], stands=False)


def a_soft_bag(stage: ScriptContext) -> None:
    """Honest: clothes in a bag."""
    claim, _, arrived_at = _send(stage, "bag", 300)
    inspect(stage.story, claim, arrived_at + HOUR_MS, claim.goods())
    stage.expect(DETECTOR, [claim], stands=False)


SCRIPTS = (an_envelope, a_bag_of_air, a_light_box, a_soft_bag)
