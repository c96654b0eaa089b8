"""The command line. `main` is the entry point; each command is a file of its own."""

import os
import sys
import traceback
from collections.abc import Sequence

from cloudtag.cli.escape import visible
from cloudtag.cli.failure import DONE, FAILED, explain
from cloudtag.cli.screen import note

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code: 0 done, 1 failed, 2 unreadable input or wrong usage."""
    from cloudtag.cli.app import app

    words = list(sys.argv[1:] if arguments is None else arguments)
    is_debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    try:
        code = app(words, standalone_mode=False)
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as stop:
        if not isinstance(stop.__context__, BrokenPipeError):
            return stop.code if isinstance(stop.code, int) else FAILED
        # Whoever read our output has seen enough, and it must not be flushed again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
        return DONE
    except Exception as error:
        if is_debug:
            note(traceback.format_exc())
        failure = explain(error)
        if str(failure):
            note(visible(f"cloudtag: {failure}"))
        return failure.code
    return code if isinstance(code, int) else DONE
