"""Who may do what on the brokers, from a file that names kinds of topics, and how the brokers are told."""

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest
from msgspec import Struct

from cloudtag.config import Config
from cloudtag.contract.spelling import did_you_mean
from cloudtag.contract.streams import CONTRACTS, INPUTS, INTERNAL, OUTPUTS, SURFACES
from streams.kafka import topics
from streams.kafka.administering import administering

LETTERS = "dead-letters"
ANY, ALLOW = "*", 3
"""Any host, and what allows in Kafka's protocol."""
RESOURCES = {"topic": 2, "group": 3, "cluster": 4}
OPERATIONS = {"read": 3, "write": 4, "create": 5, "alter": 7, "describe": 8}
LITERAL, PREFIXED = 3, 4


class AclsError(ValueError):
    """A file of access rules that cannot be used, or a rule the brokers do not take; the text says why."""


class KafkaRole(Struct, frozen=True, forbid_unknown_fields=True):
    """What some principals may do."""

    principals: tuple[str, ...]
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    describe: tuple[str, ...] = ()
    """What may only be seen to exist; who reads or writes a topic may see it anyway."""
    groups: tuple[str, ...] = ()
    cluster: tuple[Literal["create", "alter", "describe"], ...] = ()


class AccessRule(NamedTuple):
    """One thing one principal may do. A resource's name that ends with * stands for all that begin so."""

    principal: str
    operation: str
    resource: str
    name: str


def rules_of(path: Path, config: Config) -> list[AccessRule]:
    """The rules of a file for the configured installation. Raises ``AclsError``, ``OSError``."""
    try:
        roles = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), dict[str, KafkaRole])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise AclsError(f"{path}: {error}") from None
    return list(dict.fromkeys(rule for role in roles.values() for rule in _of_role(role, config)))


async def grant(config: Config, rules: Iterable[AccessRule]) -> None:
    """Tell the brokers, which keep what they were told before. Raises ``AclsError`` for a rule they do not take."""
    async with administering(config) as admin:
        for rule in rules:
            answer = await admin._send_request(_request(rule))
            for code, text in answer.creation_responses:
                if code:
                    error = for_code(code).__name__
                    raise AclsError(f"the brokers do not take {' '.join(rule)}: {error} {text or ''}".strip())


def _of_role(role: KafkaRole, config: Config) -> Iterator[AccessRule]:
    kinds = _kinds(config)
    for principal in role.principals:
        for operation, wanted in (("read", role.read), ("write", role.write), ("describe", role.describe)):
            for kind in wanted:
                if kind not in kinds:
                    raise AclsError(f"{kind!r} is no kind of topics and no stream{did_you_mean(kind, kinds)}")
                for topic in kinds[kind]:
                    yield AccessRule(principal, operation, "topic", topic)
        own = {
            "workers": config.app_id,
            "sinks": f"{config.app_id}-sink",
            "deciders": f"{config.app_id}-decide*",
        }
        for group in role.groups:
            yield AccessRule(principal, "read", "group", own.get(group, group))
        for operation in role.cluster:
            yield AccessRule(principal, operation, "cluster", "kafka-cluster")


def _kinds(config: Config) -> dict[str, list[str]]:
    """The topics of every kind, and of every stream by its own name."""
    beside = [name for processor in config.processors for name in topics.internal(processor)]
    streams = {
        "inputs": [*INPUTS],
        "outputs": [name for name in OUTPUTS if name != LETTERS],
        "surfaces": [*SURFACES],
        "internal": [*INTERNAL, *beside, *topics.WHAT_IFS],
        "replayed": [topics.REPLAYED],
    }
    streams |= {name: [name] for name in (*CONTRACTS, *INTERNAL, *topics.WHAT_IFS)}
    found = {kind: [config.topic(name) for name in names] for kind, names in streams.items()}
    found["changelogs"] = [config.changelog(processor) for processor in config.processors]
    found["first-changelogs"] = [config.first_changelog(processor) for processor in config.processors]
    return found


def _request(rule: AccessRule) -> Any:
    is_prefix = rule.name.endswith(ANY) and rule.name != ANY
    return CreateAclsRequest(
        RESOURCES[rule.resource],
        rule.name.removesuffix(ANY) if is_prefix else rule.name,
        PREFIXED if is_prefix else LITERAL,
        rule.principal,
        ANY,
        OPERATIONS[rule.operation],
        ALLOW,
    )
