#!/usr/bin/env bash
# How many decisions a second the gate in front of the products makes, beside a page that needs only the
# session (/sicherheit) and the page of a module, which loads the whole case.
# Quote the ratio, not the figures: machines differ.
#
#   benches/gate.sh [CUSTOMERS] [SECONDS]      by default 100000 and 15
#
# Uses a data directory of its own (AVV_DATA_DIR, by default target/bench-gate), which is filled once.
# AVV_PORTAL measures another program, as that of an earlier state.
set -euo pipefail
cd "$(dirname "$0")/.."
customers=${1:-100000} seconds=${2:-15}
export AVV_DATA_DIR=${AVV_DATA_DIR:-target/bench-gate} AVV_LISTEN=127.0.0.1:8092 AVV_BASE_URL=http://127.0.0.1:8092 RUST_LOG=error
base=$AVV_BASE_URL
for program in wrk psql curl; do
  command -v $program >/dev/null || PATH=$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')
  command -v $program >/dev/null || { echo "Needed: $program (Debian packages wrk, postgresql, curl)" >&2; exit 1; }
done
[ -n "${AVV_PORTAL:-}" ] || cargo build --release --quiet
portal=${AVV_PORTAL:-target/release/avv-portal}
mkdir -p "$AVV_DATA_DIR"
logins=$("$portal" demo --customers "$customers")
read -r mail password < <(awk -F'\t' '$1 == "partner" { print $2, $3; exit }' <<<"$logins")
"$portal" serve >/dev/null & server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null || true' EXIT
until curl -sf -o /dev/null $base/readyz; do sleep 0.3; done
jar=$(mktemp)
curl -s -o /dev/null -c "$jar" --data-urlencode "email=$mail" --data-urlencode "passwort=$password" $base/anmelden
cookie="avv=$(awk '$6 == "avv" { print $7 }' "$jar")"

data=$(readlink -f "$AVV_DATA_DIR"); [ ! -f "$data/postgres.elsewhere" ] || data=$(cat "$data/postgres.elsewhere")
connect=(-h "$data/postgres/socket" -U avv avv)
ask() { psql -qAt "${connect[@]}" -c "$1"; }
who="(SELECT partner_id FROM users WHERE email = '$mail')"
open=$(ask "SELECT b.customer_number FROM bookings b JOIN case_rows r ON r.number = b.customer_number WHERE r.partner_id = $who AND r.status = 'concluded' AND b.product_code = 'centraflex' ORDER BY r.id DESC LIMIT 1")
shut=$(ask "SELECT b.customer_number FROM bookings b JOIN case_rows r ON r.number = b.customer_number WHERE r.partner_id = $who AND r.status = 'expired' AND b.product_code = 'centraflex' ORDER BY r.id DESC LIMIT 1")

measure() { wrk -t1 -c16 -d"${seconds}s" --latency -H "Cookie: $cookie" "$base$1" | awk '/50%/ { p50 = $2 } /99%/ { p99 = $2 } /Requests\/sec/ { rate = $2 } END { print rate, p50, p99 }'; }
printf '%-36s %6s %10s %10s %10s\n' question status a-second p50 p99
for path in /healthz /sicherheit "/zugriff/$open/centraflex" "/zugriff/$shut/centraflex" "/kunden/$open/module/centraflex"; do
  status=$(curl -s -o /dev/null -w '%{http_code}' -H "Cookie: $cookie" "$base$path")
  read -r rate p50 p99 < <(measure "$path"); printf '%-36.36s %6s %10s %10s %10s\n' "$path" "$status" "$rate" "$p50" "$p99"
done
