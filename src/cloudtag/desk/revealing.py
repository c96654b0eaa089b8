"""Who the buyers of a case are: hidden until somebody asks, says why, and that is on record."""

from __future__ import annotations

from starlette.responses import Response

from cloudtag.contract.scope import NETWORKS
from cloudtag.desk.acts import BadActError
from cloudtag.desk.case import revisions_of
from cloudtag.desk.sight import NETWORK, in_sight
from cloudtag.desk.visit import NotSeenError, Visit

SHORTEST_REASON = 10
"""A reason says something: so many characters at least."""
LONGEST_REASON = 500
_OWN_BUYERS = f"""
    SELECT DISTINCT buyer_key FROM orders
    WHERE buyer_key IN {{buyers:Array(String)}} AND {NETWORK} = {{network:String}} AND {{sight}}"""  # noqa: S608 - names of our own, values as parameters


async def reveal(visit: Visit) -> Response:
    """The buyers' own ids: to the platform, and to a shop those who ordered there."""
    visit.may("verdicts")
    form = await visit.form()
    reason = form.get("reason", "").strip()[:LONGEST_REASON]
    if len(reason) < SHORTEST_REASON:
        raise BadActError("reason")
    found = await revisions_of(visit.desk.asking, visit.viewer, visit.request.path_params["alert_id"])
    if found is None:
        raise NotSeenError("case")
    row, revisions = found
    alert = revisions[-1].alert
    keys = list(dict.fromkeys([alert.buyer_id, *alert.linked_buyer_ids]))
    if visit.viewer.role == "shop":
        sight, who = in_sight(visit.viewer)
        about = {"buyers": keys, "network": NETWORKS[row["platform"]], **who}
        own = await visit.desk.asking.rows(_OWN_BUYERS.replace("{sight}", sight), about)
        keys = [key for key in keys if key in {each["buyer_key"] for each in own}]
    names = await visit.desk.asking.names(keys)
    visit.request.state.reason = reason
    shown = [(key, names.get(("buyer", key))) for key in keys]
    return visit.page("revealed.html", alert=alert, buyers=shown, reason=reason)
