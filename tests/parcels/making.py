"""Scans to test with, and histories of one number for the laws."""

from typing import get_args

from hypothesis import settings
from hypothesis import strategies as st

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.types import ScanKind

START_MS = 1_772_330_400_000  # 2026-03-01T02:00:00Z
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
LAW = settings(max_examples=60, deadline=None)
KINDS = get_args(ScanKind)


def scan(kind, hours=0.0, signer=None, event_id=None, **fields):
    """A scan so many hours after the start."""
    at_ms = START_MS + round(hours * HOUR_MS)
    said = {"carrier": "SF", "waybill_no": "W1", "platform": "taobao", **fields}
    return ParcelScanned(
        event_id=event_id or f"{kind}-{hours}-{signer}", occurred_at=at_ms, scan=kind, signer=signer, **said
    )


def told(text):
    """Scans from words an hour apart: `accepted signed:recipient returned`."""
    scans = []
    for n, word in enumerate(text.split()):
        kind, _, signer = word.partition(":")
        scans.append(scan(kind, n, signer or None))
    return scans


@st.composite
def histories(draw, carriers=("SF", "顺丰", "YTO", None)):
    """Scans of one number over two years, in whatever order, some at one moment, some under one id."""
    scans = []
    for n in range(draw(st.integers(1, 14))):
        hours = draw(st.sampled_from((0, 1, 2, 5, 24, 100, 2000, 4319, 4320, 4400, 9000, 12000)))
        signer = draw(st.sampled_from((None, "recipient", "household", "locker", "station", "other")))
        fields = {
            "carrier": draw(st.sampled_from(carriers)),
            "destination_hash": draw(st.sampled_from((None, None, "D1", "D2"))),
            "order_id": draw(st.sampled_from((None, None, "O1", "O2"))),
            "facility": draw(st.sampled_from((None, "F1", "F2"))),
            "weight_grams": draw(st.sampled_from((None, 0, 800))),
            "time_is_local": draw(st.booleans()),
        }
        kind = draw(st.sampled_from(KINDS))
        event_id = f"e{draw(st.integers(0, 40))}" if n % 5 == 0 else f"n{n}"
        scans.append(scan(kind, hours, signer if kind == "signed" else None, event_id, **fields))
    return scans
