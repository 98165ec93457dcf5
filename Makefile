# Thin names over `chargeback`, the command line that .venv holds. `make` alone lists them.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run check pull stores land build publish report forecast expectations dagster close test lint lock clean

export DO_NOT_TRACK := 1

# The first Python here that the project supports; looked for only when .venv has to be made.
PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,$(shell \
	$(name) -c 'import sys; (3, 11) <= sys.version_info < (3, 14) and print("$(name)")' 2>/dev/null)))
VENV := .venv
EXTRAS := dagster expectations forecast stores
lock_file = requirements$(patsubst %,-%,$(filter-out run,$(1))).lock
installed = $(patsubst $(VENV)/.%,%,$(wildcard $(foreach name,run $(EXTRAS) dev,$(VENV)/.$(name))))
CHARGEBACK := $(VENV)/bin/chargeback

help: ## list these commands
	@grep -hE '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

run: $(VENV)/.run ## land, check, build, test, publish and report: the sample company until you bring files
	@$(CHARGEBACK) run

check: $(VENV)/.run ## look for faults in the registers
	@$(CHARGEBACK) check

pull: $(VENV)/.run ## fetch what vendors' APIs tell into the landing folder
	@$(CHARGEBACK) pull

stores: $(VENV)/.stores ## copy new exports from object stores into the landing folder, from now on with every pull
	@$(CHARGEBACK) pull stores

land: $(VENV)/.run ## take new files from the landing folder into the warehouse
	@$(CHARGEBACK) land

build: $(VENV)/.run ## build and test the marts from what has landed
	@$(CHARGEBACK) build

publish: $(VENV)/.run ## show the tested marts to readers
	@$(CHARGEBACK) publish

report: $(VENV)/.run ## print the figures of what is published
	@$(CHARGEBACK) report

forecast: $(VENV)/.forecast ## forecast the coming months too, from now on with every run
	@$(CHARGEBACK) run

expectations: $(VENV)/.expectations ## ask of new deliveries whether they are plausible, from now on with every landing
	@$(CHARGEBACK) expectations

dagster: $(VENV)/.dagster ## start Dagster: schedules, sensors and the asset graph, at http://127.0.0.1:3000
	@$(VENV)/bin/python -m orchestration.schedule.start

close: $(VENV)/.run ## post a month for good: make close PERIOD=2026-05 BY=P10301
	@$(CHARGEBACK) close --period "$(PERIOD)" --approved-by "$(BY)" $(OVERRIDES)

test: $(VENV)/.dev ## run every test
	@$(VENV)/bin/python -m pytest -n 2 --dist loadscope
	@echo "Next: make lint; then commit, or make run to see the sample company."

lint: $(VENV)/.dev ## check style and types
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

lock: $(VENV)/.dev ## write the hash-pinned requirements again (needs uv)
	@$(call lock,dev,$(foreach extra,$(EXTRAS) dev,--extra $(extra)))
	@$(foreach extra,$(EXTRAS),$(call lock,$(extra),--extra $(extra) --constraint requirements-dev.lock) &&) true
	@$(call lock,run,--constraint requirements-dev.lock)

clean: ## remove the warehouse in ./warehouse and everything built; your landing folder and registers stay
	@rm -rf warehouse target logs
	@echo "Next: make run"

# One environment for all: every extra's versions are those of requirements-dev.lock, which holds them all.
$(VENV)/.run: requirements.lock
$(EXTRAS:%=$(VENV)/.%) $(VENV)/.dev: $(VENV)/.%: requirements-%.lock
$(VENV)/.run $(EXTRAS:%=$(VENV)/.%) $(VENV)/.dev: $(VENV)/.%: pyproject.toml
	@$(call install,$(if $(filter dev,$* $(installed)),dev,$(sort run $* $(installed))))
	@touch $(if $(filter dev,$*),$(foreach name,run $(EXTRAS) dev,$(VENV)/.$(name)),$@)

# uv is six times faster, where it is at hand and can reach the registry; pip always does.
define install
{ test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed. Install one, or name it: make PYTHON=/path/to/python3"; exit 1; }; \
	echo "Setting up $(VENV) for: $(1) (once; a minute or two)"; \
	$(PYTHON) -m venv $(VENV) && \
	{ command -v uv >/dev/null && uv pip install --quiet --python $(VENV)/bin/python --require-hashes --no-deps $(foreach name,$(1),-r $(call lock_file,$(name))); } \
	|| $(VENV)/bin/python -m pip install --progress-bar off --require-hashes --no-deps $(foreach name,$(1),-r $(call lock_file,$(name))); } \
	&& $(VENV)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
endef

define lock
uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	pyproject.toml --extra install $(2) --output-file $(call lock_file,$(1))
endef
