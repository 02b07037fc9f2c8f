#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# prober - knows what the table needs: a name leads to its client unless its
# first label is "no" or its site is nowhere.example; a site is the last two
# labels; canaries are well; sites that begin with "sound" are examined at
# once, others never
use strict;
use warnings;

$| = 1;
while (my $asked = <STDIN>) {
	if ($asked =~ /"examine":"(sound[^"]*)"/) {
		print qq({"v":1,"done":"$1","zone":"$1",),
		    qq("complete":["MX","DEL","CON"]}\n);
	}
	if ($asked =~ /"canary":"([^"]+)","service":"(\w+)"/) {
		printf qq({"v":1,"t":%d,"touched":"$1","service":"$2",)
		    . qq("outcome":"alive","canary":true}\n), time;
	}
	next unless $asked =~ /"verify":(\d+),"kind":"(\w+)"/;
	my ($number, $kind) = ($1, $2);
	my ($name) = $asked =~ /"name":"([^"]*)"/;
	if (!defined $name) {
		print qq({"v":1,"verified":$number,"outcome":"no"}\n);
		next;
	}
	my ($site) = $name =~ /([^.]+\.[^.]+)\z/;
	my $outcome = $name =~ /^no\./ || $site eq 'nowhere.example'
	    ? 'no' : 'yes';
	print qq({"v":1,"verified":$number,"outcome":"$outcome",),
	    qq("name":"$name","site":"$site","zone":"$site"}\n);
}
