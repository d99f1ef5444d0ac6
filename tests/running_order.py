"""Which tests begin first where tests run side by side (`make test`), and nothing else."""

LONG = (
    "tests/ci/test_bundle.py", "drill",
    *(f"tests/capture/test_{name}.py" for name in ("faults", "wire", "day", "unseen", "trials", "login")),
    *(f"tests/sweep/test_{name}.py" for name in ("sweep", "rejudge")), "tests/capture/test_walk.py",
    "tests/ci/test_templates.py", "tests/capture/test_all_pressed.py", "tests/sweep/test_demo.py",
    *(f"tests/serve/test_{name}.py" for name in ("browser", "story", "api", "killed", "sites")),
)
"""Groups (modules, and marks of `xdist_group`) that take longest: one that began last would leave all workers but its
own without work."""
