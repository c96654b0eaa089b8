"""Return parcels that never leave the courier (T3.5)."""

from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.refunds import RefundClaim, fill, new_parcel, send_back
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "internal_parcel"
PROP_PERCENT = 50
"""Neither the goods nor so light that its weight alone gives it away."""
HERE, THERE, FAR = "hub-0-out", "hub-5-in", "hub-9-in"


def _send(stage: ScriptContext, *facilities: str, is_lost: bool = False, percent: int = PROP_PERCENT) -> RefundClaim:
    """A return of so many percent of what was sent: what comes back by itself is a prop."""
    deal = stage.received(stage.buyer(), stage.shop())
    claim, at = stage.agreed_return(deal)
    fill(stage.story, [claim], new_parcel(stage.story), at)
    grams = max(60, deal.grams * percent // 100)
    send_back(stage.story, claim, at + HOUR_MS, facilities=facilities, is_lost=is_lost, weight_grams=grams)
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


def one_station_town(stage: ScriptContext) -> None:
    """Honest: buyer and shop use one station, and the parcel weighs what was sent."""
    stage.expect(DETECTOR, [_send(stage, *[HERE] * 5, percent=100)], stands=False)


SCRIPTS = (one_counter, there_and_back, still_at_the_counter, within_the_city, one_station_town)
