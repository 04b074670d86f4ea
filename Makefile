# make run   opens the program with a network ready to train (first call: installs everything into .venv)
# make test  style, types, import rules and all tests
# make bench the measurements, all of them; it fails where a target is missed
# make bench-beside: the canvas beside NodeGraphQt's, a step beside Lightning's; make mutants: whether the suite bites
# make soak  every gesture at random in the real window, ten minutes for each seed: nothing fails, nothing grows

PYTHON ?= python3
BIN = .venv/bin
INSTALL = $(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt

.PHONY: run test bench bench-beside mutants soak lint clean

run: .venv/installed
	@$(BIN)/python main.py

test: lint .venv/installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy engine widgets app resources main.py
	$(BIN)/lint-imports

bench: .venv/installed-dev
	@missed=0; for file in $(filter-out %bench_beside.py,$(wildcard tests/benchmarks/bench_*.py)); do \
		$(BIN)/python -m tests.benchmarks.$$(basename $$file .py) || missed=1; done; exit $$missed

bench-beside: .venv/installed-dev
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --upgrade --no-deps --target .bench NodeGraphQt Qt.py setuptools
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --upgrade --no-deps --target .bench \
		lightning pytorch-lightning lightning-utilities torchmetrics fsspec tqdm pyyaml packaging
	@missed=0; for name in beside steps; do $(BIN)/python -m tests.benchmarks.bench_$$name || missed=1; done; exit $$missed

soak: .venv/installed-dev
	@failed=0; for seed in 1 2 3 4 11 12; do $(BIN)/python -m tests.benchmarks.soak 600 $$seed || failed=1; done; exit $$failed

mutants: .venv/installed-dev
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --upgrade --no-deps --target .bench coverage
	@PYTHONPATH=$(CURDIR)/.bench $(BIN)/python tests/mutants/mutants.py

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Layerloom needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make run PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@echo "Installing into .venv (about 1 GB, some minutes, once) ..."
	@$(PYTHON) -m venv .venv || { echo "Python cannot make a virtual environment. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@$(INSTALL) --editable .
	@$(BIN)/python -m compileall -q app widgets engine resources
	@touch $@

.venv/installed-dev: .venv/installed
	@$(INSTALL) --editable '.[dev]'
	@touch $@

clean:
	rm -rf .venv .bench .mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
