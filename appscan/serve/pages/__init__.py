"""All pages. Each module has a `router`, whose routes all have a guard (`permissions`)."""

from __future__ import annotations

from appscan.serve.pages import (
    apps,
    checks,
    entry_edit,
    events,
    exemptions,
    findings,
    new_scan,
    overview,
    owners,
    papers,
    pictures,
    products,
    register_app,
    registry,
    registry_import,
    scans,
    sign_in,
    tokens,
)

ROUTERS = (sign_in.router, overview.router, apps.router, findings.router, new_scan.router, scans.router,
           pictures.router, tokens.router, events.router, registry.router, registry_import.router,
           entry_edit.router, register_app.router, products.router, owners.router, exemptions.router, papers.router,
           checks.router)
