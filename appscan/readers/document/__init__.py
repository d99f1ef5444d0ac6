"""Proposal documents → Reading: Word, PDF, plain text, Markdown. Knows no policy."""
