"""Files that are handed out to be saved. Knows no page."""

from __future__ import annotations

from urllib.parse import quote

from fastapi.responses import Response

from appscan.serve.protection import PICTURE_POLICY

TYPES = {".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".pdf": "application/pdf",
         ".html": "text/html; charset=utf-8",
         ".csv": "text/csv; charset=utf-8", ".json": "application/json", ".yaml": "application/yaml; charset=utf-8"}


def download(content: bytes, name: str) -> Response:
    """A file under a name of our own or of a person; the browser saves it and runs nothing in it (RFC 6266, 5987)."""
    suffix = f".{name.rpartition('.')[2].lower()}"
    return Response(content, media_type=TYPES.get(suffix, "application/octet-stream"), headers={
        "content-disposition": f"attachment; filename=\"file{suffix if suffix in TYPES else ''}\"; "
                               f"filename*=UTF-8''{quote(name, safe='')}",
        "content-security-policy": PICTURE_POLICY})
