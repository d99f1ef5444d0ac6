"""Registry files, owners made canonical, and entries grouped into products. Pure: no database, no network, no
verdict."""

from __future__ import annotations
