#!/usr/bin/env bash
# Customers from a file and lists as CSV: how many lines a second are looked through, how many customers
# a second are added with everything that follows (case, list, search, requests, mails, log), how many
# rows a second leave as CSV, and what that costs in memory.
#
#   benches/import.sh [CUSTOMERS] [LINES]      by default 1000000 that are there, 100000 that come
#
# Uses a data directory of its own (AVV_DATA_DIR, by default target/bench-import), which is filled anew
# each time. AVV_PORTAL names a program that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."
customers=${1:-1000000} lines=${2:-100000}
port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
for program in psql curl python3; do
  command -v $program >/dev/null || PATH=$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')
  command -v $program >/dev/null || { echo "Needed: $program (Debian packages postgresql-client, curl, python3)" >&2; exit 1; }
done
listen=127.0.0.1:$(port)
export AVV_DATA_DIR=${AVV_DATA_DIR:-target/bench-import} AVV_LISTEN=$listen AVV_BASE_URL=http://$listen RUST_LOG=error AVV_ENV=${AVV_ENV:-development}
portal=${AVV_PORTAL:-target/release/avv-portal}
[ -n "${AVV_PORTAL:-}" ] || cargo build --release --quiet
if [ -f "$AVV_DATA_DIR/postgres.elsewhere" ]; then rm -rf -- "$(cat "$AVV_DATA_DIR/postgres.elsewhere")"; fi
rm -rf -- "$AVV_DATA_DIR"; mkdir -p "$AVV_DATA_DIR"
logins=$("$portal" demo --customers "$customers" 2>/dev/null)
read -r mail password < <(awk -F'\t' '$1 == "operator" { print $2, $3 }' <<<"$logins")
server=
trap '[ -z "$server" ] || kill $server 2>/dev/null; wait 2>/dev/null || true' EXIT
data=$(readlink -f "$AVV_DATA_DIR"); [ ! -f "$data/postgres.elsewhere" ] || data=$(cat "$data/postgres.elsewhere")
sql() { psql -qAt -v ON_ERROR_STOP=1 -h "$data/postgres/socket" -U avv avv -c "$1"; }
"$portal" serve >/dev/null 2>&1 & server=$!
until curl -sf -o /dev/null "$AVV_BASE_URL/readyz"; do sleep 0.3; done
partner=$(sql "SELECT p.name FROM partners p JOIN case_rows r ON r.partner_id = p.id WHERE p.blocked_at IS NULL AND p.parent_id IS NULL LIMIT 1")

# Exports first, from the program as it serves.
jar=$(mktemp)
curl -s -o /dev/null -c "$jar" --data-urlencode "email=$mail" --data-urlencode "passwort=$password" "$AVV_BASE_URL/anmelden"
memory() { awk -v what="$1" '$1 == what ":" { print int($2 / 1024) }' "/proc/$server/status"; }
printf '%-34s %9s %9s %10s %s\n' list rows seconds rows/s 'memory before, peak (MB)'
for path in /kunden.csv '/kunden.csv?sort=-datum' '/kunden.csv?status=concluded' /betrieb/mails.csv /betrieb/protokoll.csv; do
  before=$(memory VmRSS); echo 5 >"/proc/$server/clear_refs" 2>/dev/null || true
  out=$(mktemp)
  took=$(curl -s -b "$jar" -o "$out" -w '%{time_total}' "$AVV_BASE_URL$path")
  rows=$(($(wc -l <"$out") - 1)); rm -f "$out"
  printf '%-34s %9d %9.2f %10.0f %s, %s\n' "$path" "$rows" "$took" "$(awk -v n="$rows" -v s="$took" 'BEGIN { print n / s }')" "$before" "$(memory VmHWM)"
done
kill $server; wait $server 2>/dev/null || true; server=

file=$(mktemp --suffix .csv)
python3 - "$lines" "$partner" >"$file" <<'PY'
import sys
lines, partner = int(sys.argv[1]), sys.argv[2]
print("Kundennummer;Firma;Straße;PLZ;Ort;E-Mail;Vertriebspartner;Produkte")
for n in range(1, lines + 1):
    print(f"IMP-{n};Importierte {n} Handels GmbH;Hafenstraße {n % 90};50667;Köln;info@firma-{n}.example;{partner};centraflex")
PY
head -n 2 "$file" >"$file.one"
clock() { date +%s.%N; }
took() { awk -v a="$1" -v b="$2" 'BEGIN { print b - a }'; }
begin=$(clock); "$portal" import customers --dry-run "$file.one" >/dev/null; idle=$(took "$begin" "$(clock)")
begin=$(clock); /usr/bin/env "$portal" import customers --dry-run "$file" | head -n 1; whole=$(took "$begin" "$(clock)")
printf 'looked through: %s lines, %.0f a second\n' "$lines" "$(awk -v n="$lines" -v a="$idle" -v b="$whole" 'BEGIN { print n / (b - a) }')"
begin=$(clock); "$portal" import customers "$file" 2>/dev/null | tail -n 1; all=$(took "$begin" "$(clock)")
printf 'added, with looking through: %.0f customers a second\n' "$(awk -v n="$lines" -v s="$all" 'BEGIN { print n / s }')"
"$portal" serve >/dev/null 2>&1 & server=$!
until curl -sf -o /dev/null "$AVV_BASE_URL/readyz"; do sleep 0.3; done
sql "SELECT 'the run alone: ' || done || ' customers in ' || worked_ms || ' ms, ' || done * 1000 / greatest(worked_ms, 1) || ' a second' FROM bulk_runs WHERE kind = 'import'"
rm -f "$file" "$file.one"
