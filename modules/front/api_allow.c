/* SPDX-License-Identifier: ISC */
/* Clients, senders and recipients whose mail is never delayed. */
#include <stdlib.h>
#include <string.h>

#include "api_priv.h"
#include "kizuki/core/allow.h"
#include "kizuki/engine/admin.h"

#define BODY_SHAPE                                                             \
	"the body is {\"subject\":\"client:10.0.0.0/8\",\"until\":SECONDS,"    \
	"\"why\":\"TEXT\"}"
#define SUBJECT_SHAPE                                                          \
	"subject is client:ADDRESS, client:NETWORK, sender:USER@DOMAIN, "      \
	"sender:@DOMAIN, recipient:USER@DOMAIN, recipient:@DOMAIN or "         \
	"recipient:USER@; no bits behind a network's prefix, domains in "      \
	"A-labels"

/* What the body says. */
struct word {
	json_t *body;
	struct kz_allow_subject subject;
	json_int_t until_s;
	struct kz_str why;
};

/* NULL: it is fine, and word->body is to be freed. */
static const char *
read_word(const struct kz_call *call, struct word *word)
{
	const char *subject = "", *why = "";
	size_t subject_len = 0, why_len = 0;
	json_error_t error;

	*word = (struct word){.body = json_loadb(call->body, call->body_len,
				      JSON_REJECT_DUPLICATES, &error)};
	if (word->body == NULL)
		return "the body is no JSON";
	if (json_unpack_ex(word->body, &error, 0, "{ss%,s?I,s?s%}", "subject",
		    &subject, &subject_len, "until", &word->until_s, "why",
		    &why, &why_len) != 0)
		return BODY_SHAPE;
	if (kz_allow_parse((struct kz_str){subject, subject_len},
		    &word->subject) != KZ_OK)
		return SUBJECT_SHAPE;
	if (word->until_s < 0)
		return "until is a moment in seconds since 1970, or 0";
	if (why_len > KZ_ALLOW_WHY_MAX)
		return "why has 255 octets at most";
	word->why = (struct kz_str){why, why_len};
	return NULL;
}

static enum kz_result
done(struct kz_call_scene *scene, const struct word *word)
{
	scene->answer->changed = true;
	return kz_call_json(scene, 200,
		json_pack("{s:i,s:o}", "v", 1, "subject",
			kz_call_text(word->subject.text)));
}

static enum kz_result
allow(struct kz_call_scene *scene, const struct word *word)
{
	switch (kz_admin_allow(scene->call->engine, &word->subject,
		word->until_s, word->why, scene->now)) {
	case KZ_OK:
		return done(scene, word);
	case KZ_EINVAL:
		return kz_call_error(
			scene, 400, "until must lie in the future");
	case KZ_EFULL:
		return kz_call_error(scene, 400, "there are too many already");
	default:
		return kz_call_error(scene, 500, "it could not be kept");
	}
}

static enum kz_result
disallow(struct kz_call_scene *scene, const struct word *word)
{
	switch (kz_admin_disallow(
		scene->call->engine, &word->subject, scene->now)) {
	case KZ_OK:
		return done(scene, word);
	case KZ_NOT_FOUND:
		return kz_call_error(scene, 404, "nobody allowed that");
	default:
		return kz_call_error(scene, 500, "it could not be removed");
	}
}

static enum kz_result
with_word(struct kz_call_scene *scene,
	enum kz_result (*act)(struct kz_call_scene *, const struct word *))
{
	struct word word;
	const char *wrong = read_word(scene->call, &word);
	enum kz_result result = wrong != NULL ? kz_call_error(scene, 400, wrong)
					      : act(scene, &word);

	json_decref(word.body);
	return result;
}

enum kz_result
kz_call_allow(struct kz_call_scene *scene)
{
	return with_word(scene, allow);
}

enum kz_result
kz_call_disallow(struct kz_call_scene *scene)
{
	return with_word(scene, disallow);
}

struct listing {
	json_t *list;
	bool no_memory;
};

static bool
add_one(void *arg, const struct kz_allow_subject *subject,
	const struct kz_allow *said)
{
	struct listing *listing = arg;

	listing->no_memory =
		json_array_append_new(listing->list,
			json_pack("{s:o,s:I,s:I,s:o}", "subject",
				kz_call_text(subject->text), "since",
				(json_int_t)said->since_s, "until",
				(json_int_t)said->until_s, "why",
				kz_call_text(said->why))) != 0;
	return !listing->no_memory;
}

enum kz_result
kz_call_allowed(struct kz_call_scene *scene)
{
	struct listing listing = {.list = json_array()};
	enum kz_result result = KZ_ENOMEM;

	if (listing.list != NULL)
		result = kz_admin_allowed(
			scene->call->engine, scene->now, add_one, &listing);
	if (result == KZ_OK && !listing.no_memory)
		return kz_call_json(scene, 200,
			json_pack(
				"{s:i,s:o}", "v", 1, "allowed", listing.list));
	json_decref(listing.list);
	if (result == KZ_OK || result == KZ_ENOMEM)
		return KZ_ENOMEM;
	return kz_call_error(scene, 500, "the store cannot be read");
}
