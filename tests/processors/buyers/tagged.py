"""Shops tag orders of one buyer, b1, on Taobao: with the third shop they are confirmed, and a sanction follows."""

from __future__ import annotations

from cloudtag.contract.disputes import AppealChanged
from cloudtag.contract.events import OrderChanged
from cloudtag.contract.records import Consequence
from cloudtag.contract.shops import TagRequested
from cloudtag.contract.types import AppealStatus
from tests.engine.standing import records_of
from tests.processors.buyers.acts import on_stage
from tests.processors.scene import DAY, T0, Scene


def bought(n: int, at: int = T0 - DAY) -> OrderChanged:
    """Order n of shop n, long delivered."""
    return OrderChanged(f"e{n}-{at}", at, "taobao", f"o{n}", "b1", f"s{n}", "completed")


def tagged(n: int, at: int = T0) -> TagRequested:
    """Shop n tags it."""
    return TagRequested(
        0, True, "b1", f"o{n}", f"sub{n}", f"t{n}", at + n, "taobao", f"s{n}", "main", "worn_return", network="taobao"
    )


def confirmed() -> Scene:
    """Three shops have."""
    return on_stage(*(bought(n) for n in (1, 2, 3)), *(tagged(n) for n in (1, 2, 3)))


def appealed(
    consequence_id: str, status: AppealStatus = "opened", at: int = T0 + DAY, name: str = "p1"
) -> AppealChanged:
    """The buyer objects, or that is decided."""
    return AppealChanged(name, at, "taobao", "ap1", "b1", consequence_id, status)


def sanctions(scene: Scene) -> list[Consequence]:
    """What the last step told of a sanction."""
    return [told for told in records_of(scene.published, Consequence) if told.kind == "sanction"]
