-- Once, when PostgreSQL starts on an empty volume: the database, the role under which the migration jobs work, and the
-- identity provider's own database. Roles and schemas of the services are made by the migration jobs themselves.
\set admin_password `cat "${SECRETS_FOLDER:-/run/secrets}/zorgtarief_admin_password"`
\set keycloak_password `cat "${SECRETS_FOLDER:-/run/secrets}/keycloak_database_password"`

-- It may make roles and owns the database, and it is not a superuser: it cannot pass by row-level security.
CREATE ROLE zorgtarief_admin LOGIN CREATEROLE NOSUPERUSER NOCREATEDB NOREPLICATION NOBYPASSRLS
    PASSWORD :'admin_password';
CREATE DATABASE zorgtarief OWNER zorgtarief_admin;
REVOKE ALL ON DATABASE zorgtarief FROM PUBLIC;

CREATE ROLE keycloak LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    PASSWORD :'keycloak_password';
CREATE DATABASE keycloak OWNER keycloak;
REVOKE ALL ON DATABASE keycloak FROM PUBLIC;

REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
