"""The same of the rules of the decision service."""

from tests.deploy.alert_cases import DOWN, HOUR, JUST, Case

DECIDE = {"job": "cloudtag-decide", "instance": "d1:9100"}
HOOK = DECIDE | {"webhook": "desk"}
BY_HOOK = ({"webhook": "desk"},)
BY_DECIDE = ({"instance": "d1:9100"},)
OF_DECISIONS = (
    ("CloudtagWebhookNotTaken", "cloudtag_decide_webhook_failing_seconds", HOOK, f"601x{HOUR}", f"600x{HOUR}", BY_HOOK),
    (
        "CloudtagWebhookGivenUp",
        "cloudtag_decide_webhooks_total",
        HOOK | {"outcome": "given_up"},
        f"0x{JUST} 1x3",
        f"9x{HOUR}",
        BY_HOOK,
    ),
    ("CloudtagDecideNotReady", "cloudtag_decide_ready", DECIDE, DOWN, f"1x{JUST} 0x3", BY_DECIDE),
    ("CloudtagDecisionsLost", "cloudtag_decide_lost", DECIDE, f"0x{JUST} 1x3", f"9x{HOUR}", BY_DECIDE),
)
"""Of each rule of the decision service: its metric, labels, values for which it fires and for which not, its labels."""

DECISION_CASES = [
    Case(alert, what, ((metric, labels, values),), fires)
    for alert, metric, labels, firing, quiet, fired in OF_DECISIONS
    for what, values, fires in (("it is so", firing, fired), ("only just not", quiet, ()))
]
