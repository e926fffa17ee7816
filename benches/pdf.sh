#!/usr/bin/env bash
# What it costs to make a document: instructions of one `contract render` with the text that comes with
# the program, everything from the start of the process to the file, counted by callgrind. Unlike seconds
# they are the same on every machine and at every time.
#
#   benches/pdf.sh [PROGRAM]      by default the release build
#
# Goal for the German contract of 15 pages: 250 M. It took 686 M while streams were compressed twice and
# each character was looked up in the font several times.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v valgrind >/dev/null || { echo "Needed: valgrind (Debian package valgrind)" >&2; exit 1; }
portal=${1:-}
if [ -z "$portal" ]; then cargo build --release --quiet; portal=target/release/avv-portal; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# count ARGS…  millions of instructions; what the program says is kept.
count() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$portal" "$@" >"$work/said" 2>"$work/counted" || { cat "$work/said" "$work/counted" >&2; exit 1; }
  awk '/Collected/ { printf "%.0f", $NF / 1e6 }' "$work/counted"
}

text=templates/contract/avv-1.0
printf '%-24s %6s %8s %8s %8s\n' document pages 'M instr' goal before
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 800 -subj /CN=Siegel -keyout "$work/key" -out "$work/cert" 2>/dev/null
cat "$work/key" "$work/cert" >"$work/seal.pem"
measure() { # name, goal, before, arguments of `contract render`
  local name=$1 goal=$2 before=$3 counted; shift 3
  counted=$(count contract render "$@" --out "$work/out.pdf" "$text")
  printf '%-24s %6s %8s %8s %8s\n' "$name" "$(awk '{ print $1 }' "$work/said")" "$counted" "$goal" "$before"
}
measure German 250 686 --language de
measure English - - --language en
measure 'German, sealed' - - --language de --seal "$work/seal.pem"
measure 'both, one by the other' - - --language de --bilingual
