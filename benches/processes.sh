#!/usr/bin/env bash
# Several processes of the portal on one database, on one machine: pages of the list and of
# a customer a second with one, two and four of them. Goal: with more processes no worse than with one; what
# is added is safety against the end of one of them, and machines, not processors.
#
#   benches/processes.sh [CUSTOMERS] [SECONDS]      by default 200000 and 10
#
# Every process has the usual number of connections divided by how many there are (AVV_DB_CONNECTIONS). Uses
# a data directory of its own (AVV_DATA_DIR, by default target/bench-data), which is filled once. AVV_PORTAL
# names a program that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."
customers=${1:-200000} seconds=${2:-10}
for program in wrk psql curl; do
  command -v $program >/dev/null || PATH=$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')
  command -v $program >/dev/null || { echo "Needed: $program (Debian packages wrk, postgresql-client, curl)" >&2; exit 1; }
done
export AVV_DATA_DIR=${AVV_DATA_DIR:-target/bench-data} RUST_LOG=error
[ -n "${AVV_PORTAL:-}" ] || cargo build --release --quiet
portal=${AVV_PORTAL:-target/release/avv-portal}
mkdir -p "$AVV_DATA_DIR"
logins=$("$portal" demo --customers "$customers" 2>/dev/null)
read -r mail password < <(awk -F'\t' '$1 == "operator" { print $2, $3 }' <<<"$logins")
data=$(readlink -f "$AVV_DATA_DIR"); [ ! -f "$data/postgres.elsewhere" ] || data=$(cat "$data/postgres.elsewhere")
port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; wait 2>/dev/null || true' EXIT
usual=$((2 * $(nproc))); [ $usual -ge 4 ] || usual=4
# ticks  processor time of all processes and of Postgres so far, in hundredths of a second.
ticks() {
  local master; master=$(head -n 1 "$data/postgres/data/postmaster.pid")
  for pid in "${servers[@]}" "$master" $(pgrep -P "$master"); do cat "/proc/$pid/stat" 2>/dev/null || true; done | awk '{ sum += $14 + $15 } END { print sum }'
}
# measure PATH  sixteen readers in all, an equal part of them at each process: a second, slowest p99, ms of
# processor time each, errors.
measure() {
  local count=${#servers[@]} begun results=() n
  begun=$(ticks)
  for ((n = 0; n < count; n++)); do
    wrk -t1 -c$((16 / count)) -d"${seconds}s" --latency -H "Cookie: $cookie" "http://127.0.0.1:${ports[n]}$1" >"$work/$n" &
    results+=($!)
  done
  wait "${results[@]}"
  cat "$work"/[0-9] | awk -v ticks=$(($(ticks) - begun)) -v s="$seconds" '
    /^ +99%/ { p = $2; ms = p ~ /ms$/ ? p + 0 : p ~ /us$/ ? p / 1000 : p * 1000; if (ms > worst) worst = ms }
    /Requests\/sec/ { rate += $2 } /Non-2xx/ { bad += $NF }
    END { printf "%10.0f %9.1f ms %9.2f ms %7d", rate, worst, ticks * 10 / (rate * s), bad }'
  rm "$work"/[0-9]
}
work=$(mktemp -d) first=""
printf '%-10s %-32s %10s %12s %12s %7s %s\n' processes what 'a second' p99 'cpu each' errors 'of one'
for count in 1 2 4; do
  servers=() ports=()
  for ((n = 0; n < count; n++)); do
    ports+=("$(port)")
    AVV_LISTEN=127.0.0.1:${ports[n]} AVV_BASE_URL=http://127.0.0.1:${ports[0]} AVV_DB_CONNECTIONS=$((usual / count > 2 ? usual / count : 2)) \
      "$portal" serve >/dev/null 2>&1 & servers+=($!)
  done
  for one in "${ports[@]}"; do until curl -sf -o /dev/null -H "Host: 127.0.0.1:${ports[0]}" "http://127.0.0.1:$one/readyz"; do sleep 0.2; done; done
  jar=$work/jar
  curl -s -o /dev/null -c "$jar" --data-urlencode "email=$mail" --data-urlencode "passwort=$password" "http://127.0.0.1:${ports[0]}/anmelden"
  cookie="avv=$(awk '$6 == "avv" { print $7 }' "$jar")"
  customer=$(psql -qAt -h "$data/postgres/socket" -U avv avv -c "SELECT customer_number FROM bookings ORDER BY 1 LIMIT 1")
  for path in /kunden "/kunden/$customer/avv"; do
    figures=$(measure "$path")
    [ $count != 1 ] || first="$first $path=$(awk '{ print $1 }' <<<"$figures")"
    one=$(tr ' ' '\n' <<<"$first" | awk -F= -v p="$path" '$1 == p { print $2 }')
    printf '%-10s %-32s %s %6.2f\n' "$count" "$path" "$figures" "$(awk -v a="$(awk '{ print $1 }' <<<"$figures")" -v b="$one" 'BEGIN { print a / b }')"
  done
  kill "${servers[@]}"; wait "${servers[@]}" 2>/dev/null || true
done
rm -r "$work"
