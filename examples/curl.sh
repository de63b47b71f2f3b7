#!/bin/sh
# A sandbox with curl alone.
#   SANDGLASS_API_KEY=$(cat data/admin.key) SANDGLASS_URL=http://127.0.0.1:4747 sh examples/curl.sh
set -eu

url=${SANDGLASS_URL:-http://127.0.0.1:4747}
id=curl$(date +%s)$$
call() {
  curl --silent --show-error --fail-with-body --max-time 60 --header "X-API-Key: $SANDGLASS_API_KEY" "$@"
  echo
}
json='Content-Type: application/json'

trap 'curl --silent --output /dev/null --request DELETE --header "X-API-Key: $SANDGLASS_API_KEY" "$url/v1/sandboxes/$id?force=true"' EXIT

echo '# Start one. Without an id of yours it gets one.'
call --header "$json" --data '{ "id": "'"$id"'", "lifetime": { "timeoutSeconds": 300 } }' "$url/v1/sandboxes"

echo '# Run a command.'
call --header "$json" --data '{ "command": "echo hello from $(whoami); exit 3" }' "$url/v1/sandboxes/$id/exec"

echo '# Run one, and get its output as it comes: one JSON object a line.'
call --no-buffer --header "$json" --header 'Accept: application/x-ndjson' \
  --data '{ "command": "for i in 1 2 3; do echo $i; sleep 0.2; done" }' "$url/v1/sandboxes/$id/exec"

echo '# Write a file, list its folder, read it.'
printf 'remember the milk' | call --upload-file - "$url/v1/sandboxes/$id/files?path=notes/today.txt"
call "$url/v1/sandboxes/$id/files/list?path=notes"
call "$url/v1/sandboxes/$id/files?path=notes/today.txt"

echo '# Reach a port inside: a web server that a command has started.'
call --header "$json" --data '{ "command": "cd notes && (setsid python3 -m http.server 8000 >/dev/null 2>&1 &)" }' \
  "$url/v1/sandboxes/$id/exec" >/dev/null
curl --silent --show-error --fail --retry 20 --retry-delay 1 --retry-all-errors --max-time 60 \
  "$url/sandbox/$id/8000/today.txt" 2>/dev/null
echo

echo '# Stop it: its files stay. Restart it, and read what is there.'
call --request POST "$url/v1/sandboxes/$id/stop"
call "$url/v1/sandboxes/$id/files?path=/home/user/notes/today.txt"
call --request POST "$url/v1/sandboxes/$id/restart"
call --header "$json" --data '{ "command": ["cat", "notes/today.txt"] }' "$url/v1/sandboxes/$id/exec"

echo '# Delete it for good.'
call --request DELETE "$url/v1/sandboxes/$id?force=true" --write-out '%{http_code}'
