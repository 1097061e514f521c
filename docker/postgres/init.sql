-- Run once, as the superuser `postgres`, when PostgreSQL makes its files: the role that Varsel is.
-- It owns its database and no more: it is no superuser, makes no roles and no other databases, and
-- is sent no copy of the write-ahead log. For a PostgreSQL of your own: run it with psql, with the
-- password's file in VARSEL_DATABASE_PASSWORD_FILE.
\set ON_ERROR_STOP on
\set password `cat "${VARSEL_DATABASE_PASSWORD_FILE:-/run/secrets/database_password}"`
SET password_encryption = 'scram-sha-256';
SET log_min_error_statement = panic; -- should the next line fail, no log shows the password
CREATE ROLE varsel LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    PASSWORD :'password';
CREATE DATABASE varsel OWNER varsel ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE varsel FROM PUBLIC;
