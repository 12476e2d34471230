# Thin on purpose: each line also works by hand.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo serve test check bench lock clean

demo: .venv/set.done ## set up, start everything, load the samples, do the main job (ARGS=--once stops after it)
	@exec $(BIN)/python -m services demo $(ARGS)

serve: .venv/set.done ## the set without samples; data is kept
	@exec $(BIN)/python -m services serve $(ARGS)

test: .venv/dev.done ## the whole suite
	@exec $(BIN)/python -m pytest -n auto --dist loadgroup --cov $(ARGS)

check: .venv/dev.done ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev.done ## ratios, measured side by side in one run
	@exec $(BIN)/python -m bench $(ARGS)

lock: ## write the lock files anew from pyproject.toml (needs uv; see requirements/README.md)
	$(LOCK) --group dev -o requirements/dev.txt
	for group in set migrations costprice tariffs gateway; do \
	  $(LOCK) --group $$group -c requirements/dev.txt -o requirements/$$group.txt || exit 1; done

clean:
	rm -rf .venv .data

# Nothing is fetched once a lock file is installed: the stamp is as new as the lock.
.venv/%.done: requirements/%.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement $<
	@touch $@

.venv/dev.done: .venv/set.done

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.12 …" >&2; exit 1; }
	$(PYTHON) -m venv .venv
