"""Judging proposal documents: what they are made of, which sentences plan something. Pure; knows no file."""
