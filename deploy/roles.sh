#!/bin/sh
# First start of an empty PostgreSQL: the owner of the tables, who migrates, and the role of every other process, who may
# neither change a table nor take a guard away. Run by the postgres image as superuser; by hand: POSTGRES_USER=postgres.
set -eu
owner_password=$(cat /run/secrets/postgres_owner_password)
portal_password=$(cat /run/secrets/postgres_portal_password)
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    -v owner_password="$owner_password" -v portal_password="$portal_password" <<'SQL'
CREATE ROLE portal_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE portal LOGIN PASSWORD :'portal_password';
CREATE DATABASE portal OWNER portal_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE portal FROM PUBLIC;
GRANT CONNECT ON DATABASE portal TO portal;
\connect portal
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO portal_owner;
GRANT USAGE ON SCHEMA public TO portal;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO portal;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO portal;
ALTER ROLE portal SET statement_timeout = '60s';
ALTER ROLE portal SET idle_in_transaction_session_timeout = '60s';
SQL
