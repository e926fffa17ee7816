#!/bin/sh
# The two roles of the portal and its database (docs/operating.md, Two database roles). The image of
# Postgres runs it once, when it makes its data directory, as the superuser.
set -eu
secrets=${SECRETS:-/run/secrets}

psql --quiet -v ON_ERROR_STOP=1 --username postgres --dbname postgres \
    -v owner="$(cat "$secrets/owner-password")" -v program="$(cat "$secrets/program-password")" <<'SQL'
CREATE ROLE avv_owner LOGIN PASSWORD :'owner';
CREATE ROLE avv_program LOGIN PASSWORD :'program';
CREATE DATABASE avv OWNER avv_owner;
REVOKE ALL ON DATABASE avv FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE avv TO avv_program;
SQL
