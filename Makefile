# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What `make demo` needs, and on top of it what everything else needs.
DEMO := $(VENV)/.demo-installed
STAMP := $(VENV)/.installed

.PHONY: help demo test test-long faults guarantees check lint audit types contracts docs docs-check bench bench-smoke golden mutants fuzz soak kafka clean native requirements

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

$(DEMO): pyproject.toml requirements/demo.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up $(VENV), once: broker, warehouse and program (about 310 MB to fetch, 1 GB on disk)"
	@$(PYTHON) requirements/install.py $(VENV) requirements/demo.txt
	@touch $(DEMO)

$(STAMP): $(DEMO) requirements/all.txt
	@echo "Adding what tests and checks need (about 50 MB to fetch)"
	@$(PYTHON) requirements/install.py $(VENV) requirements/all.txt
	@touch $(STAMP)

demo: $(DEMO) ## run a simulated week through broker, worker and warehouse; SERVE=1 keeps it up
	@$(BIN)/cloudtag demo $(if $(SERVE),--serve)

# A file's tests share its fixtures, and so one process; files keep the order tests/conftest.py gives them.
PYTEST := $(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

test: $(STAMP) ## all tests but the long ones; Apache Kafka included where Java and Maven exist
	@$(PYTEST) -m "not long"

test-long: $(STAMP) ## what `make test` leaves out: the long tests, and laws with all their examples
	@$(PYTEST) --hypothesis-profile thorough -m "long or hypothesis"

faults: $(STAMP) ## all tests that kill, stall or cut off something, in every variant
	@$(PYTEST) -m fault

guarantees: $(STAMP) ## play all schedules of faults that docs/guarantees.json has no clean result of, and write the page
	@$(BIN)/python -m tests.faults --seeds 0 40 --keep docs/guarantees.json
	@$(BIN)/python -m tests.faults --aim --keep docs/guarantees.json
	@$(BIN)/python -m tests.faults --without all --keep docs/guarantees.json
	@$(BIN)/python -m tests.faults.stock --keep docs/guarantees.json
	@$(BIN)/python -m cloudtag.docs docs guarantees.md

check: lint audit types contracts docs-check golden test bench-smoke ## exactly what CI runs

lint: $(STAMP) ## style, obvious mistakes, and bandit's rules for insecure ones
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

audit: $(STAMP) ## known vulnerabilities of the pinned packages, where advisories can be asked for
	@$(BIN)/python requirements/audit.py requirements/all.txt

types: $(STAMP) ## strict types
	@$(BIN)/mypy

contracts: $(STAMP) ## which package may import which
	@$(BIN)/lint-imports

docs: $(STAMP) ## write the generated pages
	@$(BIN)/python -m cloudtag.docs docs

docs-check: $(STAMP) ## fail when a generated page is stale
	@$(BIN)/python -m cloudtag.docs docs --check

bench-smoke: $(STAMP) ## the short benchmark: checks the alert set, prints a ratio
	@$(BIN)/python -m benchmarks.ladder --profile smoke

bench: $(STAMP) ## speed beside others, latency, growth, and docs/speed.md, half an hour; PROFILE=short or full (hours); PARTS="job pattern"
	@$(BIN)/python -m benchmarks.bench --profile $(or $(PROFILE),standard) $(if $(PARTS),--parts $(PARTS))

golden: $(STAMP) ## outputs and stored rows of fixed inputs, byte for byte as they were kept
	@$(BIN)/python -m tests.golden

mutants: $(STAMP) ## change each condition of detectors and decisions in one place: does a test notice? ONLY=name for one
	@$(BIN)/python -m tests.mutation $(if $(ONLY),--only $(ONLY),--page)

fuzz: $(STAMP) ## bytes of others, changed at random, on everything that reads them; SECONDS=600 ONLY=avro
	@$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),60) $(if $(ONLY),--only $(ONLY))

soak: $(STAMP) ## worker, sink and warehouse under load for MINUTES (15): fails when memory, descriptors or rows grow
	@$(BIN)/python -m benchmarks.soak docs --minutes $(or $(MINUTES),15)

native: $(DEMO) ## build the optional native part (needs a C compiler): the same results, less CPU
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/native.txt
	@$(BIN)/python -m cloudtag.native.build

PIN := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

requirements: ## pin anew (needs uv)
	@$(PIN) --all-extras --output-file requirements/all.txt pyproject.toml requirements/build.in
	@$(PIN) --extra local --constraint requirements/all.txt --output-file requirements/demo.txt pyproject.toml requirements/build.in
	@$(PIN) --constraint requirements/all.txt --output-file requirements/runtime.txt pyproject.toml
	@$(PIN) --constraint requirements/all.txt --output-file requirements/build.txt requirements/build.in
	@$(PIN) --output-file requirements/native.txt requirements/native.in
	@$(PIN) --output-file benchmarks/peers/requirements/quix.txt benchmarks/peers/requirements/quix.in

clean: ## remove what was made
	@rm -rf $(VENV) .cloudtag build dist src/cloudtag/native/*.so
