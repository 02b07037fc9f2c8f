#!/bin/sh
# SPDX-License-Identifier: ISC
# pages - the manual pages name every option and command, and no other
#
# What a program takes is read from its main.c, what a page says from its
# macros: "Fl x" and "Fl \-word" for options, ".It Cm WORD" for commands.
set -u
cd "$(dirname "$0")/../.." || exit
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
failed=0

# same PAGE WHAT: two sorted lists are one
same() {
	sort -u "$work/taken" -o "$work/taken"
	sort -u "$work/told" -o "$work/told"
	for word in $(comm -23 "$work/taken" "$work/told"); do
		echo "$1: says nothing of $2 $word" >&2
		failed=1
	done
	for word in $(comm -13 "$work/taken" "$work/told"); do
		echo "$1: tells of $2 $word, which is none" >&2
		failed=1
	done
}

# options PROGRAM PAGE
options() {
	{
		sed -n 's/^.*getopt[a-z_]*(argc, argv, "\([a-zA-Z:]*\)".*/\1/p' \
			"modules/$1/main.c" | tr -d ':\n' | sed 's/./-&\n/g'
		sed -n 's/^.*{"\([a-z-]*\)", [a-z]*_argument, .*/--\1/p' \
			"modules/$1/main.c"
	} >"$work/taken"
	# "Fl kt" is two of them.
	grep -oE 'Fl [\\a-z-]+' "$2" |
		sed 's/^Fl //; /^[a-z]/{s/./-&\n/g;s/\n$//}; s/^\\-/--/' \
			>"$work/told"
	same "$2" option
}
options kizuki docs/kizuki.1
options kizuki-probe docs/kizuki-probe.1
options kizukid docs/kizukid.8

sed -n '/^static const struct command commands/,/^};/s/^	{"\([a-z]*\)",.*/\1/p' \
	modules/kizuki/main.c >"$work/taken"
sed -n 's/^\.It Cm \([a-z]*\).*/\1/p' docs/kizuki.1 >"$work/told"
same docs/kizuki.1 command

# "section { option" in a text is an option, written as it is.
sed -n 's/^X("\([a-z_]*\)", "\([a-z_0-9]*\)",.*/\1 \2/p' \
	modules/io/options.def >"$work/taken"
for file in README.md docs/DESIGN.md docs/[a-z]*.md docs/*.[18]; do
	case $file in docs/symptoms* | docs/configuration.md) continue ;; esac
	tr '\n' ' ' <"$file" |
		grep -oE '[a-z_]+ \{ [a-z_0-9]+(, [a-z_0-9]+)* *[=}]' |
		sed 's/ [=}]$//; s/ {//; s/,//g' |
		awk '{ for (i = 2; i <= NF; i++) print $1, $i }' |
		sort -u | grep -vxFf "$work/taken" >"$work/told" || continue
	sed "s|^|$file: tells of an option that is none: |" "$work/told" >&2
	failed=1
done

# A document that another one leads to is there.
for file in README.md docs/*.md; do
	folder=${file%/*}
	[ "$folder" != "$file" ] || folder=.
	grep -oE '\]\([^)#:]+[)#]' "$file" | sed 's/^](//; s/[)#]$//' |
		sort -u >"$work/links"
	while read -r link; do
		[ -e "$folder/$link" ] && continue
		echo "$file: leads to $link, which is not there" >&2
		failed=1
	done <"$work/links"
done
exit $failed
