"""The steps of a parcel's journey and what each scan makes of them (F6): one table, which is also the diagram."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.journeys import Place

Step = Literal[
    "not_handed_in",
    "on_the_way",
    "with_receiver",
    "waiting",
    "handed_over",
    "refused",
    "refused_home",
    "returning",
    "returned_home",
]
"""A place, and for a parcel that comes home whether it may still be delivered, and whether its sender has it."""
Turn = Literal[
    "travels",
    "out_for_delivery",
    "signed_by_receiver",
    "signed_for_keeping",
    "signed_by_somebody",
    "collected",
    "refused",
    "returned",
]
"""What a scan says of a journey; those that say nothing (a label, an exception, what is not known) are none."""

PLACES: Mapping[Step, Place] = MappingProxyType(
    {
        "not_handed_in": "not_handed_in",
        "on_the_way": "on_the_way",
        "with_receiver": "with_receiver",
        "waiting": "waiting",
        "handed_over": "handed_over",
        "refused": "coming_home",
        "refused_home": "coming_home",
        "returning": "coming_home",
        "returned_home": "coming_home",
    }
)
DELIVERED: frozenset[Place] = frozenset(("with_receiver", "waiting", "handed_over"))
"""Places a parcel is delivered to: one that travels on for its receiver never was there."""
ENDS: frozenset[Step] = frozenset(("with_receiver", "refused_home", "returned_home"))
"""Steps at which a journey has ended: the number may be another parcel's next."""
OUTWARD: frozenset[Step] = frozenset(("not_handed_in", "on_the_way", "with_receiver", "waiting", "handed_over"))
"""Steps of a parcel bound for its receiver."""

_SIGNED: Mapping[str | None, Turn] = MappingProxyType(
    {
        "recipient": "signed_by_receiver",
        "household": "signed_by_receiver",
        "locker": "signed_for_keeping",
        "station": "signed_for_keeping",
    }
)
_SAYS: Mapping[str, Turn] = MappingProxyType(
    {
        "accepted": "travels",
        "departed": "travels",
        "arrived": "travels",
        "out_for_delivery": "out_for_delivery",
        "collected": "collected",
        "refused": "refused",
        "returned": "returned",
    }
)
TURNS: tuple[Turn, ...] = get_args(Turn)
STEPS: tuple[Step, ...] = get_args(Step)


def turn_of(scan: ParcelScanned) -> Turn | None:
    """What a scan says of the journey, if anything."""
    return _SIGNED.get(scan.signer, "signed_by_somebody") if scan.scan == "signed" else _SAYS.get(scan.scan)


def _outward() -> dict[Turn, Step]:
    return {
        "travels": "on_the_way",
        "out_for_delivery": "on_the_way",
        "signed_by_receiver": "with_receiver",
        "collected": "with_receiver",
        "signed_for_keeping": "waiting",
        "signed_by_somebody": "handed_over",
        "refused": "refused",
        "returned": "returning",
    }


def _homeward(way: Step, home: Step) -> dict[Turn, Step]:
    """Whoever signs for a parcel that was turned back is its sender."""
    signed: tuple[Turn, ...] = ("signed_by_receiver", "signed_for_keeping", "signed_by_somebody", "collected")
    return {
        "travels": way,
        "out_for_delivery": "on_the_way" if way == "refused" else way,
        **dict.fromkeys(signed, home),
        "refused": way,
        "returned": "returning",
    }


TRANSITIONS: Mapping[Step, Mapping[Turn, Step]] = MappingProxyType(
    {
        step: MappingProxyType(
            _outward()
            if step in OUTWARD
            else _homeward("refused", "refused_home")
            if step in ("refused", "refused_home")
            else _homeward("returning", "returned_home")
        )
        for step in STEPS
    }
)
"""Which step follows on which, by what a scan says."""

_AFTER: Mapping[Step, Mapping[str, Step]] = {
    step: {kind: after[turn] for kind, turn in _SAYS.items()} for step, after in TRANSITIONS.items()
}


def step_after(step: Step, scan: ParcelScanned) -> Step:
    """The step that a scan leads to, mostly the same."""
    if scan.scan == "signed":
        return TRANSITIONS[step][_SIGNED.get(scan.signer, "signed_by_somebody")]
    return _AFTER[step].get(scan.scan, step)
