"""One process that has everything imported and forks itself for each command, which then costs no start of Python.

A command still runs in a process of its own, with its own arguments, folder, environment and streams. Run as a program,
this listens on the socket whose path it is given; `Warm` starts it and asks it.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path


class Warm:
    """The other end: asks for commands to be run. `run` raises subprocess.TimeoutExpired, the command killed."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "warm.socket"
        self._server = subprocess.Popen([sys.executable, "-P", __file__, str(self._path)], stdout=subprocess.PIPE,
                                        env={**os.environ, "PYTHONUTF8": "1"})
        assert self._server.stdout is not None
        assert self._server.stdout.readline() == b"ready\n"

    @property
    def command(self) -> list[str]:
        """A command line that runs as `appscan` does, for what starts commands itself: no Ctrl-C, nothing is killed."""
        client = Path(__file__).with_name("warm_command.py")
        return [sys.executable, "-I", "-S", str(client), str(self._path)]

    def close(self) -> None:
        """End the process."""
        self._server.terminate()
        self._server.communicate()

    def run(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float,
            ) -> tuple[int, bytes, bytes]:
        """Exit code as a shell has it (128 + signal), stdout, stderr."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, \
                Path(os.devnull).open("rb") as nothing, socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self._path))
            told = json.dumps([list(arguments), str(folder), dict(environment)])
            socket.send_fds(line, [len(told).to_bytes(4, "big")], [nothing.fileno(), out.fileno(), err.fileno()])
            line.sendall(told.encode("ascii"))
            line.settimeout(seconds)
            child = int.from_bytes(_exactly(line, 4), "big")
            try:
                code = int.from_bytes(_exactly(line, 4), "big")
            except TimeoutError:
                os.kill(child, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(arguments), seconds) from None
            out.seek(0)
            err.seek(0)
            return code, out.read(), err.read()


def _exactly(line: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        more = line.recv(size - len(got))
        if not more:
            raise ConnectionError("the warm process went away")
        got += more
    return got


def _serve(path: str) -> None:
    """Fork for each command and for nothing else; a process between waits for it, so that many may run at once."""
    _warm_up()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        print("ready", flush=True)
        while True:
            line, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                _attend(line)
            line.close()


def _warm_up() -> None:
    import appscan.cli.scanning
    import appscan.cli.start
    import appscan.report.page
    import appscan.scan  # noqa: F401
    from appscan.checks import load
    from appscan.checks.regexes import compiled
    from appscan.judge.needles import needles

    for word in {word for check in load().checks for word in _words(check)}:
        needles(word)
        compiled(word)
    gc.freeze()


def _words(value: object) -> set[str]:
    """All patterns below a value of a check."""
    from dataclasses import fields, is_dataclass

    from appscan.checks.pack import Match, Word

    if isinstance(value, Word):
        return {value.text} if value.match is Match.PATTERN else set()
    if isinstance(value, (tuple, list, frozenset)):
        return {word for one in value for word in _words(one)}
    if isinstance(value, Mapping):
        return {word for one in value.values() for word in _words(one)}
    if is_dataclass(value):
        return {word for one in fields(value) for word in _words(getattr(value, one.name))}
    return set()


def _attend(line: socket.socket) -> None:
    """Start the command in a process of its own, tell its number, wait, tell its code."""
    head, streams, _, _ = socket.recv_fds(line, 4, 3)
    arguments, folder, environment = json.loads(_exactly(line, int.from_bytes(head, "big")))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        line.close()
        _become(streams, arguments, folder, environment)
    line.sendall(child.to_bytes(4, "big"))
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    line.sendall((code if code >= 0 else 128 - code).to_bytes(4, "big"))
    os._exit(0)


def _become(streams: list[int], arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    code = 1
    try:
        for target, source in enumerate(streams):
            os.dup2(source, target)
        _open_streams()
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["appscan", *arguments]
        from appscan.cli import main

        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1 if ended.code else 0
    except BaseException:  # noqa: BLE001 (told as Python would tell it)
        traceback.print_exc()
    finally:
        _flush()
        os._exit(code)


def _open_streams() -> None:
    """As Python opens them: what was found out about the streams of the warm process (whether they seek) is not so of
    those that took their place."""
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()


if __name__ == "__main__":
    _serve(sys.argv[1])
