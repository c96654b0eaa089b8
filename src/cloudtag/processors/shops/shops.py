"""The `shops` processor: who may tag what (B14, J3, J4, J13), and what sellers' own violations cost them (S4).

Each order of a submission becomes one request to the buyer's keyed state, where threshold and repeats are judged. A
shop's own
phone, devices and payment account go to `links`, and buyers who ask learn where its returns go.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from cloudtag.engine.row_kinds import RowKinds
from cloudtag.processors.base import DAY_MS, KeyedProcessor
from cloudtag.processors.shops.rows.description import DESCRIPTION
from cloudtag.processors.shops.rows.permission import PERMISSION
from cloudtag.processors.shops.rows.question import QUESTION
from cloudtag.processors.shops.rows.submission import SUBMISSION
from cloudtag.processors.shops.rows.violation import VIOLATION


class Shops(KeyedProcessor):
    """Keyed state by shop: a row of permissions, a row per submission, a row per case."""

    name = "shops"
    id_of: Callable[[Any], str] = attrgetter("shop_id")
    kinds = RowKinds((PERMISSION, SUBMISSION, VIOLATION, DESCRIPTION, QUESTION))
    retention_ms = 400 * DAY_MS
