#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# table - runs what tests/e2e/table/cases says, inside the lab
#
#   table.pl configurations     settings, a line each
#   table.pl v6                 IPv6 addresses of clients
#   table.pl findings           what kizukid shall know of the sites
#   table.pl allowed N          subjects of configuration N
#   table.pl sound N            sites that must have been examined
#   table.pl warm N             asks kizukid once about everybody, so that all
#                               names are verified
#   table.pl run N              the sessions; what was answered is kept
#   table.pl after N            asks kizukid what it knows afterwards
#   table.pl check N            compares; status 1: something is different
#   table.pl mails              the mails that were taken, with their headers
#   table.pl used               every row of replies was needed
#
# TABLE_DELAY is the greylist delay in seconds.
use strict;
use warnings;
use IO::Socket::UNIX;
use MIME::Base64;

my $home = "$ENV{LAB_DIR}/table";
my $delay = $ENV{TABLE_DELAY};
my @mtas = ('exim', 'sendmail', 'postfix');
# which networks, site letters and addresses are whose
my %letter = (exim => 'e', sendmail => 's', postfix => 'p');
my %net = (exim => 1, sendmail => 2, postfix => 3);
my %stage = (primary => 1, secondary => 2, sole => 3);
my (@configurations, @cases, %reply, %silent, %folds);

# ---- what is to be done

sub pairs { map { my ($k, $v) = split /=/, $_, 2; ($k => $v // '') } @_ }

sub add_round {
	my ($case, $waits) = @_;
	my $last = $case->{rounds}[-1];
	push @{ $case->{rounds} }, {
		waits => $waits,
		is => $last ? { %{ $last->{is} } } : {
			client => 'v4', helo => 'mail.SITE', from => 'a@SITE',
			hello => 'EHLO' },
		steps => [],
	};
}

sub read_cases {
	open my $in, '<', "$ENV{LAB_TREE}/tests/e2e/table/cases" or die $!;
	while (my $line = <$in>) {
		my ($word, @rest) = split ' ', $line;
		next if !defined $word || $word =~ /^#/;
		my $case = $cases[-1];
		if ($word eq 'configuration') {
			push @configurations, {@rest ? pairs(@rest) : ()};
		} elsif ($word eq 'case') {
			push @cases, { name => "@rest", n => @cases + 1,
				conf => @configurations - 1 };
			add_round($cases[-1], 0);
		} elsif ($word eq 'is') {
			my $is = $case->{rounds}[-1]{is};
			%$is = (%$is, pairs(@rest));
			# its names stand in the DNS of the lab
			$case->{n} = 0 if $is->{client} eq 'named';
		} elsif ($word eq 'again' || $word eq 'wait') {
			add_round($case, $word eq 'wait');
		} elsif ($word eq 'after') {
			$case->{after} = $rest[0];
		} elsif ($word =~ /^(rcpt|bare|data|message|broken-off)\z/) {
			push @{ $case->{rounds}[-1]{steps} }, [$word, @rest];
		} else {
			die "cases: line $.: what is $word?\n";
		}
	}
}

sub read_replies {
	open my $in, '<', "$ENV{LAB_TREE}/tests/e2e/table/replies" or die $!;
	while (my $line = <$in>) {
		chomp $line;
		next if $line eq '' || $line =~ /^#/;
		my ($kind, $what, $who, $rest) = split ' ', $line, 4;
		my $document = $kind eq 'differs' ? $rest =~ s/^(\S+) // && $1
		    : $kind eq 'reply' ? undef : $rest;
		die "replies: line $.: there is no $document\n"
		    if defined $document && !-e "$ENV{LAB_TREE}/$document";
		my $row = { line => $., text => $line, regex => $rest };
		if ($kind eq 'silent') {
			$silent{$who}{$what} = $row;
		} elsif ($kind eq 'folds') {
			$folds{$what} = $who;
		} else {
			$reply{$_}{$what} = $row
			    for $who eq 'all' ? @mtas : $who;
		}
	}
}

# ---- who is who in a case

sub site { my ($c, $mta) = @_;
	return "$c->{rounds}[0]{is}{site}-$c->{n}$letter{$mta}.example" }

sub client {
	my ($c, $mta, $is) = @_;
	my $n = $net{$mta};
	return { v4 => "10.5$n.$c->{n}.1", named => "10.5$n.$c->{n}.2",
		v6 => "2001:db8:5$n:$c->{n}::1", ours => "10.1.5$n.$c->{n}",
		relay => '10.1.0.99', white => "10.6$n.$c->{n}.1",
	    }->{ $is->{client} } // die "no such client: $is->{client}\n";
}

# SITE and CLIENT in a text of a case
sub named {
	my ($c, $mta, $is, $text) = @_;
	my ($site, $client) = (site($c, $mta), client($c, $mta, $is));
	return $text =~ s/SITE/$site/gr =~ s/CLIENT/$client/gr;
}

sub mtas_of {
	my $only = $_[0]{rounds}[0]{is}{mtas};
	return defined $only ? split /,/, $only : @mtas;
}

sub each_case {
	my ($conf, $do) = @_;
	for my $c (grep { !defined $conf || $_->{conf} == $conf } @cases) {
		$do->($c, $_) for mtas_of($c);
	}
}

# ---- one session: what is said, and what must come of it

sub begin_message {
	my ($s, $from) = @_;
	$s->{from} = named(@$s{qw(case mta is)}, $from);
	push @{ $s->{messages} }, { lines => [] };
	push @{ $s->{say} }, "MAIL FROM:<$s->{from}>";
	push @{ $s->{words} }, ['mail'];
}

sub expect_decision {
	my ($s, $rcpt, $action, $via, $verdict, $why) = @_;
	return if $action eq '-';
	if (my $row = $silent{ $s->{mta} }{$why}) {
		$row->{used} = 1;
		return;
	}
	my ($c, $mta, $is) = @$s{qw(case mta is)};
	my $observe = $configurations[$c->{conf}]{mode} eq 'observe'
	    && $why ne 'own-network' ? ' mode=observe' : '';
	my $helo = named($c, $mta, $is, $is->{helo});
	my $site = $via eq '-' ? '-' : site($c, $mta);
	push @{ $s->{messages}[-1]{lines} }, {
		head => "action=$action$observe stage=$is->{stage} client="
		    . client($c, $mta, $is)
		    . " helo=$helo from=<$s->{from}> site=$site via=$via"
		    . " verdict=$verdict why=$why",
		rcpt => $rcpt, times => 1,
	};
}

sub step_rcpt {
	my ($s, $kind, $who, $reply, @decision) = @_;
	my $said = $kind eq 'bare' ? $who : "$who\@jikocho.jp";
	push @{ $s->{say} }, "RCPT TO:<$said>";
	push @{ $s->{words} }, [$reply, $said];
	expect_decision($s, $said, @decision);
}

sub step_data {
	my ($s, $reply, $entries, $waited) = @_;
	my $id = "$s->{case}{n}.$s->{round}." . @{ $s->{messages} };
	push @{ $s->{say} }, 'DATA', "Subject: table $id", '', 'hello', '.';
	push @{ $s->{words} }, $reply eq 'taken' ? (['go'], [$reply]) : [$reply];
	$s->{messages}[-1]{taken} = $entries if $entries > 0;
	$s->{mails}{$id} = $waited // '' if $reply eq 'taken';
}

sub session {
	my ($c, $mta, $round) = @_;
	my $is = $c->{rounds}[$round]{is};
	my $s = { case => $c, mta => $mta, is => $is, round => $round,
		say => ["$is->{hello} " . named($c, $mta, $is, $is->{helo})],
		words => [['hello']] };
	if ($is->{auth}) {
		push @{ $s->{say} }, 'AUTH PLAIN '
		    . encode_base64("\0tanaka\0secret", '');
		push @{ $s->{words} }, ['auth'];
	}
	begin_message($s, $is->{from});
	my $whole = 0;
	for (@{ $c->{rounds}[$round]{steps} }) {
		my ($word, @rest) = @$_;
		if ($word eq 'rcpt' || $word eq 'bare') {
			step_rcpt($s, $word, @rest);
		} elsif ($word eq 'data') {
			step_data($s, @rest);
		} elsif ($word eq 'message') {
			push(@{ $s->{say} }, 'RSET'),
			    push @{ $s->{words} }, ['rset'] unless $whole;
			begin_message($s, { pairs(@rest) }->{from});
		} else {
			push @{ $s->{say} }, 'DATA', 'Subject: half', '',
			    'hello', '%close';
			push @{ $s->{words} }, ['go'];
			return $s;
		}
		$whole = $word eq 'data';
	}
	push @{ $s->{say} }, 'QUIT';
	push @{ $s->{words} }, ['quit'];
	return $s;
}

sub server {
	my ($mta, $is) = @_;
	my $host = ($net{$mta} + 6) . $stage{ $is->{stage} };
	return $is->{client} eq 'v6' ? "2001:db8:100::$host" : "10.1.0.$host";
}

sub converse {
	my ($s, $out) = @_;
	my ($c, $mta, $is) = @$s{qw(case mta is)};
	my $script = "$home/script.$mta";
	open my $file, '>', $script or die $!;
	print {$file} map { "$_\n" } @{ $s->{say} };
	close $file;
	my $client = client($c, $mta, $is);
	my $server = server($mta, $is);
	print {$out} map { "$c->{n}.$mta.$s->{round} $_" }
	    `"$ENV{LAB_TREE}/tests/lab/smtp.pl" -f -l $client $server <$script 2>&1`;
}

# Each case of one MTA goes on until it has to wait.
sub run_phase {
	my ($conf, $mta, $at) = @_;
	open my $out, '>>', "$home/got.$conf.$mta" or die $!;
	each_case($conf, sub {
		my ($c, $who) = @_;
		return if $who ne $mta;
		my $round = $at->{ $c->{n} };
		while ($round < @{ $c->{rounds} }) {
			converse(session($c, $mta, $round++), $out);
			last if ($c->{rounds}[$round] // {})->{waits};
		}
	});
}

# Which round of each case the next phase begins with; nothing: all is done.
sub next_rounds {
	my ($conf, $at) = @_;
	my %next;
	each_case($conf, sub {
		my ($c) = @_;
		my $round = $at->{ $c->{n} } // 0;
		if (%$at) {
			return unless exists $at->{ $c->{n} };
			do { $round++ } until $round >= @{ $c->{rounds} }
			    || $c->{rounds}[$round]{waits};
		}
		$next{ $c->{n} } = $round if $round < @{ $c->{rounds} };
	});
	return %next;
}

sub pass_delay { my $until = time + $delay + 1;
	sleep 1 while time < $until }

sub run {
	my ($conf) = @_;
	my %at = next_rounds($conf, {});
	while (%at) {
		my @children;
		for my $mta (@mtas) {
			my $child = fork // die "fork: $!\n";
			if ($child == 0) {
				run_phase($conf, $mta,
					{ map { $_ => $at{$_} // 99 }
					    map { $_->{n} } @cases });
				exit 0;
			}
			push @children, $child;
		}
		for (@children) {
			waitpid $_, 0;
			die "a child failed\n" if $? != 0;
		}
		%at = next_rounds($conf, \%at);
		pass_delay();
	}
}

# ---- kizukid itself is asked

my $policy;
sub ask {
	my %asked = @_;
	$policy //= IO::Socket::UNIX->new(Peer => '/run/kizuki/policy.sock')
	    or die "policy.sock: $!\n";
	print {$policy} join('', "request=smtpd_access_policy\n",
		"protocol_state=RCPT\n", map { "$_=$asked{$_}\n" } keys %asked),
	    "\n";
	$policy->flush;
	local $/ = "\n\n";
	return <$policy> // die "kizukid does not answer\n";
}

sub ask_for {
	my ($c, $mta, $is, $instance, $recipient) = @_;
	ask(client_address => client($c, $mta, $is),
		client_name => $is->{client} eq 'named'
		    ? 'mail.' . site($c, $mta) : 'unknown',
		helo_name => named($c, $mta, $is, $is->{helo}),
		sender => named($c, $mta, $is, $is->{from}),
		recipient => "$recipient\@jikocho.jp",
		policy_context => 'sole', instance => $instance);
}

# The prober answers in order: once a question that must be waited for is
# answered, all that were asked before it are.
sub warm {
	my ($conf) = @_;
	each_case($conf, sub {
		my ($c, $mta) = @_;
		ask_for($c, $mta, $_->{is}, "warm$c->{n}$mta", 'abuse')
		    for @{ $c->{rounds} };
	});
	ask(client_address => '10.50.0.1', helo_name => time . ".wait.example",
		sender => "a\@nowhere.example", recipient => 'abuse@jikocho.jp',
		instance => "warm$conf");
}

sub after {
	my ($conf) = @_;
	open my $out, '>', "$home/after.$conf" or die $!;
	each_case($conf, sub {
		my ($c, $mta) = @_;
		return unless defined $c->{after};
		my %is = (%{ $c->{rounds}[0]{is} }, from => 'a@SITE');
		print {$out} "$c->{n}.$mta ", time, "\n";
		ask_for($c, $mta, \%is, "after.$c->{n}.$mta", 'tei');
	});
}

# ---- comparison

sub read_log {
	open my $in, '<', "$ENV{LAB_DIR}/kizukid.log" or die $!;
	my (%groups, @order);
	while (my $line = <$in>) {
		if ($line =~ /\bdecision (action=.*?) rcpt=<(.*?)> instance=(\S+) first=(\d+).*?(?: times=(\d+))?$/) {
			my ($head, $rcpt, $instance, $first, $times)
			    = ($1, $2, $3, $4, $5 // 1);
			my $group = $groups{$instance} //= { lines => [] };
			$group->{client} = $1 if $head =~ / client=(\S+)/;
			my $last = $group->{lines}[-1];
			if ($last && $last->{head} eq $head) {
				$last->{times} += $times;
			} else {
				push @{ $group->{lines} }, { head => $head,
					rcpt => $rcpt, times => $times,
					first => $first };
			}
		} elsif ($line =~ /\btaken instance=(\S+) entries=(\d+)/) {
			$groups{$1}{taken} = $2;
		}
	}
	return \%groups;
}

sub group_text {
	my ($group) = @_;
	my @lines;
	for (@{ $group->{lines} }) {
		if (@lines && $lines[-1]{head} eq $_->{head}) {
			$lines[-1]{times} += $_->{times};
		} else {
			push @lines, {%$_};
		}
	}
	return join "\n", (map { "$_->{head} rcpt=<$_->{rcpt}>"
		    . ($_->{times} > 1 ? " times=$_->{times}" : '') } @lines),
	    defined $group->{taken} ? "taken entries=$group->{taken}" : ();
}

my ($bad, $good) = (0, 0);
sub compare {
	my ($c, $mta, $what, $got, $wanted, $same) = @_;
	$same //= $got eq $wanted;
	if ($same) { $good++; return }
	$bad++;
	print "BAD $mta, case $c->{n}: $c->{name}: $what\n",
	    "    expected: ", $wanted =~ s/\n/\n              /gr, "\n",
	    "    seen:     ", $got =~ s/\n/\n              /gr, "\n";
}

sub finish {
	my ($words) = @_;
	open my $out, '>>', "$home/checks" or die $!;
	print {$out} "$good\n";
	print "ok  $good $words\n" unless $bad;
	exit($bad ? 1 : 0);
}

sub reply_regex {
	my ($s, $word, $said) = @_;
	my $row = $reply{ $s->{mta} }{$word} // die "no reply $word\n";
	my ($c, $mta, $is) = @$s{qw(case mta is)};
	my %is = (HELO => named($c, $mta, $is, $is->{helo}),
		FROM => $s->{now_from} // '', RCPT => $said // '',
		SITE => site($c, $mta));
	$row->{used} = 1;
	return $row->{regex} =~ s/\{([A-Z]+)\}/quotemeta $is{$1}/ger;
}

sub check_reply {
	my ($s, $got, $word, $said) = @_;
	my ($c, $mta) = @$s{qw(case mta)};
	my $regex = reply_regex($s, $word, $said);
	my $lines = split /\|/, $got;
	my $joined = $got =~ s/\|/ /gr;
	my $same = $joined =~ /^(?:$regex)\z/;
	compare($c, $mta, "reply to $word of connection $s->{round}", $joined,
		$regex, $same);
	compare($c, $mta, 'seconds', $1, "1 to $delay",
		$1 >= 1 && $1 <= $delay)
	    if $same && $joined =~ /again in (\d+) seconds/;
	return if $word eq 'hello' || !$same;
	my $most = $folds{$mta};
	my $folded = defined $most && length($joined) - 10 > $most;
	compare($c, $mta, "lines of $word", $lines, $folded ? 'several' : 1,
		$folded ? $lines > 1 : $lines == 1);
}

sub check_session {
	my ($s, $got) = @_;
	my ($c, $mta, $is) = @$s{qw(case mta is)};
	my @from = map { /^MAIL FROM:<(.*)>/ ? $1 : () } @{ $s->{say} };
	compare($c, $mta, "number of replies in connection $s->{round}",
		join("\n", @$got), join("\n", map { $_->[0] } @{ $s->{words} }),
		@$got == @{ $s->{words} });
	return if @$got != @{ $s->{words} };
	for (@{ $s->{words} }) {
		$s->{now_from} = shift @from if $_->[0] eq 'mail';
		check_reply($s, shift @$got, @$_);
	}
}

sub after_word {
	my ($group, $asked) = @_;
	my $line = $group && $group->{lines}[0] or return 'no answer';
	my ($reason) = $line->{head} =~ /,([a-z-]+)\z/ or return '-';
	return $line->{first} >= $asked ? 'none' : 'forgotten'
	    if $reason eq 'young';
	return $reason eq 'ripe' ? 'waiting' : $reason;
}

# Lines of a message that nobody ended come up to a second later.
sub await_log {
	my ($wanted) = @_;
	my $until = time + 20;
	my $groups = read_log();
	until ($wanted->($groups) || time > $until) {
		sleep 1;
		$groups = read_log();
	}
	return $groups;
}

sub check {
	my ($conf) = @_;
	my (%got, %asked, %log, %wanted);
	for my $mta (@mtas) {
		open my $in, '<', "$home/got.$conf.$mta" or die $!;
		while (<$in>) { push @{ $got{$1} }, $2 if /^(\S+) (.*)/ }
	}
	open my $in, '<', "$home/after.$conf" or die $!;
	while (<$in>) { $asked{$1} = $2 if /^(\S+) (\d+)/ }
	my $groups = await_log(sub { my ($g) = @_;
		!grep { !$g->{"after.$_"} } keys %asked });
	for my $instance (keys %$groups) {
		next if $instance =~ /^(?:warm|after)/;
		my $group = $groups->{$instance};
		push @{ $log{ $group->{client} // '?' } }, group_text($group);
	}
	each_case($conf, sub {
		my ($c, $mta) = @_;
		my (@wanted, %clients);
		for my $round (0 .. $#{ $c->{rounds} }) {
			my $s = session($c, $mta, $round);
			check_session($s, $got{"$c->{n}.$mta.$round"} // []);
			$clients{ client($c, $mta, $s->{is}) } = 1;
			push @wanted, grep { $_ ne '' }
			    map { group_text($_) } @{ $s->{messages} };
		}
		my @log = map { @{ $log{$_} // [] } } keys %clients;
		compare($c, $mta, 'log', join("\n", sort @log),
			join("\n", sort @wanted));
		compare($c, $mta, 'afterwards', after_word(
			$groups->{"after.$c->{n}.$mta"},
			$asked{"$c->{n}.$mta"}), $c->{after})
		    if defined $c->{after};
	});
	note_used();
	finish("as in the table");
}

# Rows of replies that were needed, over all calls of this program
sub note_used {
	open my $out, '>>', "$home/used" or die $!;
	my %rows = map { $_->{line} => $_ }
	    map { values %$_ } values %reply, values %silent;
	print {$out} "$_\n" for grep { $rows{$_}{used} } keys %rows;
}
sub used {
	open my $in, '<', "$home/used" or die $!;
	my %used = map { chomp; $_ => 1 } <$in>;
	for my $row (map { values %$_ } values %reply, values %silent) {
		next if $used{ $row->{line} };
		print "BAD no session needs: $row->{text}\n";
		$bad = 1;
	}
	exit $bad;
}

# ---- the mails

sub mail_files {
	my ($mta) = @_;
	return glob { exim => "$ENV{LAB_DIR}/exim/exim[123]/mail/new/*",
		sendmail => "$ENV{LAB_DIR}/sendmail/sendmail[123]/mail/mail.*",
		postfix => "$ENV{LAB_DIR}/postfix/postfix[123]/mail/*/new/*",
	    }->{$mta};
}

sub read_mails {
	my ($mta) = @_;
	my %headers;
	for my $file (mail_files($mta)) {
		open my $in, '<', $file or next;
		my ($id, $header) = ('', '');
		while (<$in>) {
			last if /^$/;
			$id = $1 if /^Subject: table (\S+)/;
			$header .= $_ if /^X-Kizuki:/;
		}
		$headers{$id} = $header;
	}
	return \%headers;
}

sub mails {
	my %got;
	my $until = time + 60;
	for my $mta (@mtas) {
		my %wanted;
		each_case(undef, sub {
			my ($c, $who) = @_;
			return if $who ne $mta;
			for (0 .. $#{ $c->{rounds} }) {
				my $mails = session($c, $mta, $_)->{mails};
				$wanted{$_} = [$c, $mails->{$_}]
				    for keys %$mails;
			}
		});
		my $got = read_mails($mta);
		while (grep { !defined $got->{$_} } keys %wanted) {
			last if time > $until;
			sleep 1;
			$got = read_mails($mta);
		}
		for (sort keys %wanted) {
			my ($c, $waited) = @{ $wanted{$_} };
			my $site = quotemeta site($c, $mta);
			my $regex = $waited eq '' ? qr/^\z/
			    : qr/^X-Kizuki: delayed; seconds=[1-9]\d*(?:; site=$site)?\n\z/;
			my $seen = $got->{$_} // 'no mail';
			compare($c, $mta, "header of mail $_", $seen, $regex,
				$seen =~ $regex);
		}
	}
	finish("mails are there, and those that waited say so");
}

# ---- what the scene asks for

# A content fault counts when it was seen three times over four seconds
# (tests/e2e/kizuki.conf); one look makes a suspect.
sub finding {
	my ($site, $id, $object, $ago) = @_;
	printf qq({"v":1,"t":%d,"subject":"%s","id":"%s","object":"%s",)
	    . qq("outcome":"bad","value":"gone","rests":[],"why":"",)
	    . qq("truncated":false,"judged":true}\n),
	    time - $ago, $site, $id, $object;
}
sub findings {
	my %sites;
	each_case(undef, sub { $sites{ site(@_) } = 1 });
	for my $site (sort keys %sites) {
		my @ago = $site =~ /^(?:broken|both)-/ ? (30, 20, 10)
		    : $site =~ /^suspect-/ ? (10) : ();
		finding($site, 'mx-target-missing', "mx.$site", $_) for @ago;
		next unless $site =~ /^both-/;
		finding($site, 'addr-private-published', "www.$site", $_)
		    for @ago;
	}
}

sub allowed {
	each_case($_[0], sub {
		my ($c, $mta) = @_;
		my $is = $c->{rounds}[0]{is};
		print named($c, $mta, $is, $is->{allow}), "\n"
		    if defined $is->{allow};
	});
}

my ($verb, $conf) = @ARGV;
read_cases();
read_replies();
my %verbs = (
	run => \&run, warm => \&warm, after => \&after, check => \&check,
	mails => \&mails, used => \&used, findings => \&findings,
	allowed => \&allowed,
	configurations => sub {
		for my $c (@configurations) {
			print join(' ', map { "$_=" . ($c->{$_} =~ s/DELAY/$delay/r) }
				sort keys %$c), "\n";
		}
	},
	v6 => sub {
		each_case(undef, sub {
			my ($c, $mta) = @_;
			my $is = $c->{rounds}[0]{is};
			print client($c, $mta, $is), "\n"
			    if $is->{client} eq 'v6';
		});
	},
	sound => sub {
		each_case($conf, sub { my $site = site(@_);
			print "$site\n" if $site =~ /^sound-/ });
	},
);
($verbs{ $verb // '' } // die "table: what is to be done?\n")->($conf);
