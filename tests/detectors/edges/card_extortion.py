"""Edges of `card_extortion`: whose complaints they are, and which of several words counts."""

from cloudtag.detection.example import complained, day, ordered
from cloudtag.detection.rule import Example
from tests.detectors.edges.building import at, cited

_PLACED = ordered("placed", 0)
_ASKED = complained("opened", day(1), type="instalments")
_CARD = {"complaint_id": "c2", "type": "credit_card", "demands_money": True}
_AGAIN = complained("opened", day(1, 12), complaint_id="c3", type="instalments")
_PRESSED = complained("opened", day(2), **_CARD)
_SILENT = complained("opened", day(2), **{**_CARD, "demands_money": False})
_PRICE = complained("unknown", day(3), **_CARD)

EDGES = (
    Example(
        name="near miss: it was the shop that complained about the instalments",
        events=(_PLACED, {**_ASKED, "complainant": "shop"}, _PRESSED),
    ),
    Example(
        name="near miss: the card complaint is the shop's",
        events=(_PLACED, _ASKED, {**_PRESSED, "complainant": "shop"}),
    ),
    Example(
        name="near miss: money is demanded over an invoice, and nobody speaks of a card",
        events=(_PLACED, _ASKED, complained("opened", day(2), complaint_id="c2", type="invoice", demands_money=True)),
    ),
    Example(
        name="instalments asked for twice: counted from the first time",
        events=(_PLACED, _ASKED, _AGAIN, _PRESSED),
        fires=(
            {
                "decided_at": at(2),
                "evidence": cited(_ASKED, _AGAIN, _PRESSED),
                "facts": {"instalments_requests": "2/1", "hours_after_request": "24.0"},
            },
        ),
    ),
    Example(
        name="the price is named a day after the card: known since then",
        events=(_PLACED, _ASKED, _SILENT, _PRICE),
        fires=({"decided_at": at(3), "evidence": cited(_ASKED, _SILENT, _PRICE)},),
    ),
)
