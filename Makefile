# All set-up is done by the targets themselves: a fresh Debian machine needs python3, make and node.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
SOURCES := portal views stodtjanster sandbox tests e2e bench tools
WORKERS ?= 2
# Two browsers and two countries on two cores make each other wait: what failed is tried alone.
ALONE := -n 0 --last-failed --last-failed-no-failures none

.PHONY: help demo test lint unit browser-tests every-page bench mutate lock translations baselines gallery clean

help:            ## what can be done here
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/  /'

demo: .venv/.ready node_modules/.ready   ## the portal with its whole sandbox, to open in a browser
	$(BIN)/portal demo

test: lint unit browser-tests            ## everything that CI runs

lint: .venv/.ready                       ## ruff, mypy, import-linter, djlint
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --check --lint portal/templates views

unit: .venv/.ready node_modules/.ready   ## unit, property, conformance, service and policy tests
	$(BIN)/pytest -n $(WORKERS) tests || $(BIN)/pytest $(ALONE) tests

browser-tests: .venv/.ready node_modules/.ready  ## Playwright with axe, against the whole sandbox
	@tools/browser.sh
	$(BIN)/pytest -n $(WORKERS) e2e --ignore=e2e/test_every_page.py || \
	  $(BIN)/pytest $(ALONE) e2e --ignore=e2e/test_every_page.py

every-page: .venv/.ready node_modules/.ready  ## every page as every reader, in every state: long
	@tools/browser.sh
	$(BIN)/pytest -n $(WORKERS) -o faulthandler_timeout=0 e2e/test_every_page.py

bench: .venv/.ready                      ## figures, as ratios measured side by side in one run
	$(BIN)/python -m bench

mutate: .venv/.ready                     ## break the access rules in every small way; some row must notice
	$(BIN)/python tools/mutate_access.py

lock: .venv/.ready                       ## compile the locks anew, with hashes and without hosts
	cd requirements && for f in runtime dev build; do \
	  ../$(BIN)/uv pip compile -q --generate-hashes --universal --no-header --emit-build-options \
	    --no-emit-index-url --no-emit-find-links $$f.in -o $$f.txt || exit 1; done
	npm install --package-lock-only --no-audit --no-fund

translations: .venv/.ready               ## collect the texts of the screen into the catalogues
	$(BIN)/python tools/translations.py

baselines: .venv/.ready node_modules/.ready  ## new pictures to compare pages with; look at each before it is kept
	@tools/browser.sh
	UPDATE_BASELINES=1 $(BIN)/pytest e2e/test_pictures.py

gallery: .venv/.ready node_modules/.ready  ## pictures of every part of the overview in every state
	$(BIN)/python -m e2e.ui_gallery

clean:           ## remove what was built
	rm -rf .venv node_modules .demo artifacts portal/static/fonts

.venv/.ready: requirements/dev.txt pyproject.toml
	@tools/venv.sh $(PYTHON)
	@tools/xmlsec.sh
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.ready: package-lock.json tools/fonts.mjs
	@tools/node.sh
	@mkdir -p node_modules && touch $@
