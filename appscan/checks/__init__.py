"""Packs → CheckSet. Checks are data; this room reads and lints them and knows no reading."""

from appscan.checks.load import lint, load, shipped_folder
from appscan.checks.pack import CheckSet

__all__ = ["CheckSet", "lint", "load", "shipped_folder"]
