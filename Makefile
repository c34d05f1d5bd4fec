# make play     set up what playing needs, and open the terminal with the first set
# make test     set up everything, and run the tests that take seconds; test-all runs the slow ones too
# make test-portable  the same as on a system without fork, /dev/shm and local sockets; ROOMS=... some of it
# make check    style, types, and the arrows between the rooms
# make docs     the site of the documents in build/site/, without a warning or a broken link
# make release  the wheel and the source archive in dist/, checked as an index would check them
# make bench    every benchmark, each beside its baseline
# make chaos    an hour of a bad night: deaths of any set of processes, and how long it is ever silent

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Some systems make environments without pip: then the system's pip installs into this one.
PIP = $(if $(wildcard $(BIN)/pip),$(BIN)/python -m pip,$(PYTHON) -m pip --python $(BIN)/python)
INSTALL = $(PIP) install --quiet --disable-pip-version-check --constraint constraints.txt
SET ?= sets/first.py
ROOMS ?= tests
PYTEST = $(BIN)/python -m pytest
PORTABLE = LIVECODE_PORTABLE=1 $(PYTEST)
BENCHES ?= start engine latency loading judge recovery render space sound samplernn streams tilt training agent patterns stage endurance

.PHONY: setup play test test-all test-portable check docs release bench chaos clean

play: $(VENV)/.ready-to-play
	@$(BIN)/livecode play $(SET)

setup: $(VENV)/.ready

# What computes is run on two cores; then what plays against the clock, with nothing beside it. What failed of that is
# run once more in a new process, since a shared machine may have stood still: what fails twice has failed.
test: $(VENV)/.ready
	@$(PYTEST) -n logical -m "not slow and not live"; computed=$$?; \
	{ $(PYTEST) -m "not slow and live" || $(PYTEST) -m "not slow and live" --last-failed; } && exit $$computed

test-all: $(VENV)/.ready-to-release $(VENV)/.ready-for-docs
	@$(PYTEST) -n logical -m "not live"; computed=$$?; \
	{ $(PYTEST) -m "live" || $(PYTEST) -m "live" --last-failed; } && exit $$computed

# On Linux, as on a system that has less: nothing forks, shared memory is a file, the mind is met over TCP.
test-portable: $(VENV)/.ready
	@$(PORTABLE) -n logical -m "not slow and not live" $(ROOMS); computed=$$?; \
	{ $(PORTABLE) -m "not slow and live" $(ROOMS) || $(PORTABLE) -m "not slow and live" --last-failed $(ROOMS); } \
	&& exit $$computed

check: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

docs: $(VENV)/.ready-for-docs
	@$(BIN)/python -m tools.site build/site

release: $(VENV)/.ready-to-release
	rm -rf dist
	$(BIN)/python -m build --no-isolation
	$(BIN)/python -m twine check --strict dist/*

bench: $(VENV)/.ready
	@for name in $(BENCHES); do $(BIN)/livecode bench $$name || exit 1; done

chaos: $(VENV)/.ready
	@$(BIN)/python -m tests.processes.chaos --seconds $(or $(SECONDS),3600)

clean:
	rm -rf $(VENV)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and \
	  f"livecode needs Python 3.11 or newer, and {sys.executable} is {v[0]}.{v[1]}; make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(PYTHON) -m venv --without-pip $(VENV)

# What playing needs has no PyTorch in it: the first sound is one small download away.
$(VENV)/.ready-to-play: pyproject.toml constraints.txt | $(BIN)/python
	@echo "setting up livecode (once, a minute or so) ..."
	@$(INSTALL) --editable .
	@printf '%s\n' samplernn fullband sinebank,hit_kernel,drum_parts,resampler,drum_kit | tr , ' ' \
	  | xargs -P 2 -L 1 $(BIN)/python -m livecode.voices.first_start
	@touch $@

$(VENV)/.ready: $(VENV)/.ready-to-play
	@echo "setting up training and tests (once, some minutes) ..."
	@$(INSTALL) --editable '.[train,test,check]'
	@touch $@

$(VENV)/.ready-for-docs: $(VENV)/.ready-to-play
	@$(INSTALL) --editable '.[docs]'
	@touch $@

$(VENV)/.ready-to-release: $(VENV)/.ready
	@$(INSTALL) --editable '.[release]'
	@touch $@
