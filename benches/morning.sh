#!/usr/bin/env bash
# The due morning: how long the portal needs for the reminders of one day, and what a page costs
# meanwhile. About every twelfth customer of the demo data has a step due within sixteen days.
#
#   benches/morning.sh [CUSTOMERS]      by default 1000000
#
# Mails become files, so that the figure is the portal's own; a mail server answers at its own pace.
# Uses a data directory of its own (AVV_DATA_DIR, by default target/bench-morning), which is filled
# anew each time. AVV_PORTAL names a program that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."
customers=${1:-1000000}
export AVV_DATA_DIR=${AVV_DATA_DIR:-target/bench-morning} AVV_LISTEN=127.0.0.1:8092 AVV_BASE_URL=http://127.0.0.1:8092 RUST_LOG=info
portal=${AVV_PORTAL:-target/release/avv-portal}
[ -n "${AVV_PORTAL:-}" ] || cargo build --release --quiet
for program in psql curl; do
  command -v $program >/dev/null || PATH=$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')
  command -v $program >/dev/null || { echo "Needed: $program (Debian packages postgresql-client, curl)" >&2; exit 1; }
done
if [ -f "$AVV_DATA_DIR/postgres.elsewhere" ]; then rm -rf -- "$(cat "$AVV_DATA_DIR/postgres.elsewhere")"; fi
rm -rf -- "$AVV_DATA_DIR"; mkdir -p "$AVV_DATA_DIR"
logins=$("$portal" demo --customers "$customers" 2>/dev/null)
read -r mail password < <(awk -F'\t' '$1 == "operator" { print $2, $3 }' <<<"$logins")
"$portal" serve >/dev/null 2>&1 & server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null || true' EXIT
until curl -sf -o /dev/null $AVV_BASE_URL/readyz; do sleep 0.3; done
jar=$(mktemp)
curl -s -o /dev/null -c "$jar" --data-urlencode "email=$mail" --data-urlencode "passwort=$password" $AVV_BASE_URL/anmelden
pages() { for _ in $(seq "$1"); do curl -s -o /dev/null -b "$jar" -w '%{http_code} %{time_total}\n' $AVV_BASE_URL/kunden; done | sort -k2 -n | awk '{ t[NR] = $2; bad += $1 != 200 } END { printf "middle %.0f ms, slowest in a hundred %.0f ms, %d errors\n", t[int((NR + 1) / 2)] * 1000, t[int(NR * 0.99) + (NR < 100)] * 1000, bad }'; }
printf 'pages before:    %s' "$(pages 300)"; echo
at=$(date -u -d '+16 days' +%Y-%m-%dT12:00:00Z)
begin=$(date +%s)
"$portal" jobs run-once --at "$at" >"$AVV_DATA_DIR/run.out" 2>"$AVV_DATA_DIR/run.log" & run=$!
sleep 3
printf 'pages meanwhile: %s' "$(pages 300)"; echo
peak=0
while kill -0 $run 2>/dev/null; do
  now=$(awk '/VmHWM/ { print int($2 / 1024) }' /proc/$run/status 2>/dev/null || echo 0)
  [ "${now:-0}" -le "$peak" ] || peak=$now
  sleep 1
done
wait $run
seconds=$(($(date +%s) - begin))
cat "$AVV_DATA_DIR/run.out"
grep progress "$AVV_DATA_DIR/run.log" | grep ended || true
data=$(readlink -f "$AVV_DATA_DIR"); [ ! -f "$data/postgres.elsewhere" ] || data=$(cat "$data/postgres.elsewhere")
steps=$(awk '{ gsub(",", ""); print $4 }' "$AVV_DATA_DIR/run.out" | head -n 1)
printf 'in %d s, peak memory of the run %d MB, %s steps a second with their mails\n' "$seconds" "$peak" "$(awk -v a="$steps" -v b="$seconds" 'BEGIN { printf "%.0f", a / (b ? b : 1) }')"
psql -qAt -h "$data/postgres/socket" -U avv avv -c "SELECT job || ': ' || sum(done) || ' by ' || count(*) || ' workers in ' || max(seconds) || ' s' FROM runs GROUP BY job ORDER BY job"
