/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "ask_priv.h"

void
group_make(struct group *group, struct probe *probe, void (*idle)(void *arg),
	void *arg)
{
	memset(group, 0, sizeof(*group));
	LIST_INIT(&group->asks);
	group->probe = probe;
	group->idle = idle;
	group->arg = arg;
}

void
group_give_up(struct group *group)
{
	struct ask *ask;

	while ((ask = LIST_FIRST(&group->asks)) != NULL) {
		LIST_REMOVE(ask, in_group);
		ask->group = NULL;
		if (ask->cancel != NULL)
			ask->cancel(ask);
	}
	group->pending = 0;
}

void *
ask_open(struct group *group, size_t size)
{
	struct ask *ask = calloc(1, size);

	if (ask == NULL)
		probe_no_memory();
	ask->group = group;
	LIST_INSERT_HEAD(&group->asks, ask, in_group);
	group->pending++;
	return ask;
}

void
ask_close(struct ask *ask)
{
	struct group *group = ask->group;

	if (group != NULL) {
		LIST_REMOVE(ask, in_group);
		group->pending--;
	}
	free(ask);
	if (group != NULL && group->pending == 0)
		group->idle(group->arg);
}

struct name_ask {
	struct ask ask;
	struct kz_resolver_job *job;
};

static void
name_cancel(struct ask *ask)
{
	struct name_ask *name = (struct name_ask *)ask;

	kz_resolver_cancel(&name->job);
	free(name);
}

static void
on_name(void *arg, const struct kz_answer *answer)
{
	struct ask *ask = arg;
	struct name_reply reply = {
		.state = answer->state, .secure = answer->secure};
	struct kz_dnsmsg *message = NULL;

	ask->cancel = NULL; /* there is nothing left to cancel */
	if (answer->packet != NULL &&
		kz_dnsmsg_parse(answer->packet, answer->len, &message) != KZ_OK)
		reply.state = KZ_ANSWER_FAILED;
	reply.message = message;
	if (message == NULL && reply.state < KZ_ANSWER_FAILED)
		reply.state = KZ_ANSWER_FAILED;
	if (ask->group != NULL)
		ask->done.name(ask->arg, ask->tag, &reply);
	kz_dnsmsg_free(&message);
	ask_close(ask);
}

void
ask_name(struct group *group, const struct kz_name *name, uint16_t type,
	name_done *done, void *arg, uint32_t tag)
{
	struct name_ask *made = ask_open(group, sizeof(*made));

	made->ask.done.name = done;
	made->ask.arg = arg;
	made->ask.tag = tag;
	made->ask.cancel = name_cancel;
	if (kz_resolver_ask(group->probe->resolver, name, type, on_name,
		    &made->ask, &made->job) != KZ_OK)
		probe_no_memory();
}
