#!/usr/bin/env bash
# The same contract as PDF by the portal, by typst and by Chromium, and sealed by the portal and by pyHanko, one
# after the other on this machine: pages, weight, processor time. Quote the ratios, not the seconds. typst and
# Chromium get what the portal gives out as HTML: headings, paragraphs, lists and tables; they write no record
# of the conclusion, no seal and no attachments, and check nothing.
#
#   benches/peers.sh [TIMES]      by default 10; the quickest of so many counts
#
# Needs chromium, python3-venv and PyPI; AVV_PORTAL names a program that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."
times=${1:-10}
browser=$(command -v chromium || command -v google-chrome) || { echo "Needed: chromium" >&2; exit 1; }
[ -n "${AVV_PORTAL:-}" ] || cargo build --release --quiet
portal=${AVV_PORTAL:-target/release/avv-portal}
there=target/peers
if [ ! -x $there/bin/python ] || ! $there/bin/python -c 'import typst, pyhanko' 2>/dev/null; then
  rm -rf $there; mkdir -p target
  python3 -m venv $there && $there/bin/python -m pip install -q --disable-pip-version-check typst pyhanko pypdf >&2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 800 -subj /CN=Siegel \
  -addext keyUsage=critical,digitalSignature,nonRepudiation -keyout "$work/key" -out "$work/cert" 2>/dev/null
cat "$work/key" "$work/cert" >"$work/seal.pem"
"$portal" contract render --language de --out "$work/portal.pdf" --html "$work/part.html" templates/contract/avv-1.0 >/dev/null
$there/bin/python - "$portal" "$browser" "$work" "$times" <<'PYTHON'
import html.parser, os, re, resource, subprocess, sys, time
from pypdf import PdfReader
portal, browser, work, times = *sys.argv[1:4], int(sys.argv[4])
part = open(f"{work}/part.html", encoding="utf-8").read()
open(f"{work}/whole.html", "w", encoding="utf-8").write(
    "<!DOCTYPE html><html lang=de><meta charset=utf-8><title>AVV</title>"
    "<style>@page{size:A4;margin:25mm}body{font:10pt/1.4 serif}table{border-collapse:collapse}td,th{border:1px solid;padding:2mm}</style>"
    + part + "</html>")

class Typst(html.parser.HTMLParser):
    """The blocks of the portal's HTML as typst writes them."""
    def __init__(self):
        super().__init__(); self.out, self.text, self.rows, self.depth, self.skip = [], "", None, [], 0
    def flush(self, before="", after="\n\n"):
        text = " ".join(self.text.split()); self.text = ""
        if text: self.out.append(before + text + after)
    def handle_starttag(self, tag, attrs):
        if tag in ("style", "script"): self.skip += 1
        if tag in ("ol", "ul"): self.flush(); self.depth.append("+ " if tag == "ol" else "- ")
        elif tag == "table": self.flush(); self.rows = []
        elif tag == "tr" and self.rows is not None: self.rows.append([])
        elif tag in ("td", "th"): self.text = ""
        elif re.fullmatch(r"h[1-6]|p|li|dt|dd|div|section", tag) and self.rows is None: self.flush("  " * (len(self.depth) - 1) + self.depth[-1] if self.depth else "")
    def handle_endtag(self, tag):
        if tag in ("style", "script"): self.skip -= 1
        elif re.fullmatch(r"h[1-6]", tag): self.flush("=" * int(tag[1]) + " ")
        elif tag in ("td", "th"): self.rows[-1].append(" ".join(self.text.split())); self.text = ""
        elif tag == "table":
            wide = max(map(len, self.rows), default=1)
            cells = "".join(f"[{c}]," for row in self.rows for c in row + [""] * (wide - len(row)))
            self.out.append(f"#table(columns: {wide}, {cells})\n\n"); self.rows = None
        elif tag in ("ol", "ul"): self.flush("  " * (len(self.depth) - 1) + self.depth[-1]); self.depth.pop()
        elif tag == "li": self.flush("  " * (len(self.depth) - 1) + (self.depth[-1] if self.depth else ""), "\n")
        elif tag in ("p", "dt", "dd", "div") and self.rows is None and not self.depth: self.flush()
    def handle_data(self, data):
        if not self.skip: self.text += re.sub(r"([\\#$*_`<>@=\[\]~+/-])", r"\\\1", data)
reader = Typst(); reader.feed(part); reader.flush()
open(f"{work}/part.typ", "w", encoding="utf-8").write('#set page("a4", margin: 25mm)\n#set text(10pt, lang: "de")\n#set par(justify: false)\n' + "".join(reader.out))
open(f"{work}/layout.py", "w").write("import sys, typst; typst.compile(sys.argv[1], output=sys.argv[2])")

def cost(command):
    """The least processor time of so many runs in milliseconds, of the process with all it starts."""
    best = None
    for _ in range(times):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, capture_output=True)
        if done.returncode: sys.exit(done.stderr.decode())
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        best = spent if best is None else min(best, spent)
    return best * 1000
def line(name, ms, first, pdf=None):
    of = PdfReader(pdf) if pdf else None
    print(f"{name:34} {len(of.pages) if of else '':>6} {os.path.getsize(pdf) // 1000 if pdf else '':>6} {ms:>8.0f} {ms / first:>8.1f}", flush=True)
print(f"{'contract as PDF, one process each':34} {'pages':>6} {'kB':>6} {'cpu ms':>8} {'ratio':>8}")
render = [portal, "contract", "render", "--language", "de", "--out", f"{work}/portal.pdf", "templates/contract/avv-1.0"]
own = cost(render); line("portal: check, layout, tags", own, own, f"{work}/portal.pdf")
idle = cost([sys.executable, "-c", "import typst"])
line("typst, without its start", cost([sys.executable, f"{work}/layout.py", f"{work}/part.typ", f"{work}/typst.pdf"]) - idle, own, f"{work}/typst.pdf")
line("Chromium, print to PDF, tagged", cost([browser, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={work}/profile", "--no-pdf-header-footer", f"--print-to-pdf={work}/chromium.pdf", f"file://{work}/whole.html"]), own, f"{work}/chromium.pdf")

# A seal is a few milliseconds beside the start of a process, so each is the difference to the same without.
sealed = cost([f"{work}/sealed.pdf" if part == f"{work}/portal.pdf" else part for part in render[:-1]] + ["--seal", f"{work}/seal.pem", render[-1]]) - own
open(f"{work}/seal.py", "w").write('''
import sys, time
from pyhanko.sign import signers, fields
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
signer = signers.SimpleSigner.load(sys.argv[2], sys.argv[3])
about = signers.PdfSignatureMetadata(field_name="Siegel", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256")
for _ in range(int(sys.argv[4])):
    with open(sys.argv[1], "rb") as file, open(sys.argv[1] + ".sealed", "wb") as out:
        signers.PdfSigner(about, signer).sign_pdf(IncrementalPdfFileWriter(file), output=out)
''')
def pyhanko(count): return cost([sys.executable, f"{work}/seal.py", f"{work}/portal.pdf", f"{work}/key", f"{work}/cert", str(count)])
few, many = pyhanko(1), pyhanko(21)
print(f"\n{'seal of that document (PAdES B-B)':34} {'':>6} {'':>6} {'cpu ms':>8} {'ratio':>8}")
line("portal, with the attachments' hashes", sealed, sealed) if sealed > 0.5 else line("portal, at most", 1, 1)
line("pyHanko, each further one", (many - few) / 20, max(sealed, 1))
PYTHON
