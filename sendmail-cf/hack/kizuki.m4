divert(-1)
dnl SPDX-License-Identifier: ISC
dnl kizuki - Sendmail asks kizukid about every recipient
dnl
dnl   HACK(`kizuki', `SOCKET', `STAGE', `TIMEOUT')dnl
dnl
dnl SOCKET   default unix:/run/kizuki/sendmail.sock
dnl STAGE    primary, secondary or sole; default sole
dnl TIMEOUT  of one look-up, default 2s
dnl
dnl The line belongs behind all features and before the mailers.  Before it
dnl may stand, each with its default:
dnl
dnl   define(`confKIZUKI_EXEMPT_RCPTS', `postmaster abuse')dnl
dnl	never asked about: local parts, or whole addresses
dnl   define(`confKIZUKI_EXEMPT_CLIENTS', `')dnl
dnl	never asked about, beside who may relay: `10.1 IPv6:2001:db8:100'
dnl   define(`confKIZUKI_ALIVE', `/run/kizuki/alive')dnl
dnl	what kizukid writes each second; `none' where it is not of this host.
dnl	The default lies beside SOCKET, and is none where that is no path.
dnl   define(`confKIZUKI_CLOCK', `')dnl
dnl	/bin/date finds out how old that is, for a process in each connection:
dnl	Sendmail has no clock there, {time} stays that of its start
dnl   define(`confKIZUKI_USERS', `check')dnl
dnl	`none' where mailer local takes users that neither the aliases nor
dnl	the password file know
dnl   define(`confKIZUKI_LOCAL_CHECK_RELAY', `')dnl
dnl   define(`confKIZUKI_LOCAL_CHECK_RCPT', `')dnl
dnl	names of rulesets of your own that do what the rulesets
dnl	Local_check_relay and Local_check_rcpt did; docs/sendmail.md
dnl
dnl In here: cfhead.m4 has switched comments with # off, so macro names in
dnl them would be expanded; rules that a ruleset got earlier come first.
divert(0)
VERSIONID(`kizuki.m4')
divert(-1)

define(`_KZ_SOCKET_',
	ifelse(defn(`_ARG_'), `', ``unix:/run/kizuki/sendmail.sock'', `defn(`_ARG_')'))
define(`_KZ_STAGE_', ifelse(defn(`_ARG2_'), `', `sole', _ARG2_, `', `sole', _ARG2_))
define(`_KZ_TIMEOUT_', ifelse(_ARG3_, `', `2s', _ARG3_))
ifelse(_KZ_STAGE_, `primary', `', _KZ_STAGE_, `secondary', `', _KZ_STAGE_, `sole', `',
	`errprint(`*** ERROR: HACK(kizuki): stage is primary, secondary or sole, not '_KZ_STAGE_
)')
_DEFIFNOT(`confKIZUKI_EXEMPT_RCPTS', `postmaster abuse')
ifdef(`confKIZUKI_ALIVE', `', `define(`confKIZUKI_ALIVE',
	ifelse(regexp(_KZ_SOCKET_, `^\(unix\|local\):.*/'), `-1', `none',
		`regexp(_KZ_SOCKET_, `^[a-z]*:\(.*/\)', `\1alive')'))')
ifdef(`_DELAY_CHECKS_', `',
	`m4wrap(`ifdef(`_DELAY_CHECKS_', `errprint(`*** ERROR: HACK(kizuki) belongs behind FEATURE(delay_checks)
')')')')
dnl Who has these has no unknown local users, or other means to know them.
_DEFIFNOT(`confKIZUKI_USERS', ifdef(`LUSER_RELAY', `none',
	ifdef(`MAIL_HUB', `none', ifdef(`LOCAL_RELAY', `none',
	ifdef(`confUSERDB_SPEC', `none',
	ifelse(ifdef(`LOCAL_MF_D_', `index(LOCAL_MF_D_, `w')', `-1'), `-1',
		`check', `none'))))))

LOCAL_CONFIG
# kizuki: -f and -q leave the key as it is, -T makes a value of a failure.
# Maps of one address share a connection.  What is asked before the banner has
# its own, by another name of the same address: when kizukid is started anew
# before RCPT, that one is stale, and a question on it costs a 451.
Kkizuki socket -f -q -t -T<KZTMP> -d`'_KZ_TIMEOUT_ _KZ_SOCKET_
Kkizukiup socket -f -q -t -T<KZTMP> -d`'_KZ_TIMEOUT_ patsubst(_KZ_SOCKET_, `^unix:', `local:')
Kkzset macro
Kkzlog syslog -LNOTICE
ifelse(confKIZUKI_ALIVE, `none', `dnl', `dnl
Kkzalive text -o -k0 -v1 confKIZUKI_ALIVE
ifdef(`confKIZUKI_CLOCK', `dnl
Kkzarith arith
Kkzclock program confKIZUKI_CLOCK', `dnl')')
ifelse(confKIZUKI_USERS, `none', `dnl', `Kkzuser user -m')
# a mail that had waited says so; Sendmail leaves out a header that is empty
HX-Kizuki: $?{kz_waited}delayed; seconds=${kz_waited}$?{kz_site}; site=${kz_site}$.$.
C{KizukiRcpt}confKIZUKI_EXEMPT_RCPTS
ifdef(`confKIZUKI_EXEMPT_CLIENTS', `C{KizukiClient}confKIZUKI_EXEMPT_CLIENTS', `dnl')

LOCAL_RULESETS
######################################################################
###  kizuki: asks kizukid about each recipient
######################################################################

# A sign of life before the banner: there alone a kizukid that hangs or
# talks nonsense does not cost the client a 451.  It is not even asked when its
# file is not there, or (with a clock) was written more than 5 seconds ago.
# Input ignored, output empty.
SKizuki_relay
R$*			$: $(kzset {kz_up} $@ no $)
ifelse(confKIZUKI_ALIVE, `none', `dnl', `dnl
R$*			$: $(kzalive alive $: gone $)
Rgone			$@ $(kzlog "kizuki: no sign of life, nobody is asked" $)
ifdef(`confKIZUKI_CLOCK', `dnl
R$*			$: $(kzarith + $@ $1 $@ 5 $)
R$*			$: $1 $| $(kzclock +%s $: 0 $)
R$* $| $*		$: $(kzarith l $@ $1 $@ $2 $)
RTRUE			$@ $(kzlog "kizuki: no sign of life, nobody is asked" $)', `dnl')')
R$*			$: $(kizukiup 1;_KZ_STAGE_;relay;$&j;;$&{client_addr};$&{client_resolve};$&{client_name} $: down $)
RUP			$@ $(kzset {kz_up} $@ yes $)
R$*			$@ $(kzlog "kizuki: no answer, nobody is asked" $)

# Is this a recipient that Sendmail will refuse as unknown, once we are done?
# Input ignored, output unknown or empty.
SKizuki_user
ifelse(confKIZUKI_USERS, `none', `dnl', `dnl
R$*			$: <$&{rcpt_mailer}> $&{rcpt_addr}
R<local> @ $+		<local> $1			not to be aliased
R<local> $+		$: <local> $1 $| $(aliases $1 $: unknown $)
R<local> $+ $| unknown	$: <local> $1 $| $(kzuser $1 $: unknown $)
R<local> $+ + $* $| unknown	$: <local> $1 $| $(aliases $1 $: unknown $)
R<local> $+ $| unknown	$: <local> $1 $| $(kzuser $1 $: unknown $)
R<local> $+ $| unknown	$@ unknown')
R$*			$@

# Input <recipient>, output $#error or empty.
SKizuki_rcpt
R$*			$: <$&{kz_up}> <$&{auth_type}> <$&{client_addr}> $| $1
R<yes> <> <$+> $| $*	$: $1 $| $2
R<$*> <$*> <$*> $| $*	$@				down, authenticated, local
ifdef(`confKIZUKI_EXEMPT_CLIENTS', `dnl
R$={KizukiClient} $* $| $*	$@', `dnl')
R$+ $| <$={KizukiRcpt}>	$@
R$+ $| <$={KizukiRcpt} @ $*>	$@
R$+ $| $*		$: $2
ifdef(`_PROMISCUOUS_RELAY_', `dnl', `dnl
R$*			$: $1 $| $>"Relay_ok" x
R$* $| RELAY		$@
R$* $| $*		$: $1')
R$*			$: $1 $| $>"Kizuki_user" x
R$* $| unknown		$@
R$* $| $*		$: $1
R$*			$: $(kizuki 1;_KZ_STAGE_;rcpt;$&j;$&i;$&{client_addr};$&{client_resolve};$&{client_name};$&s;$&{mail_from};$1 $: open $)
R$* <KZTMP>		$@ $(kzset {kz_up} $@ no $)	once is enough
RERROR:$-.$-.$-:$+	$#error $@ $1.$2.$3 $: $4
RWAITED:$-:$*		$: ACCEPT $(kzset {kz_waited} $@ $1 $) $(kzset {kz_site} $@ $2 $)
RACCEPT			$: $(kzset {kz_taken} $@ $&i $)
R$*			$@

# The message is complete.  Input the size, output empty.  check_data is no
# place for this: a look-up that fails there leaves client and server with
# different ideas of where they are.
SKizuki_eom
R$*			$: $1 $| <$&i> <$&{kz_up}>
R$* $| <$&{kz_taken}> <yes>	$: $(kizuki 1;_KZ_STAGE_;eom;$&j;$&i;$&{client_addr};$&{client_resolve};$&{client_name};$&s;$&{mail_from};$1 $: open $)
R$*			$@

# From here on the rulesets that Sendmail calls.  They leave the workspace as
# it was, for rules that others add.
ifdef(`_DELAY_CHECKS_', `dnl
Scheck_relay
R$#$*			$#$1				too many connections
R$*			$: $1 $>"Kizuki_relay" x

Scheck_rcpt
R<?> $*			$: $1
R$* < @ $* >		$: $1 < @ $2 > $| $>"Kizuki_rcpt" <$1@$2>
R$* $| $#$*		$#$2
R$* $| $*		$: $1', `dnl
SLocal_check_relay
ifdef(`confKIZUKI_LOCAL_CHECK_RELAY', `dnl
R$*			$: $1 $| $>"confKIZUKI_LOCAL_CHECK_RELAY" $1
R$* $| $* $| $#$*	$#$3
R$* $| $* $| $*		$: $1 $| $2', `dnl')
R$*			$: $1 $>"Kizuki_relay" x

SLocal_check_rcpt
ifdef(`confKIZUKI_LOCAL_CHECK_RCPT', `dnl
R$*			$: $1 $| $>"confKIZUKI_LOCAL_CHECK_RCPT" $1
R$* $| $#$*		$#$2
R$* $| $*		$: $1', `dnl')
# whom the other checks refuse nobody is asked about
R$*			$: $1 $| $>"Basic_check_rcpt" $1
R$* $| $#$*		$#$2
R$* $| $*		$: $1 $| $>"Kizuki_rcpt" $1
R$* $| $#$*		$#$2
R$* $| $*		$: $1')

Scheck_eom
R$*			$: $1 $>"Kizuki_eom" $1
divert(0)
