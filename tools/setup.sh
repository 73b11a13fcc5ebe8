#!/bin/sh
# Makes everything ready that a command needs, and nothing twice.
#
#   tools/setup.sh run     .venv with requirements.txt, and the libraries mongod needs
#   tools/setup.sh check   .venv with requirements-dev.txt
#   tools/setup.sh test    both, and a Chromium
#
# What is missing from the system is installed when this is Debian and we are root. Otherwise one
# line says what to install, and the exit code is 1.
set -eu
cd "$(dirname "$0")/.."

fail() {
    printf 'aurora: %s\n' "$1" >&2
    exit 1
}

say() {
    printf 'aurora: %s\n' "$1" >&2
}

# system_packages WHY PACKAGE...
system_packages() {
    why=$1
    shift
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        fail "$why: install $* (Debian: sudo apt-get install -y $*), then repeat"
    fi
    say "installing $* ($why)"
    log=$(mktemp)
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y "$@"; } \
        >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "apt-get could not install $*; install them by hand, then repeat"
    fi
    rm -f "$log"
}

find_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

provide_venv() {
    if .venv/bin/python -c 'import pip' >/dev/null 2>&1; then
        return
    fi
    if ! python=$(find_python); then
        system_packages "no Python 3.11 or newer was found" python3 python3-venv
        python=$(find_python) || fail "Python 3.11 or newer is needed; this system offers an older one"
    fi
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        system_packages "Python's venv module is missing" python3-venv
    fi
    say "making .venv with $python"
    rm -rf .venv
    "$python" -m venv .venv || fail "'$python -m venv .venv' failed; see above"
}

# The hash covers every requirements file and the interpreter: whichever changes, pip runs again.
requirements_hash() {
    {
        cat "$@"
        .venv/bin/python -V
    } | .venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'
}

# provide_packages FILE: installs it unless this very content is installed already.
provide_packages() {
    runtime=$(requirements_hash requirements.txt constraints.txt)
    wanted=$runtime
    stamp=.venv/.installed-$1
    if [ "$1" = requirements-dev.txt ]; then
        wanted=$(requirements_hash requirements.txt constraints.txt requirements-dev.txt)
    fi
    if [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ]; then
        return
    fi
    say "installing $1 into .venv (once; a minute or so)"
    .venv/bin/python -m pip install --quiet --no-input --disable-pip-version-check -r "$1" </dev/null ||
        fail "pip could not install $1; see above"
    # What development needs includes what running needs.
    printf '%s\n' "$runtime" >.venv/.installed-requirements.txt
    printf '%s\n' "$wanted" >"$stamp"
}

# libraries WHY PROGRAM PACKAGE...: a program of a wheel finds its shared libraries on the system.
libraries() {
    why=$1
    program=$2
    shift 2
    if [ ! -f "$program" ] || ! command -v ldd >/dev/null 2>&1; then
        return
    fi
    if ldd "$program" 2>/dev/null | grep -q 'not found'; then
        system_packages "$why" "$@"
        if ldd "$program" 2>/dev/null | grep 'not found' >&2; then
            fail "$program still lacks the libraries above"
        fi
    fi
}

provide_mongod_libraries() {
    for mongod in .venv/lib/python3*/site-packages/fiftyone/db/bin/mongod; do
        libraries "the MongoDB server needs libcurl 4 and OpenSSL 3" "$mongod" libcurl4 libssl3
    done
}

provide_chromium() {
    if ! tools/chromium.sh >/dev/null; then
        system_packages "the tests drive a real browser and found no Chromium" chromium
    fi
    for node in .venv/lib/python3*/site-packages/playwright/driver/node; do
        libraries "what drives the browser needs libatomic" "$node" libatomic1
    done
}

# One at a time: a second start waits for the first one's installation instead of joining it.
exec 9<requirements.txt
if command -v flock >/dev/null 2>&1; then
    flock 9
fi

case "${1:-}" in
run)
    provide_venv
    provide_packages requirements.txt
    provide_mongod_libraries
    ;;
check)
    provide_venv
    provide_packages requirements-dev.txt
    ;;
test)
    provide_venv
    provide_packages requirements-dev.txt
    provide_mongod_libraries
    provide_chromium
    ;;
*)
    printf 'usage: tools/setup.sh run|check|test\n' >&2
    exit 2
    ;;
esac
