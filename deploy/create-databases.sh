#!/bin/sh
# Run by the PostgreSQL image when its volume is new: the records get a database and a user of their own,
# because nothing that can read requests needs to read the histories of the server, or the other way round.
set -eu

psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
    --set password="$(cat "${CARE_PASSWORD_FILE:-/run/secrets/care_db_password}")" <<'SQL'
CREATE USER business_care PASSWORD :'password';
CREATE DATABASE business_care OWNER business_care;
REVOKE CONNECT ON DATABASE business_care FROM PUBLIC;
SQL
