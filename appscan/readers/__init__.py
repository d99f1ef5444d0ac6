"""Artifact → Reading. Collects raw facts; knows no check, no origin, no verdict."""
