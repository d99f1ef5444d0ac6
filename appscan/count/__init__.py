"""The count: how many products each central body runs for grassroots staff, and the other rules of the portfolio. Joins
registry, store and what the office granted; scans nothing and changes nothing but what it keeps of readings."""

from __future__ import annotations
