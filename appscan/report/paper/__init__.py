"""Papers that an office sends: what stands in them is arranged once, then written as DOCX or as a page to print."""
