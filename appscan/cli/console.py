"""Where lines go: results to stdout, everything else to stderr, in the chosen language. Knows no report."""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass

from appscan.errors import AppscanError
from appscan.texts import Language, say, say_error


@dataclass(frozen=True, slots=True)
class Console:
    """Prints for one command. `quiet` leaves only errors; `piped` keeps stdout for a
    document; `debug` adds tracebacks to failures of ours."""

    lang: Language
    quiet: bool = False
    piped: bool = False
    debug: bool = False

    def result(self, lines: Iterable[str]) -> None:
        """Lines of the result, unless quiet."""
        if not self.quiet:
            print(*lines, sep="\n", file=sys.stderr if self.piped else sys.stdout, flush=True)

    def note(self, key: str, **params: object) -> None:
        """One line beside the result, unless quiet."""
        if not self.quiet:
            print(say(self.lang, key, **params), file=sys.stderr, flush=True)

    def trouble(self, key: str, **params: object) -> None:
        """One line about something that went wrong; always printed."""
        print(say(self.lang, key, **params), file=sys.stderr, flush=True)

    def failure(self, error: AppscanError) -> None:
        """One line for an error of ours; always printed."""
        print(say_error(self.lang, error), file=sys.stderr, flush=True)

    def own_failure(self, error: BaseException, name: str = "") -> None:
        """One line for a failure of appscan itself, with the traceback only where it was asked for."""
        if isinstance(error, OSError) and error.errno:
            why = errno.errorcode.get(error.errno, error.strerror)
            self.trouble("cli.system_failure", name=name, path=error.filename2 or error.filename or "", why=why)
        else:
            kind = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            self.trouble("cli.own_failure" if name else "cli.own_failure_anywhere", name=name, reason=kind)
        if self.debug:
            traceback.print_exception(error, file=sys.stderr)


def be_lenient_about_encodings() -> None:
    """A terminal that cannot show a character shows a stand-in; printing never fails for it."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
