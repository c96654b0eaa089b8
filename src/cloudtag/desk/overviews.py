"""The pages of a shop, of the platform, of a detector and of the policy in force; figures as files."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from cloudtag.contract.scope import NETWORKS
from cloudtag.desk.figure_questions import OF_DETECTOR, OF_PLATFORM, OF_SHOP, QUESTIONS
from cloudtag.desk.figure_svg import KINDS, cell, picture
from cloudtag.desk.figures import Figure, figure, figure_parquet
from cloudtag.desk.sight import ALERT, in_sight
from cloudtag.desk.visit import MayNotError, NotSeenError, Visit
from cloudtag.detectors.registry import all_detectors
from cloudtag.policy.listing import toml_value, values

MOST_SHOPS = 200
FORMULAS = tuple("=+-@\t\r\n＝＋－＠")
"""How a text begins that a spreadsheet may take for a formula."""
_APPEALS = """
    SELECT appeal_id, consequence_id, platform, buyer_key, opened_at, kind, details, consequence_status,
        consequence_revision FROM (
        SELECT a.appeal_id AS appeal_id, any(a.consequence_id) AS consequence_id, a.platform AS platform,
            any(a.buyer_key) AS buyer_key, min(a.occurred_at) AS opened_at,
            argMax(a.status, (a.occurred_at, a.event_id)) AS last_status
        FROM appeals AS a GROUP BY appeal_id, platform
    ) AS p LEFT JOIN (
        SELECT consequence_id, kind, details, status AS consequence_status,
            revision AS consequence_revision FROM consequences_latest
    ) AS c ON p.consequence_id = c.consequence_id
    WHERE last_status = 'opened' AND {sight} ORDER BY opened_at, appeal_id LIMIT 100"""
_RINGS = """
    SELECT alert_id, detector, severity, platform, length(linked_buyer_keys) + 1 AS buyers, decided_at,
        amount_at_stake_minor, currency
    FROM alerts_current WHERE {sight} AND notEmpty(linked_buyer_keys) AND detector IN ('account_ring', 'ring_frequency',
        'review_bombing', 'cross_account_switch', 'mirror_wrong_item', 'insurance_farming', 'reused_waybill')
    ORDER BY buyers DESC, decided_at DESC, alert_id LIMIT 50"""


async def shops(visit: Visit) -> Response:
    """The shops in sight."""
    sight, who = in_sight(visit.viewer, ALERT)
    rows = await visit.desk.asking.rows(
        f"""SELECT platform, shop, uniqExactIf(alert_id, status IN ('open', 'upgraded')) AS open_cases,
            uniqExact(alert_id) AS cases
        FROM (SELECT platform, alert_id, status,
                arrayJoin(arrayDistinct(arrayFilter(s -> s != '', arrayPushBack(orders_shop_ids, shop_id)))) AS shop
            FROM alerts_latest WHERE {sight})
        GROUP BY platform, shop ORDER BY open_cases DESC, cases DESC, platform, shop LIMIT {MOST_SHOPS}""",  # noqa: S608 - names of our own, values as parameters
        who,
    )
    seen = [row for row in rows if visit.viewer.sees_shop(NETWORKS[row["platform"]], row["shop"])]
    return visit.page("shops.html", shops=seen)


async def shop(visit: Visit) -> Response:
    """One shop: how right the detectors are there, its money, what is excluded and due, who may tag."""
    platform, shop_id = visit.request.path_params["platform"], visit.request.path_params["shop_id"]
    network = NETWORKS[platform]
    if not visit.viewer.sees_shop(network, shop_id):
        raise NotSeenError("shop")
    asking = visit.desk.asking
    figures = await asyncio.gather(*(figure(asking, visit.viewer, name, (network, shop_id)) for name in OF_SHOP))
    return visit.page("shop.html", platform=platform, shop_id=shop_id, **_drawn(visit, figures))


async def platform(visit: Visit) -> Response:
    """The whole platform: trends, detectors, rings, confirmations, sanctions, appeals."""
    if visit.viewer.role == "shop":
        raise MayNotError("platform")
    asking = visit.desk.asking
    sight, who = in_sight(visit.viewer, ALERT)
    figures = await asyncio.gather(*(figure(asking, visit.viewer, name) for name in OF_PLATFORM))
    appeals, rings = await asking.each(
        (_APPEALS.replace("{sight}", sight), who), (_RINGS.replace("{sight}", sight), who)
    )
    told = {"appeals": appeals, "rings": rings, **_drawn(visit, figures), **_form(visit), **_news(visit)}
    return visit.page("platform.html", **told)


async def detectors(visit: Visit) -> Response:
    """Every detector."""
    return visit.page("detectors.html", detectors=all_detectors())


async def detector(visit: Visit) -> Response:
    """One detector: what it looks for, what would clear it, how right it was, its parameters by policy."""
    found = all_detectors().get(visit.request.path_params["name"])
    if found is None:
        raise NotSeenError("detector")
    figures = [await figure(visit.desk.asking, visit.viewer, name, detector=found.name) for name in OF_DETECTOR]
    now = visit.desk.now_ms
    named = sorted(visit.desk.policies.platforms)
    parameters = {name: _parameters(visit.desk.policies.at(name, now).detectors.get(found.name)) for name in named}
    return visit.page("detector.html", detector=found, parameters=parameters, **_drawn(visit, figures))


async def policy(visit: Visit) -> Response:
    """Everything the policy in force says, by platform."""
    named = sorted(visit.desk.policies.platforms)
    wanted = visit.request.query_params.get("platform", named[0])
    if wanted not in named:
        raise NotSeenError("policy")
    found = visit.desk.policies.at(wanted, visit.desk.now_ms)
    table = [(".".join(path), toml_value(value)) for path, value in values(found)]
    return visit.page("policy.html", policy=found, platforms=named, wanted=wanted, table=table)


PARQUET = "application/vnd.apache.parquet"


async def figure_parquet_file(visit: Visit) -> Response:
    """A figure as a Parquet file."""
    name, shop, detector = _figure_of(visit)
    content = await figure_parquet(visit.desk.asking, visit.viewer, name, shop, detector)
    headers = {"content-disposition": f'attachment; filename="{name}.parquet"'}
    return Response(content, media_type=PARQUET, headers=headers)


def _figure_of(visit: Visit) -> tuple[str, tuple[str, str] | None, str]:
    """The figure an address names, of which shop and which detector. Raises `NotSeenError`, `MayNotError`."""
    name, query = visit.request.path_params["figure"], visit.request.query_params
    if name not in QUESTIONS:
        raise NotSeenError("figure")
    if QUESTIONS[name].for_platform and visit.viewer.role == "shop":
        raise MayNotError("platform")
    shop = (query["network"], query["shop"]) if "network" in query and "shop" in query else None
    if shop is not None and not visit.viewer.sees_shop(*shop):
        raise NotSeenError("shop")
    return name, shop, query.get("detector", "")


async def figure_file(visit: Visit) -> Response:
    """A figure as a CSV file."""
    name, shop, detector = _figure_of(visit)
    found = await figure(visit.desk.asking, visit.viewer, name, shop, detector)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(found.columns)
    writer.writerows([_plain(row[column]) for column in found.columns] for row in found.rows)
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _plain(value: Any) -> str:
    """A value in a file for a spreadsheet, which would take a text that begins like a formula for one."""
    if not isinstance(value, str):
        return "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{value}" if value[:1] in FORMULAS else value


def _drawn(visit: Visit, figures: Sequence[Figure]) -> dict[str, Any]:
    return {
        "figures": [(each, picture(visit.language, each)) for each in figures],
        "kinds": KINDS,
        "cell": lambda column, row: cell(visit.language, column, row[column]),
        "money_cell": lambda row, column: visit.language.money(int(row[column]), row["currency"]),
    }


def _form(visit: Visit) -> dict[str, Any]:
    from cloudtag.desk.offers import new_form_id

    may = visit.viewer.role == "platform" and visit.viewer.may("events")
    return {"form_ids": new_form_id(), "may_decide": may}


def _news(visit: Visit) -> dict[str, Any]:
    from cloudtag.desk.case_view import told

    sent_id = visit.request.query_params.get("sent", "")
    sent = visit.desk.sent.get(sent_id)
    is_own = sent is not None and sent.viewer == visit.viewer.name and not sent.alert_id
    return {
        "news": told(visit.language, sent.event) if sent is not None and is_own else "",
        "sent_id": sent_id,
        "may_undo": visit.desk.may_undo(sent_id, visit.viewer.name) is not None,
    }


def _parameters(found: Any) -> list[tuple[str, str]] | None:
    import msgspec

    return None if found is None else [(k, toml_value(v)) for k, v in msgspec.to_builtins(found).items()]
