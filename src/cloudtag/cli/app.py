"""The command line: every command and where it lives."""

from typing import Annotated

import typer

from cloudtag import __version__
from cloudtag.cli import dead_letters, policy, state, topics, warehouse
from cloudtag.cli.backfill import backfill
from cloudtag.cli.backtest import backtest
from cloudtag.cli.datasets import online_retail
from cloudtag.cli.decide.command import decide
from cloudtag.cli.demo.command import demo
from cloudtag.cli.desk import desk
from cloudtag.cli.detectors import detectors
from cloudtag.cli.doctor import EPILOG as DOCTOR_EPILOG
from cloudtag.cli.doctor import doctor
from cloudtag.cli.evaluate import evaluate
from cloudtag.cli.explain_alert import explain
from cloudtag.cli.forget import forget
from cloudtag.cli.produce import produce
from cloudtag.cli.replay import replay
from cloudtag.cli.scenarios import stories
from cloudtag.cli.schemas import check
from cloudtag.cli.score import score
from cloudtag.cli.simulate import simulate
from cloudtag.cli.sink import sink
from cloudtag.cli.tail import tail
from cloudtag.cli.worker import worker
from cloudtag.native.choice import told

EPILOG = "Exit codes: 0 done · 1 failed · 2 unreadable input or wrong usage."
SETTINGS = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="cloudtag",
    no_args_is_help=True,
    context_settings=SETTINGS,
    epilog=EPILOG,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
)


def _version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"cloudtag {__version__}, records are read and written: {told()}")
        raise typer.Exit


@app.callback()
def cloudtag(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version, and which code it uses."),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the whole traceback of an error.")] = False,
) -> None:
    """Real-time protection of marketplace merchants against refund and order abuse.

    Begin with `cloudtag demo`: it brings a broker, a warehouse and a worker, and ends by itself.
    """


def _group(name: str, text: str) -> typer.Typer:
    group = typer.Typer(help=text, no_args_is_help=True, context_settings=SETTINGS, epilog=EPILOG)
    app.add_typer(group, name=name)
    return group


COMMANDS = (
    demo,
    replay,
    worker,
    sink,
    desk,
    decide,
    desk,
    produce,
    backfill,
    tail,
    detectors,
    explain,
    stories,
    simulate,
    score,
    evaluate,
    backtest,
    forget,
)
for command in COMMANDS:
    app.command(epilog=EPILOG)(command)
app.command(epilog=DOCTOR_EPILOG)(doctor)

_topics = _group("topics", "The topics of an installation.")
_topics.command("create", epilog=EPILOG)(topics.create)
_topics.command("grant", epilog=EPILOG)(topics.grant)
_state = _group("state", "The state that workers keep in changelogs.")
_state.command("show", epilog=EPILOG)(state.show)
_state.command("release", epilog=EPILOG)(state.release)
_state.command("migrate", epilog=EPILOG)(state.migrate)
_state.command("rebuild", epilog=EPILOG)(state.rebuild)
_warehouse = _group("warehouse", "The tables in ClickHouse, and questions to them.")
_warehouse.command("migrate", epilog=EPILOG)(warehouse.migrate)
_warehouse.command("query", epilog=EPILOG)(warehouse.query)
_policy = _group("policy", "The rules in force: every parameter, by platform and date.")
_policy.command("show", epilog=EPILOG)(policy.show)
_policy.command("check", epilog=EPILOG)(policy.check)
_policy.command("publish", epilog=EPILOG)(policy.publish)
_policy.command("diff", epilog=EPILOG)(policy.diff)
_schemas = _group("schemas", "The contracts.")
_schemas.command("check", epilog=EPILOG)(check)
_letters = _group("dead-letters", "What could not be judged, and a second chance for it.")
_letters.command("list", epilog=EPILOG)(dead_letters.list_letters)
_letters.command("replay", epilog=EPILOG)(dead_letters.replay_letters)
_imports = _group("import", "Public data sets as events.")
_imports.command("online-retail", epilog=EPILOG)(online_retail)
