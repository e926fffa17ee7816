#!/usr/bin/env bash
# How many pages of the customer list a second the portal answers, and how long searches take, beside
# pgbench running the very same SQL on the same database (benches/list.sql, benches/search.sql).
# Quote the ratio, not the figures: machines differ. Goals on two processors with a million customers: 1.2 ms
# of processor time a page (portal and Postgres), 0.35 of pgbench without the counts, 45 kB, and the slowest
# of a hundred of 16 readers in 20 ms. AVV_PORTAL measures another program, as that of an earlier state.
#
#   benches/list.sh [CUSTOMERS] [SECONDS]      by default 1000000 and 15
#
# Uses a data directory of its own (AVV_DATA_DIR, by default target/bench-data), which is filled once.
set -euo pipefail
cd "$(dirname "$0")/.."
customers=${1:-1000000} seconds=${2:-15}
export AVV_DATA_DIR=${AVV_DATA_DIR:-target/bench-data} AVV_LISTEN=127.0.0.1:8091 AVV_BASE_URL=http://127.0.0.1:8091 RUST_LOG=warn
base=$AVV_BASE_URL
for program in wrk pgbench psql curl; do
  command -v $program >/dev/null || PATH=$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')
  command -v $program >/dev/null || { echo "Needed: $program (Debian packages wrk, postgresql, curl)" >&2; exit 1; }
done
[ -n "${AVV_PORTAL:-}" ] || cargo build --release --quiet
portal=${AVV_PORTAL:-target/release/avv-portal}
mkdir -p "$AVV_DATA_DIR"
logins=$("$portal" demo --customers "$customers")
read -r mail password < <(awk -F'\t' '$1 == "operator" { print $2, $3 }' <<<"$logins")
"$portal" serve >/dev/null & server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null || true' EXIT
until curl -sf -o /dev/null $base/readyz; do sleep 0.3; done
jar=$(mktemp)
curl -s -o /dev/null -c "$jar" --data-urlencode "email=$mail" --data-urlencode "passwort=$password" $base/anmelden
cookie="avv=$(awk '$6 == "avv" { print $7 }' "$jar")"

data=$(readlink -f "$AVV_DATA_DIR"); [ ! -f "$data/postgres.elsewhere" ] || data=$(cat "$data/postgres.elsewhere")
connect=(-h "$data/postgres/socket" -U avv avv)
session=$(psql -qAt "${connect[@]}" -c "SELECT id FROM sessions ORDER BY created_at DESC LIMIT 1")
user=$(psql -qAt "${connect[@]}" -c "SELECT user_id FROM sessions WHERE id = '$session'")
partners=$(psql -qAt "${connect[@]}" -c "SELECT array_agg(DISTINCT p) FROM (SELECT partner_id, sub_partner_id FROM case_rows ORDER BY company_key, number LIMIT 51) r, unnest(ARRAY[partner_id, sub_partner_id]) p WHERE p IS NOT NULL")

measure() { wrk -t1 -c16 -d"${seconds}s" --latency -H "Cookie: $cookie" "$base$1" | awk '/99%/ { p99 = $2 } /Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = $NF } END { print rate, p99, bad + 0 }'; }
next=$(curl -s -b "$jar" $base/kunden | grep -o 'href="[^"]*nach=[^"]*"' | head -n 1 | cut -d'"' -f2 | sed 's/&#38;/\&/g; s/&amp;/\&/g')
deep=${next:-/kunden}
for _ in 1 2 3 4 5; do
  step=$(curl -s -b "$jar" "$base$deep" | grep -o 'href="[^"]*nach=[^"]*"' | head -n 1 | cut -d'"' -f2 | sed 's/&#38;/\&/g; s/&amp;/\&/g')
  [ -z "$step" ] || deep=$step
done
# ticks  processor time so far in hundredths of a second: of the portal, and of Postgres.
ticks() {
  local master; master=$(head -n 1 "$data/postgres/data/postmaster.pid")
  awk '{ print $14 + $15 }' /proc/$server/stat
  for pid in "$master" $(pgrep -P "$master"); do cat "/proc/$pid/stat" 2>/dev/null || true; done | awk '{ sum += $14 + $15 } END { print sum }'
}
printf '%-22s %10s %10s %10s %10s %6s %s\n' page pages/s p99 'portal ms' 'postgres' kB errors
for path in /kunden "$deep" '/kunden?status=requested' '/kunden?sort=-nummer' '/kunden?sort=datum' '/kunden?status=requested&sort=datum'; do
  before=$(ticks | tr '\n' ' ')
  read -r rate p99 bad < <(measure "$path")
  read -r own other < <(echo "$before $(ticks | tr '\n' ' ')" | awk -v n="$(awk -v r="$rate" -v s="$seconds" 'BEGIN { print r * s }')" '{ printf "%.2f %.2f\n", ($3 - $1) * 10 / n, ($4 - $2) * 10 / n }')
  printf '%-22.22s %10s %10s %10s %10s %6s %s\n' "$path" "$rate" "$p99" "$own" "$other" "$(curl -s -b "$jar" "$base$path" | wc -c | awk '{ printf "%.0f", $1 / 1000 }')" "$bad"
  [ "$path" != /kunden ] || first=$rate
done
# Searches: 16 clients that search, and one that searches beside 16 on the list.
urlencode() { { curl -s -o /dev/null -w '%{url_effective}' --get --data-urlencode "suche=$1" http://127.0.0.1:1/kunden || true; } | sed 's|^[^?]*||'; }
example=$(psql -qAt "${connect[@]}" -c "SELECT number FROM agreements ORDER BY concluded_at LIMIT 1")
one=$(psql -qAt "${connect[@]}" -c "SELECT max(number) FROM case_rows WHERE number < 'A'")
printf '\n%-44s %10s %10s %10s %s\n' search searches/s 'p99 (16)' 'p99 (1+16)' errors
search() {
  path=/kunden$(urlencode "$2")
  read -r rate p99 bad < <(measure "$path")
  wrk -t1 -c16 -d"$((seconds + 2))s" -H "Cookie: $cookie" $base/kunden >/dev/null & beside=$!
  sleep 1
  alone=$(wrk -t1 -c1 -d"${seconds}s" --latency -H "Cookie: $cookie" "$base$path" | awk '/99%/ { print $2 }')
  wait $beside
  printf '%-44.44s %10s %10s %10s %s\n' "$1: $2" "$rate" "$p99" "$alone" "$bad"
  [ "$2" != zdemir ] || searched=$rate
}
search 'inner part of a word' zdemir
search 'other spelling' Suessmuth
search 'very common word' gmbh
search 'short' mü
search 'two letters, rare' xq
search 'very common, inner' tech
search 'several common words' 'müller berlin gmbh'
search 'several, rare together' 'süßmuth saatgut ulm ohg'
search town 'Freiburg im Breisgau'
search postcode 50667
search e-mail "kontakt@firma-$one.example"
search 'agreement, begun' "${example%-*}"
search number "$one"
search nothing 'gibt es nicht'
printf 'resident while serving: %s MB\n' "$(awk '/VmRSS/ { print int($2 / 1024) }' /proc/$server/status)"
bench=$(pgbench -n -M prepared -c 16 -j 1 -T "$seconds" -D session="$session" -D user="$user" -D partners="${partners/,NULL/}" -f benches/list.sql "${connect[@]}" | awk '/^tps/ { print $3 }')
printf 'pgbench, the same SQL: %s pages/s\nratio portal / pgbench: %s\n' "$bench" "$(awk -v a="$first" -v b="$bench" 'BEGIN { printf "%.2f", a / b }')"
bench=$(pgbench -n -M prepared -c 16 -j 1 -T "$seconds" -D session="$session" -D user="$user" -D partners="${partners/,NULL/}" -f <(grep -v customers_by_status benches/list.sql) "${connect[@]}" | awk '/^tps/ { print $3 }')
printf 'pgbench, the same without the counts: %s pages/s\nratio portal / pgbench: %s (goal 0.35)\n' "$bench" "$(awk -v a="$first" -v b="$bench" 'BEGIN { printf "%.2f", a / b }')"
bench=$(pgbench -n -M prepared -c 16 -j 1 -T "$seconds" -D session="$session" -D user="$user" -D partners="${partners/,NULL/}" -f benches/search.sql "${connect[@]}" | awk '/^tps/ { print $3 }')
printf 'pgbench, the SQL of a search: %s searches/s\nratio portal / pgbench: %s\n' "$bench" "$(awk -v a="$searched" -v b="$bench" 'BEGIN { printf "%.2f", a / b }')"
