#!/bin/sh
# Runs a program of the Temporal server with the password of its database, which these programs take from the
# environment alone. So it stands in no description of the container, only in the process that needs it.
set -eu

POSTGRES_PWD=$(cat "$PASSWORD_FILE")
SQL_PASSWORD=$POSTGRES_PWD
export POSTGRES_PWD SQL_PASSWORD
exec "$@"
