#!/bin/sh
# Runs the tests; arguments go to pytest. Fails, never skips, when a part is missing.
set -eu
cd "$(dirname "$0")/.."
tools/setup.sh test

# A developer's own settings must not decide what the tests see.
for name in $(env | sed -n -E 's/^(CONCIERGE_[A-Z_]+|MONGODB_URI|PORT)=.*/\1/p'); do
    unset "$name"
done

CHROMIUM=$(tools/chromium.sh)
export CHROMIUM

# Two workers, a file always on one of them: its fixtures start once.
exec .venv/bin/python -m pytest -n "${WORKERS:-2}" --dist loadfile "$@"
