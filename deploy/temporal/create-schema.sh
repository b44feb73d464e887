#!/bin/sh
# Creates or updates the two databases of the Temporal server. May run any number of times.
# The tool itself reads the password from SQL_PASSWORD (with-password.sh).
set -eu

prepare() {
    database=$1
    schema=/etc/temporal/schema/postgresql/v12/$2/versioned
    set -- --plugin postgres12 --ep "$POSTGRES_SEEDS" -p 5432 -u "$POSTGRES_USER" --db "$database"
    temporal-sql-tool "$@" create
    temporal-sql-tool "$@" setup-schema -v 0.0
    temporal-sql-tool "$@" update-schema -d "$schema"
}

prepare temporal temporal
prepare temporal_visibility visibility
