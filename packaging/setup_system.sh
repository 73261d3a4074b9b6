#!/usr/bin/env bash
# What Earmark needs beside Python packages: a C++ compiler and Python's headers (hnswlib is built from source),
# PortAudio for playing and a few libraries of Qt's for the window.
# On Debian and its relatives, as root or with sudo that asks no password, what is missing is installed;
# elsewhere one line says what is missing and the set-up goes on.
#
#     setup_system.sh PYTHON
set -uo pipefail
python=$1

has_library() {
    "$python" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "$1" >/dev/null 2>&1
}

python_package() {  # python_package dev: the Debian package with this interpreter's headers
    "$python" -c 'import sys; print("python%d.%d-" % sys.version_info[:2] + sys.argv[1])' "$1"
}

missing_packages() {
    command -v c++ >/dev/null || echo build-essential
    "$python" -c 'import os, sysconfig, sys; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' \
        || python_package dev
    "$python" -c 'import ensurepip, venv' 2>/dev/null || python_package venv
    [ "$(uname -s)" = Linux ] || return 0
    local library package
    while read -r library package; do
        has_library "$library" || echo "$package"
    done <<'LIBRARIES'
libportaudio.so.2 libportaudio2
libEGL.so.1 libegl1
libGL.so.1 libgl1
libxkbcommon.so.0 libxkbcommon0
libdbus-1.so.3 libdbus-1-3
libxcb-cursor.so.0 libxcb-cursor0
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-keysyms.so.1 libxcb-keysyms1
libfontconfig.so.1 libfontconfig1
LIBRARIES
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_install() {
    command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

missing=$(missing_packages)
[ -n "$missing" ] || exit 0
if can_install; then
    echo "Installing with apt-get:" $missing
    {
        as_root apt-get -q -o Acquire::Retries=1 -o Acquire::http::Timeout=20 update &&
            as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $missing
    } >/dev/null 2>&1
    missing=$(missing_packages)
    [ -n "$missing" ] || exit 0
fi
echo "Missing on this machine (Debian's names):" $missing "- building hnswlib, playing sound or showing a window needs them." >&2
