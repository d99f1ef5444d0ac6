"""Measures judgement: the packs' own examples, and labelled corpora beside a plain keyword search."""

from appscan.bench.corpus import run_bench
from appscan.bench.examples import ExamplesResult, run_examples
from appscan.bench.result import BenchResult

__all__ = ["BenchResult", "ExamplesResult", "run_bench", "run_examples"]
