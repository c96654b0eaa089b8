"""The command line. `main` is the entry point; each command is a file of its own."""

import os
import sys
import traceback
from collections.abc import Sequence

from cloudtag.cli.failure import DONE, explain
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
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not try to flush it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if is_debug:
            traceback.print_exc()
        failure = explain(error)
        if str(failure):
            note(f"cloudtag: {failure}")
        return failure.code
    return code if isinstance(code, int) else DONE
