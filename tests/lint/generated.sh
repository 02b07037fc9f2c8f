#!/bin/sh
# SPDX-License-Identifier: ISC
# generated - what is made from the tables of options and symptoms fits them
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

while read -r file words; do
	# shellcheck disable=SC2086 # the arguments of a command
	"$kizuki" $words >"$new" || exit 1
	cmp -s "$new" "$file" && continue
	cat "$new" >"$file"
	echo "$file: did not fit its table; made anew" >&2
	failed=1
done <<EOF
docs/configuration.md config manual
docs/kizuki.conf config sample
docs/kizuki.conf.5 config man
docs/symptoms.md symptoms
docs/symptoms.ja.md --lang ja symptoms
EOF

# The sample itself must be a good file.
"$kizuki" -c docs/kizuki.conf config check >/dev/null || failed=1
if command -v mandoc >/dev/null; then
	for page in docs/*.[158]; do
		mandoc -T lint -W warning "$page" >&2 || failed=1
	done
fi
exit $failed
