#!/bin/sh
# Looks up the digest of each image that a list names and writes NAME=tag@digest into a file, which keeps its other lines. All or nothing.
set -eu
list=$1
env=$2
draft="$env.new"
trap 'rm -f "$draft"' EXIT
touch "$env"
cut -d' ' -f1 "$list" | sed 's/.*/^&=/' | grep -v -f - "$env" >"$draft" || true
while read -r name image; do
    digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}')
    printf '%s' "$digest" | grep -Eqx 'sha256:[0-9a-f]{64}' || { echo "No digest for $image." >&2; exit 1; }
    echo "$name=$image@$digest" >>"$draft"
done <"$list"
mv "$draft" "$env"
