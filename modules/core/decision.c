/* SPDX-License-Identifier: ISC */
#include "kizuki/core/decision.h"

#include <string.h>

/* What is left of the identities once the rules have looked at them. */
struct counted {
	bool counts;
	const struct kz_identity *judged; /* NULL: it has no site */
};

static bool
same_site(const struct kz_identity *left, const struct kz_identity *right)
{
	return left->has_site && right->has_site &&
		kz_name_equal(&left->site, &right->site);
}

static struct counted
count_one(const struct kz_identity *identity)
{
	return (struct counted){
		.counts = true,
		.judged = identity->has_site ? identity : NULL,
	};
}

/* HELO and reverse names of shared senders are not looked at at all. */
static void
count_identities(
	const struct kz_session *session, struct counted counted[KZ_ID_COUNT])
{
	const struct kz_identity *mailfrom =
		&session->identities[KZ_ID_MAILFROM];
	const struct kz_identity *helo = &session->identities[KZ_ID_HELO];
	const struct kz_identity *rdns = &session->identities[KZ_ID_RDNS];

	memset(counted, 0, KZ_ID_COUNT * sizeof(counted[0]));
	if (mailfrom->verified)
		counted[KZ_ID_MAILFROM] = count_one(mailfrom);
	if (session->shared_sender)
		return;
	if (helo->verified)
		counted[KZ_ID_HELO] = count_one(helo);
	if (rdns->verified &&
		(same_site(rdns, helo) || same_site(rdns, mailfrom) ||
			(!helo->verified && !mailfrom->verified)))
		counted[KZ_ID_RDNS] = count_one(rdns);
	if (mailfrom->verified)
		return;
	/* Its own verdict was never asked for: the other's is the site's. */
	if (helo->verified && same_site(mailfrom, helo))
		counted[KZ_ID_MAILFROM] = count_one(helo);
	else if (rdns->verified && same_site(mailfrom, rdns))
		counted[KZ_ID_MAILFROM] = count_one(rdns);
}

/* How bad: a site never examined is worse than one found sound. */
static int
badness(enum kz_verdict_state state)
{
	switch (state) {
	case KZ_VERDICT_SOUND:
		return 1;
	case KZ_VERDICT_UNKNOWN:
		return 2;
	case KZ_VERDICT_SUSPECT:
		return 3;
	case KZ_VERDICT_BROKEN:
		return 4;
	}
	return 0;
}

static bool
in_scope(const struct counted counted[KZ_ID_COUNT], enum kz_grey_scope scope,
	bool blind, const struct kz_judgement *judgement)
{
	if (blind && !judgement->verified && scope != KZ_SCOPE_ALL)
		return false;
	switch (scope) {
	case KZ_SCOPE_BROKEN:
		return false;
	case KZ_SCOPE_UNVERIFIED:
		return !judgement->verified;
	case KZ_SCOPE_UNKNOWN:
		break;
	case KZ_SCOPE_ALL:
		return true;
	}
	for (size_t i = 0; i < KZ_ID_COUNT; i++) {
		if (counted[i].judged != NULL &&
			counted[i].judged->verdict == KZ_VERDICT_UNKNOWN)
			return true;
	}
	/* Without any site there is nobody who could be known. */
	return judgement->via == KZ_ID_COUNT;
}

static enum kz_exempt
allow_exemption(enum kz_allow_kind kind)
{
	switch (kind) {
	case KZ_ALLOW_CLIENT:
		return KZ_EXEMPT_ALLOWED_CLIENT;
	case KZ_ALLOW_SENDER:
		return KZ_EXEMPT_ALLOWED_SENDER;
	case KZ_ALLOW_RECIPIENT:
		return KZ_EXEMPT_ALLOWED_RECIPIENT;
	case KZ_ALLOW_NONE:
		break;
	}
	return KZ_EXEMPT_NONE;
}

static enum kz_exempt
find_exemption(const struct kz_session *session)
{
	if (session->own_network)
		return KZ_EXEMPT_OWN_NETWORK;
	if (session->authenticated)
		return KZ_EXEMPT_AUTHENTICATED;
	if (session->null_sender_free)
		return KZ_EXEMPT_NULL_SENDER;
	if (session->recipient != NULL &&
		kz_recipient_exempt(session->recipient))
		return KZ_EXEMPT_POSTMASTER;
	if (session->allow_kind != KZ_ALLOW_NONE)
		return allow_exemption(session->allow_kind);
	if (session->allowed)
		return KZ_EXEMPT_ALLOWED;
	if (session->dnswl)
		return KZ_EXEMPT_DNSWL;
	return KZ_EXEMPT_NONE;
}

void
kz_session_judge(const struct kz_session *session, enum kz_grey_scope scope,
	struct kz_judgement *judgement)
{
	struct counted counted[KZ_ID_COUNT];
	struct kz_judgement made = {
		.exempt = find_exemption(session),
		.via = KZ_ID_COUNT,
		.verdict = KZ_VERDICT_UNKNOWN,
	};
	int worst = 0;

	count_identities(session, counted);
	for (size_t i = 0; i < KZ_ID_COUNT; i++) {
		made.verified |= counted[i].counts;
		if (counted[i].judged == NULL ||
			badness(counted[i].judged->verdict) <= worst)
			continue;
		worst = badness(counted[i].judged->verdict);
		made.verdict = counted[i].judged->verdict;
		made.via = (enum kz_identity_kind)i;
	}
	if (made.verdict == KZ_VERDICT_BROKEN)
		made.row = KZ_ROW_BROKEN;
	else if (in_scope(counted, scope, session->blind, &made))
		made.row = KZ_ROW_ORDINARY;
	if (made.exempt != KZ_EXEMPT_NONE)
		made.row = KZ_ROW_ACCEPT;
	/* A broken site's mail never ripens at the primary, other mail does. */
	made.ripens = made.row != KZ_ROW_BROKEN || session->shared_sender ||
		session->stage != KZ_STAGE_PRIMARY;
	*judgement = made;
}

/* ASCII alone: a recipient is bytes of the client in no known encoding. */
static bool
equal_folded(const char *text, const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char octet = text[i];

		if (octet >= 'A' && octet <= 'Z')
			octet = (char)(octet - 'A' + 'a');
		if (octet != word[i])
			return false;
	}
	return true;
}

bool
kz_recipient_exempt(const char *recipient)
{
	static const char *const words[] = {"postmaster", "abuse"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i]);

		/* RFC 5321 section 4.5.1: postmaster without a domain too. */
		if (strnlen(recipient, len) == len &&
			(recipient[len] == '@' || recipient[len] == '\0') &&
			strchr(recipient + len + (recipient[len] == '@'),
				'@') == NULL &&
			equal_folded(recipient, words[i], len))
			return true;
	}
	return false;
}

const char *
kz_identity_text(enum kz_identity_kind kind)
{
	switch (kind) {
	case KZ_ID_MAILFROM:
		return "mailfrom";
	case KZ_ID_HELO:
		return "helo";
	case KZ_ID_RDNS:
		return "rdns";
	case KZ_ID_COUNT:
		break;
	}
	return "-";
}

const char *
kz_exempt_text(enum kz_exempt exempt)
{
	switch (exempt) {
#define EXEMPT_CASE(name, text)                                                \
	case KZ_EXEMPT_##name:                                                 \
		return text;
		KZ_EXEMPT_LIST(EXEMPT_CASE)
#undef EXEMPT_CASE
	case KZ_EXEMPT_COUNT:
		break;
	}
	return "?";
}
