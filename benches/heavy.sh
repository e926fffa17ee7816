#!/usr/bin/env bash
# How long heavy contract texts take: 40 000 words and twice as many through import, checks and print, and
# hostile files of 400 kB through the import. Linear means that twice the text takes about twice as long.
#
#   benches/heavy.sh [PROGRAM]      by default the release build
#
# Goals for 40 000 words in release: import 3 s, checks 1 s, print 4 s.
set -euo pipefail
cd "$(dirname "$0")/.."
portal=${1:-}
if [ -z "$portal" ]; then cargo build --release --quiet; portal=target/release/avv-portal; fi
portal=$(realpath "$portal")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# words N: an agreement of about N words, made of the German ones of the corpus, one below the other.
words() {
  local texts=(tests/contracts/known/{hosting,telefonie,archiv,klauseln}/text.md) made=0 round=0
  while [ "$made" -lt "$1" ]; do
    round=$((round + 1))
    for text in "${texts[@]}"; do
      sed "s/^# /# Teil $round: /" "$text"
      printf '\n'
      made=$((made + $(wc -w <"$text")))
    done
  done
}

# seconds COMMAND…  how long it takes; what it says is kept.
seconds() {
  local before after
  before=$(date +%s%N)
  "$@" >"$work/said" 2>&1 || true
  after=$(date +%s%N)
  awk -v ns=$((after - before)) 'BEGIN { printf "%.2f", ns / 1e9 }'
}

printf '%-28s %10s %8s %8s %8s\n' text words import checks print
for size in 40000 80000; do
  words "$size" >"$work/$size.md"
  imported=$(seconds "$portal" contract import "$work/$size.md" "$work/$size")
  checked=$(seconds "$portal" contract check "$work/$size")
  printed=$(seconds "$portal" contract render --language de --out "$work/$size.pdf" "$work/$size")
  [ -s "$work/$size.pdf" ] || { cat "$work/said" >&2; exit 1; }
  printf '%-28s %10s %8s %8s %8s\n' agreement "$(wc -w <"$work/$size.md")" "$imported" "$checked" "$printed"
done

# hostile NAME SUFFIX PIECE…  a file of 400 kB of the same piece again and again.
hostile() {
  local file=$work/hostile.$2
  python3 -c 'import sys; piece = sys.argv[1].encode().decode("unicode_escape"); print((piece * (400_000 // len(piece) + 1))[:400_000])' "$3" >"$file"
  rm -rf "$work/hostile"
  printf '%-28s %10s %8s\n' "$1" "400 kB" "$(seconds "$portal" contract import "$file" "$work/hostile")"
}
hostile 'one word' txt 'a'
hostile 'brackets' md '['
hostile 'stars' md '*a_'
hostile 'quotations in quotations' md '> '
hostile 'lists in lists' md '- '
hostile 'backticks' md '`a``'
hostile 'links' md '[a](b '
hostile 'a table of one row' md '|a'
hostile 'open elements' html '<div><b><table>'
hostile 'rows that span' html '<table><tr><td rowspan=9999 colspan=999>'
hostile 'entities' html '&amp;&#x41;'
hostile 'numbers' txt '1.1.1.1.1 a\n'
hostile 'references' txt 'Ziffer 1 Absatz 2 Satz 3, '
