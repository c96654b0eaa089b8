"""What somebody wants to see of the queue, as an address that can be sent to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_args
from urllib.parse import urlencode

from cloudtag.contract.records import SEVERITIES, Family

FAMILIES = tuple(name for name in get_args(Family) if name != "unknown")
DUE = {"overdue": 0, "day": 24, "three_days": 72, "week": 168}
"""How many hours may be left until a case is due."""
_LONGEST = 256


class BadFilterError(ValueError):
    """An address asks for something that cannot be; the text says what."""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """A choice of cases; what is empty chooses nothing. `money` is the least at stake, in whole units of a currency."""

    shop: str = ""
    family: str = ""
    scenario: str = ""
    severity: str = ""
    due: str = ""
    money: str = ""
    past: str = ""
    snoozed: str = ""
    waiting: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> QueueFilter:
        """The choice an address makes. Raises `BadFilterError`."""
        texts = {name: query.get(name, "").strip() for name in _TEXTS}
        for name, allowed in _ALLOWED.items():
            if texts[name] and texts[name] not in allowed:
                raise BadFilterError(f"{name}={texts[name][:40]}")
        if any(len(text) > _LONGEST for text in texts.values()):
            raise BadFilterError("too long")
        if texts["money"] and not (texts["money"].isdecimal() and len(texts["money"]) < 13):
            raise BadFilterError(f"money={texts['money'][:40]}")
        page = query.get("page") or "1"
        if not (page.isascii() and page.isdecimal() and 1 <= int(page[:6]) <= 10_000):
            raise BadFilterError(f"page={page[:40]}")
        return cls(**texts, page=int(page))

    def address(self, **changed: Any) -> str:
        """The address of this choice with some of it changed; what is left out begins at the first page."""
        wanted = asdict(self) | {"page": 1} | changed
        query = {name: value for name, value in wanted.items() if value and not (name == "page" and value == 1)}
        return f"/queue?{urlencode(query)}" if query else "/queue"

    def condition(self) -> tuple[str, dict[str, Any]]:
        """What holds for the alerts chosen, in SQL, with its parameters; `due_at`, `now_at`,
        `is_snoozed` and `is_waiting` are columns there."""
        parts, values = list[str](), dict[str, Any]()
        for name in ("family", "scenario", "severity"):
            if value := getattr(self, name):
                parts.append(f"{name} = {{{name}:String}}")
                values[name] = value
        if self.shop:
            parts.append("(shop_id = {shop:String} OR has(orders_shop_ids, {shop:String}))")
            values["shop"] = self.shop
        if self.money:
            parts.append("amount_at_stake_minor >= {money:Int64} * 100")
            values["money"] = int(self.money)
        if self.due:
            parts.append("due_at <= now_at + INTERVAL {due:UInt32} HOUR")
            values["due"] = DUE[self.due]
        parts.append("ifNull(historical, false)" if self.past else "NOT ifNull(historical, false)")
        parts.append("is_snoozed" if self.snoozed else "NOT is_snoozed")
        if self.waiting:
            parts.append("is_waiting")
        return " AND ".join(parts), values


_TEXTS = ("shop", "family", "scenario", "severity", "due", "money", "past", "snoozed", "waiting")
_YES = ("yes",)
_ALLOWED = {
    "family": FAMILIES,
    "severity": SEVERITIES,
    "due": tuple(DUE),
    "past": _YES,
    "snoozed": _YES,
    "waiting": _YES,
}
