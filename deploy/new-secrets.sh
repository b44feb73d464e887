#!/bin/sh
# Makes the two passwords that docker-compose.yml needs, as files below secrets/ beside it. Never changes one that is
# there: the databases keep the one they were created with.
#
# Whoever may enter the folder can read them, so nobody but its owner may. The files themselves are readable: they are
# mounted as they are, for users of the containers that don't exist on this machine.
set -eu

folder=${1:-"$(dirname -- "$0")/../secrets"}

password() {
    if [ -e "$folder/$1" ]; then
        echo "$1 is there already"
        return
    fi
    # Letters and digits only: one of them becomes part of a configuration in quotes.
    value=$(LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c 40)
    printf '%s\n' "$value" >"$folder/$1"
    chmod 0444 "$folder/$1"
    echo "$1 made"
}

mkdir -p "$folder/care"
chmod 0700 "$folder"
chmod 0755 "$folder/care"
password temporal_db_password
password care/BUSINESS_CARE_DATABASE_PASSWORD
