#!/bin/sh
# Makes the secrets that docker-compose.yml names, each once: random passwords, and the addresses that hold them.
# What is there already stays. Usage: deployment/make-secrets.sh [FOLDER]
set -eu

folder="${1:-$(dirname "$0")/secrets}"
# The folder is closed to others; the files are readable, because containers read them as users of their own.
mkdir -p "$folder"
chmod 0700 "$folder"

keep_or_write() { # NAME VALUE
  if [ -e "$folder/$1" ]; then
    echo "$1: kept"
  else
    printf '%s' "$2" > "$folder/$1"
    chmod 0444 "$folder/$1"
    echo "$1: made"
  fi
}

password() { # NAME
  keep_or_write "$1" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
}

address() { # NAME ROLE SECRET-OF-ITS-PASSWORD
  keep_or_write "$1" "postgresql+psycopg://$2:$(cat "$folder/$3")@postgres:5432/zorgtarief"
}

password postgres_password
password zorgtarief_admin_password
password costprice_service_password
password tariffs_service_password
password keycloak_database_password
password keycloak_admin_password
address migrations_admin_url zorgtarief_admin zorgtarief_admin_password
address costprice_database_url costprice_service costprice_service_password
address tariffs_database_url tariffs_service tariffs_service_password
