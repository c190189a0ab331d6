# make run    install into .venv and show a query, a check and a race
# make test   all tests           make lint   style and types
# make accuracy  worst errors of all activations, and of the libraries that are installed, into the table README shows
# make bench  time the kernels    make peers  compare what is on file with torch, keras, jax, ONNX and optax, and race them

PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint accuracy bench peers clean

run: .venv/installed
	$(BIN)/dlc activation gelu -1 0.5 2
	$(BIN)/dlc check gelu
	$(BIN)/dlc optimize

test: .venv/dev
	$(BIN)/python -m pytest --numprocesses auto

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

accuracy: .venv/installed
	$(BIN)/dlc accuracy --save bench_results/accuracy.md
	$(BIN)/python -m tests.readme

bench: .venv/installed
	$(BIN)/dlc bench run

peers: .venv/peers
	$(BIN)/python -m tests.peers

clean:
	rm -rf .venv build dist *.egg-info

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/dev: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@ .venv/installed

.venv/peers: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,peers]'
	touch $@
