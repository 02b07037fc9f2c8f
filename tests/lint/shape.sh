#!/bin/sh
# SPDX-License-Identifier: ISC
# shape - licence line, file length, header comment, must-check, banned calls
set -eu
cd "$(dirname "$0")/../.."
bad=$(mktemp) && trap 'rm -f "$bad"' EXIT

# name -> use this instead
banned='strcpy|strcat|sprintf|vsprintf|strncpy|strncat|gets|strtok|atoi|atol|alloca|gethostbyname|rand|srand|tmpnam|system|popen'

for f in $(find include modules tests -name '*.[ch]' | sort); do
	head -1 "$f" | grep -q 'SPDX-License-Identifier: ISC' ||
		echo "$f: first line is not the SPDX line"
	max=400
	case $f in
	tests/*) max=600 ;;
	*/symptom_list.h) max=600 ;; # a table of sentences, not code
	esac
	lines=$(wc -l <"$f")
	[ "$lines" -le $max ] || echo "$f: $lines lines, the limit is $max"
	grep -nE "(^|[^A-Za-z0-9_])($banned) *\(" "$f" | sed "s|^|$f:|;s|\$| (banned call)|"
done >>"$bad"

for h in $(find include -name '*.h' | sort); do
	stem=$(basename "$h" .h)
	sed -n 3p "$h" | grep -q "^ \* $stem - " ||
		echo "$h: line 3 must be ' * $stem - <one line>'"
	grep -q '^ \* What:' "$h" || echo "$h: the header comment lacks 'What:'"
	# a prototype that returns a result must be checked by its callers
	grep -nE '^(static inline )?enum kz_result kz_' "$h" |
		sed "s|^|$h:|;s|\$| (no KZ_MUST_CHECK)|"
	# every public function has a comment above it or above its group
	awk -v f="$h" '
		/^[a-z].*[ *]kz_[a-z0-9_]*\(/ || /^KZ_MUST_CHECK/ {
			if (prev !~ /\*\/$/ && prev !~ /;$/)
				print f ":" NR ": public function without a comment"
		}
		{ if ($0 !~ /^static inline/) prev = $0 }' "$h"
done >>"$bad"
[ ! -s "$bad" ] || { cat "$bad" >&2; exit 1; }
