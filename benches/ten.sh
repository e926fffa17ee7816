#!/usr/bin/env bash
# The list and the search with ten times as many customers as were written: the two largest tables of the
# portal, rows and words of the list (case_rows, case_words), are multiplied in the database, with the same
# partners, and `benches/list.sh` measures as ever. What a page costs must not grow.
#
#   benches/ten.sh [CUSTOMERS] [SECONDS] [TIMES]      by default 1000000, 5 and 10
#
# Uses a data directory of its own (AVV_DATA_DIR, by default target/bench-ten); ten million customers need
# 30 GB and half an hour. AVV_PORTAL names a program that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."
customers=${1:-1000000} seconds=${2:-5} times=${3:-10}
command -v psql >/dev/null || PATH=$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')
export AVV_DATA_DIR=${AVV_DATA_DIR:-target/bench-ten} AVV_LISTEN=127.0.0.1:8093 AVV_BASE_URL=http://127.0.0.1:8093 RUST_LOG=warn
[ -n "${AVV_PORTAL:-}" ] || cargo build --release --quiet
portal=${AVV_PORTAL:-target/release/avv-portal}
mkdir -p "$AVV_DATA_DIR"
"$portal" demo --customers "$customers" >/dev/null
"$portal" serve >/dev/null & server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true' EXIT
until curl -sf -o /dev/null $AVV_BASE_URL/readyz; do sleep 0.3; done
data=$(readlink -f "$AVV_DATA_DIR"); [ ! -f "$data/postgres.elsewhere" ] || data=$(cat "$data/postgres.elsewhere")
sql() { psql -qAt -v ON_ERROR_STOP=1 -h "$data/postgres/socket" -U avv avv "$@"; }
there=$(sql -c "SELECT count(*) FROM case_rows")
if [ "$there" -lt $((customers * times / 2)) ]; then
  begun=$(date +%s)
  # Indexes are dropped first and made again at the end, and so is the key of the words, which come in no order.
  ours="schemaname = current_schema() AND tablename IN ('case_rows', 'case_words') AND indexname NOT IN ('case_rows_pkey', 'case_rows_id', 'case_words_pkey')"
  indexes=$(sql -c "SELECT indexdef || ';' FROM pg_indexes WHERE $ours")
  columns() { sql -c "SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '$1' AND column_name NOT IN ('number', 'id', 'row_id')"; }
  rows=$(columns case_rows) words=$(columns case_words)
  tables="('case_rows'::regclass, 'case_words'::regclass)"
  sql -c "SELECT format('DROP INDEX %I;', indexname) FROM pg_indexes WHERE $ours
    UNION ALL SELECT format('ALTER TABLE %s DROP CONSTRAINT %I;', conrelid::regclass, conname) FROM pg_constraint WHERE contype = 'f' AND conrelid IN $tables
    UNION ALL SELECT format('ALTER TABLE %s DISABLE TRIGGER %I;', tgrelid::regclass, tgname) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN $tables
    UNION ALL SELECT 'ALTER TABLE case_words DROP CONSTRAINT case_words_pkey;'" | sql >/dev/null
  # Numbers of the copies begin with 20 and more, so none is there already; ids and words follow.
  sql -c "SET statement_timeout = 0; SET maintenance_work_mem = '1GB'; SET synchronous_commit = off;
    INSERT INTO case_rows (number, id, $rows) OVERRIDING SYSTEM VALUE SELECT (19 + n) || number, id + n * 1000000000::bigint, $rows FROM case_rows, generate_series(1, $times - 1) n;
    INSERT INTO case_words (row_id, $words) SELECT row_id + n * 1000000000::bigint, $words FROM case_words, generate_series(1, $times - 1) n;
    UPDATE status_totals SET customers = customers * $times;
    ALTER TABLE case_words ADD CONSTRAINT case_words_pkey PRIMARY KEY (word, row_id);
    $indexes"
  sql -c 'SET statement_timeout = 0' -c 'ANALYZE case_rows, case_words'
  printf 'multiplied after %d s\n' $(($(date +%s) - begun))
fi
sql -F ' ' -c "SELECT relname, reltuples::bigint || ' rows', pg_size_pretty(pg_total_relation_size(oid)) FROM pg_class WHERE relname IN ('case_rows', 'case_words')"
kill $server; wait $server 2>/dev/null || true
AVV_PORTAL=$portal benches/list.sh "$customers" "$seconds"
