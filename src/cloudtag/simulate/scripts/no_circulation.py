"""Return numbers no courier ever sees (T3.4), and parcels whose first scan only came late."""

from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import fill, inspect, new_parcel, send_back
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "no_circulation"


def number_never_scanned(stage: ScriptContext) -> None:
    """The buyer fills in a number and hands over nothing."""
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    fill(stage.story, [claim], new_parcel(stage.story), at)
    stage.expect(DETECTOR, [claim])


def handed_over_late(stage: ScriptContext) -> None:
    """Honest: the parcel is first scanned 80 hours after its number was filled in."""
    story = stage.story
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    fill(story, [claim], new_parcel(story), at)
    arrived_at = send_back(story, claim, at + 80 * HOUR_MS)
    inspect(story, claim, arrived_at + HOUR_MS, claim.goods())
    stage.expect(DETECTOR, [claim], stands=False)


def scan_reported_late(stage: ScriptContext) -> None:
    """Honest: the parcel is scanned after five hours, which is reported three days later."""
    story = stage.story
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    fill(story, [claim], new_parcel(story), at)
    arrived_at = send_back(story, claim, at + 5 * HOUR_MS, accepted_late_ms=74 * HOUR_MS)
    inspect(story, claim, arrived_at + HOUR_MS, claim.goods())
    stage.expect(DETECTOR, [claim], stands=False)


SCRIPTS = (number_never_scanned, handed_over_late, scan_reported_late)
