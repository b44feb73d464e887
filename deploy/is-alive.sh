#!/bin/sh
# Whether the worker has given a sign of life within the last 20 seconds, or as many as are given: exit code 0 or 1.
# No Python: it would take longer to start than the whole check takes, every few seconds.
set -eu

: "${BUSINESS_CARE_ALIVE_FILE:?names the file that the worker touches}"
fresh=$(find "$BUSINESS_CARE_ALIVE_FILE" -newermt "-${1:-20} seconds" 2>/dev/null) || exit 1
[ -n "$fresh" ]
