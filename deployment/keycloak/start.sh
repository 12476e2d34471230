#!/bin/bash
# Keycloak reads passwords from the environment only; here they come from secret files and go no further.
set -euo pipefail
KC_DB_PASSWORD="$(< /run/secrets/keycloak_database_password)"
KC_BOOTSTRAP_ADMIN_PASSWORD="$(< /run/secrets/keycloak_admin_password)"
export KC_DB_PASSWORD KC_BOOTSTRAP_ADMIN_PASSWORD
exec /opt/keycloak/bin/kc.sh start --optimized --import-realm
