/* SPDX-License-Identifier: ISC */
/* The contacts with port 25 among what is shared. */
#include "share_priv.h"

#include <stdlib.h>

#include "kizuki/io/clock.h"

static void
key_of(uint8_t key[TABLE_KEY_SIZE], const struct kz_addr *addr,
	const struct kz_name *name)
{
	table_key(key, SHARE_SMTP, name != NULL, addr, name);
}

/*
 * A contact under a name of its own is the newest of the address for all who
 * ask only whether it is alive.
 */
static void
pass_on(const struct share *share)
{
	struct probe *probe = share->probe;
	uint8_t key[TABLE_KEY_SIZE];
	struct share *main;

	key_of(key, &share->addr, NULL);
	main = (struct share *)table_find(&probe->shared, key);
	if (main == NULL || !main->done)
		return;
	probe->shared_octets -= main->len;
	free(main->packet);
	main->packet = NULL;
	main->len = 0;
	main->name = share->name;
	main->reach = share->reach;
	main->patient = share->patient;
	main->tls = share->tls;
	main->when_s = share->when_s;
	main->until_s = share->when_s + share_keep_smtp_s(share->reach);
	if (share->packet != NULL)
		share_keep(main, share->packet, share->len);
}

static void
on_smtp(void *arg, const struct kz_smtp_result *result)
{
	struct share *share = arg;
	struct limits_now now = limits_now_read();

	share->when_s = now.wall_s;
	share->reach = result->reach;
	share->tls = result->tls;
	if (result->chain != NULL)
		share_keep(share, result->chain, sizeof(*result->chain));
	share_touch(share, KZ_SERVICE_SMTP25, result->reach);
	limits_smtp_silent(&share->probe->limits, &share->addr,
		result->reach == KZ_REACH_SILENT, &now);
	if (share->named)
		pass_on(share);
	share_finish(share, share_keep_smtp_s(result->reach));
}

enum kz_result
share_smtp_contact(struct share *share)
{
	struct probe *probe = share->probe;

	return kz_smtp_ask(share->patient ? probe->smtp_patient : probe->smtp,
		&share->addr, share->name.len > 0 ? &share->name : NULL,
		on_smtp, share);
}

void
ask_smtp(struct group *group, const struct smtp_question *question,
	smtp_done *done, void *arg, uint32_t tag)
{
	struct probe *probe = group->probe;
	struct ask *ask = ask_open(group, sizeof(*ask));
	struct limits_answer allowed = {true, 0};
	struct limits_now now = limits_now_read();
	uint8_t key[TABLE_KEY_SIZE];
	struct share *share;

	ask->done.smtp = done;
	ask->arg = arg;
	ask->tag = tag;
	key_of(key, &question->addr, question->named ? question->host : NULL);
	share = share_find(probe, key, question->oldest_s);
	if (share != NULL) {
		share->canary = share->canary || question->canary;
		share_join(share, ask);
		return;
	}
	share = share_new(probe, key);
	share->kind = SHARE_SMTP;
	share->addr = question->addr;
	if (question->host != NULL)
		share->name = *question->host;
	share->named = question->named;
	share->canary = question->canary;
	share->patient = limits_smtp_patient(&probe->limits, &share->addr);
	share_join(share, ask);
	if (!question->unlimited)
		allowed = limits_smtp(
			&probe->limits, &share->addr, question->purpose, &now);
	share_begin(share, false, allowed);
}

void
share_touched(struct probe *probe, const struct kz_touch *touched)
{
	struct limits_now now = limits_now_read();
	uint8_t key[TABLE_KEY_SIZE];
	struct share *share;

	if (touched->service != KZ_SERVICE_SMTP25 ||
		touched->reach == KZ_REACH_LIMITED ||
		touched->reach == KZ_REACH_SPECIAL)
		return;
	limits_smtp_touched(
		&probe->limits, &touched->addr, touched->when_s, &now);
	limits_smtp_silent(&probe->limits, &touched->addr,
		touched->reach == KZ_REACH_SILENT, &now);
	key_of(key, &touched->addr, NULL);
	if (share_find(probe, key, touched->when_s) != NULL)
		return;
	share = share_new(probe, key);
	share->kind = SHARE_SMTP;
	share->addr = touched->addr;
	share->reach = touched->reach;
	share->when_s = touched->when_s;
	share->until_s = touched->when_s + share_keep_smtp_s(touched->reach);
	share->done = true;
}
