"""Return parcels that never leave the courier (T3.5)."""

from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import RefundClaim, fill, new_parcel, send_back
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "internal_parcel"
HERE, THERE, FAR = "hub-0-out", "hub-5-in", "hub-9-in"


def _send(stage: ScriptContext, *facilities: str, is_lost: bool = False) -> RefundClaim:
    claim, at = stage.agreed_return(stage.received(stage.buyer(), stage.shop()))
    fill(stage.story, [claim], new_parcel(stage.story), at)
    send_back(stage.story, claim, at + HOUR_MS, facilities=facilities, is_lost=is_lost)
    return claim


def one_counter(stage: ScriptContext) -> None:
    """Handed in, scanned and signed for at one counter."""
    stage.expect(DETECTOR, [_send(stage, *[HERE] * 5)])


def there_and_back(stage: ScriptContext) -> None:
    """Away for show, and signed for where it was handed in."""
    stage.expect(DETECTOR, [_send(stage, HERE, HERE, THERE, THERE, HERE)])


def still_at_the_counter(stage: ScriptContext) -> None:
    """Honest: handed in and waiting to leave; nobody has signed."""
    stage.expect(DETECTOR, [_send(stage, *[HERE] * 5, is_lost=True)], stands=False)


def within_the_city(stage: ScriptContext) -> None:
    """Honest: buyer and shop live in one city, served by two buildings."""
    stage.expect(DETECTOR, [_send(stage, HERE, HERE, FAR, FAR, FAR)], stands=False)


SCRIPTS = (one_counter, there_and_back, still_at_the_counter, within_the_city)
