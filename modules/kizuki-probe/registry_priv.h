/* SPDX-License-Identifier: ISC */
/*
 * registry_priv - registries, asked seldom and never twice the same
 *
 * What:   one question at a time to each server, with its gap and its share of
 *         a day; a server that refuses is left alone, longer each time.  What
 *         was understood is kept for a day.
 * Owner:  registry_open, registry_close.
 */
#ifndef KIZUKI_PROBE_REGISTRY_PRIV_H
#define KIZUKI_PROBE_REGISTRY_PRIV_H

#include "kizuki/core/registry.h"

#include "ask_priv.h"

enum registry_server {
	REGISTRY_JPRS,
	REGISTRY_JPNIC,
	REGISTRY_SERVERS,                 /* of a place of their own */
	REGISTRY_OTHER = REGISTRY_SERVERS /* any, by its name */
};

struct registry;

/* Before the sandbox: it reads files. */
struct registry *registry_open(struct probe *probe);
void registry_close(struct registry **registry);

/* known.c: before the sandbox. */
void known_open(struct probe *probe);
void known_close(struct probe *probe);

/* What a registry said of a domain at an earlier look: keep it. */
void known_put(struct probe *probe, const struct kz_registry_answer *answer);

/* What was so told of a domain; it may go with the next one.  NULL: nothing. */
const struct kz_registry_answer *known_find(
	struct probe *probe, const struct kz_name *domain);

/* Questions under way, some of which nobody waits for any more. */
size_t registry_pending(const struct registry *registry);

/*
 * answer: UNCLEAR where the server could not be asked, or said nothing that
 * could be read; answer->server is who was asked.  why: it could not be asked,
 * or gave no answer; "": it did.  Both live during the call.
 */
struct registry_reply {
	const struct kz_registry_answer *answer;
	const char *why;
};
typedef void registry_done(
	void *arg, uint32_t tag, const struct registry_reply *reply);

/* Words for it. */
#define REGISTRY_NO_TURN "left alone, or had its share of the day"
#define REGISTRY_NO_ADDR "its address cannot be found"
#define REGISTRY_OURS    "our own side failed"

/* addr, where not NULL: of several networks the one that holds it. */
struct registry_question {
	enum registry_server server;
	struct kz_str query;
	const struct kz_addr *addr;
	const char *name; /* REGISTRY_OTHER: of the server, or its address */
	bool refer; /* it names another one: answer->server, where FOUND */
};
void ask_registry(struct group *group, const struct registry_question *question,
	registry_done *done, void *arg, uint32_t tag);

#endif
