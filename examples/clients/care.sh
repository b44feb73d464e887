#!/bin/sh
# Opens a care request, acknowledges it and delivers a fix, with nothing but curl.
#
#   sh care.sh REQUEST_ID LICENCE_ID SELLER_ID [OPENED_AT]
#
# The ids stand in JSON and in an address as they are here, so they must be plain: letters, digits, - and _.
# OPENED_AT is an instant with its offset from UTC, by default now. Exit code 1: a rule said no.
#   CARE_HTTP_URL    where Temporal's HTTP API answers  (http://127.0.0.1:7243)
#   CARE_NAMESPACE   the Temporal namespace             (default)
#   CARE_API_KEY     sent as a bearer token, to a server that asks for one
set -eu

request=$1 licence=$2 seller=$3 opened_at=${4:-$(date -u +%Y-%m-%dT%H:%M:%SZ)}
namespace=${CARE_HTTP_URL:-http://127.0.0.1:7243}/api/v1/namespaces/${CARE_NAMESPACE:-default}
workflow=$namespace/workflows/care-request-$request
agent="{\"role\":\"agent\",\"id\":\"A1\",\"seller_id\":\"$seller\"}"

# post ADDRESS JSON: leaves the answer in $answer and the HTTP status in $status.
post() {
    answer=$(curl --silent --show-error --max-time 60 --write-out '\n%{http_code}' \
        --header 'Content-Type: application/json' \
        ${CARE_API_KEY:+--header "Authorization: Bearer $CARE_API_KEY"} --data "$2" "$1")
    status=${answer##*
}
    answer=${answer%
*}
}

give_up() {
    echo "$1: HTTP $status $answer" >&2
    exit 3
}

# update NAME MESSAGE: sends a message and waits for its answer. The id of the update is a fresh one each time;
# it is the command id inside the message that makes sending it again safe.
update() {
    fresh=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    post "$workflow/update/$1" "{
        \"waitPolicy\": {\"lifecycleStage\": \"UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED\"},
        \"request\": {\"meta\": {\"updateId\": \"$fresh\"}, \"input\": {\"args\": [$2]}}
    }"
    case $answer in *'"failure":{'*)
        code=$(printf %s "$answer" | sed 's/.*"applicationFailureInfo":{"type":"\([a-z_]*\)".*/\1/')
        sentence=$(printf %s "$answer" | sed 's/.*"failure":{"message":"\([^"]*\)".*/\1/')
        echo "$code: $sentence" >&2
        exit 1
    esac
}

# 1. Open it. A request that runs is left as it is; one that has closed answers 409.
post "$workflow" "{
    \"workflowType\": {\"name\": \"CareRequest\"},
    \"taskQueue\": {\"name\": \"business-care\"},
    \"workflowIdConflictPolicy\": \"WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING\",
    \"workflowIdReusePolicy\": \"WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY\",
    \"input\": [{\"request_id\": \"$request\", \"licence_id\": \"$licence\", \"opened_at\": \"$opened_at\"}]
}"
case $status in 200 | 409) ;; *) give_up 'not opened' ;; esac

# 2. Ask for both deadlines. A request that has closed already takes no message (404): its status tells why.
update opened '{}'
if [ "$status" = 404 ]; then
    post "$workflow/query/status" '{}'
    echo "$answer"
    echo 'closed already' >&2
    exit 1
fi
[ "$status" = 200 ] || give_up 'not open'
echo "$answer"

# 3. An update is answered: accepted, or refused by a rule. The same command sent again changes nothing.
update acknowledge "{\"command_id\": \"acknowledge-$request\", \"by\": $agent, \"message\": \"We are on it\"}"
[ "$status" = 200 ] || give_up 'not acknowledged'
echo "$answer"

# 4. A signal is only handed over; what came of it stands in the journal of the request.
post "$workflow/signal/fix" "{\"input\": [
    {\"command_id\": \"fix-$request\", \"by\": $agent, \"reference\": \"v2.4.1\"}
]}"
[ "$status" = 200 ] || give_up 'fix not handed over'

# 5. A query reads. In this short form of answers an empty list arrives as null.
post "$workflow/query/status" '{}'
[ "$status" = 200 ] || give_up 'not told'
echo "$answer"
