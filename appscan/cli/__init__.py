"""The command line: commands parse, call one function, print and own their exit codes. Knows no rule and no format."""

from __future__ import annotations

import gc
import signal
import sys

__all__ = ["main"]

INTERRUPTED = 130
COLLECT_AFTER = 100_000
"""New values after which Python looks for circles of dead ones."""


def main() -> None:
    """Run the command that the process was started with and end the process with the documented exit code."""
    try:
        if sys.argv[1:] == ["--version"]:
            from appscan import __version__

            print(f"appscan {__version__}")
            return
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C, with what was done so far
        gc.set_threshold(COLLECT_AFTER)  # packs are half a million values that stay: looking through them again is vain
        from appscan.cli.start import run  # everything else costs start time

        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
