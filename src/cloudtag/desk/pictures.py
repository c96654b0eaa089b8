"""The pictures and other evidence of a case by their fingerprints, and where else the same were used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.responses import Response

from cloudtag.contract.scope import NETWORKS
from cloudtag.desk.asking import DeskRow
from cloudtag.desk.case import CaseFact, case_of
from cloudtag.desk.sight import NETWORK, in_sight
from cloudtag.desk.visit import NotSeenError, Visit

MOST_USES = 200
"""So many uses are shown, the earliest first."""
_OF_STREAM = """
    SELECT '{stream}' AS stream, {id} AS about_id, occurred_at, platform, shop_id, buyer_key, order_id,
        arrayIntersect(evidence_sha256s, {pictures:Array(String)}) AS same,
        arrayIntersect(evidence_phashes, {alike:Array(String)}) AS alike
    FROM {stream} WHERE (notEmpty(same) OR notEmpty(alike)) AND {of_network} = {network:String} AND {sight}
    ORDER BY occurred_at, event_id LIMIT 1 BY platform, shop_id, about_id"""
_STREAMS = {"refunds": "refund_id", "complaints": "complaint_id"}
"""The streams whose events hold evidence, and what they are about."""


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A piece of evidence: its content hash, perceptual hash (empty where there is none), what it is, from when on."""

    sha256: str
    phash: str
    kind: str
    origin: str
    at: datetime


def pictures_of(facts: Iterable[CaseFact]) -> tuple[ShownPicture, ...]:
    """What was handed in with the facts of a case, each once and from when on, in order."""
    found: dict[str, ShownPicture] = {}
    for fact in facts:
        at = datetime.fromtimestamp(fact.event.occurred_at / 1000, UTC)
        for proof in getattr(fact.event, "evidence", ()):
            shown = ShownPicture(proof.sha256, proof.phash or "", proof.kind, proof.origin, at)
            found.setdefault(proof.sha256, shown)
    return tuple(found.values())


async def pictures(visit: Visit) -> Response:
    """Where else the pictures of a case were used, as far as this person may see it. Raises `NotSeenError`."""
    found = await case_of(visit.desk.asking, visit.viewer, visit.request.path_params["alert_id"])
    if found is None:
        raise NotSeenError("case")
    shown = pictures_of(found.facts)
    own = {*found.alert.order_ids, *(order.order_id for order in found.alert.orders)}
    uses = await _uses(visit, shown, found.alert.platform) if shown else []
    return visit.page(
        "pictures.html",
        alert=found.alert,
        pictures=[(picture, [use for use in uses if _is_of(use, picture)]) for picture in shown],
        own=own,
        is_cut=len(uses) == MOST_USES,
    )


def _is_of(use: DeskRow, picture: ShownPicture) -> bool:
    return picture.sha256 in use["same"] or (bool(picture.phash) and picture.phash in use["alike"])


async def _uses(visit: Visit, shown: Iterable[ShownPicture], platform: str) -> list[DeskRow]:
    sight, who = in_sight(visit.viewer)
    parts = (
        _OF_STREAM.replace("{stream}", stream)
        .replace("{id}", name)
        .replace("{of_network}", NETWORK)
        .replace("{sight}", sight)
        for stream, name in _STREAMS.items()
    )
    sql = f"SELECT * FROM ({' UNION ALL '.join(parts)}) ORDER BY occurred_at, about_id LIMIT {MOST_USES}"  # noqa: S608 - names of our own, values as parameters
    values = {
        "pictures": [picture.sha256 for picture in shown],
        "alike": [picture.phash for picture in shown if picture.phash],
        "network": NETWORKS[platform],
    }
    return await visit.desk.asking.rows(sql, {**values, **who})
