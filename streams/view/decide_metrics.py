"""Every metric of the decision service, in one place. They are in the client's own registry."""

from prometheus_client import Counter, Gauge, Histogram

from cloudtag.contract.decision_records import DecisionGiven, DecisionOutcome

REQUESTS = Counter("cloudtag_decide_requests", "Calls answered, by address and status", ["path", "status"])
SECONDS = Histogram(
    "cloudtag_decide_seconds",
    "Time from a call being read to its answer being ready",
    ["path"],
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0),
)
ANSWERS = Counter("cloudtag_decide_answers", "Decisions given", ["about", "answer", "given_by"])
OUTCOMES = Counter(
    "cloudtag_decide_outcomes", "What became of decisions, as it was told", ["about", "answer", "followed", "right"]
)
LOST = Gauge("cloudtag_decide_lost", "How often a decision that was given could not be recorded, since the start")
WAITING = Gauge("cloudtag_decide_waiting", "Decisions given that wait to be recorded")
CHANGES = Counter("cloudtag_decide_changes", "Answers told of that no longer hold", ["was", "answer"])
JUDGED = Counter("cloudtag_decide_judged", "Questions to the engine, by whether it answered in time", ["outcome"])
WEBHOOKS = Counter("cloudtag_decide_webhooks", "Webhooks that were sent or given up", ["webhook", "outcome"])
WEBHOOK_WAITING = Gauge(
    "cloudtag_decide_webhook_waiting", "Records that a subscription has not dealt with, as far as is known", ["webhook"]
)
WEBHOOK_FAILING = Gauge(
    "cloudtag_decide_webhook_failing_seconds", "For how long a message has been tried in vain, 0 if none", ["webhook"]
)
STANDING = Gauge("cloudtag_decide_standing", "Records that stand in the view")
VIEW_BYTES = Gauge("cloudtag_decide_view_bytes", "What the view takes of memory, about")
LAG_SECONDS = Gauge("cloudtag_decide_lag_seconds", "For how long what stands has not been known up to now")
UNREADABLE = Gauge("cloudtag_decide_unreadable", "Records of the view that could not be read, since the start")
READY = Gauge("cloudtag_decide_ready", "1 while the service is ready, as on /readyz")


class CallCounter:
    """Counts calls and answers. What has been counted once is found at once: few of them differ."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self._given: dict[tuple[str, str, str], Counter] = {}

    def answered(self, path: str, status: int, seconds: float) -> None:
        """A call of an address was answered."""
        known = self._calls.get((path, status))
        if known is None:
            known = self._calls[path, status] = REQUESTS.labels(path, str(status)), SECONDS.labels(path)
        known[0].inc()
        known[1].observe(seconds)

    def given(self, decision: DecisionGiven | DecisionOutcome) -> None:
        """A decision was given, or it is told what became of one."""
        if isinstance(decision, DecisionOutcome):
            OUTCOMES.labels(decision.about, decision.answer, decision.followed, decision.right).inc()
            return
        which = decision.about, decision.answer, decision.given_by
        counted = self._given.get(which)
        if counted is None:
            counted = self._given[which] = ANSWERS.labels(*which)
        counted.inc()
