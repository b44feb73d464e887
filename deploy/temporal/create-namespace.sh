#!/bin/sh
# Creates the namespace and the search attributes of this service. May run any number of times.
set -eu

# The server takes some seconds to start, and some more to know a namespace that it has just created.
patiently() {
    for _ in $(seq 30); do
        if "$@"; then return 0; fi
        sleep 2
    done
    echo "gave up: $*" >&2
    return 1
}

patiently temporal operator cluster health

# 90 days: within its retention the server itself refuses to start a closed request a second time.
if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
    patiently temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention 90d
else
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 90d
fi

# One name a call: of several names in one call this tool registers the first, and says that it added them all.
# Creating one that exists with the same type changes nothing.
search_attribute() {
    patiently temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --type "$2" --name "$1"
}
search_attribute CareState Keyword
search_attribute CareSeller Keyword
search_attribute CareProduct Keyword
search_attribute CareOutcome Keyword
search_attribute CareGround Keyword
search_attribute CareDueAt Datetime
search_attribute CareBreached Bool
