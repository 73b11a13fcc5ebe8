#!/bin/sh
# Starts the app on http://127.0.0.1:${PORT:-8501}; installs what is missing first.
set -eu
cd "$(dirname "$0")/.."
tools/setup.sh run

# setting NAME DEFAULT: the environment first, then .env, as the application itself reads them.
setting() {
    eval "value=\${$1:-}"
    if [ -z "$value" ] && [ -f .env ]; then
        value=$(sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" .env | tail -n 1 | tr -d "\"'\r")
    fi
    printf '%s' "${value:-$2}"
}

port=$(setting PORT 8501)
host=$(setting CONCIERGE_HOST 127.0.0.1)
case "$port" in
*[!0-9]*)
    printf "PORT: '%s' is not a port number (example: PORT=8501)\n" "$port" >&2
    exit 2
    ;;
esac

# By module and not by script: a .venv that was moved still works.
PORT=$port exec .venv/bin/python -m streamlit run app.py \
    --server.port "$port" --server.address "$host"
