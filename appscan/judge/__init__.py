"""(CheckSet, Reading) → findings and verdicts. Pure: no I/O, no clock, no parser, no platform word of a policy."""
