"""The command, and what it needs to know before anything is served."""

import asyncio
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from cloudtag.cli.framing import codec_of
from cloudtag.cli.logs import Level, LogLevel, log_to_stderr
from cloudtag.cli.options import Brokers, settings
from cloudtag.cli.packs import PoliciesDir, packs_of
from cloudtag.cli.screen import note
from cloudtag.config import Config

if TYPE_CHECKING:
    from cloudtag.decide.webhooks import Webhook
    from cloudtag.policy.model import Policies
    from cloudtag.serving.tokens import TokenBook


def decide(
    brokers: Brokers = None,
    host: Annotated[str | None, typer.Option("--host", help="Where to listen (default: this machine alone).")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65_535, help="0 takes a free port.")] = None,
    policies: PoliciesDir = None,
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Serve /metrics, /healthz and /readyz here.")
    ] = None,
    log_level: LogLevel = Level.WARNING,
) -> None:
    """Answer over HTTP what may be done about refunds, returns, orders and claims, until SIGTERM or Ctrl-C.

    CLOUDTAG_TOKENS_FILE says who may ask; without it a token for this run is printed, and only this machine is served.
    /docs describes the interface.

    Example:  cloudtag decide -b kafka:9092 --port 8090
    """
    from streams.kafka import codecs
    from streams.kafka.log_throttle import throttle_logs

    codecs.check()
    log_to_stderr(log_level)
    throttle_logs("aiokafka", "uvicorn.error")
    config = settings(brokers, decide_host=host, decide_port=port, policies_dir=policies, metrics_port=metrics_port)
    packs = packs_of(config.policies_dir, config)
    book, webhooks = _tokens(config, packs), _webhooks(config, packs)
    with _listening(config.decide_host, config.decide_port) as listening:
        shown = f"[{config.decide_host}]" if ":" in config.decide_host else config.decide_host
        note(f"decisions at http://{shown}:{listening.getsockname()[1]}, described at /docs")
        from cloudtag.cli.decide.process import FrontDoor, serve

        asyncio.run(serve(config, packs, codec_of(config), FrontDoor(listening, book, webhooks)))


def _tokens(config: Config, packs: "Policies") -> "TokenBook":
    from cloudtag.serving.tokens import one_time_token, read_tokens

    if config.tokens_file is not None:
        return read_tokens(config.tokens_file, packs.networks)
    token, book = one_time_token(config.decide_host)
    note(f"token for this run: {token}")
    return book


def _webhooks(config: Config, packs: "Policies") -> "list[Webhook]":
    from cloudtag.decide.webhooks import read_webhooks

    return [] if config.webhooks_file is None else read_webhooks(config.webhooks_file, packs.networks)


def _listening(host: str, port: int) -> socket.socket:
    """A bound socket of either family; nobody is let in before something answers.

    Raises ``OSError`` where the address is taken, or none of this machine's.
    """
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
    # Of a socket that does not say that it is TCP, asyncio takes no care: an answer's second packet would wait 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound
