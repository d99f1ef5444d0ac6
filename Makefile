# The two commands: `make scan` runs the main job on a bundled fixture, `make test` runs all tests.
PYTHON ?= python3
BIN := .venv/bin
FIXTURE := fixtures/apks/built/checkin-native.apk
OUT := appscan-out

.PHONY: setup scan crawl serve test lint bundle speed speed-web speed-report speed-judge speed-sweep speed-count speed-desk

setup: .venv/.ready

.venv/.ready: pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "appscan needs Python 3.11 or newer: make PYTHON=python3.11 setup")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	bash ci/browser.sh $(BIN)/python
	touch $@

scan: setup
	$(BIN)/appscan scan $(FIXTURE) --out $(OUT) --fail-on never

# The same for a bundled web site: it is served on this machine and walked with Chromium.
SITE := checkin-forced

crawl: setup
	$(BIN)/python ci/crawl.py $(SITE) --out $(OUT) --fail-on never

# The reviewers' desk with the demo portfolio, on http://127.0.0.1:8080/ (PORT=… for another port).
DEMO := appscan-demo
PORT := 8080

serve: setup
	$(BIN)/python ci/demo.py $(DEMO) --port $(PORT)

# Two for each of the two cores of the service: captures and servers wait for much of their time.
test: setup
	$(BIN)/python -m pytest -n 4 --dist loadgroup

lint: setup
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

speed: setup
	$(BIN)/python ci/speed.py $(OPTIONS)

speed-web: setup
	$(BIN)/python ci/speed_web.py $(OPTIONS)

speed-report: setup
	$(BIN)/python ci/speed_report.py $(OPTIONS)

speed-sweep: setup
	$(BIN)/python ci/speed_sweep.py $(OPTIONS)

speed-judge: setup
	$(BIN)/python ci/speed_judge.py $(OPTIONS)

speed-count: setup
	$(BIN)/python ci/speed_count.py $(OPTIONS)

speed-desk: setup
	$(BIN)/python ci/speed_desk.py $(OPTIONS)

# Wheels and checks for machines without a network (Linux, x86-64 and ARM64): dist/bundle.
bundle: setup
	PYTHON=$(BIN)/python bash ci/bundle.sh dist/bundle
