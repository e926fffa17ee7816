#!/usr/bin/env bash
# Concluding: how long a customer waits from the click until the document is sealed and stored, one after the
# other, and how many a second at four at a time, with the processor time of each. Goals on two processors:
# 60 ms in the middle, 25 a second. The pages before are read first and count in neither.
#
#   benches/conclude.sh [CUSTOMERS]      by default 200, half of them one by one
#
# Uses a data directory of its own (AVV_DATA_DIR, by default target/bench-conclude), which is filled anew each
# time; mails are files there. AVV_PORTAL names a program that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."
customers=${1:-200}
port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
for program in psql curl python3; do
  command -v $program >/dev/null || PATH=$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')
  command -v $program >/dev/null || { echo "Needed: $program (Debian packages postgresql-client, curl, python3)" >&2; exit 1; }
done
export AVV_DATA_DIR=${AVV_DATA_DIR:-target/bench-conclude} AVV_LISTEN=127.0.0.1:$(port) RUST_LOG=error
export AVV_BASE_URL=http://$AVV_LISTEN
portal=${AVV_PORTAL:-target/release/avv-portal}
[ -n "${AVV_PORTAL:-}" ] || cargo build --release --quiet
if [ -f "$AVV_DATA_DIR/postgres.elsewhere" ]; then rm -rf -- "$(cat "$AVV_DATA_DIR/postgres.elsewhere")"; fi
rm -rf -- "$AVV_DATA_DIR"; mkdir -p "$AVV_DATA_DIR"
"$portal" demo >/dev/null 2>&1
data=$(readlink -f "$AVV_DATA_DIR"); [ ! -f "$data/postgres.elsewhere" ] || data=$(cat "$data/postgres.elsewhere")
"$portal" serve >/dev/null 2>&1 & server=$!
file=$(mktemp --suffix .csv)
trap 'kill $server 2>/dev/null || true; wait 2>/dev/null || true; rm -f "$file"' EXIT
until curl -sf -o /dev/null "$AVV_BASE_URL/readyz"; do sleep 0.3; done
partner=$(psql -qAt -h "$data/postgres/socket" -U avv avv -c "SELECT p.name FROM partners p JOIN case_rows r ON r.partner_id = p.id JOIN bookings b ON b.customer_number = r.number WHERE p.blocked_at IS NULL AND p.parent_id IS NULL AND NOT EXISTS (SELECT FROM partners s WHERE s.parent_id = p.id) LIMIT 1")
{
  echo "Kundennummer;Firma;Straße;PLZ;Ort;E-Mail;Vertriebspartner;Produkte"
  for n in $(seq "$customers"); do echo "ABS-$n;Abschluss $n Handels GmbH;Hafenstraße $n;50667;Köln;info@abschluss-$n.example;$partner;centraflex"; done
} >"$file"
"$portal" import customers "$file" >/dev/null
master=$(head -n 1 "$data/postgres/data/postmaster.pid")
printf '%-24s %6s %11s %11s %11s\n' conclusions '' middle 'of 95 %' 'cpu each'
python3 - "$AVV_BASE_URL" "$AVV_DATA_DIR/mails" "$customers" "$server" "$master" <<'PYTHON'
import email, glob, html, http.client, os, re, statistics, sys, threading, time, urllib.parse
from email import policy
base, mails, count, server, master = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
links, read = [], set()
until = time.monotonic() + 120 + count
while len(links) < count:
    if time.monotonic() > until: sys.exit(f"{len(links)} of {count} mails came")
    for path in sorted(set(glob.glob(mails + "/*.eml")) - read):
        read.add(path)
        mail = email.message_from_binary_file(open(path, "rb"), policy=policy.default)
        found = re.search(base + r"(/zustimmung/\S+)", mail.get_body(("plain",)).get_content())
        if "@abschluss-" in mail["to"] and found: links.append(found[1])
    time.sleep(0.2)
def ask(method, path, body=None, source="127.0.0.1"):
    line = http.client.HTTPConnection(urllib.parse.urlsplit(base).netloc, source_address=(source, 0))
    line.request(method, path, body, {"content-type": "application/x-www-form-urlencoded", "origin": base} if body else {})
    answer = line.getresponse(); return answer.status, answer.getheader("location"), answer.read().decode()
def form(link, source):
    page = ask("GET", link, source=source)[2]
    part = re.search(r'<form[^>]*action="(/zustimmung/[^"]*)".*?</form>', page[page.index("<main"):], re.S)
    fields = {html.unescape(n): html.unescape(v) for n, v in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', part[0])}
    fields |= {"name": "Erika Muster", "funktion": "Inhaberin", "vertretung": "on", "gelesen": "on"}
    return html.unescape(part[1]), urllib.parse.urlencode(fields)
def ticks():
    pids = [server, master] + [int(p) for p in os.listdir("/proc") if p.isdigit() and open(f"/proc/{p}/stat").read().rsplit(")", 1)[1].split()[1] == str(master)]
    return sum(sum(map(int, open(f"/proc/{p}/stat").read().rsplit(")", 1)[1].split()[11:13])) for p in pids)
# Every customer comes from an address of its own, as customers do; one alone may not do so much.
sources = [f"127.0.{1 + n // 200}.{1 + n % 200}" for n in range(count)]
ready = [(*form(link, source), source) for link, source in zip(links, sources)]
times, wrong = [], []
def conclude(path, fields, source):
    begun = time.monotonic(); status, where, said = ask("POST", path, fields, source)
    times.append(time.monotonic() - begun)
    if status != 303: wrong.append((status, said[:2000]))
half, before = count // 2, ticks()
for one in ready[:half]: conclude(*one)
spent = (ticks() - before) * 10 / half
if wrong: sys.exit(str(wrong[0]))
alone = sorted(times)
print(f"{'one by one':24} {half:6} {statistics.median(alone) * 1000:8.0f} ms {alone[int(half * 0.95)] * 1000:8.0f} ms {spent:8.0f} ms   goal: 60 ms in the middle")
rest, lock = iter(ready[half:]), threading.Lock()
def work():
    while True:
        with lock: one = next(rest, None)
        if one is None: return
        conclude(*one)
begun, before = time.monotonic(), ticks()
workers = [threading.Thread(target=work) for _ in range(4)]
[one.start() for one in workers]; [one.join() for one in workers]
took, beside = time.monotonic() - begun, sorted(times[half:])
if wrong: sys.exit(str(wrong[0]))
print(f"{'four at a time':24} {len(beside):6} {statistics.median(beside) * 1000:8.0f} ms {beside[int(len(beside) * 0.95)] * 1000:8.0f} ms {(ticks() - before) * 10 / len(beside):8.0f} ms   {len(beside) / took:.1f} a second, goal: 25")
PYTHON
