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
    """What the addresses of its files add."""

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
    sql, values, query = _asked(viewer, name, shop, detector)
    return Figure(QUESTIONS[name], await asking.rows(sql, values), query)


async def figure_parquet(
    asking: Asking, viewer: Viewer, name: str, shop: tuple[str, str] | None = None, detector: str = ""
) -> bytes:
    """The same figure as a Parquet file, which the warehouse itself makes. Raises `KeyError`, `NoAnswerError`."""
    sql, values, _ = _asked(viewer, name, shop, detector)
    columns = ", ".join(QUESTIONS[name].columns)
    return await asking.file(f"SELECT {columns} FROM ({sql})", values, "Parquet")  # noqa: S608 - names of our own


def _asked(
    viewer: Viewer, name: str, shop: tuple[str, str] | None, detector: str
) -> tuple[str, dict[str, Any], dict[str, str]]:
    """The statement of a figure, its parameters, and what the address of its files adds."""
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
    return sql, {**values, **more, "detector": detector}, query


def _ref(shop: tuple[str, str]) -> Any:
    from cloudtag.serving.viewers import ShopRef

    return ShopRef(*shop)
