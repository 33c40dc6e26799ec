# What a person types. Each target makes the virtual environment it needs first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.lock-stamp
LOCK := requirements/dev.txt
DEVSTACK := $(BIN)/python -m devstack
ARGS ?=

# Only files that git would keep: nobody else's templates or modules are ours to check.
FILES = git ls-files --cached --others --exclude-standard

.DEFAULT_GOAL := help
.PHONY: help demo test check bench torture messages fresh
# One recipe line after another, so that the first failure is the last thing on the screen.
.NOTPARALLEL:

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(STAMP) ## Run everything here, with people and shops in it, until Ctrl-C (PORT=8000)
	@$(DEVSTACK) demo

test: $(STAMP) messages ## Run the whole suite (ARGS="tests/orders -k refund" for a part)
	@CHROMIUM="$$($(DEVSTACK) chromium)" && export CHROMIUM && \
	exec $(DEVSTACK) run --provider -- $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(STAMP) messages ## Check style, types, room borders, templates, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	@$(FILES) -z 'templates/*.html' '*/templates/*.html' | xargs -0 -r $(BIN)/djade --target-version 5.2 --check
	@$(FILES) -z 'templates/*.html' '*/templates/*.html' | xargs -0 -r $(BIN)/djhtml --check
	@$(FILES) -z 'templates/*.html' '*/templates/*.html' | xargs -0 -r $(BIN)/djlint --lint --quiet
	@$(DEVSTACK) run -- $(BIN)/python manage.py check --deploy --fail-level WARNING
	@WEIDIAN_EXTRA_APPS=django_linear_migrations $(DEVSTACK) run -- $(BIN)/python manage.py makemigrations --check --dry-run
	$(DEVSTACK) run -- $(BIN)/mypy .
	$(BIN)/deptry .
	@$(FILES) -z '*.py' | xargs -0 $(BIN)/django-upgrade --target-version 5.2 --check

bench: $(STAMP) messages ## Measure, each figure beside what it is compared with (ONLY=name,name)
	@$(DEVSTACK) run --provider -- $(BIN)/python -m bench $(ARGS)

torture: $(STAMP) messages ## Hurt it, and see what is true afterwards (ONLY=T26,C12 SEED=7 QUICK=1)
	@$(DEVSTACK) run -- $(BIN)/python -m torture $(ARGS)

messages: $(STAMP) ## Compile the translations
	@$(DEVSTACK) messages

fresh: $(STAMP) ## Wipe what the demo and the tests have stored
	@$(DEVSTACK) fresh

# uv installs exactly the lock, and takes away what is not in it.
$(STAMP): $(LOCK)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@uv=uv; uv --version >/dev/null 2>&1 || { uv=$(BIN)/uv; $$uv --version >/dev/null 2>&1 || \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv; } && \
	VIRTUAL_ENV="$(CURDIR)/$(VENV)" $$uv pip sync --quiet --require-hashes $(LOCK)
	@touch $@
