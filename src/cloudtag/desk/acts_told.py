"""What people did about cases at the desk, as `case_acts` tells it: who has one in hand, what was proposed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from cloudtag.desk.asking import Asking, DeskRow
from cloudtag.desk.joined import Question

CLAIM_HOURS = 1
"""After so long a claim is over by itself."""
MOST_ACTS = 500
"""Of each kind of act so many are read, the latest."""
_ACTS = f"""
    SELECT event_id, occurred_at AS at, actor, act, shop_id, account_id, until_at, revision, about_id, said, proposed
    FROM case_acts WHERE alert_id = {{alert_id:String}} AND act IN ('claim', 'release', 'propose', 'approve', 'decline')
    ORDER BY occurred_at DESC, event_id DESC LIMIT {MOST_ACTS} BY act"""  # noqa: S608 - names of our own, values as parameters
_CLAIMS = """
    SELECT alert_id, actor, act, occurred_at AS at FROM case_acts
    WHERE alert_id IN {alert_ids:Array(String)} AND act IN ('claim', 'release')
    ORDER BY occurred_at DESC, event_id DESC LIMIT 1 BY alert_id"""


def acts_question(alert_id: str) -> Question:
    """What was done about one case, the latest first; an act that was stored twice may come twice."""
    return _ACTS, {"alert_id": alert_id}


def claimed_by(acts: Iterable[DeskRow], now_ms: int) -> str | None:
    """Who has a case in hand now, by the acts about it, the latest first."""
    last = next((act for act in acts if act["act"] in ("claim", "release")), None)
    if last is None or last["act"] != "claim":
        return None
    ends = last["at"] + timedelta(hours=CLAIM_HOURS)
    return str(last["actor"]) if ends > datetime.fromtimestamp(now_ms / 1000, UTC) else None


async def claims_of(asking: Asking, alert_ids: Sequence[str], now_ms: int) -> dict[str, str]:
    """Who has which case in hand now, by alert. Raises `NoAnswerError`."""
    rows = await asking.rows(_CLAIMS, {"alert_ids": list(alert_ids)}) if alert_ids else []
    claims = {row["alert_id"]: claimed_by([row], now_ms) for row in rows}
    return {alert_id: actor for alert_id, actor in claims.items() if actor is not None}
