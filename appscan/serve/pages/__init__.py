"""All pages. Each module has a `router`, whose routes all have a guard (`permissions`)."""

from __future__ import annotations

from appscan.serve.pages import apps, findings, new_scan, overview, pictures, scans, sign_in, tokens

ROUTERS = (sign_in.router, overview.router, apps.router, findings.router, new_scan.router, scans.router,
           pictures.router, tokens.router)
