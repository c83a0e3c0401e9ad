#!/bin/sh
# Installs what Chartroom needs: Debian packages, then a virtual environment from the hashed lock.
set -eu
venv=$1
here=$(dirname "$0")

sh "$here/apt.sh" "$here/apt.txt"
python=$(command -v python3.11 || command -v python3)
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "Installing Python packages from the hashed lock"
"$venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$here/uv.txt"
"$venv/bin/uv" pip sync -q --compile-bytecode --python "$venv/bin/python" --require-hashes "$here/uv.txt" "$here/lock.txt"
"$venv/bin/uv" pip install -q --python "$venv/bin/python" --no-deps --no-build-isolation -e .
