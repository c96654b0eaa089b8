"""Questions analysts ask, each as one SQL text. docs/queries.md is made from them, and tests run every one."""

from collections.abc import Mapping

from cloudtag.warehouse.alert_queries import ALERTS, BUYERS
from cloudtag.warehouse.consequence_queries import CONSEQUENCES
from cloudtag.warehouse.decision_queries import DECISIONS
from cloudtag.warehouse.label_queries import LABELS
from cloudtag.warehouse.operator_queries import OPERATORS
from cloudtag.warehouse.query import Query
from cloudtag.warehouse.tag_queries import TAGS

SECTIONS: Mapping[str, tuple[Query, ...]] = {
    "Alerts": ALERTS,
    "Buyers": BUYERS,
    "Tags and confirmations": TAGS,
    "Consequences": CONSEQUENCES,
    "Labels": LABELS,
    "Decisions": DECISIONS,
    "For operators": OPERATORS,
}
"""The questions by what they are about."""
QUERIES: tuple[Query, ...] = tuple(query for queries in SECTIONS.values() for query in queries)
BY_NAME: Mapping[str, Query] = {query.name: query for query in QUERIES}
