"""Of each alert rule: series for which it must fire, and series just short of that."""

from dataclasses import dataclass

HOUR = 60
"""Values come once a minute, for an hour; what a rule says is asked at its end."""
WORKER = {"job": "cloudtag-worker", "instance": "w1:9100"}
SINK = {"job": "cloudtag-sink", "instance": "s1:9100"}
BUYERS = WORKER | {"processor": "buyers"}
ORDERS = BUYERS | {"stream": "orders"}
PART = ORDERS | {"partition": "0"}
ALERTS = SINK | {"stream": "alerts"}
UP, DOWN = f"1x{HOUR}", f"0x{HOUR}"


@dataclass(frozen=True)
class Case:
    """Series, each with its labels and values, and the labels of the alerts that must fire (none: it must not)."""

    alert: str
    what: str
    series: tuple[tuple[str, dict[str, str], str], ...]
    fires: tuple[dict[str, str], ...] = ()


def histogram(name: str, labels: dict[str, str], le: str) -> tuple[tuple[str, dict[str, str], str], ...]:
    """Calls that all end in the bucket `le` and in none below it."""
    least = "0.001"
    rates = {least: f"0x{HOUR}", le: f"0+60x{HOUR}", "+Inf": f"0+60x{HOUR}"}
    return tuple((f"{name}_bucket", labels | {"le": bound}, values) for bound, values in rates.items())


def lag_and_records(lag: str, records: str) -> tuple[tuple[str, dict[str, str], str], ...]:
    return ("cloudtag_lag", PART, lag), ("cloudtag_records_total", ORDERS, records)


def sink_lag_and_rows(lag: str, rows: str) -> tuple[tuple[str, dict[str, str], str], ...]:
    return ("cloudtag_sink_lag", ALERTS | {"partition": "0"}, lag), ("cloudtag_sink_rows_total", ALERTS, rows)


def courier_waits_and_scans(waits: str, scans: str) -> tuple[tuple[str, dict[str, str], str], ...]:
    labels = WORKER | {"courier": "sf"}
    return ("cloudtag_courier_waits_total", labels, waits), ("cloudtag_courier_scans_total", labels, scans)


BY_COURIER = ({"courier": "sf"},)
UNKNOWN = "cloudtag_unknown_platforms_total"
PAUSES = (
    (
        "CloudtagPartitionPaused",
        "cloudtag_paused",
        BUYERS | {"partition": "3"},
        {"processor": "buyers", "partition": "3"},
    ),
    (
        "CloudtagInputPaused",
        "cloudtag_input_paused",
        WORKER | {"stream": "orders", "partition": "3"},
        {"stream": "orders", "partition": "3"},
    ),
    (
        "CloudtagDeadLetterFlood",
        "cloudtag_dead_letter_flood",
        WORKER | {"stream": "orders", "partition": "3"},
        {"stream": "orders", "partition": "3"},
    ),
    (
        "CloudtagSinkPartitionPaused",
        "cloudtag_sink_paused",
        ALERTS | {"partition": "3"},
        {"stream": "alerts", "partition": "3"},
    ),
)
"""Of each rule about one partition: its metric, the labels of a series, and those of its alert."""
BY_PROCESSOR = ({"processor": "buyers"},)
BY_STREAM = ({"stream": "alerts"},)
JUST = HOUR - 3
"""Minutes of quiet before a condition that has not held for long enough in the end."""

CASES = [
    Case("CloudtagWorkerGone", "none is known", (("up", SINK, UP),), ({},)),
    Case("CloudtagWorkerGone", "none answers", (("up", WORKER, DOWN),), ({},)),
    Case(
        "CloudtagWorkerGone", "one of two answers", (("up", WORKER, UP), ("up", WORKER | {"instance": "w2:9100"}, DOWN))
    ),
    Case("CloudtagCourierSilent", "none ever came", courier_waits_and_scans(f"0+1x{HOUR}", f"0x{HOUR}"), BY_COURIER),
    Case(
        "CloudtagCourierSilent",
        "another courier is heard of",
        (
            *courier_waits_and_scans(f"0+1x{HOUR}", f"0x{HOUR}"),
            ("cloudtag_courier_scans_total", WORKER | {"courier": "yto"}, f"0+9x{HOUR}"),
        ),
        BY_COURIER,
    ),
    Case("CloudtagCourierSilent", "it is heard of", courier_waits_and_scans(f"0+1x{HOUR}", f"0+1x{HOUR}")),
    Case("CloudtagCourierSilent", "nothing is waited for", courier_waits_and_scans(f"0x{HOUR}", f"0x{HOUR}")),
    Case("CloudtagCourierSilent", "only just", courier_waits_and_scans(f"0x{HOUR - 29} 1x28", f"0x{HOUR}")),
    Case("CloudtagLagGrows", "more and more", lag_and_records(f"10000+10x{HOUR}", f"0+60x{HOUR}"), BY_PROCESSOR),
    Case("CloudtagLagGrows", "much, but less and less", lag_and_records(f"90000-10x{HOUR}", f"0+60x{HOUR}")),
    Case("CloudtagLagGrows", "more, but little", lag_and_records(f"9000+10x{HOUR}", f"0+60x{HOUR}")),
    Case("CloudtagNothingMoves", "records wait", lag_and_records(f"1x{HOUR}", f"500x{HOUR}"), BY_PROCESSOR),
    Case("CloudtagNothingMoves", "no record was ever judged", lag_and_records(f"1x{HOUR}", "")[:1], BY_PROCESSOR),
    Case("CloudtagNothingMoves", "nothing waits", lag_and_records(f"0x{HOUR}", f"500x{HOUR}")),
    Case("CloudtagNothingMoves", "slow, but it moves", lag_and_records(f"9x{HOUR}", f"0+1x{HOUR}")),
    Case("CloudtagNothingMoves", "not for long", lag_and_records(f"0x{JUST} 1x3", f"500x{HOUR}")),
    Case(
        "CloudtagNothingMoves",
        "another processor moves",
        (
            *lag_and_records(f"1x{HOUR}", f"5x{HOUR}"),
            ("cloudtag_records_total", ORDERS | {"processor": "links"}, f"0+9x{HOUR}"),
        ),
        BY_PROCESSOR,
    ),
    Case(
        "CloudtagDeadLetters",
        "four a minute",
        (("cloudtag_dead_letters_total", BUYERS | {"reason": "truncated"}, f"0+4x{HOUR}"),),
        ({"processor": "buyers", "reason": "truncated"},),
    ),
    Case(
        "CloudtagDeadLetters",
        "three a minute",
        (("cloudtag_dead_letters_total", BUYERS | {"reason": "truncated"}, f"0+3x{HOUR}"),),
    ),
    *(
        Case("CloudtagMisplacedRecords", what, (("cloudtag_misplaced_total", labels, values),), fires)
        for labels in (ORDERS | {"cause": "partitioner"},)
        for what, values, fires in (
            ("the first one", f"0x{JUST} 1x3", ({"stream": "orders", "cause": "partitioner"},)),
            ("none is new", f"9x{HOUR}", ()),
            ("more than 15 minutes ago", f"0x{HOUR - 17} 1x17", ()),
        )
    ),
    *(
        Case("CloudtagUnknownPlatform", what, series, fires)
        for one in (BUYERS | {"platform": "temu"},)
        for other in (BUYERS | {"platform": "other"},)
        for what, series, fires in (
            ("of a name never seen", ((UNKNOWN, one, f"_x{JUST} 1x3"),), ({"platform": "temu"},)),
            ("of a name seen before", ((UNKNOWN, one, f"5x{JUST} 6x3"),), ({"platform": "temu"},)),
            ("of one of too many names", ((UNKNOWN, other, f"0x{JUST} 1x3"),), ({"platform": "other"},)),
            ("none so far", ((UNKNOWN, other, f"0x{HOUR}"),), ()),
            ("a worker starts", ((UNKNOWN, other, f"_x{JUST} 0x3"),), ()),
            ("none is new", ((UNKNOWN, one, f"5x{HOUR}"),), ()),
            (
                "seen by another worker just now, by this one long ago",
                ((UNKNOWN, one, f"5x{HOUR}"), (UNKNOWN, one | {"instance": "w2:9100"}, f"_x{JUST} 0x3")),
                (),
            ),
        )
    ),
    *(
        Case(alert, what, ((metric, labels, values),), (fired,) if fires else ())
        for alert, metric, labels, fired in PAUSES
        for what, values, fires in (
            ("for an hour", UP, True),
            ("for a moment", f"0x{HOUR - 2} 1x1", False),
            ("not any more", f"1x{JUST} 0x3", False),
            ("never", DOWN, False),
        )
    ),
    Case(
        "CloudtagPartitionPaused",
        "at one worker, and the other has it no more",
        (
            ("cloudtag_paused", BUYERS | {"partition": "3"}, UP),
            ("cloudtag_paused", BUYERS | {"partition": "3", "instance": "w2:9100"}, DOWN),
        ),
        ({"processor": "buyers", "partition": "3"},),
    ),
    Case(
        "CloudtagQuarantinedKeys",
        "one key of one partition",
        (
            ("cloudtag_quarantined_keys", BUYERS | {"partition": "3"}, f"0x{JUST} 1x3"),
            ("cloudtag_quarantined_keys", BUYERS | {"partition": "4"}, DOWN),
        ),
        BY_PROCESSOR,
    ),
    Case(
        "CloudtagQuarantinedKeys",
        "not any more, and none of another processor",
        (
            ("cloudtag_quarantined_keys", BUYERS | {"partition": "3"}, f"1x{JUST} 0x3"),
            ("cloudtag_quarantined_keys", WORKER | {"processor": "links", "partition": "3"}, DOWN),
        ),
    ),
    Case(
        "CloudtagUnreadableRecords",
        "one record that one of two workers found",
        (
            ("cloudtag_unreadable_records", BUYERS, f"0x{JUST} 1x3"),
            ("cloudtag_unreadable_records", BUYERS | {"instance": "other"}, DOWN),
        ),
        ({"processor": "buyers"},),
    ),
    Case(
        "CloudtagUnreadableRecords",
        "none",
        (("cloudtag_unreadable_records", BUYERS, DOWN),),
    ),
    Case(
        "CloudtagCannotJudge",
        "the first one of each kind",
        tuple(
            ("cloudtag_dead_letters_total", BUYERS | {"processor": name, "reason": reason}, f"0x{JUST} 1x3")
            for name, reason in (("buyers", "cannot_judge"), ("links", "cannot_read"))
        ),
        ({"processor": "buyers"}, {"processor": "links"}),
    ),
    Case(
        "CloudtagCannotJudge",
        "what upstream has wrong",
        (("cloudtag_dead_letters_total", BUYERS | {"reason": "truncated"}, f"0+9x{HOUR}"),),
    ),
    Case(
        "CloudtagCannotJudge",
        "none is new",
        (("cloudtag_dead_letters_total", BUYERS | {"reason": "cannot_judge"}, f"9x{HOUR}"),),
    ),
    Case(
        "CloudtagBatchTooLarge",
        "the first one",
        (("cloudtag_dead_letters_total", BUYERS | {"reason": "batch_too_large"}, f"0x{JUST} 1x3"),),
        BY_PROCESSOR,
    ),
    Case(
        "CloudtagBatchTooLarge",
        "a single record is, and no batch is new",
        (
            ("cloudtag_dead_letters_total", BUYERS | {"reason": "too_large"}, f"0+9x{HOUR}"),
            ("cloudtag_dead_letters_total", BUYERS | {"reason": "batch_too_large"}, f"9x{HOUR}"),
        ),
    ),
    Case(
        "CloudtagWatermarkBehind",
        "one partition of two",
        (
            ("cloudtag_watermark_delay_seconds", BUYERS | {"partition": "0"}, f"14401x{HOUR}"),
            ("cloudtag_watermark_delay_seconds", BUYERS | {"partition": "1"}, f"60x{HOUR}"),
        ),
        BY_PROCESSOR,
    ),
    Case(
        "CloudtagWatermarkBehind",
        "four hours",
        (("cloudtag_watermark_delay_seconds", BUYERS | {"partition": "0"}, f"14400x{HOUR}"),),
    ),
    Case(
        "CloudtagSlowBatches", "between 10 and 30 s", histogram("cloudtag_batch_seconds", BUYERS, "30.0"), BY_PROCESSOR
    ),
    Case("CloudtagSlowBatches", "up to 10 s", histogram("cloudtag_batch_seconds", BUYERS, "10.0")),
    Case(
        "CloudtagLateEvents",
        "six of a hundred",
        (("cloudtag_late_total", BUYERS, f"0+6x{HOUR}"), ("cloudtag_records_total", ORDERS, f"0+100x{HOUR}")),
        BY_PROCESSOR,
    ),
    Case(
        "CloudtagLateEvents",
        "four of a hundred",
        (("cloudtag_late_total", BUYERS, f"0+4x{HOUR}"), ("cloudtag_records_total", ORDERS, f"0+100x{HOUR}")),
    ),
    Case(
        "CloudtagNotReady", "a worker", (("cloudtag_ready", WORKER, DOWN), ("cloudtag_sink_ready", SINK, UP)), (WORKER,)
    ),
    Case("CloudtagNotReady", "a sink", (("cloudtag_ready", WORKER, UP), ("cloudtag_sink_ready", SINK, DOWN)), (SINK,)),
    Case("CloudtagNotReady", "both ready", (("cloudtag_ready", WORKER, UP), ("cloudtag_sink_ready", SINK, UP))),
    Case("CloudtagNotReady", "it starts", (("cloudtag_ready", WORKER, f"1x{JUST} 0x3"),)),
    Case("CloudtagSinkGone", "none is known", (("up", WORKER, UP),), ({},)),
    Case("CloudtagSinkGone", "one answers", (("up", SINK, UP),)),
    Case("CloudtagSinkOutage", "for an hour", (("cloudtag_sink_backoff", ALERTS, UP),), BY_STREAM),
    Case("CloudtagSinkOutage", "for a moment", (("cloudtag_sink_backoff", ALERTS, f"0x{JUST} 1x3"),)),
    Case("CloudtagSinkNothingStored", "rows wait", sink_lag_and_rows(f"1x{HOUR}", f"7x{HOUR}"), BY_STREAM),
    Case("CloudtagSinkNothingStored", "no row was ever stored", sink_lag_and_rows(f"1x{HOUR}", "")[:1], BY_STREAM),
    Case("CloudtagSinkNothingStored", "nothing waits", sink_lag_and_rows(f"0x{HOUR}", f"7x{HOUR}")),
    Case("CloudtagSinkNothingStored", "slow, but it stores", sink_lag_and_rows(f"1x{HOUR}", f"0+1x{HOUR}")),
    Case("CloudtagSinkLagGrows", "more and more", sink_lag_and_rows(f"100000+9x{HOUR}", f"0+9x{HOUR}"), BY_STREAM),
    Case("CloudtagSinkLagGrows", "much, but less and less", sink_lag_and_rows(f"300000-9x{HOUR}", f"0+9x{HOUR}")),
    Case("CloudtagSinkLagGrows", "more, but little", sink_lag_and_rows(f"9000+9x{HOUR}", f"0+9x{HOUR}")),
    Case(
        "CloudtagSinkOld", "more than ten minutes", (("cloudtag_sink_lag_seconds", ALERTS, f"601x{HOUR}"),), BY_STREAM
    ),
    Case("CloudtagSinkOld", "ten minutes", (("cloudtag_sink_lag_seconds", ALERTS, f"600x{HOUR}"),)),
    Case(
        "CloudtagSinkSlowInserts", "more than 5 s", histogram("cloudtag_sink_insert_seconds", ALERTS, "7.5"), BY_STREAM
    ),
    Case("CloudtagSinkSlowInserts", "up to 5 s", histogram("cloudtag_sink_insert_seconds", ALERTS, "5.0")),
    Case(
        "CloudtagSinkDeadLetters",
        "the first one",
        (("cloudtag_sink_dead_letters_total", ALERTS, f"0x{JUST} 1x3"),),
        BY_STREAM,
    ),
    Case("CloudtagSinkDeadLetters", "none is new", (("cloudtag_sink_dead_letters_total", ALERTS, f"9x{HOUR}"),)),
]
