"""`appscan` for scripts and programs that start it themselves: hands its arguments, folder, environment and streams to
a warm process (warm.py) and ends as the command there did. Imports next to nothing, since it is started each time."""

import json
import os
import socket
import sys


def _exactly(line: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        more = line.recv(size - len(got))
        if not more:
            sys.exit("the warm process went away")
        got += more
    return got


def main(path: str, arguments: list[str]) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(path)
        here = os.getcwd()  # noqa: PTH109 (pathlib takes as long to import as all the rest)
        told = json.dumps([arguments, here, dict(os.environ)]).encode("ascii")
        socket.send_fds(line, [len(told).to_bytes(4, "big")], [0, 1, 2])
        line.sendall(told)
        _exactly(line, 4)  # its number, for those who would end it
        sys.exit(int.from_bytes(_exactly(line, 4), "big"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
