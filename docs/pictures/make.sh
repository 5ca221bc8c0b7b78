#!/usr/bin/env bash
# Makes tumour-board.png, the board's page of a SYNTHETIC case of the tests, and report.png, three pages of the report of
# `make demo`, which is on SYNTHETIC patients. Both say so on every page.
# Needs poppler-utils (pdftotext, pdftoppm) and ImageMagick (montage), which nothing else in the project needs.
#
#   make demo && docs/pictures/make.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
report=${1:-demo/report/report.pdf}
crlm=${CRLM:-.venv/bin/crlm}
pages=$(mktemp -d)
trap 'rm -rf "$pages"' EXIT

"$crlm" pathway summary tests/pathway/summary/cases/bilobar.json --synthetic --quiet --format pdf --date 2026-11-24 \
    --question "Can this become resectable, and how: two stages or ALPPS?" --patient-label "synthetic patient" \
    --out "$pages/board"
pdftoppm -q -f 1 -l 1 -r 120 -singlefile -png "$pages/board/tumour-board.pdf" "$pages/tumour-board"
convert "$pages/tumour-board.png" -depth 8 +dither -colors 32 -define png:compression-level=9 -strip \
    PNG8:docs/pictures/tumour-board.png
echo "docs/pictures/tumour-board.png: $(wc -c < docs/pictures/tumour-board.png) bytes"

# The first page that holds the words; captions are looked for, because headings stand in the contents as well.
page_with() {
    local page
    for page in $(seq 1 "$(pdfinfo "$report" 2>/dev/null | awk '/^Pages:/ { print $2 }')"); do
        if pdftotext -q -f "$page" -l "$page" "$report" - | tr '\n' ' ' | grep -q "$1"; then
            echo "$page"
            return
        fi
    done
    echo "no page of $report says \"$1\": its captions have changed, change this script" >&2
    exit 1
}

number=0
for words in "From rows read to patients" "overall survival by group" "Multivariable model:"; do
    page=$(page_with "$words")
    number=$((number + 1))
    pdftoppm -q -f "$page" -l "$page" -r 110 -singlefile -png "$report" "$pages/$number"
done
montage "$pages"/[123].png -tile 3x1 -bordercolor '#b0b4b8' -border 1 -geometry +12+12 -background white \
    -depth 8 +dither -colors 64 -define png:compression-level=9 -strip PNG8:docs/pictures/report.png
echo "docs/pictures/report.png: $(wc -c < docs/pictures/report.png) bytes"
