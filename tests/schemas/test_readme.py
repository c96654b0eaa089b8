"""What the README of the contracts says of topics and reasons is what the code does."""

import re
from typing import get_args

from cloudtag import resources
from cloudtag.config import Config
from cloudtag.contract.streams import CONTRACTS
from cloudtag.decisions.unheard import UnheardReason
from streams.kafka.topics import DAY_MS, declared
from streams.worker.worker_metrics import REASONS

README = (resources.schemas_dir() / "README.md").read_text(encoding="utf-8")


def test_every_topic_is_listed_with_its_key_record_and_retention() -> None:
    settings = {topic.name: topic.config for topic in declared(Config())}
    for stream in CONTRACTS.values():
        config = settings[stream.name]
        days = int(config["retention.ms"]) // DAY_MS
        assert config["cleanup.policy"] == "delete"
        kept = "without end" if config["retention.ms"] == "-1" else f"{days} days"
        assert f"| `{stream.name}` | {stream.key} | {stream.struct.__name__} | {kept} |" in README


def test_the_partition_count_is_the_default_one() -> None:
    assert f"({Config().partitions} unless configured)" in README


def test_every_reason_is_listed() -> None:
    rows = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", README.partition("## Dead letters")[2], re.MULTILINE)
    listed = [reason for row in rows for reason in re.findall(r"[a-z_]+", row)]
    # The sink's own reason is the one that no worker has.
    assert sorted(listed) == sorted({*REASONS, *get_args(UnheardReason), "unstorable"})
