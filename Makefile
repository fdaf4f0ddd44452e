# Suara Anak: `make run` starts it, `make test` checks it, `make bench` measures it.
PYTHON ?= python3
VENV := .venv
INSTALLED := $(VENV)/.installed

.PHONY: run test bench bench-analysis gallery lint style audit browser lock schema clean

run: $(INSTALLED)  ## Start the app with a clearly marked demo round
	@$(VENV)/bin/suara run --demo

# The types are checked beside the tests, which now and then wait for a browser; what mypy said comes
# last, and either's fault is the fault of the whole.
test: $(INSTALLED) style browser  ## Every check; about 10 minutes on 2 cores
	@if command -v node >/dev/null; then node --test tests/*.test.mjs; \
	  else echo "Node is missing: the player's unit tests are skipped."; [ "$$CI" != true ]; fi
	@$(VENV)/bin/mypy >$(VENV)/mypy.log 2>&1 & types=$$!; \
	  $(VENV)/bin/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder; tests=$$?; \
	  wait $$types; typed=$$?; cat $(VENV)/mypy.log; exit $$((tests ? tests : typed))

bench: $(INSTALLED) browser  ## Print the tables of docs/benchmarks.md
	$(VENV)/bin/python -m benchmarks

bench-analysis: $(INSTALLED)  ## How good the analysis is, peers beside it; SUARA_CORPORA names a folder
	$(VENV)/bin/python -m benchmarks.analysis
	-$(VENV)/bin/python -m benchmarks.corpora

gallery: $(INSTALLED) browser  ## Take the pictures of docs/gallery again
	$(VENV)/bin/python tests/gallery.py

lint: style
	$(VENV)/bin/mypy

style: $(INSTALLED)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/bandit --quiet --configfile pyproject.toml --recursive survey_app analysis streamlit_app.py

audit: $(INSTALLED)  ## Known holes in the locked packages, where the list of them can be reached
	@$(VENV)/bin/python .ci/audit.py

browser:  ## Chromium and PostgreSQL from the system's packages, when missing and allowed
	@bash .ci/system-packages

lock:  ## Write the exact versions again, after a change in pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dask --extra oidc --extra postgres --extra test --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url -o .requirements.lock

schema: $(INSTALLED)  ## Write the generated files again: JSON Schema, OpenAPI, rights
	$(VENV)/bin/python -m docs.generated

clean:
	rm -rf $(VENV)

$(INSTALLED): .requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Suara Anak needs Python 3.11 or newer: make run PYTHON=python3.12"; exit 1; }
	@echo "Installing into $(VENV) (once, a few minutes) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .requirements.lock
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
