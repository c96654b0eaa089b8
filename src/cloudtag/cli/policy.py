"""`cloudtag policy`: the parameters in force, whether packs are sound, and what differs between two."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cloudtag.cli.failure import UNREADABLE, FailureError
from cloudtag.cli.options import milliseconds
from cloudtag.cli.screen import note, output

if TYPE_CHECKING:
    from cloudtag.policy.faults import Fault
    from cloudtag.policy.listing import Parameter
    from cloudtag.policy.load import Packs

Folder = Annotated[
    Path | None,
    typer.Option("--policies", metavar="DIR", help="Policy packs (default: those that come with cloudtag)."),
]


def show(
    platform: Annotated[str, typer.Argument(metavar="PLATFORM", help="Whose rules.")] = "default",
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="In force at this event time (default: the last).")
    ] = None,
    policies: Folder = None,
    as_toml: Annotated[bool, typer.Option("--as-toml", help="Print a pack that states all of it.")] = False,
) -> None:
    """Show every parameter in force, and the file and line it stands in.

    Example:  cloudtag policy show jd --at 2026-03-01
    """
    from cloudtag.contract.times import rfc3339
    from cloudtag.policy import listing

    packs = _packs(policies)
    name, number = packs.number_at(platform, None if at is None else milliseconds(at))
    policy = packs.policies[name][number]
    if as_toml:
        output().print(listing.as_toml(policy), markup=False, soft_wrap=True, end="")
        return
    versions = packs.policies[name]
    ends = f" until {rfc3339(versions[number + 1].from_ms)}" if number + 1 < len(versions) else ""
    table = Table(title=f"{policy.version}, in force from {rfc3339(policy.from_ms)}{ends}", title_justify="left")
    for column in ("parameter", "value", "stands in", ""):
        # A name in two pieces could not be searched for.
        table.add_column(column, overflow="fold", no_wrap=column == "parameter")
    for parameter in listing.parameters(packs, name, number):
        table.add_row(parameter.name, escape(_told(parameter)), *_place(parameter, name))
    output().print(table)
    if name != platform:
        note(f"there is no pack for {platform!r}: it is judged by {name!r}")


def check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Policy packs (default: those that come with cloudtag).")
    ] = None,
) -> None:
    """Check policy packs: a wrong or unknown key or value is one line with its file and line.

    So is a version that says something else than what was published under its id (`published.toml`, which lies beside
    the packs). Ends with exit code 2 when anything is wrong.

    Example:  cloudtag policy check ./policies
    """
    from cloudtag.policy.published import read_published, standings

    packs, place = _packs(folder), folder or _shipped_folder()
    found = list(standings(packs, read_published(place)))
    _refuse([standing.fault() for standing in found if standing.is_changed])
    console = output()
    for platform, versions in sorted(packs.policies.items()):
        for number, policy in enumerate(versions):
            stated = sum(source.platform == platform for source in packs.sources(platform, number).values())
            off = len(_known() - policy.detectors.keys())
            told = f"{policy.version}: {stated} keys stated" + (f", {off} detectors off" if off else "")
            console.print(told, markup=False)
    if new := [f"{s.policy.platform}-{s.key}" for s in found if s.published is None]:
        note(f"not published yet: {', '.join(new)} (see cloudtag policy publish)")
    note(f"{len(packs.policies)} packs are sound")


def publish(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Policy packs (default: those that come with cloudtag).")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Accept other content under an id that no worker has ever run with.")
    ] = False,
) -> None:
    """Put the versions of policy packs on the list of published ones: from then on `policy check` holds them to it.

    The list is `published.toml` beside the packs. A version whose content changed is refused: give it an id of its own.

    Example:  cloudtag policy publish ./policies
    """
    from cloudtag.policy.published import read_published, standings, write_published

    packs, place = _packs(folder), folder or _shipped_folder()
    known = read_published(place)
    found = list(standings(packs, known))
    if not replace:
        _refuse([standing.fault() for standing in found if standing.is_changed])
    write_published(place, packs, known)
    for standing in found:
        if standing.published != standing.content:
            output().print(f"{standing.policy.platform}-{standing.key}@{standing.content}", markup=False)


def _shipped_folder() -> Path:
    from importlib.resources import files

    return Path(str(files("cloudtag.policy") / "packs"))


def _refuse(faults: "list[Fault]") -> None:
    """End with one line for each fault, where there is any."""
    for fault in faults:
        note(f"{fault}")
    if faults:
        raise typer.Exit(UNREADABLE)


def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="A folder of packs, or PLATFORM[@VERSION].")],
    second: Annotated[str, typer.Argument(metavar="B", help="Likewise; also DIR/PLATFORM[@VERSION].")],
) -> None:
    """Show which parameters differ between two packs, two versions of one, or two folders of packs.

    Example:  cloudtag policy diff taobao jd
    """
    from cloudtag.policy.compare import differences, versions_in_both
    from cloudtag.policy.listing import parameters

    if Path(first).is_dir() is not Path(second).is_dir():
        raise FailureError(f"{first} and {second}: compare two folders, or two packs", UNREADABLE)
    table = Table()
    for column in ("parameter", first, second, "stands in"):
        table.add_column(column, overflow="fold")
    if Path(first).is_dir():
        a, b = _packs(Path(first)), _packs(Path(second))
        shared, here, there = versions_in_both(a, b)
        pairs = [(f"{p}@{a.written[p][n].id} ", parameters(a, p, n), parameters(b, p, m)) for p, n, m in shared]
        for only, where in ((here, first), (there, second)):
            for version in sorted(only):
                note(f"{version} is in {where} alone")
    else:
        pairs = [("", _named(first), _named(second))]
    for prefix, one, other in pairs:
        for name, before, after in differences(one, other):
            stands_in = [_place(p, "")[0] if p else "-" for p in (before, after)]
            told = [escape(_told(p)) if p else "-" for p in (before, after)]
            table.add_row(prefix + name, *told, " → ".join(dict.fromkeys(stands_in)))
    output().print(table if table.row_count else "no parameter differs")


def _packs(folder: Path | None) -> "Packs":
    """The packs of a folder, or those that came along. Ends with one line for each fault."""
    from cloudtag.policy.faults import PolicyError
    from cloudtag.policy.load import folder_texts, read_packs, shipped_texts

    try:
        return read_packs(shipped_texts() if folder is None else folder_texts(folder))
    except PolicyError as error:
        _refuse(list(error.faults))
        raise


def _named(text: str) -> "list[Parameter]":
    """The parameters of `[DIR/]PLATFORM[@VERSION]`; without a version, of the last."""
    from cloudtag.policy.listing import parameters

    path, _, wanted = text.partition("@")
    folder, name = (Path(path).parent, Path(path).name.removesuffix(".toml")) if "/" in path else (None, path)
    packs = _packs(folder)
    ids = [version.id for version in packs.written.get(name, [])]
    if not ids:
        raise FailureError(f"there is no pack {name!r}: try one of {', '.join(sorted(packs.written))}", UNREADABLE)
    if wanted and wanted not in ids:
        raise FailureError(f"{name} has no version {wanted!r}: try one of {', '.join(ids)}", UNREADABLE)
    return parameters(packs, name, ids.index(wanted) if wanted else len(ids) - 1)


def _told(parameter: "Parameter") -> str:
    from cloudtag.policy.listing import toml_value

    value = parameter.value
    return ", ".join(value) or "(none)" if isinstance(value, list) else toml_value(value).strip('"')


def _place(parameter: "Parameter", platform: str) -> tuple[str, str]:
    source = parameter.source
    if source is None:
        return "default of the code", "" if platform == "default" else "inherited"
    return f"{source.file}:{source.line}", "" if source.platform in (platform, "") else "inherited"


def _known() -> set[str]:
    from cloudtag.detectors.registry import all_detectors

    return set(all_detectors())
