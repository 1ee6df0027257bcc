# Odoo Offline: everything from a fresh checkout to a running Odoo 19. `make` alone lists the targets.

# The distribution's Python when it is new enough and complete (shims of others may live in folders that the
# database user cannot read), else the first on PATH that is; `make setup PYTHON=…` names another.
ifndef PYTHON
PYTHON := $(shell for p in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
endif
PY = $(or $(PYTHON),$(error no Python 3.11 or newer with venv: install python3 and python3-venv, or say PYTHON=/path/to/python3))
DEV_PYTHON := .offline/venv-dev/bin/python
PORT ?= 8069
DB ?= demo
TEST_OPTIONS = $(if $(LAYER),--layer $(LAYER)) $(if $(MODULE),--module $(MODULE)) $(if $(JOBS),--jobs $(JOBS))

.DEFAULT_GOAL := help
.PHONY: help setup demo serve stop test lint prove bench fuzz faults-deep foreign clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1	/' | expand -t 13

setup: ## get Odoo 19, PostgreSQL and the Python packages (again: a moment)
	@$(PY) -m tools.provision setup

demo: setup ## play a day without network on a demo database, and leave Odoo running
	@$(DEV_PYTHON) -m tools.demo --port "$(PORT)" --db "$(DB)"

serve: ## serve Odoo on this terminal: PORT=8069 DB=demo
	@$(PY) -m tools.provision serve --port "$(PORT)" --db "$(DB)"

stop: ## end the servers that run in the background
	@$(PY) -m tools.provision stop

test: setup ## run all tests; LAYER=unit|engine|chromium|contract|odoo|model|faults|e2e, MODULE=offline_base for less; JOBS=1 one by one
	@$(DEV_PYTHON) -m tools.run_tests $(TEST_OPTIONS)

lint: setup ## check style, types and generated files
	@$(DEV_PYTHON) -m tools.lint

prove: setup ## random histories for an hour, planted defects, deep faults: HISTORIES=200 MINUTES=60 SEED=7, APP=1 for the app in Chromium, CRM=1 for leads, ORDERS=1 for quotations; adds to docs/proof.json
	@$(DEV_PYTHON) -m tests.model.prove $(if $(HISTORIES),--histories=$(HISTORIES)) $(if $(MINUTES),--minutes=$(MINUTES)) \
		$(if $(SEED),--seed=$(SEED)) $(if $(APP),--app=1) $(if $(CRM),--crm=1) $(if $(ORDERS),--orders=1)
	@$(DEV_PYTHON) -m pytest -m deep -s tests/faults

bench: setup ## measure P1-P8 and write docs/benchmarks.*; BENCH=P1 for one
	@$(DEV_PYTHON) -m tests.bench $(BENCH)

fuzz: setup ## send made-up calls to a server for longer than `make test` does; EXAMPLES=100 for each route
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),100) $(DEV_PYTHON) -m pytest tests/contract/test_fuzz.py

faults-deep: setup ## faults that need minutes, or root: a full disk, an import of a million rows, 500 devices at once
	@$(DEV_PYTHON) -m pytest -m deep -s tests/faults

foreign: setup ## run Odoo's own tests with and without our addons; FOREIGN=mail,calendar for some, FRESH=1 anew
	@$(DEV_PYTHON) -m tools.foreign $(if $(FOREIGN),--only $(FOREIGN)) $(if $(FRESH),--fresh)

clean: ## stop and remove all of it; downloads stay unless CACHE=1
	@$(PY) -m tools.provision clean $(if $(CACHE),--cache)
