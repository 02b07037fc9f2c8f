#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# web - a web server with one front page on each of its addresses, for tests
#
#   web.pl ADDRESS STATUS TITLE [LINK]    until it is killed, port 80
#
# robots.txt is not found, unless TITLE is "keep out".
use strict;
use warnings;
use IO::Socket::IP;

my ($address, $status, $title, $link) = @ARGV;
my $server = IO::Socket::IP->new(LocalHost => $address, LocalPort => 80,
	Listen => 16, ReuseAddr => 1) or die "web: $address: $@\n";
$SIG{PIPE} = 'IGNORE';
while (my $client = $server->accept) {
	my $request = <$client> // '';
	while (defined(my $line = <$client>)) { last if $line =~ /^\r?\n\z/ }
	my ($code, $page) = ($status, "<title>$title</title>\n");
	$page .= "<a href=\"$link\">in</a>\n" if defined $link;
	if ($request =~ m{^GET /robots.txt }) {
		($code, $page) = $title eq 'keep out'
			? (200, "User-agent: *\nDisallow: /\n") : (404, '');
	}
	printf {$client} "HTTP/1.0 %s x\r\nContent-Length: %d\r\n\r\n%s",
		$code, length $page, $page;
	close $client;
}
