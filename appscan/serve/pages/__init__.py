"""All pages. Each module has a `router`, whose routes all have a guard (`permissions`)."""

from __future__ import annotations

from appscan.serve.pages import new_scan, pictures, scans, sign_in, tokens

ROUTERS = (sign_in.router, new_scan.router, scans.router, pictures.router, tokens.router)
