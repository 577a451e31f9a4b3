# Two commands: `make demo` sets everything up and shows the sample corpus; `make test` sets everything
# up and runs the tests. Both need Python 3.11 to 3.13, git and make, and a package registry; no more.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8001
BIN := $(VENV)/bin
CORPUS := $(or $(CONCORD_SHARED),../shared)/corpus

.PHONY: demo test lint types check-corpus constraints sample docs screenshots clean help
.DEFAULT_GOAL := help

help:
	@echo "make demo          build the sample corpus and serve it"
	@echo "make test          run the linter, the type checker and the tests"
	@echo "make check-corpus  read the shared corpus of real documents and check every quote"
	@echo "make sample        build the sample corpus anew from its sources"
	@echo "make docs          renew the parts of the documentation that the code knows best"
	@echo "make screenshots   take the pictures of the site anew, of DB=build/corpus.db"
	@echo "make constraints   write the versions installed here into constraints.txt"
	@echo "make clean         remove the environment and what was built"

# PyTorch comes first and pinned: left to itself, pip would take the newest and its gigabytes of CUDA.
$(BIN)/.installed: pyproject.toml constraints.txt
	@echo "Setting up the environment in $(VENV): some minutes the first time."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	@touch $@

demo: $(BIN)/.installed
	@mkdir -p build
	$(BIN)/concord demo --db build/concord-demo.db --port $(PORT)

# One process for each core: threads of PyTorch's own would only wait for each other.
test: lint types
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist loadfile

lint: $(BIN)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(BIN)/.installed
	$(BIN)/mypy

check-corpus: $(BIN)/.installed
	@mkdir -p build
	$(BIN)/concord run --corpus $(CORPUS) --db build/corpus.db
	$(BIN)/concord check --db build/corpus.db

sample: $(BIN)/.installed
	$(BIN)/python corpora/sample/build.py

docs: $(BIN)/.installed
	$(BIN)/python docs/regenerate.py

screenshots: $(BIN)/.installed
	$(BIN)/concord run --corpus corpora/sample --db build/sample.db
	$(BIN)/python docs/screenshots.py $(or $(DB),build/corpus.db) build/sample.db

constraints: $(BIN)/.installed
	@echo "# The versions that the tests ran with. Made by: make constraints" > constraints.txt
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu$$//' | grep -v ' @ ' >> constraints.txt

clean:
	rm -rf $(VENV) build dist
