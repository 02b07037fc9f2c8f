/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kizuki/core/decision.h"

/*
 * One identity in short: "+" verified, "-" not, then its site, then "!" where
 * that is broken, "?" unknown, "~" suspect, nothing: sound.  "+" alone is
 * verified without a site; "" is none at all.
 */
struct session_case {
	const char *rule;
	const char *mailfrom, *helo, *rdns;
	enum kz_stage stage;
	enum kz_grey_scope scope;
	enum kz_row row;
	enum kz_identity_kind via;
	enum kz_verdict_state verdict;
	bool shared, ripens, verified;
};

#define PRI KZ_STAGE_PRIMARY
#define SEC KZ_STAGE_SECONDARY
#define SOL KZ_STAGE_SOLE
#define BRK KZ_SCOPE_BROKEN
#define UNV KZ_SCOPE_UNVERIFIED
#define UNK KZ_SCOPE_UNKNOWN
#define ALL KZ_SCOPE_ALL

static const struct session_case cases[] = {
	/* the table */
	{"not broken: accept", "+a.jp", "+a.jp", "+a.jp", PRI, BRK,
		KZ_ROW_ACCEPT, KZ_ID_MAILFROM, KZ_VERDICT_SOUND, false, true,
		true},
	{"broken at the primary", "+a.jp!", "", "", PRI, BRK, KZ_ROW_BROKEN,
		KZ_ID_MAILFROM, KZ_VERDICT_BROKEN, false, false, true},
	{"broken at the secondary", "+a.jp!", "", "", SEC, BRK, KZ_ROW_BROKEN,
		KZ_ID_MAILFROM, KZ_VERDICT_BROKEN, false, true, true},
	{"broken at a sole MX", "+a.jp!", "", "", SOL, BRK, KZ_ROW_BROKEN,
		KZ_ID_MAILFROM, KZ_VERDICT_BROKEN, false, true, true},
	{"suspect is not broken", "+a.jp~", "", "", PRI, BRK, KZ_ROW_ACCEPT,
		KZ_ID_MAILFROM, KZ_VERDICT_SUSPECT, false, true, true},
	{"unknown is not bad", "+a.jp?", "", "", PRI, BRK, KZ_ROW_ACCEPT,
		KZ_ID_MAILFROM, KZ_VERDICT_UNKNOWN, false, true, true},
	{"a broken scope does not matter: ALL", "+a.jp!", "", "", PRI, ALL,
		KZ_ROW_BROKEN, KZ_ID_MAILFROM, KZ_VERDICT_BROKEN, false, false,
		true},
	/* unverified names count for nothing */
	{"unverified MAIL FROM of a broken site (12)", "-a.jp!", "", "", PRI,
		BRK, KZ_ROW_ACCEPT, KZ_ID_COUNT, KZ_VERDICT_UNKNOWN, false,
		true, false},
	{"unverified HELO of a broken site (12)", "+b.jp", "-a.jp!", "", PRI,
		BRK, KZ_ROW_ACCEPT, KZ_ID_MAILFROM, KZ_VERDICT_SOUND, false,
		true, true},
	{"unverified reverse name", "+b.jp", "", "-a.jp!", PRI, BRK,
		KZ_ROW_ACCEPT, KZ_ID_MAILFROM, KZ_VERDICT_SOUND, false, true,
		true},
	/* any verified one breaks the session; the order gives the origin */
	{"HELO alone is broken", "+b.jp", "+a.jp!", "", PRI, BRK, KZ_ROW_BROKEN,
		KZ_ID_HELO, KZ_VERDICT_BROKEN, false, false, true},
	{"MAIL FROM goes before HELO", "+b.jp!", "+a.jp!", "+a.jp!", PRI, BRK,
		KZ_ROW_BROKEN, KZ_ID_MAILFROM, KZ_VERDICT_BROKEN, false, false,
		true},
	{"HELO goes before rdns", "+b.jp", "+a.jp!", "+a.jp!", PRI, BRK,
		KZ_ROW_BROKEN, KZ_ID_HELO, KZ_VERDICT_BROKEN, false, false,
		true},
	{"an identity without a site has no verdict", "+", "+a.jp!", "", PRI,
		BRK, KZ_ROW_BROKEN, KZ_ID_HELO, KZ_VERDICT_BROKEN, false, false,
		true},
	/* MAIL FROM at the same site as another verified identity */
	{"same site as a verified HELO", "-a.jp!", "+a.jp!", "", PRI, BRK,
		KZ_ROW_BROKEN, KZ_ID_MAILFROM, KZ_VERDICT_BROKEN, false, false,
		true},
	{"same site as a verified reverse name", "-a.jp?", "", "+a.jp!", PRI,
		BRK, KZ_ROW_BROKEN, KZ_ID_MAILFROM, KZ_VERDICT_BROKEN, false,
		false, true},
	{"same site as an unverified HELO", "-a.jp!", "-a.jp!", "", PRI, BRK,
		KZ_ROW_ACCEPT, KZ_ID_COUNT, KZ_VERDICT_UNKNOWN, false, true,
		false},
	{"both without a site are not the same site", "-", "+", "", PRI, UNV,
		KZ_ROW_ACCEPT, KZ_ID_COUNT, KZ_VERDICT_UNKNOWN, false, true,
		true},
	/* rdns */
	{"rdns counts where nothing else is verified", "-b.jp", "-c.jp",
		"+a.jp!", PRI, BRK, KZ_ROW_BROKEN, KZ_ID_RDNS,
		KZ_VERDICT_BROKEN, false, false, true},
	{"rdns of another site does not count beside MAIL FROM", "+b.jp", "",
		"+a.jp!", PRI, BRK, KZ_ROW_ACCEPT, KZ_ID_MAILFROM,
		KZ_VERDICT_SOUND, false, true, true},
	{"rdns of another site does not count beside HELO", "", "+b.jp",
		"+a.jp!", PRI, BRK, KZ_ROW_ACCEPT, KZ_ID_HELO, KZ_VERDICT_SOUND,
		false, true, true},
	{"beside a verified name without a site neither", "", "+", "+a.jp!",
		PRI, BRK, KZ_ROW_ACCEPT, KZ_ID_COUNT, KZ_VERDICT_UNKNOWN, false,
		true, true},
	{"rdns counts where it is the site of the HELO name", "+b.jp", "-a.jp?",
		"+a.jp!", PRI, BRK, KZ_ROW_BROKEN, KZ_ID_RDNS,
		KZ_VERDICT_BROKEN, false, false, true},
	{"rdns counts where it is the site of MAIL FROM", "-a.jp", "+b.jp",
		"+a.jp!", PRI, BRK, KZ_ROW_BROKEN, KZ_ID_MAILFROM,
		KZ_VERDICT_BROKEN, false, false, true},
	/* shared senders */
	{"shared: HELO and rdns are not looked at", "-b.jp", "+a.jp!", "+a.jp!",
		PRI, BRK, KZ_ROW_ACCEPT, KZ_ID_COUNT, KZ_VERDICT_UNKNOWN, true,
		true, false},
	{"shared: nor do they vouch for MAIL FROM", "-a.jp!", "+a.jp!",
		"+a.jp!", PRI, BRK, KZ_ROW_ACCEPT, KZ_ID_COUNT,
		KZ_VERDICT_UNKNOWN, true, true, false},
	{"shared: a verified MAIL FROM counts, as sole (13)", "+a.jp!", "+b.jp",
		"+b.jp", PRI, BRK, KZ_ROW_BROKEN, KZ_ID_MAILFROM,
		KZ_VERDICT_BROKEN, true, true, true},
	/* siblings */
	{"another site's fault is not ours (20)", "+pref.osaka.lg.jp",
		"-town.taishi.osaka.lg.jp!", "", PRI, BRK, KZ_ROW_ACCEPT,
		KZ_ID_MAILFROM, KZ_VERDICT_SOUND, false, true, true},
	/* scopes */
	{"unverified: in its scope, at the primary too", "-a.jp", "-b.jp", "",
		PRI, UNV, KZ_ROW_ORDINARY, KZ_ID_COUNT, KZ_VERDICT_UNKNOWN,
		false, true, false},
	{"unverified: not of an unknown site", "+a.jp?", "", "", SOL, UNV,
		KZ_ROW_ACCEPT, KZ_ID_MAILFROM, KZ_VERDICT_UNKNOWN, false, true,
		true},
	{"unknown holds unverified", "-a.jp", "", "", SOL, UNK, KZ_ROW_ORDINARY,
		KZ_ID_COUNT, KZ_VERDICT_UNKNOWN, false, true, false},
	{"unknown site", "+a.jp?", "", "", SOL, UNK, KZ_ROW_ORDINARY,
		KZ_ID_MAILFROM, KZ_VERDICT_UNKNOWN, false, true, true},
	{"one site of two unknown", "+a.jp", "+b.jp?", "", SOL, UNK,
		KZ_ROW_ORDINARY, KZ_ID_HELO, KZ_VERDICT_UNKNOWN, false, true,
		true},
	{"one unknown beside a suspect one", "+a.jp~", "+b.jp?", "", SOL, UNK,
		KZ_ROW_ORDINARY, KZ_ID_MAILFROM, KZ_VERDICT_SUSPECT, false,
		true, true},
	{"verified, no site at all", "", "+", "", SOL, UNK, KZ_ROW_ORDINARY,
		KZ_ID_COUNT, KZ_VERDICT_UNKNOWN, false, true, true},
	{"known ones pass", "+a.jp", "+b.jp~", "", SOL, UNK, KZ_ROW_ACCEPT,
		KZ_ID_HELO, KZ_VERDICT_SUSPECT, false, true, true},
	{"all: also a sound one", "+a.jp", "+a.jp", "+a.jp", SEC, ALL,
		KZ_ROW_ORDINARY, KZ_ID_MAILFROM, KZ_VERDICT_SOUND, false, true,
		true},
};

static struct kz_identity
identity(const char *text)
{
	struct kz_identity made = {.verified = text[0] == '+'};
	struct kz_str site;

	if (text[0] == '\0' || text[1] == '\0')
		return made;
	site = (struct kz_str){text + 1, strcspn(text + 1, "!?~")};
	assert_int_equal(kz_name_parse(site, &made.site), KZ_OK);
	made.has_site = true;
	switch (text[1 + site.len]) {
	case '!':
		made.verdict = KZ_VERDICT_BROKEN;
		break;
	case '~':
		made.verdict = KZ_VERDICT_SUSPECT;
		break;
	case '?':
		made.verdict = KZ_VERDICT_UNKNOWN;
		break;
	default:
		made.verdict = KZ_VERDICT_SOUND;
	}
	return made;
}

static void
check_session(const struct session_case *c)
{
	struct kz_session session = {
		.stage = c->stage,
		.shared_sender = c->shared,
		.recipient = "tei@jikocho.jp",
		.identities = {identity(c->mailfrom), identity(c->helo),
			identity(c->rdns)},
	};
	struct kz_judgement made;

	kz_session_judge(&session, c->scope, &made);
	assert_int_equal(made.row, c->row);
	assert_int_equal(made.ripens, c->ripens);
	assert_int_equal(made.via, c->via);
	assert_int_equal(made.verdict, c->verdict);
	assert_int_equal(made.verified, c->verified);
	assert_int_equal(made.exempt, KZ_EXEMPT_NONE);

	/* Whatever the row: who is exempt is let in, the verdict stands. */
	session.dnswl = true;
	kz_session_judge(&session, c->scope, &made);
	assert_int_equal(made.row, KZ_ROW_ACCEPT);
	assert_int_equal(made.exempt, KZ_EXEMPT_DNSWL);
	assert_int_equal(made.verdict, c->verdict);
}

static void
each_session_follows_its_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].rule);
		check_session(&cases[i]);
	}
}

/* A session that nobody could look up waits only where everybody does. */
static void
our_own_blindness_delays_nobody(void **state)
{
	static const struct {
		const char *helo;
		enum kz_grey_scope scope;
		enum kz_row row;
	} table[] = {
		{"-a.jp", KZ_SCOPE_UNVERIFIED, KZ_ROW_ACCEPT},
		{"-a.jp", KZ_SCOPE_UNKNOWN, KZ_ROW_ACCEPT},
		{"-a.jp", KZ_SCOPE_ALL, KZ_ROW_ORDINARY},
		{"+a.jp?", KZ_SCOPE_UNKNOWN, KZ_ROW_ORDINARY},
		{"+a.jp!", KZ_SCOPE_UNVERIFIED, KZ_ROW_BROKEN},
	};
	struct kz_judgement made;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct kz_session session = {
			.blind = true,
			.identities = {[KZ_ID_HELO] = identity(table[i].helo)},
		};

		kz_session_judge(&session, table[i].scope, &made);
		assert_int_equal(made.row, table[i].row);
	}
}

static void
exemptions_are_looked_at_in_order(void **state)
{
	struct kz_session session = {
		.own_network = true,
		.authenticated = true,
		.null_sender_free = true,
		.allow_kind = KZ_ALLOW_CLIENT,
		.allowed = true,
		.dnswl = true,
		.recipient = "postmaster@jikocho.jp",
		.identities = {identity("+a.jp!")},
	};
	bool *const flags[] = {
		[KZ_EXEMPT_OWN_NETWORK] = &session.own_network,
		[KZ_EXEMPT_AUTHENTICATED] = &session.authenticated,
		[KZ_EXEMPT_NULL_SENDER] = &session.null_sender_free,
		[KZ_EXEMPT_POSTMASTER] = NULL,
		[KZ_EXEMPT_ALLOWED_CLIENT] = NULL,
		[KZ_EXEMPT_ALLOWED_SENDER] = NULL,
		[KZ_EXEMPT_ALLOWED_RECIPIENT] = NULL,
		[KZ_EXEMPT_ALLOWED] = &session.allowed,
		[KZ_EXEMPT_DNSWL] = &session.dnswl,
	};
	struct kz_judgement made;

	(void)state;
	for (size_t i = KZ_EXEMPT_OWN_NETWORK; i < KZ_EXEMPT_COUNT; i++) {
		kz_session_judge(&session, KZ_SCOPE_ALL, &made);
		assert_int_equal(made.exempt, i);
		assert_int_equal(made.row, KZ_ROW_ACCEPT);
		assert_true(made.ripens);
		if (flags[i] != NULL)
			*flags[i] = false;
		else if (i == KZ_EXEMPT_POSTMASTER)
			session.recipient = "tei@jikocho.jp";
		else if (session.allow_kind == KZ_ALLOW_RECIPIENT)
			session.allow_kind = KZ_ALLOW_NONE;
		else
			session.allow_kind++;
	}
	kz_session_judge(&session, KZ_SCOPE_ALL, &made);
	assert_int_equal(made.row, KZ_ROW_BROKEN);
	assert_false(made.ripens);
	session.recipient = NULL;
	kz_session_judge(&session, KZ_SCOPE_ALL, &made);
	assert_int_equal(made.row, KZ_ROW_BROKEN);
}

static void
postmaster_and_abuse_are_exempt(void **state)
{
	static const struct {
		const char *recipient;
		bool exempt;
	} table[] = {
		{"postmaster@jikocho.jp", true},
		{"PostMaster@JIKOCHO.JP", true},
		{"abuse@mx.jikocho.jp", true},
		{"ABUSE", true},
		{"postmaster", true},
		{"postmaster@", true},
		{"postmaster2@jikocho.jp", false},
		{"postmaste", false},
		{"abus@e", false},
		{"abuse.x@jikocho.jp", false},
		{"xabuse@jikocho.jp", false},
		{"abuse@x@jikocho.jp", false},
		{"", false},
		{"tei@postmaster", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		print_message("%s\n", table[i].recipient);
		assert_int_equal(kz_recipient_exempt(table[i].recipient),
			table[i].exempt);
	}
}

static void
words_of_the_log_line_are_fixed(void **state)
{
	(void)state;
	assert_string_equal(kz_identity_text(KZ_ID_MAILFROM), "mailfrom");
	assert_string_equal(kz_identity_text(KZ_ID_HELO), "helo");
	assert_string_equal(kz_identity_text(KZ_ID_RDNS), "rdns");
	assert_string_equal(kz_identity_text(KZ_ID_COUNT), "-");
	assert_string_equal(kz_exempt_text(KZ_EXEMPT_NONE), "-");
	assert_string_equal(
		kz_exempt_text(KZ_EXEMPT_NULL_SENDER), "null-sender");
	assert_string_equal(kz_stage_text(KZ_STAGE_SOLE), "sole");
	assert_string_equal(
		kz_grey_reason_text(KZ_GREY_MAX_DELAY), "max-delay");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_session_follows_its_rule),
		cmocka_unit_test(our_own_blindness_delays_nobody),
		cmocka_unit_test(exemptions_are_looked_at_in_order),
		cmocka_unit_test(postmaster_and_abuse_are_exempt),
		cmocka_unit_test(words_of_the_log_line_are_fixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
