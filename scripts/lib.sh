# What scripts/start and scripts/test share: the environment, made once and checked at every start.
# Sourced by bash; leaves the shell in the project's root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
LOG=var/setup.log
mkdir -p var
# Compiled modules are kept between runs, also where a container's image says otherwise: a start takes half as long.
unset PYTHONDONTWRITEBYTECODE

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }

fail() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# logged COMMAND...: run with its output in the log; show the log's end when it fails.
logged() {
    "$@" >"$LOG" 2>&1 && return
    tail -n 25 "$LOG" >&2
    return 1
}

# Prints the Python to build the environment with: $PYTHON, else the first that is new enough.
find_python() {
    local candidate
    for candidate in ${PYTHON:-python3.11 python3 python3.12 python3.13}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "Steelyard needs Python 3.11 or newer: install it, or name it with PYTHON=/path/to/python3.11."
}

make_venv() {
    local python
    if [ -x .venv/bin/python ] && .venv/bin/python -c 'import pip' 2>/dev/null; then return; fi
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "This Python cannot make virtual environments. On Debian run: apt install python3-venv"
    say "Making the Python environment in .venv ($("$python" --version))"
    rm -rf .venv
    logged "$python" -m venv .venv || fail "The environment could not be made in $PWD/.venv; see the lines above."
}

stamp_of() { cat "$@" | .venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'; }

# install_packages SET: the pinned packages of requirements/SET.txt, with their hashes checked; nothing when unchanged.
install_packages() {
    local list=requirements/$1.txt mark=.venv/installed-$1 stamp
    stamp=$(stamp_of "$list")
    if [ "$(cat "$mark" 2>/dev/null)" = "$stamp" ]; then return; fi
    say "Installing $(grep -c == "$list") Python packages from $list (the first time takes about a minute)"
    logged .venv/bin/python -m pip install --disable-pip-version-check --require-hashes --no-deps -r "$list" ||
        fail "The packages could not be installed. If the network was down, run this again; a hash that does not match must be looked into."
    echo "$stamp" >"$mark"
}

# The project itself, editable: a change of the code needs no new installation, a change of its metadata does.
install_project() {
    local mark=.venv/installed-project stamp
    stamp="$(stamp_of setup.cfg pyproject.toml) $PWD"
    if [ "$(cat "$mark" 2>/dev/null)" = "$stamp" ]; then return; fi
    say "Installing steelyard from this folder"
    logged .venv/bin/python -m pip install --disable-pip-version-check --no-index --no-deps --no-build-isolation -e . ||
        fail "The project could not be installed from its own folder; see the lines above."
    echo "$stamp" >"$mark"
}

# prepare SET: everything that is needed before the first line of our own code runs.
prepare() {
    make_venv
    # The tests' packages hold all others, so where they are in place there is nothing to add.
    if [ "$(cat .venv/installed-test 2>/dev/null)" != "$(stamp_of requirements/test.txt)" ]; then install_packages "$1"; fi
    install_project
    say "Browser assets and translations"
    ./scripts/assets || fail "The browser assets could not be made. If the network was down, run this again."
}
