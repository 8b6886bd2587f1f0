# `make` alone prints what there is. Nothing is needed beforehand but Python 3.11 or later and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

run: .venv/.run-ok ## the portal with its sandbox and six months of history, on http://localhost:8000 (PORT=)
	@$(BIN)/python manage.py run --port $(PORT)

test: .venv/.dev-ok ## the whole suite: both engines, journeys with real processes, browser
	@sh .ci/system test
	$(BIN)/python -m tests.run

check: .venv/.dev-ok ## style, import directions, types, deployment check, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	git ls-files 'templates/*.html' | xargs $(BIN)/djade --target-version 5.2 --check
	$(BIN)/lint-imports
	$(BIN)/mypy .
	$(BIN)/python manage.py makemigrations --check --dry-run
	sh .ci/deploy-check

fix: .venv/.dev-ok ## let the tools mend what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-git ls-files 'templates/*.html' | xargs $(BIN)/djade --target-version 5.2

bench: .venv/.dev-ok ## measure: all scenarios, or one with S=name; one JSON line each
	$(BIN)/python -m bench $(S)

mutation: .venv/.dev-ok ## remove each guard of the ledger in turn: some test must fail each time (long)
	$(BIN)/python -m tests.mutation.remove_guards

corpus: .venv/.dev-ok ## 600 invoices and credit notes of every kind through every rule of Factur-X (minutes)
	$(BIN)/python -m tests.corpus

simulation: .venv/.dev-ok ## live 200 random lives of payments, with faults and crashes (long; SEEDS=, FIRST=)
	$(BIN)/python -m tests.simulation --seeds $(or $(SEEDS),200) --first $(or $(FIRST),1)

year: .venv/.dev-ok ## live a simulated year of automatic collection (long; CUSTOMERS=, SEED=, MONTHS=, PAPERS=0)
	$(BIN)/python -m tests.simulation --year $(or $(CUSTOMERS),200) --first $(or $(SEED),1) --months $(or $(MONTHS),12) $(if $(filter 0,$(PAPERS)),--no-papers)

docs: .venv/.dev-ok ## write again the pages of docs/ that are made from the code
	$(BIN)/python manage.py write_docs

requirements: .venv/.dev-ok ## compile requirements*.in into the files with hashes
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate requirements-dev.in -o requirements-dev.txt

clean: ## forget the trial data (the next `make run` makes it again)
	rm -rf .run

.venv/.run-ok: requirements.txt
	@sh .ci/system run
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	@touch $@

.venv/.dev-ok: .venv/.run-ok requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@touch $@

.PHONY: help run test check fix bench mutation corpus year docs requirements clean
