#!/bin/sh
# Installs what Chartroom needs: Debian packages through apt (root or sudo), then a virtual environment from the hashed lock.
# With a list of packages as second argument: those alone.
set -eu
venv=$1
here=$(dirname "$0")

missing=""
for package in $(cat "${2:-$here/apt.txt}"); do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
    line="apt-get update && apt-get install -y --no-install-recommends$missing"
    if [ "$(id -u)" = 0 ]; then root=""
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then root="sudo"
    else
        echo "System packages are missing. Ask an administrator to run:" >&2
        echo "    $line" >&2
        exit 1
    fi
    echo "Installing system packages:$missing"
    $root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

[ $# -lt 2 ] || exit 0
python=$(command -v python3.11 || command -v python3)
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "Installing Python packages from the hashed lock"
"$venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$here/uv.txt"
"$venv/bin/uv" pip sync -q --python "$venv/bin/python" --require-hashes "$here/uv.txt" "$here/lock.txt"
"$venv/bin/uv" pip install -q --python "$venv/bin/python" --no-deps --no-build-isolation -e .
