#!/bin/sh
# Runs once, when PostgreSQL's volume is empty: the database, the role that owns it and the role that works in it.
set -eu

psql --set ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv owner_password LOANWRIGHT_OWNER_PASSWORD
\getenv application_password LOANWRIGHT_APP_PASSWORD
CREATE ROLE loanwright_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE loanwright_app LOGIN PASSWORD :'application_password';
CREATE DATABASE loanwright OWNER loanwright_owner
  TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C';
REVOKE ALL ON DATABASE loanwright FROM PUBLIC;
GRANT CONNECT ON DATABASE loanwright TO loanwright_app;
SQL
