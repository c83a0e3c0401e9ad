#!/bin/sh
# Makes what is missing of the secrets that docker-compose.yml names. The folder keeps others out; its files are readable, for in the
# containers they belong to an account that this machine does not know.
set -eu
folder=$1
name=$2
mkdir -p "$folder"
chmod 0700 "$folder"
umask 022
for secret in postgres_password s3_access_key s3_secret_key; do
    [ -e "$folder/$secret" ] || openssl rand -hex 20 >"$folder/$secret"
done
if [ ! -e "$folder/tls_certificate" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 397 -subj "/CN=$name" -addext "subjectAltName=DNS:$name" \
        -keyout "$folder/tls_key" -out "$folder/tls_certificate" 2>/dev/null
    chmod 0644 "$folder/tls_key"
    echo "A certificate that nobody vouches for stands in $folder/tls_certificate: replace it and tls_key by your own."
fi
