"""Measures judgement: the packs' own examples, and labelled corpora beside a plain keyword search."""

from appscan.bench.corpus import run_bench
from appscan.bench.examples import ExamplesResult, context_slips, run_examples
from appscan.bench.result import BenchResult

__all__ = ["BenchResult", "ExamplesResult", "context_slips", "run_bench", "run_examples"]
