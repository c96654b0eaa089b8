"""`cloudtag desk`: the pages on which people look at cases and decide them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from cloudtag.cli.failure import UNREADABLE, FailureError
from cloudtag.cli.logs import Level, LogLevel, log_to_stderr
from cloudtag.cli.options import Brokers, ClickHouse, settings
from cloudtag.cli.packs import PoliciesDir, packs_of
from cloudtag.config import Config

if TYPE_CHECKING:
    from msgspec import Struct

    from cloudtag.cli.engine_way import TopicEngineWay
    from cloudtag.cli.kafka import Sender
    from cloudtag.desk.desk import Desk
    from cloudtag.serving.tokens import TokenBook

LISTEN_AGAIN_SECONDS = 5.0
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


def desk(
    host: Annotated[str | None, typer.Option(metavar="HOST", help="Where it is reached; loopback unless told.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="0 takes a free one.")] = None,
    shop: Annotated[
        list[str] | None,
        typer.Option(metavar="PLATFORM/SHOP", help="The one-time token is that of a shop's staff; may be repeated."),
    ] = None,
    account: Annotated[
        str | None, typer.Option(metavar="ACCOUNT", help="The shop's account that tags are put by, with --shop.")
    ] = None,
    brokers: Brokers = None,
    clickhouse: ClickHouse = None,
    policies: PoliciesDir = None,
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Serve /metrics, /healthz and /readyz here.")
    ] = None,
    log_level: LogLevel = Level.WARNING,
) -> None:
    """Serve the desk: cases in order, what happened, verdicts, tags and reports, until SIGTERM or Ctrl-C.

    Shows what the warehouse holds and sends what is done to Kafka. Without CLOUDTAG_TOKENS_FILE and CLOUDTAG_OIDC_FILE
    it prints an address with a token that is good for one sign-in.

    Example:  cloudtag desk -b 127.0.0.1:9092 -c http://127.0.0.1:8123/cloudtag
    """
    from streams.kafka.log_throttle import throttle_logs

    log_to_stderr(log_level)
    throttle_logs("aiokafka", "uvicorn.error", "python_multipart.multipart")
    given = {"desk_host": host, "desk_port": port, "policies_dir": policies, "metrics_port": metrics_port}
    config = settings(brokers, clickhouse, **given)
    token, book = _who_is_who(config, shop or [], account)
    asyncio.run(_serve(config, token, book))


def _who_is_who(config: Config, shops: Sequence[str], account: str | None) -> tuple[str | None, TokenBook]:
    """A one-time token, if that is how people sign in, and who holds which. Raises `ConfigError`, `FailureError`."""
    from cloudtag.serving.tokens import TokenBook, one_time_token, read_tokens

    if config.tokens_file is not None or config.oidc_file is not None:
        if shops or account:
            told_by = "CLOUDTAG_OIDC_FILE" if config.tokens_file is None else "CLOUDTAG_TOKENS_FILE"
            raise FailureError(f"--shop is for the one-time token, and {told_by} says who is who", UNREADABLE)
        return None, TokenBook(()) if config.tokens_file is None else read_tokens(config.tokens_file)
    token, book = one_time_token(config.desk_host)
    return (token, _staff(token, shops, account)) if shops else (token, book)


def _staff(token: str, shops: Sequence[str], account: str | None) -> TokenBook:
    from hashlib import sha256

    from cloudtag.contract.scope import NETWORKS
    from cloudtag.serving.tokens import TokenBook
    from cloudtag.serving.viewers import ShopRef, Viewer

    refs = set()
    for each in shops:
        platform, slash, shop_id = each.partition("/")
        if not (platform and slash and shop_id):
            raise FailureError(f"not a shop: {each!r} (PLATFORM/SHOP)", UNREADABLE)
        refs.add(ShopRef(NETWORKS[platform], shop_id))
    viewer = Viewer(name="one-time", role="shop", shops=frozenset(refs), account_id=account)
    return TokenBook([(sha256(token.encode()).hexdigest(), viewer)])


async def _serve(config: Config, token: str | None, book: TokenBook) -> None:
    from cloudtag.cli.clickhouse import connect, database_of
    from cloudtag.cli.engine_way import TopicEngineWay, answers_listener
    from cloudtag.cli.framing import codec_of
    from cloudtag.cli.kafka import sender
    from cloudtag.cli.screen import output
    from cloudtag.local.probe import free_port
    from streams.kafka import topics

    database = database_of(config)
    # One that cannot be reached is told before anybody is asked in.
    (await asyncio.to_thread(connect, config)).close()
    config = await topics.as_found(config, [config.topic("verdicts")])
    port = config.desk_port or free_port()
    async with sender(config) as out, answers_listener(config) as listener:
        made = _desk(config, database, out, token, book)
        engine = made.engine = TopicEngineWay(config, listener, codec_of(config), out.producer)
        shown = f"http://{'127.0.0.1' if config.desk_host in LOOPBACK_NAMES else config.desk_host}:{port}"
        words = f"{shown}/signin?token={token}" if token else f"{shown}/"
        output().print(words, markup=False, soft_wrap=True, highlight=False)
        listening = asyncio.ensure_future(_listen(engine))
        try:
            await _until_told(config, made, config.desk_host, port)
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening


async def _listen(engine: TopicEngineWay) -> None:
    """Take the engine's answers until cancelled. The desk goes on without them, and says that it could not ask."""
    while True:
        try:
            await engine.run()
        except Exception as error:
            # Whatever it is, to end for good would look like an engine that never answers.
            logging.getLogger(__name__).warning("the engine is not heard for a while: %r", error)
        await asyncio.sleep(LISTEN_AGAIN_SECONDS)


async def _until_told(config: Config, made: Desk, host: str, port: int) -> None:
    from prometheus_client import REGISTRY

    from cloudtag.cli.http.limits import limits_here
    from cloudtag.cli.http.server import GuardedServer
    from cloudtag.desk.app import make_app
    from cloudtag.desk.refusals import ServerRefusals
    from streams.health.beat import Health, beating
    from streams.health.serving import served

    class Server(GuardedServer):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            # Streams of news would hold the process up.
            made.is_ending = True
            super().handle_exit(sig, frame)

    health = Health()
    with served(config, REGISTRY, health), beating(asyncio.get_running_loop(), health, lambda: _obstacle(made)):
        said = ServerRefusals(made)
        server = Server(make_app(made), limits_here(config), said, host=host, port=port, timeout_graceful_shutdown=5)
        await server.serve()


def _obstacle(made: Desk) -> str | None:
    """Why nothing is to be asked of this desk."""
    if made.is_ending:
        return "it ends"
    return "the audit log is full" if made.audit.is_full else None


def _desk(config: Config, database: str, out: Sender, token: str | None, book: TokenBook) -> Desk:
    import time

    from clickhouse_connect.driver.client import Client

    from cloudtag.cli.clickhouse import connect
    from cloudtag.desk.asking import Asking
    from cloudtag.desk.desk import Desk
    from cloudtag.desk.oidc_settings import read_oidc
    from cloudtag.desk.oidc_tries import OidcDoor
    from cloudtag.desk.session import SignedIn

    oidc = None if config.oidc_file is None else OidcDoor(read_oidc(config.oidc_file), time.time)

    def client() -> Client:
        made = connect(config)
        made.database = database
        return made

    return Desk(
        asking=Asking(client),
        publish=_publisher(out),
        signed_in=SignedIn(book, config.desk_session_hours, time.time, is_one_time=token is not None),
        policies=packs_of(config.policies_dir),
        zone=_zone(config.desk_zone),
        hosts=(*LOOPBACK_NAMES, config.desk_host, *config.desk_names),
        is_secure=config.desk_is_behind_tls,
        oidc=oidc,
    )


def _publisher(out: Sender) -> Any:
    """Sends records one after the other, checked as `produce` checks them."""
    from cloudtag.contract.streams import INPUTS, STREAM_OF, SURFACES
    from cloudtag.desk.publishing import NotSentError, PerhapsSentError
    from cloudtag.wire.produced import check

    lock = asyncio.Lock()

    async def publish(events: Sequence[Struct]) -> None:
        try:
            for event in events:
                if (stream := STREAM_OF[type(event)]) in INPUTS:
                    check(stream, event)
        except ValueError as error:
            raise NotSentError(str(error)) from error
        async with lock:
            try:
                for event in events:
                    await (out.tell(event) if STREAM_OF[type(event)] in SURFACES else out.send(event))
                await out.flush()
            except Exception as error:
                logging.getLogger(__name__).warning("whether it was sent is not known: %s", error)
                raise PerhapsSentError(str(error)) from error

    return publish


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FailureError(f"CLOUDTAG_DESK_ZONE: no such zone: {name!r} (UTC, Asia/Shanghai)", UNREADABLE) from None
