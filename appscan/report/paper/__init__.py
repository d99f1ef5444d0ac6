"""Papers that an office sends: what stands in them is arranged once, then written as DOCX or as a page to print."""

from __future__ import annotations

COMPONENTS = {"docx": ("docx", "PIL"), "pdf": ("docx", "PIL", "playwright")}
"""What must be installed for each form."""
