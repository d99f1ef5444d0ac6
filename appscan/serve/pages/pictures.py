"""Pictures of the evidence, by the report that they belong to and their digest. Whoever may read that report may see
them; nothing else of what the store keeps is given out here."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response

from appscan.errors import UsageError
from appscan.pictures import LARGEST_FILE, is_picture
from appscan.serve.permissions import Visit, needs
from appscan.serve.protection import PICTURE_POLICY
from appscan.serve.refusals import Refused
from appscan.store import Role, Store

router = APIRouter(include_in_schema=False)
_DIGEST = re.compile(r"[0-9a-f]{64}")
Number = Annotated[int, Path(ge=1, le=(1 << 53) - 1)]


@router.get("/pictures/{report}/{digest}")
def picture(request: Request, report: Number, digest: str,
            _visit: Annotated[Visit, Depends(needs(Role.VIEWER))]) -> Response:
    """The picture, of which nothing runs even when it is opened alone. Raises Refused 404 for what is no picture of
    this report, even where the store has it: packages, recordings, readings and approvals are not for everybody."""
    store: Store = request.app.state.store
    if not _DIGEST.fullmatch(digest) or not request.app.state.pictured.has(report, digest):
        raise Refused(404, "not_there")
    try:
        with store.open_blob(digest) as blob:
            content = blob.read(LARGEST_FILE + 1)
    except UsageError:
        raise Refused(404, "not_there") from None
    if len(content) > LARGEST_FILE or not is_picture(content):
        raise Refused(404, "not_there")
    return Response(content, media_type="image/png", headers={
        "content-security-policy": PICTURE_POLICY, "content-disposition": f'inline; filename="{digest[:16]}.png"',
        "cache-control": "private, max-age=86400, immutable"})

