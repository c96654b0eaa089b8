"""A parcel's journey as a picture, laid out here: a stop for each scan, in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cloudtag.desk.case import ParcelTrack
from cloudtag.desk.language import Language

STEP = 112
"""Between two stops."""
MOST = 12
"""Of longer journeys the first and the last stops are drawn."""
ENDS = ("signed", "collected", "refused", "returned")
"""Scans that say where a parcel ended, or turned."""


@dataclass(frozen=True, slots=True)
class JourneyStop:
    """A scan on the picture: where it is drawn, what it is called and when it was."""

    x: int
    words: str
    at: str
    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class JourneyPicture:
    """A parcel's stops. `left_out`: so many between the first and the last ones."""

    waybill_no: str
    way: str
    stops: tuple[JourneyStop, ...]
    left_out: int
    width: int


def journey_picture(language: Language, track: ParcelTrack) -> JourneyPicture:
    """The picture of a parcel's journey."""
    scans = list(track.scans)
    left_out = max(0, len(scans) - MOST)
    if left_out:
        scans = [*scans[: MOST // 2], *scans[-MOST // 2 :]]
    stops = []
    for n, fact in enumerate(scans):
        scan = fact.event
        at = datetime.fromtimestamp(scan.occurred_at / 1000, UTC).astimezone(language.zone)
        who = language.word(scan.signer) if scan.signer and scan.signer != "unknown" else ""
        kind = "rests" if fact.mark else "end" if scan.scan in ENDS else "stop"
        x, where = STEP // 2 + n * STEP, who or scan.facility or ""
        stops.append(JourneyStop(x, language.word(scan.scan), f"{at:%m-%d %H:%M}", kind, where))
    return JourneyPicture(track.waybill_no, track.way, tuple(stops), left_out, STEP * max(1, len(stops)))
