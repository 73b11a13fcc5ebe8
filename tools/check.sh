#!/bin/sh
# Lint, format, types, architecture. The first that fails ends it.
set -eu
cd "$(dirname "$0")/.."
tools/setup.sh check
python=.venv/bin/python
$python -m ruff check .
$python -m ruff format --check .
$python -m mypy
exec $python -m pytest -q -n0 tests/test_architecture.py tests/test_architecture_breaches.py
