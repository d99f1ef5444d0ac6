"""Report values made into documents, pages and lines that people and programs read. Judges nothing, scans nothing."""
