#!/usr/bin/env bash
# Makes .venv and installs Earmark into it with the exact versions of constraints.txt.
# PYTHON=/path/to/python chooses the interpreter that a new .venv is made with.
set -euo pipefail
cd "$(dirname "$0")/.."

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if fits "$candidate"; then echo "$candidate"; return; fi
    done
    echo "Earmark needs Python 3.11, 3.12 or 3.13, and none was found: install one, or name it with PYTHON=..." >&2
    return 1
}

install() {
    # --no-compile: most modules of torch and transformers are never imported; the others are compiled when they are
    .venv/bin/python -m pip install -qq --no-compile --disable-pip-version-check --constraint constraints.txt "$@"
}

if fits .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; then
    packaging/setup_system.sh .venv/bin/python
else
    python=$(find_python)
    packaging/setup_system.sh "$python"
    "$python" -m venv --clear .venv || {
        echo "Python could not make a virtual environment (on Debian and Ubuntu: apt install python3-venv)." >&2
        exit 1
    }
fi

echo "Installing Earmark's packages into .venv (a few minutes the first time) ..."
install "$(grep '^torch==' constraints.txt)"
if ! .venv/bin/python -m pip show --quiet hnswlib >/dev/null 2>&1; then
    # Built without -march=native, and not from pip's cache of somebody else's build,
    # so that a copied environment or a container image runs on another processor too.
    HNSWLIB_NO_NATIVE=1 install --no-cache-dir hnswlib || {
        echo "hnswlib could not be built: it needs a C++ compiler and Python's headers" \
             "(on Debian and Ubuntu: apt install build-essential python3-dev)." >&2
        exit 1
    }
fi
install --editable '.[dev,train,bench]'
