# `make` alone lists the commands. Each one does its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
OUT ?= demo
PIN := uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-header --no-emit-index-url --no-annotate
# `make bench TASKS="screen cold"` times these tasks of the statistics only; TASKS=--quick tries all of them out.
# The table that `make bench` runs on: the public one where it lies beside the project, else a synthetic one.
TABLE ?= $(firstword $(wildcard ../shared/data/crlm-tcia/clinical.csv) demo/data/clinical.csv)

.DEFAULT_GOAL := help
.PHONY: help demo test check prove bench lock clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "crlm needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 demo")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --only-binary :all: --require-hashes -r requirements/run.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q crlm
	@touch $@

$(VENV)/test.stamp: requirements/test.txt requirements/data.txt $(VENV)/run.stamp
	$(PIP) install --quiet --only-binary :all: --require-hashes -r requirements/test.txt
	$(PIP) install --quiet --only-binary :all: --require-hashes --no-deps -r requirements/data.txt
	@touch $@

demo: $(VENV)/run.stamp ## make a synthetic AmCORE, run dijkstra-2021 on it, lay it beside the paper (into demo/)
	$(BIN)/python -m crlm data synth dijkstra-2021 --patients 152 --seed 1 --out $(OUT)/registry
	rm -rf $(OUT)/snapshot
	$(BIN)/python -m crlm data import $(OUT)/registry --out $(OUT)/snapshot
	$(BIN)/python -m crlm study run dijkstra-2021 --data $(OUT)/snapshot --out $(OUT)/report
	$(BIN)/python -m crlm study compare dijkstra-2021 --results $(OUT)/report/results.json --out $(OUT)/beside-the-paper
	@echo
	@echo "SYNTHETIC patients. The comparison with the paper: open $(OUT)/beside-the-paper/comparison.html"
	@echo "The report that it was made from: $(OUT)/report/report.html, .docx and .pdf"
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then \
		$(BIN)/python -m webbrowser -t "file://$(abspath $(OUT))/beside-the-paper/comparison.html"; fi
	@echo "On the 197 real patients of the public TCIA collection (doi:10.7937/QXK2-QG03), download the clinical workbook and run:"
	@echo "  $(BIN)/crlm study run resected-crlm-public --data CLINICAL.xlsx --out report/"

demo/data/clinical.csv: $(VENV)/run.stamp
	$(BIN)/python -m crlm data synth resected-crlm-public --patients 197 --seed 1 --out demo/data

test: $(VENV)/test.stamp check ## lint, types, arrows, and every test
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: $(VENV)/test.stamp ## lint, types and the arrows between rooms only
	$(BIN)/ruff check crlm tests bench
	$(BIN)/ruff format --check crlm tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

lock: ## pin the requirements again (needs uv)
	$(PIN) requirements/run.in -o requirements/run.txt
	$(PIN) -c requirements/run.txt requirements/run.in requirements/test.in -o requirements/test.txt
	$(PIN) --no-deps requirements/data.in -o requirements/data.txt
	$(PIN) requirements/bench.in -o requirements/bench.txt
	$(PIN) requirements/comprisk.in -o requirements/comprisk.txt

$(VENV)-%/stamp: requirements/%.txt
	$(PYTHON) -m venv $(VENV)-$*
	$(VENV)-$*/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r $<
	@touch $@

prove: $(VENV)/test.stamp ## compare with R and simulate thousands of studies (writes docs/validation/)
	$(BIN)/python -m tests.prove.properties
	$(BIN)/python -m tests.prove.agreement
	$(BIN)/python -m tests.prove
	$(BIN)/python -m tests.prove.registry_import
	$(BIN)/python -m tests.prove.synthetic_registries
	$(BIN)/python -m tests.prove.pathway
	$(BIN)/python -m tests.prove.audit
	$(BIN)/python -m tests.prove.curves

bench: $(VENV)/run.stamp $(VENV)-bench/stamp $(TABLE) ## time study and statistics beside their peers (writes docs/benchmarks/)
	@$(MAKE) $(VENV)-comprisk/stamp || { rm -rf $(VENV)-comprisk; echo "comprisk cannot be installed here and is not timed"; }
	$(if $(TASKS),,$(VENV)-bench/bin/python bench/study/run.py $(BIN)/python $(TABLE) docs/benchmarks/study.md)
	$(if $(TASKS),,$(BIN)/python bench/registry/run.py $(BIN)/python docs/benchmarks/registry.md)
	$(VENV)-bench/bin/python bench/statistics/run.py docs/benchmarks/statistics.md $(TASKS)

clean: ## remove what the other commands made
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache
