/* SPDX-License-Identifier: ISC */
#include "identify_priv.h"

#include <string.h>

#include "engine_priv.h"
#include "kizuki/engine/judge.h"
#include "kizuki/engine/schedule.h"

/* The name in C text, where it is one; literals and nonsense are none. */
static bool
name_in(const char *text, struct kz_name *name)
{
	struct kz_str word = {text, strlen(text)};
	struct kz_addr addr;
	char last;

	if (kz_name_parse(word, name) != KZ_OK || name->len == 0)
		return false;
	/* Only an IPv4 address has the form of a name, and ends in a digit. */
	last = name->text[name->len - 1];
	return last < '0' || last > '9' || kz_addr_parse(word, &addr) != KZ_OK;
}

static bool
domain_in(const char *address, struct kz_name *name)
{
	const char *at = strrchr(address, '@');

	return at != NULL && name_in(at + 1, name);
}

/*
 * Could the site of this name make the session broken?  Only where the name
 * or a zone above it is stored as broken.
 */
static bool
may_be_broken(struct kz_engine *engine, const struct kz_name *name,
	const struct kz_now *now)
{
	struct kz_name zone = *name;

	while (zone.len > 0) {
		struct kz_memo *memo = kz_memo_peek(engine, &zone);

		if (memo != NULL &&
			kz_memo_verdict(engine, memo, now) == KZ_VERDICT_BROKEN)
			return true;
		zone = kz_name_parent(&zone);
	}
	return false;
}

/* A record that lets everybody pass makes nobody known by it. */
static bool
spf_tells(struct kz_engine *engine, const struct kz_request *request,
	const struct kz_trust *trust)
{
	struct kz_evidence evidence;

	if (!request->spf_pass)
		return false;
	return !trust->has_site ||
		kz_row_load(engine, &trust->site, KZ_SYM_SPF_ALLOWS_ALL,
			trust->site.text, &evidence) != KZ_OK ||
		evidence.bads == 0;
}

static void
take_mailfrom(struct kz_engine *engine, const struct kz_request *request,
	const struct kz_now *now, struct kz_scene *scene)
{
	struct kz_named *named = &scene->named[KZ_ID_MAILFROM];

	named->named = domain_in(request->sender, &named->name);
	if (!named->named)
		return;
	kz_trust_find(engine, KZ_VERIFY_MAILFROM, &named->name,
		&request->client, now, &named->trust);
	named->yes = named->trust.state == KZ_TRUST_KNOWN &&
		(named->trust.yes || spf_tells(engine, request, &named->trust));
}

static void
take_helo(struct kz_engine *engine, const struct kz_request *request,
	const struct kz_now *now, struct kz_scene *scene)
{
	struct kz_named *named = &scene->named[KZ_ID_HELO];

	named->named = name_in(request->helo, &named->name);
	if (!named->named)
		return;
	kz_trust_find(engine, KZ_VERIFY_HELO, &named->name, &request->client,
		now, &named->trust);
	named->yes = named->trust.state == KZ_TRUST_KNOWN && named->trust.yes;
	if (!kz_engine_shared(engine, &named->name))
		return;
	/*
	 * Anybody can say a provider's name: it makes a shared sender only
	 * where it leads to the client, or where that cannot be found out.
	 */
	scene->helo_pending = named->trust.state == KZ_TRUST_PENDING;
	scene->shared = named->yes || named->trust.state != KZ_TRUST_KNOWN ||
		!named->trust.sure;
	named->named = named->yes = false;
}

static void
take_rdns(struct kz_engine *engine, const struct kz_request *request,
	const struct kz_now *now, struct kz_scene *scene)
{
	struct kz_named *named = &scene->named[KZ_ID_RDNS];

	if (name_in(request->client_name, &named->name)) {
		/* The MTA verified it; only its site is wanted. */
		kz_trust_find(engine, KZ_VERIFY_SITE, &named->name,
			&request->client, now, &named->trust);
		named->yes = named->trust.state == KZ_TRUST_KNOWN;
		named->named = true;
	} else {
		kz_trust_find(engine, KZ_VERIFY_RDNS, NULL, &request->client,
			now, &named->trust);
		named->yes = named->trust.state == KZ_TRUST_KNOWN &&
			named->trust.yes;
		named->name = named->trust.name;
		named->named = named->yes;
	}
	if (named->named && kz_engine_shared(engine, &named->name)) {
		scene->shared = true;
		scene->helo_pending = false;
		named->named = named->yes = false;
	}
}

/* A name was given, and nobody knows yet whether it leads to the client. */
static bool
undecided(const struct kz_named *named)
{
	return named->named && !named->yes &&
		(named->trust.state != KZ_TRUST_KNOWN || !named->trust.sure);
}

static bool
can_change(struct kz_engine *engine, const struct kz_scene *scene,
	const struct kz_named *named, const struct kz_now *now)
{
	const struct kz_named *rdns = &scene->named[KZ_ID_RDNS];

	if (named->trust.state != KZ_TRUST_PENDING)
		return false;
	/* Verified, it would take the reverse name out of the game. */
	if (scene->open && rdns->yes && may_be_broken(engine, &rdns->name, now))
		return true;
	return named->named && may_be_broken(engine, &named->name, now);
}

/* Whether a shared sender's HELO is its own decides what else is looked at. */
static bool
shared_can_change(struct kz_engine *engine, const struct kz_scene *scene,
	const struct kz_now *now)
{
	const struct kz_named *mailfrom = &scene->named[KZ_ID_MAILFROM];
	const struct kz_named *rdns = &scene->named[KZ_ID_RDNS];

	return scene->helo_pending &&
		((mailfrom->named &&
			 may_be_broken(engine, &mailfrom->name, now)) ||
			(rdns->yes && may_be_broken(engine, &rdns->name, now)));
}

void
kz_identify(struct kz_engine *engine, const struct kz_request *request,
	const struct kz_now *now, struct kz_scene *scene)
{
	enum kz_grey_scope scope = engine->config->greylist.scope;
	bool any = scope == KZ_SCOPE_UNVERIFIED || scope == KZ_SCOPE_UNKNOWN;

	take_mailfrom(engine, request, now, scene);
	take_helo(engine, request, now, scene);
	take_rdns(engine, request, now, scene);
	scene->open = undecided(&scene->named[KZ_ID_MAILFROM]) ||
		undecided(&scene->named[KZ_ID_HELO]);
	scene->wait = shared_can_change(engine, scene, now);
	for (size_t i = 0; i < KZ_ID_COUNT && !scene->wait; i++) {
		const struct kz_named *named = &scene->named[i];

		scene->wait = (any && named->trust.state == KZ_TRUST_PENDING) ||
			can_change(engine, scene, named, now);
	}
}

void
kz_identify_fill(struct kz_engine *engine, struct kz_scene *scene,
	const struct kz_now *now, struct kz_session *session)
{
	session->shared_sender = scene->shared;
	for (size_t i = 0; i < KZ_ID_COUNT; i++) {
		const struct kz_named *named = &scene->named[i];
		struct kz_identity *identity = &session->identities[i];

		/* the reverse name is asked for without being given */
		session->blind |= (named->named || i == KZ_ID_RDNS) &&
			named->trust.state == KZ_TRUST_MISSING;
		if (!named->named || named->trust.state != KZ_TRUST_KNOWN)
			continue;
		identity->verified = named->yes;
		identity->has_site = named->trust.has_site;
		identity->site = named->trust.site;
		if (!identity->has_site)
			continue;
		/* A name that anybody can say makes no new memory. */
		scene->memos[i] = named->yes
			? kz_memo_find(engine, &identity->site)
			: kz_memo_peek(engine, &identity->site);
		if (scene->memos[i] == NULL)
			continue;
		if (scene->memos[i]->site.zone.len == 0)
			scene->memos[i]->site.zone = named->trust.zone;
		identity->verdict =
			kz_memo_verdict(engine, scene->memos[i], now);
		if (named->yes &&
			kz_site_word_holds(
				&scene->memos[i]->site.allow, now->wall_s))
			session->allowed = true;
	}
	if (scene->open)
		session->identities[KZ_ID_RDNS].verified = false;
}

bool
kz_judge_verified(struct kz_engine *engine, const struct kz_verified *verified,
	const struct kz_now *now)
{
	const struct kz_trust_entry *entry =
		kz_trust_answer(engine, verified, now);
	const char *name = verified->name.text;

	if (entry == NULL)
		return false;
	/* The session may be over; who writes seldom is seen here alone. */
	if (verified->outcome == KZ_VERIFY_YES && verified->has_site &&
		entry->kind != KZ_VERIFY_SITE &&
		(entry->kind == KZ_VERIFY_MAILFROM ||
			!kz_engine_shared(engine, &verified->name)))
		kz_schedule_seen(engine,
			&(struct kz_seen){&verified->site, &verified->zone,
				&verified->name, entry->client,
				entry->kind == KZ_VERIFY_MAILFROM,
				entry->kind == KZ_VERIFY_HELO ? name : NULL},
			now);
	return true;
}
