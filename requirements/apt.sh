#!/bin/sh
# Installs the Debian packages that a list names and that are missing, through apt (root or sudo).
set -eu
missing=""
for package in $(cat "$1"); do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
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
