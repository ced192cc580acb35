#!/bin/sh
# Makes the database in an empty PGDATA, then becomes the server. It runs in this image and, mounted, in the upstream
# one, and takes the upstream image's settings:
#   POSTGRES_PASSWORD_FILE     file with the superuser's password; needed while there is no database yet
#   POSTGRES_USER              superuser (default postgres)
#   POSTGRES_DB                database to make (default: the superuser's name)
#   POSTGRES_INITDB_ARGS       more arguments for initdb, split at spaces
#   POSTGRES_HOST_AUTH_METHOD  how clients over the network prove themselves (default scram-sha-256)
#   PGDATA                     where the database lies
# The password is never in an environment or on a command line. Scripts in /docker-entrypoint-initdb.d are not run.
set -eu
umask 077

fail() {
  printf 'postgres entry point: %s\n' "$1" >&2
  exit 1
}

case "${1-}" in
  '') set -- postgres ;;
  -*) set -- postgres "$@" ;;
esac
[ "$1" = postgres ] || exec "$@"

: "${PGDATA:=/var/lib/postgresql/data}"
user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
# Made here and moved up when complete, PG_VERSION last: an interrupted start leaves no half-made database behind.
making=$PGDATA/.making

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  [ "$(id -u)" != 0 ] || fail 'does not run as root; run it as the user postgres (uid 999)'
  mkdir -p "$PGDATA" || fail "cannot make $PGDATA; it must belong to uid $(id -u)"
  [ -w "$PGDATA" ] || fail "$PGDATA is not writable; it must belong to uid $(id -u)"
  if [ ! -d "$making" ] && [ -n "$(ls -A "$PGDATA")" ]; then
    fail "$PGDATA holds files but no database; use an empty folder"
  fi
  [ -n "${POSTGRES_PASSWORD_FILE-}" ] || fail 'POSTGRES_PASSWORD_FILE is not set: name a file with the password'
  [ -s "$POSTGRES_PASSWORD_FILE" ] || fail "POSTGRES_PASSWORD_FILE names $POSTGRES_PASSWORD_FILE, which is missing or empty"
  case "$database" in *\"* | *'
'*) fail 'POSTGRES_DB must not hold quotes or line breaks' ;; esac

  find "$PGDATA" -mindepth 1 -delete
  chmod 0700 "$PGDATA"
  mkdir "$making"
  # shellcheck disable=SC2086 # the arguments are meant to be split
  initdb --no-instructions --pgdata="$making" --username="$user" --pwfile="$POSTGRES_PASSWORD_FILE" \
    --encoding=UTF8 --auth-local=peer --auth-host="$method" ${POSTGRES_INITDB_ARGS-}
  printf '\nhost all all all %s\n' "$method" >> "$making/pg_hba.conf"
  printf "\nlisten_addresses = '*'\n" >> "$making/postgresql.conf"
  if [ "$database" != postgres ]; then
    # The single-user server needs no password and listens nowhere.
    printf 'CREATE DATABASE "%s";\n' "$database" | postgres --single -D "$making" postgres > /dev/null
  fi
  for entry in "$making"/* "$making"/.[!.]*; do
    if [ -e "$entry" ] && [ "$entry" != "$making/PG_VERSION" ]; then mv "$entry" "$PGDATA/"; fi
  done
  sync
  mv "$making/PG_VERSION" "$PGDATA/"
  sync
fi
if [ -d "$making" ]; then rmdir "$making"; fi
exec "$@"
