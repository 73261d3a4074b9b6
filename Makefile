# Everything runs from .venv, which the first target that needs it makes.
SHELL := /bin/bash
BIN := .venv/bin
READY := .venv/.ready
DEMO_LIBRARY := build/demo_library

.PHONY: help setup demo run test check format bench train-small clean

help:
	@echo "make demo    index the sounds that come with Earmark and ask six queries"
	@echo "make test    the whole test suite"
	@echo "make run     open the window; hand earmark arguments with ARGS='...'"
	@echo "make check   formatting, lint, types and import rules"
	@echo "make format  let ruff format and tidy the code"
	@echo "make bench   the benchmarks, each as a table"
	@echo "make train-small  every training recipe's small variant on ../shared, an hour; writes docs/training-results.md"
	@echo "make clean   remove what was built (the virtual environment stays)"

setup: $(READY)

$(READY): pyproject.toml constraints.txt packaging/setup.sh packaging/setup_system.sh
	@packaging/setup.sh
	@touch $(READY)

demo: $(READY)
	@packaging/demo.sh $(DEMO_LIBRARY)

run: $(READY)
	@$(BIN)/earmark $(ARGS)

test: $(READY)
	$(BIN)/python -m pytest -q -n auto --dist loadfile

check: $(READY)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(READY)
	@set -e; for benchmark in benchmarks/*.py; do echo "== $$benchmark"; $(BIN)/python "$$benchmark"; done

train-small: $(READY)
	$(BIN)/earmark-train small --out docs/training-results.md $(ARGS)

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find app engine trainer tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
