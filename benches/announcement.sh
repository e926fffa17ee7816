#!/usr/bin/env bash
# Announcing a change of sub-processors (row 38): how long until every customer has its notice, what
# that costs in memory, and what a page costs meanwhile. Half way it is paused and goes on again.
#
#   benches/announcement.sh [CUSTOMERS] [TOLD] [PAGES]   by default 1000000, all of them, 100
#
# With TOLD less than CUSTOMERS the announcement begins that many customers before the end, so that
# the cost at that size can be measured without waiting for all. The mail server takes everything and
# throws it away; it runs on this machine and takes its share of it. Uses a data directory of its own
# (AVV_DATA_DIR, by default target/bench-announcement), which is filled anew each time. AVV_PORTAL
# names a program that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."
customers=${1:-1000000} told=${2:-${1:-1000000}} pages=${3:-100}
port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
for program in psql curl python3; do
  command -v $program >/dev/null || PATH=$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')
  command -v $program >/dev/null || { echo "Needed: $program (Debian packages postgresql-client, curl, python3)" >&2; exit 1; }
done
listen=127.0.0.1:$(port) smtp=$(port)
export AVV_DATA_DIR=${AVV_DATA_DIR:-target/bench-announcement} AVV_LISTEN=$listen AVV_BASE_URL=http://$listen RUST_LOG=error AVV_SMTP_URL=smtp://127.0.0.1:$smtp AVV_MAIL_PER_DOMAIN=0
portal=${AVV_PORTAL:-target/release/avv-portal}
[ -n "${AVV_PORTAL:-}" ] || cargo build --release --quiet
if [ -f "$AVV_DATA_DIR/postgres.elsewhere" ]; then rm -rf -- "$(cat "$AVV_DATA_DIR/postgres.elsewhere")"; fi
rm -rf -- "$AVV_DATA_DIR"; mkdir -p "$AVV_DATA_DIR"
logins=$("$portal" demo --customers 1000 2>/dev/null)
read -r mail password < <(awk -F'\t' '$1 == "operator" { print $2, $3 }' <<<"$logins")
python3 -c '
import socketserver, sys
class Sink(socketserver.BaseRequestHandler):
    def handle(self):
        say = lambda line: self.request.sendall(line + b"\r\n")
        say(b"220 sink")
        read, body = b"", False
        while chunk := self.request.recv(1 << 20):
            read += chunk
            if not read.endswith(b"\r\n.\r\n" if body else b"\r\n"): continue
            word, read = read[:4].upper(), b""
            if body: body = False; say(b"250 taken")
            elif word == b"DATA": body = True; say(b"354 go on")
            elif word == b"QUIT": return say(b"221 bye")
            else: say(b"250 sink")
class Server(socketserver.ThreadingTCPServer): allow_reuse_address = daemon_threads = True
Server(("127.0.0.1", int(sys.argv[1])), Sink).serve_forever()' "$smtp" & sink=$!
"$portal" serve >/dev/null 2>&1 & server=$!
trap 'kill $server $sink 2>/dev/null; wait 2>/dev/null || true' EXIT
until curl -sf -o /dev/null "$AVV_BASE_URL/readyz"; do sleep 0.3; done
data=$(readlink -f "$AVV_DATA_DIR"); [ ! -f "$data/postgres.elsewhere" ] || data=$(cat "$data/postgres.elsewhere")
sql() { psql -qAt -v ON_ERROR_STOP=1 -h "$data/postgres/socket" -U avv avv -c "$1"; }

# Customers like one that concluded in the demo data, with a booking and an agreement in force.
like=$(sql "SELECT a.customer_number FROM agreements a JOIN customers c ON c.number = a.customer_number WHERE a.ended_at IS NULL AND c.deleted_at IS NULL AND c.email IS NOT NULL ORDER BY 1 LIMIT 1")
copy() { # table, columns that are made, their values; the others are those of the customer they are like
  local made=$2 values=$3 rest
  rest=$(sql "SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = '$1' AND is_identity = 'NO' AND is_generated = 'NEVER' AND column_name <> ALL (string_to_array('$made', ', '))")
  sql "INSERT INTO $1 ($made, $rest) SELECT $values, $rest FROM generate_series(1, $customers) n, (SELECT * FROM $1 WHERE $4 = '$like' $5 LIMIT 1) one"
}
sql "UPDATE mails SET state = 'sent', done_at = queued_at, next_attempt_at = NULL WHERE state = 'queued'; UPDATE bulk_runs SET ended_at = begun_at, how = 'done' WHERE kind = 'announcement' AND ended_at IS NULL"
copy customers "number, name, email" "2000000000 + n, 'Kunde ' || n, 'k' || n || '@kunden.example'" number ""
copy bookings "customer_number" "2000000000 + n" customer_number "AND ends_at IS NULL"
copy agreements "id, customer_number, number, request_id, link_id" "gen_random_uuid(), 2000000000 + n, 'AVV-' || n, NULL, NULL" customer_number "AND ended_at IS NULL"
copy case_rows "number, company, company_key" "2000000000 + n, 'Kunde ' || n, 'kunde ' || n" number ""
sql "ANALYZE customers, bookings, agreements, case_rows"

jar=$(mktemp)
curl -s -o /dev/null -c "$jar" --data-urlencode "email=$mail" --data-urlencode "passwort=$password" "$AVV_BASE_URL/anmelden"
pages() { for _ in $(seq "$pages"); do curl -s -o /dev/null -b "$jar" -w '%{http_code} %{time_total}\n' "$AVV_BASE_URL$1"; done | sort -k2 -n | awk '{ t[NR] = $2; bad += $1 != 200 } END { printf "middle %.0f ms, slowest in a hundred %.0f ms, %d errors\n", t[int((NR + 1) / 2)] * 1000, t[int(NR * 0.99) + (NR < 100)] * 1000, bad }'; }
id=$(sql "WITH run AS (INSERT INTO bulk_runs (kind, subject, begun_at, starts_on, paused_at, customers, after_number)
    VALUES ('announcement', gen_random_uuid(), now(), current_date, now(), $told, 2000000000 + $customers - $told) RETURNING id, subject)
  INSERT INTO announcements (id, run_id, reason, reason_en, starts_on, days, changes, list_before, list_after, drafted_at, drafted_by, confirmed_at, confirmed_by)
  SELECT run.subject::uuid, run.id, 'Umzug', 'Move', current_date + 30, 14, '[]', (SELECT jsonb_agg(facts) FROM sub_processors), (SELECT jsonb_agg(facts) FROM sub_processors), now(), u.id, now(), u.id
  FROM run, users u WHERE u.email = '$mail' RETURNING id")
page=/betrieb/aenderungsmitteilungen/$id
press() { # what the administrator presses on the announcement's page
  local csrf
  csrf=$(curl -s -b "$jar" "$AVV_BASE_URL$page" | grep -o 'name="csrf" value="[^"]*"' | head -n 1 | cut -d'"' -f4)
  curl -s -o /dev/null -b "$jar" -c "$jar" --data-urlencode "csrf=$csrf" "$AVV_BASE_URL$page/$1"
}
sent() { sql "SELECT count(*) FROM notices WHERE announcement_id = '$id' AND sent_at IS NOT NULL"; }
made() { sql "SELECT done FROM bulk_runs WHERE subject = '$id'"; }
printf '%d customers with an agreement in force, %d to be told\n' "$(sql "SELECT count(*) FROM agreements WHERE ended_at IS NULL")" "$told"
printf 'the announcement before: %s\nthe list before:         %s\n' "$(pages "$page")" "$(pages /kunden)"
# Processor time so far in hundredths of a second, of the portal and of Postgres.
ticks() {
  local master; master=$(head -n 1 "$data/postgres/data/postmaster.pid")
  awk '{ print $14 + $15 }' "/proc/$server/stat"
  for pid in "$master" $(pgrep -P "$master"); do cat "/proc/$pid/stat" 2>/dev/null || true; done | awk '{ sum += $14 + $15 } END { print sum }'
}
ticks=$(ticks | tr '\n' ' ')
press fortsetzen; begin=$(date +%s) last=$begin before=0 paused=
while [ "$(sql "SELECT how FROM bulk_runs WHERE subject = '$id'")" != done ]; do
  sleep 1
  now=$(date +%s)
  if [ $((now - last)) -ge 60 ]; then
    reached=$(made); printf '%4d s: %8d made, %4d a second\n' $((now - begin)) "$reached" $(((reached - before) / (now - last))); before=$reached last=$now
  fi
  if [ -z "$paused" ] && [ "$(made)" -ge $((told / 2)) ]; then
    printf 'the announcement meanwhile: %s\nthe list meanwhile:         %s\n' "$(pages "$page")" "$(pages /kunden)"
    press anhalten; stopped=$(date +%s) paused=$(made)
    until [ "$(sql "SELECT count(*) FROM mails WHERE state = 'queued' AND kind_key = 'announcement'")" = 0 ]; do sleep 0.2; done
    printf 'paused at %d; the outbox was empty after %d s, %d made since\n' "$paused" $(($(date +%s) - stopped)) $(($(made) - paused))
    press fortsetzen
  fi
done
until [ "$(sql "SELECT count(*) FROM mails WHERE state = 'queued' AND kind_key = 'announcement'")" = 0 ]; do sleep 0.2; done
seconds=$(($(date +%s) - begin))
printf '%d notices, %d mails sent, %d customers with two; in %d s: %d customers a second\n' "$(sql "SELECT count(*) FROM notices WHERE announcement_id = '$id'")" "$(sent)" "$(sql "SELECT count(*) FROM (SELECT FROM notices WHERE announcement_id = '$id' GROUP BY customer_number HAVING count(*) > 1) twice")" "$seconds" $((told / (seconds ? seconds : 1)))
# What processes of Postgres used that have ended meanwhile is not in it.
printf 'mails a second: %d (goal 500); processor time of portal and Postgres: %s ms a mail (goal 3)\n' $((told / (seconds ? seconds : 1))) "$(echo "$ticks $(ticks | tr '\n' ' ')" | awk -v n="$told" '{ printf "%.2f + %.2f = %.2f", ($3 - $1) * 10 / n, ($4 - $2) * 10 / n, ($3 + $4 - $1 - $2) * 10 / n }')"
printf 'peak memory of the portal: %s MB\n' "$(awk '/VmHWM/ { print int($2 / 1024) }' "/proc/$server/status")"
