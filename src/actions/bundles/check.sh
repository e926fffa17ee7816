#!/bin/sh
# Prüft ein Nachweispaket ohne das Portal. Vorher die Schritte 1 und 2 aus LIESMICH.txt: Sie belegen
# auch diese Datei. Checks an evidence bundle without the portal, after steps 1 and 2 of LIESMICH.txt.
# Braucht/needs: openssl, jq, sha256sum, od, base64. Schreibt nur in/writes only to: $TMPDIR.
set -u
LC_ALL=C; export LC_ALL
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
bad() { echo "FEHLER/FAULT: $*" >> "$tmp/bad"; echo "FEHLER/FAULT: $*"; }
sums() { # a list in the notation of sha256sum; an empty one is fine
  [ ! -s "$1" ] || sha256sum --quiet -c "$1" || bad "$2"
}

echo "3  PDF, siegel.p7s, signatur.bin"
for seal in AVV-*/siegel.p7s; do
  [ -e "$seal" ] || continue
  dir=${seal%/*}; pdf="$dir/$dir.pdf"
  set -- $(grep -ao '/ByteRange\[[0-9 ]*\]' "$pdf" | tail -n 1 | tr -dc '0-9 ')
  [ $# -eq 4 ] || { bad "$pdf: kein Siegel/no seal"; continue; }
  [ "$(($3 + $4))" -eq "$(wc -c < "$pdf")" ] || bad "$pdf: nicht ganz gesiegelt/not sealed as a whole"
  { head -c "$2" "$pdf"; tail -c "+$(($3 + 1))" "$pdf" | head -c "$4"; } > "$tmp/sealed"
  openssl cms -verify -binary -inform DER -in "$seal" -content "$tmp/sealed" -CAfile siegel-zertifikate.pem \
    -partial_chain -purpose any -no_check_time -out /dev/null 2> "$tmp/said" || bad "$pdf: $(cat "$tmp/said")"
  digits=$(openssl asn1parse -inform DER -in "$seal" | tail -n 1 | sed 's/.*HEX DUMP\]://' | tr A-F a-f)
  tail -c "+$(($2 + 2))" "$pdf" | head -c "$(($3 - $2 - 2))" | tr A-F a-f | grep -q "^$(od -An -tx1 -v "$seal" | tr -d ' \n')0*\$" \
    || bad "$seal: steht so nicht im PDF/is not what the PDF holds"
  [ "$digits" = "$(od -An -tx1 -v "$dir/signatur.bin" | tr -d ' \n')" ] \
    || bad "$dir/signatur.bin: gehört nicht zum Siegel/does not belong to the seal"
done

echo "4  nachweis.json, wortlaut.txt, vertraege.json"
for record in AVV-*/nachweis.json; do
  [ -e "$record" ] || continue
  dir=${record%/*}
  printf '%s  %s\n' "$(jq -r .agreement.wording_sha256 "$record")" "$dir/wortlaut.txt" > "$tmp/sums"
  sums "$tmp/sums" "$dir/wortlaut.txt"
  jq -en --slurpfile all vertraege.json --slurpfile record "$record" '
    $record[0] as $own | any($all[0].agreements[]; .number == $own.agreement.number
      and .concluded_at[:19] == $own.agreement.concluded_at[:19]
      and .concluded_by == [$own.person.name, $own.person.function])' > /dev/null \
    || bad "$record: passt nicht zu/does not fit vertraege.json"
done
jq -rn --slurpfile all vertraege.json --slurpfile events ereignisse.json '
  $all[0].agreements[] | .number as $number
  | ([$events[0][] | select(.details.number? == $number) | select(.kind == "concluded" or .kind == "restored") | .details
      | "\(.pdf_hash)  \($number)/\($number).pdf", "\(.document_hash)  \($number)/wortlaut.txt"]
     + [$events[0][] | select(.details.number? == $number) | select(.kind == "concluded_on_paper") | .details
      | "\(.scan_hash)  \($number)/\($number).pdf"])
  | if . == [] then "ohne Ereignis/without event  \($number)" else .[] end' > "$tmp/sums"
sums "$tmp/sums" "ereignisse.json nennt andere Dokumente/names other documents"

echo "5  ereignis-kette.json, ereignisse.json"
jq -r '.[] | .sha256 + " " + (["avv-audit-1", .previous_sha256, (.position | tostring), .at, .kind,
    (.customer_number // "" | tostring), .status_before // "", .status_after // "", .content_sha256, ""]
    | join("\n") | @base64)' ereignis-kette.json > "$tmp/chain" || bad "ereignis-kette.json"
jq -r '.[] | select(.content != null) | .content_sha256 + " " + (.content | @base64)' ereignis-kette.json >> "$tmp/chain"
while read -r stated text; do
  [ "$stated" = "$(printf '%s' "$text" | base64 -d | sha256sum | cut -c1-64)" ] \
    || bad "ereignis-kette.json: kein Ereignis ergibt/no event gives $stated"
done < "$tmp/chain"
jq -rn --slurpfile chain ereignis-kette.json --slurpfile events ereignisse.json '
  ($chain[0] | map({key: (.position | tostring), value: .}) | from_entries) as $by
  | ($chain[0][] | . as $one | $by[.position - 1 | tostring]
     | select(. != null and .sha256 != $one.previous_sha256) | "ereignis-kette.json: \($one.position)"),
    ($events[0][] | . as $one | $by[.position | tostring]
     | select(.at != $one.at or .kind != $one.kind
         or (.content != null and $one.details != (.content | split("\n")[1:] | join("\n") | fromjson | .details | del(.effect, .steps))))
     | "ereignisse.json: \($one.position)")' > "$tmp/list" || bad "ereignisse.json"
while read -r line; do bad "$line"; done < "$tmp/list"

echo "6  widersprueche.json, aenderungsmitteilungen.json"
jq -r '.[].proofs[]? | select(.file != null) | "\(.sha256)  \(.file)"' widersprueche.json aenderungsmitteilungen.json > "$tmp/sums" \
  || bad "widersprueche.json, aenderungsmitteilungen.json"
sums "$tmp/sums" "nachweise/"

echo "7  zeitstempel.tst"
for stamp in AVV-*/zeitstempel.tst; do
  [ -e "$stamp" ] || continue
  dir=${stamp%/*}
  [ -e zeitstempel-zertifikate.pem ] || { echo "   $stamp: siehe/see LIESMICH.txt"; continue; }
  openssl ts -verify -in "$stamp" -token_in -data "$dir/signatur.bin" -CAfile zeitstempel-zertifikate.pem -partial_chain > "$tmp/said" 2>&1 \
    || bad "$stamp: $(cat "$tmp/said")"
done

echo "8  protokoll/"
for note in protokoll/*.checkpoint; do
  [ -e "$note" ] || continue
  name=${note%.checkpoint}
  # Text, leere Zeile, Signatur: 4 Bytes nennen den Schlüssel, 64 sind die Signatur (Ed25519).
  sed '/^$/,$d' "$note" > "$tmp/text"
  sed -n 's/^[^ ]* [^ ]* \([A-Za-z0-9+/=]*\)$/\1/p' "$note" | tail -n 1 | base64 -d | tail -c 64 > "$tmp/signature"
  openssl pkeyutl -verify -pubin -inkey "$name.pem" -rawin -in "$tmp/text" -sigfile "$tmp/signature" > "$tmp/said" 2>&1 \
    || bad "$note: $(cat "$tmp/said")"
  if [ ! -e "$name.tst" ]; then echo "   $note: noch ohne Zeitstempel/not stamped yet"
  elif [ ! -e zeitstempel-zertifikate.pem ]; then echo "   $name.tst: siehe/see LIESMICH.txt"
  else openssl ts -verify -in "$name.tst" -token_in -data "$note" -CAfile zeitstempel-zertifikate.pem -partial_chain > "$tmp/said" 2>&1 \
    || bad "$name.tst: $(cat "$tmp/said")"; fi
done
jq -r --slurpfile chain ereignis-kette.json '
  (map({key: (.position | tostring), value: .}) | from_entries) as $ways
  | $chain[0][] | . as $one | $ways[.position | tostring] as $way
  | if $way == null or $way.sha256 != $one.sha256 then "none \(.position)"
    else "leaf \(.position) \($way.checkpoint) " + (["avv-audit-1", .previous_sha256, (.position | tostring), .at, .kind,
        (.customer_number // "" | tostring), .status_before // "", .status_after // "", .content_sha256, ""] | join("\n") | @base64),
      ($way.steps[] | if .left then "left \(.left)" else "right \(.right)" end), "root" end' protokoll/nachweise.json > "$tmp/ways" \
  || bad "protokoll/nachweise.json"
hash() { openssl dgst -sha256 -binary > "$tmp/next" && mv "$tmp/next" "$tmp/here"; }
while read -r what first size text; do
  case $what in
    none) bad "protokoll/nachweise.json: $first" ;;
    leaf) position=$first; checkpoint=$size
      { printf '\000'; printf '%s' "$text" | base64 -d | openssl dgst -sha256 -binary; } | hash ;;
    left) { printf '\001'; printf '%s' "$first" | base64 -d; cat "$tmp/here"; } | hash ;;
    right) { printf '\001'; cat "$tmp/here"; printf '%s' "$first" | base64 -d; } | hash ;;
    root) [ "$(base64 < "$tmp/here")" = "$(sed -n 3p "protokoll/$checkpoint.checkpoint")" ] && [ "$(sed -n 2p "protokoll/$checkpoint.checkpoint")" = "$checkpoint" ] \
      || bad "protokoll/$checkpoint.checkpoint: Ereignis/event $position" ;;
  esac
done < "$tmp/ways"

if [ -e "$tmp/bad" ]; then echo "GESCHEITERT/FAILED"; exit 1; fi
echo "ALLES STIMMT/ALL IS WELL"
