#!/bin/sh
# Makes the owner of the tables, once, at the first start: no superuser, so that nothing of ours can step around the
# server. The migration then makes the role of the service, which owns nothing.
set -eu
psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 <<'SQL'
\getenv password DATABASE_OWNER_PASSWORD
CREATE ROLE imprimatur_owner LOGIN CREATEROLE CREATEDB PASSWORD :'password';
CREATE DATABASE imprimatur OWNER imprimatur_owner;
SQL
