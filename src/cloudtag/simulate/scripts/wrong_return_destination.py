"""Return parcels that go somewhere else (T3.1)."""

from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import fill, inspect, new_parcel, send_back
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import mix

DETECTOR = "wrong_return_destination"


def sent_to_a_friend(stage: ScriptContext) -> None:
    """A real parcel with real scans, to an address that is not the shop's."""
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    fill(stage.story, [claim], new_parcel(stage.story), at)
    send_back(stage.story, claim, at + HOUR_MS, destination=mix(13, stage.number))
    stage.expect(DETECTOR, [claim], at=at + HOUR_MS)


def sent_to_the_second_warehouse(stage: ScriptContext) -> None:
    """Honest: the shop takes returns at two addresses."""
    second = mix(14, stage.number)
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.own_shop(None, second)))
    fill(stage.story, [claim], new_parcel(stage.story), at)
    arrived_at = send_back(stage.story, claim, at + HOUR_MS, destination=second)
    inspect(stage.story, claim, arrived_at + HOUR_MS, claim.goods())
    stage.expect(DETECTOR, [claim], stands=False)


def courier_does_not_say(stage: ScriptContext) -> None:
    """Honest: the courier reports no destination."""
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    fill(stage.story, [claim], new_parcel(stage.story), at)
    arrived_at = send_back(stage.story, claim, at + HOUR_MS, destination=None)
    inspect(stage.story, claim, arrived_at + HOUR_MS, claim.goods())
    stage.expect(DETECTOR, [claim], stands=False)


SCRIPTS = (sent_to_a_friend, sent_to_the_second_warehouse, courier_does_not_say)
