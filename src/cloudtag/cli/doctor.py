"""`cloudtag doctor`: what is wrong with the producers, read off a sample of their topics."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloudtag.cli.doctor_report import as_json, report
from cloudtag.cli.failure import FAILED, UNREADABLE, FailureError, explain, one_line
from cloudtag.cli.options import Brokers, settings
from cloudtag.cli.screen import output
from cloudtag.config import Config
from cloudtag.doctor.limits import SAMPLE

if TYPE_CHECKING:
    from cloudtag.doctor.diagnosis import Diagnosis
    from cloudtag.doctor.look import Look
    from cloudtag.doctor.sample import Sample

LETTER_BYTES = 64 * 1024 * 1024
"""A dead letter holds the whole of a record that may have been too large."""
EPILOG = "Exit codes: 0 nothing is bad · 1 something is bad · 2 Kafka gives no answer, or wrong usage."


def doctor(
    sample: Annotated[
        int,
        typer.Option("--sample", min=1, metavar="N", help="Look at so many of the newest records of each topic."),
    ] = SAMPLE,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")] = False,
    policies: Annotated[
        Path | None,
        typer.Option("--policies", metavar="DIR", help="Policy packs (default: those that come with cloudtag)."),
    ] = None,
    brokers: Brokers = None,
) -> None:
    """Say what is wrong with the producers: keys, partitioners, codecs, schemas, clocks, platforms, missing feeds.

    It looks at the newest records of every input topic, at the dead letters and at the topics' settings, and says for
    each finding what to set. It only reads: it joins no consumer group, commits nothing and creates nothing.

    Example:  KAFKA=kafka:9092 cloudtag doctor --sample 10000
    """
    config = settings(brokers)
    try:
        look = _look(config, policies)
    except ValueError as error:
        raise FailureError(one_line(str(error)), UNREADABLE) from None
    taken, findings = asyncio.run(_examine(config, sample, look))
    if json:
        output().print(as_json(taken, findings), markup=False, emoji=False, soft_wrap=True)
    else:
        report(output(), taken, findings)
    if any(finding.severity == "bad" for finding in findings):
        raise typer.Exit(FAILED)


async def _examine(config: Config, limit: int, look: "Look") -> tuple["Sample", "list[Diagnosis]"]:
    from aiokafka.errors import KafkaError

    from cloudtag.cli.kafka import quiet
    from cloudtag.doctor.diagnose import diagnose
    from streams.kafka.admission import KafkaAccessError
    from streams.sampling import take

    quiet()
    try:
        taken = await take(config, limit)
    except (KafkaError, KafkaAccessError, OSError) as error:
        # Whoever watches this command must see whether a producer is broken or the broker is away.
        raise FailureError(str(explain(error)), UNREADABLE) from error
    return taken, diagnose(taken, look)


def _look(config: Config, policies: Path | None) -> "Look":
    from cloudtag.cli.framing import codec_of
    from cloudtag.doctor.look import Look
    from cloudtag.policy.load import from_folder, shipped
    from cloudtag.wire import Codec
    from streams.kafka.partitioner import partition_of

    packs = from_folder(policies) if policies else shipped()
    return Look(
        decoder=codec_of(config),
        letter_decoder=Codec(max_bytes=LETTER_BYTES),
        partition_of=partition_of,
        platforms=packs.platforms,
        future_ms=config.future_seconds * 1000,
        topic_prefix=config.topic_prefix,
        has_registry=bool(config.schema_registry_url),
    )
