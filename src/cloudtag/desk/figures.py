"""Figures: what they ask of the warehouse, whom they may be shown to, and what their columns are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cloudtag.desk.asking import Asking, DeskRow
from cloudtag.desk.figure_questions import QUESTIONS, FigureQuestion
from cloudtag.desk.sight import in_sight
from cloudtag.serving.viewers import Viewer


@dataclass(frozen=True, slots=True)
class Figure:
    """A question that was answered: its rows, which a page draws and shows as a table."""

    question: FigureQuestion
    rows: list[DeskRow]
    query: Mapping[str, str] = field(default_factory=dict)
    """What the address of its CSV file adds."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in order."""
        return self.question.columns


async def figure(
    asking: Asking, viewer: Viewer, name: str, shop: tuple[str, str] | None = None, detector: str = ""
) -> Figure:
    """A figure as a viewer may see it, of one shop (network and id) or one detector if told.

    Raises `KeyError` for an unknown name and `NoAnswerError`.
    """
    question = QUESTIONS[name]
    sight, values = in_sight(viewer, question.how)
    narrowed, more = "1", dict[str, Any]()
    query: dict[str, str] = {}
    if shop is not None:
        only = Viewer(name="", role="shop", shops=frozenset({_ref(shop)}))
        narrowed, own = in_sight(only, question.how)
        narrowed = narrowed.replace("{network_0:", "{only_network:").replace("{shop_0:", "{only_shop:")
        more = {"only_network": own["network_0"], "only_shop": own["shop_0"]}
        query |= {"network": shop[0], "shop": shop[1]}
    if detector:
        query["detector"] = detector
    sql = question.sql.replace("{sight}", f"({sight} AND {narrowed})")
    rows = await asking.rows(sql, {**values, **more, "detector": detector})
    return Figure(question, rows, query)


def _ref(shop: tuple[str, str]) -> Any:
    from cloudtag.serving.viewers import ShopRef

    return ShopRef(*shop)
