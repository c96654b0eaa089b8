"""The page about a parcel's journey: its steps as a diagram and as a table, made from the table the code reads."""

from __future__ import annotations

from cloudtag.parcels.steps import ENDS, PLACES, STEPS, TRANSITIONS, TURNS, Step, Turn

INTRODUCTION = """# Where the goods are

Made by `make docs` from `src/cloudtag/parcels/steps.py`.

Not a scan decides where a parcel is but its journey: all scans of one courier under one number, from one handing-in to
the next. Scans are read in the order of their times, whatever the order they came in, and the later one wins.

A number is read in one form (`yt 1234-5678` is `YT12345678`) and a courier by one code, whatever it is called (SF,
sf-express, 顺丰). A new journey of a number begins with `accepted` or `label_created`: when the last scan lies as long
ago as the courier lets a number rest (180 days, USPS 120), or when the parcel before has ended its journey and the new
one is bound for another destination.

## The steps

"""
PLACES_TEXT = """
`returning`, `refused` and the two homes are one place, *coming home*: whoever signs for a parcel that was turned back
is its sender. After `refused` it may yet be delivered, if it goes out for delivery again; after `returned` it may not.
An arrow from *with the receiver*, *waiting* or *handed over* back to *on the way* is a signature refuted: the parcel
never was there. A bold frame is an end.

`label_created`, `exception` and scans of an unknown kind move nothing. Where the destination or the order that the
scans name last is not the order's, the parcel is *elsewhere*, at whatever step it is. An order's parcel that is signed
for at the facility where it was handed in, after it had been at another, has come home, though nobody scanned that it
was refused.

One number at two couriers is two parcels, unless the scans say that one courier handed it over to the other: both bound
for one address or of one order, and the second had it from nobody else.

A time that is local and was stamped as UTC may be 14 hours off. What rests on one, or on a scan that such a one may
have come before or after, supports no severity above medium.

## The table

"""
TITLES: dict[Step, str] = {
    "not_handed_in": "not handed in",
    "on_the_way": "on the way",
    "with_receiver": "with the receiver",
    "waiting": "waiting to be collected",
    "handed_over": "handed over",
    "refused": "refused",
    "refused_home": "home after a refusal",
    "returning": "returning",
    "returned_home": "home again",
}
WORDS: dict[Turn, str] = {
    "travels": "accepted, departed, arrived",
    "out_for_delivery": "out for delivery",
    "signed_by_receiver": "signed by recipient or household",
    "signed_for_keeping": "signed by locker or station",
    "signed_by_somebody": "signed by other or nobody named",
    "collected": "collected",
    "refused": "refused",
    "returned": "returned",
}


def parcel_journey_page() -> str:
    """`docs/parcel-journey.md`."""
    return f"{INTRODUCTION}{_diagram()}{PLACES_TEXT}{_table()}"


def arrows() -> list[tuple[Step, Step, list[Turn]]]:
    """The arrows of the diagram, with what moves a parcel along each; what leaves it where it is has none."""
    found: dict[tuple[Step, Step], list[Turn]] = {}
    for step in STEPS:
        for turn in TURNS:
            after = TRANSITIONS[step][turn]
            if after != step:
                found.setdefault((step, after), []).append(turn)
    return [(start, end, turns) for (start, end), turns in found.items()]


def _diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> not_handed_in"]
    lines += [f"    {step}: {TITLES[step]}" for step in STEPS]
    lines += [f"    {start} --> {end}: {_label(turns)}" for start, end, turns in arrows()]
    lines += [
        "    classDef ended stroke-width:4px",
        f"    class {','.join(s for s in STEPS if s in ENDS)} ended",
        "```",
    ]
    return "\n".join(lines) + "\n"


def _label(turns: list[Turn]) -> str:
    signed: tuple[Turn, ...] = ("signed_by_receiver", "signed_for_keeping", "signed_by_somebody")
    if all(turn in turns for turn in signed):
        words = ["signed", *(WORDS[turn] for turn in turns if turn not in signed)]
    else:
        words = [WORDS[turn] for turn in turns]
    return ", ".join(words)


def _table() -> str:
    rows = [
        "| At | Place | " + " | ".join(WORDS[turn] for turn in TURNS) + " |",
        "|" + "---|" * (len(TURNS) + 2),
    ]
    for step in STEPS:
        moves = (TRANSITIONS[step][turn] for turn in TURNS)
        cells = ("=" if after == step else TITLES[after] for after in moves)
        rows.append(f"| {TITLES[step]} | `{PLACES[step]}` | " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"
