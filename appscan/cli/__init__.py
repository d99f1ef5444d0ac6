"""The command line: commands parse, call one function, print and own their exit codes. Knows no rule and no format."""

from __future__ import annotations

import signal
import sys

__all__ = ["main"]

INTERRUPTED = 130


def main() -> None:
    """Run the command that the process was started with and end the process with the documented exit code."""
    try:
        if sys.argv[1:] == ["--version"]:
            from appscan import __version__

            print(f"appscan {__version__}")
            return
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C, with what was done so far
        from appscan.cli.start import run  # everything else costs start time

        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
