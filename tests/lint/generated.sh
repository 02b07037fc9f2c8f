#!/bin/sh
# SPDX-License-Identifier: ISC
# generated - what is made from the table of options is what the table says
#
#   tests/lint/generated.sh KIZUKI
#
# A file that differs is made anew and named; commit it.  The manual pages must
# be free of what mandoc warns about, where there is a mandoc.
set -u
kizuki=$1
cd "$(dirname "$0")/../.."
new=$(mktemp) && trap 'rm -f "$new"' EXIT
failed=0

while read -r word file; do
	"$kizuki" config "$word" >"$new" || exit 1
	cmp -s "$new" "$file" && continue
	cat "$new" >"$file"
	echo "$file: did not fit modules/io/options.def; made anew" >&2
	failed=1
done <<EOF
manual docs/configuration.md
sample docs/kizuki.conf
man docs/kizuki.conf.5
EOF

# The sample itself must be a good file.
"$kizuki" -c docs/kizuki.conf config check >/dev/null || failed=1
if command -v mandoc >/dev/null; then
	for page in docs/*.[158]; do
		mandoc -T lint -W warning "$page" >&2 || failed=1
	done
fi
exit $failed
