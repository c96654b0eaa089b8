"""Finds the server's jars: in the user's cache, or by asking Maven once."""

import os
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from cloudtag.local.child import StartError

RESOLVE_SECONDS = 600.0
POM_NAME = "pom.xml"


def recipe_directory() -> Path:
    """Where the list of jars and the log settings lie: in the checkout, or inside the installed package."""
    package = Path(__file__).resolve().parents[2]
    checkout = package.parents[1] / "deploy" / "kafka"
    return checkout if checkout.is_dir() else package / "_data" / "kafka"


def version() -> str:
    """The version of Apache Kafka that the recipe names."""
    # The file is our own, so a hardened parser has nothing to guard against.
    root = ElementTree.parse(recipe_directory() / POM_NAME).getroot()  # noqa: S314 - a file of our own
    found = root.findtext("properties/kafka.version")
    if not found:
        raise StartError(f"{recipe_directory() / POM_NAME} names no kafka.version")
    return found


def cache_directory() -> Path:
    """Where the jars of this version are kept."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "cloudtag" / f"kafka-{version()}"


def missing_programs() -> list[str]:
    """What has to be installed before `Kafka` can run here; empty when nothing is missing."""
    needed = ["java"] if is_resolved() else ["java", "mvn"]
    return [program for program in needed if shutil.which(program) is None]


def is_resolved() -> bool:
    """Whether the cache holds the jars of exactly this recipe."""
    kept = cache_directory() / POM_NAME
    return kept.is_file() and kept.read_bytes() == (recipe_directory() / POM_NAME).read_bytes()


def resolve() -> Path:
    """The directory with the jars, fetched by Maven when not cached; raises ``StartError`` with Maven's words."""
    target = cache_directory()
    if is_resolved():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        _run_maven(fresh)
        # The recipe is written last and the directory renamed whole: a cache is never half there.
        shutil.copy(recipe_directory() / POM_NAME, fresh / POM_NAME)
        _replace(target, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target


def _run_maven(target: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise StartError("Apache Kafka needs Maven the first time; install `mvn`")
    pom = recipe_directory() / POM_NAME
    command = [maven, "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
    command += [f"-DoutputDirectory={target}", "-DincludeScope=runtime"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=RESOLVE_SECONDS, check=False)
    if done.returncode:
        raise StartError(f"Maven could not fetch Apache Kafka: {done.stdout[-600:]}{done.stderr[-600:]}")


def _replace(target: Path, fresh: Path) -> None:
    if target.exists() and not is_resolved():
        shutil.rmtree(target)
    try:
        fresh.rename(target)
    except OSError:
        # Another process resolved the same recipe first.
        if not is_resolved():
            raise
