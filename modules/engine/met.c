/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "kizuki/engine/schedule.h"

#include "engine_priv.h"
#include "observe_priv.h"

static void
note_name(struct kz_memo *memo, const struct kz_name *name)
{
	if (kz_name_equal(name, &memo->name))
		return;
	for (size_t i = 0; i < memo->met_count; i++)
		if (kz_name_equal(&memo->met[i], name))
			return;
	if (memo->met_count == KZ_ORDER_WATCHED)
		return;
	if (memo->met == NULL)
		memo->met =
			kz_engine_alloc(KZ_ORDER_WATCHED, sizeof(*memo->met));
	memo->met[memo->met_count++] = *name;
}

/* Printable, and short enough to be told; else as if nothing was said. */
static bool
tellable(const char *helo)
{
	size_t len = strlen(helo);

	for (size_t i = 0; i < len; i++) {
		if (helo[i] <= ' ' || helo[i] >= 127)
			return false;
	}
	return len < sizeof(((struct kz_order_client *)0)->helo);
}

/* As host names are compared: case does not matter. */
static bool
same_word(const char *left, const char *right)
{
	struct kz_name of, other;

	if (strcmp(left, right) == 0)
		return true;
	return kz_name_parse((struct kz_str){left, strlen(left)}, &of) ==
		KZ_OK &&
		kz_name_parse((struct kz_str){right, strlen(right)}, &other) ==
		KZ_OK &&
		kz_name_equal(&of, &other);
}

/*
 * A client calls itself otherwise than before: what was wrong with the former
 * word is gone, where no other client of the site says it.
 */
static void
leave_word(struct kz_engine *engine, const struct kz_memo *memo,
	const char *former, const struct kz_now *now)
{
	struct kz_name name;

	if (kz_memo_clean(engine, &memo->name))
		return;
	for (size_t i = 0; i < memo->client_count; i++) {
		if (same_word(memo->clients[i].helo, former))
			return;
	}
	kz_observe_gone(engine, &memo->name, KZ_SYM_HELO_NOT_FQDN, former, now);
	if (kz_name_parse((struct kz_str){former, strlen(former)}, &name) !=
		KZ_OK)
		return;
	kz_observe_gone(
		engine, &memo->name, KZ_SYM_HELO_UNRESOLVABLE, name.text, now);
	kz_observe_gone(
		engine, &memo->name, KZ_SYM_HELO_MISMATCH, name.text, now);
}

/* The newest few; who comes again is told once, with its newest words. */
static void
note_client(struct kz_engine *engine, struct kz_memo *memo,
	const struct kz_seen *seen, const struct kz_now *now)
{
	struct kz_order_client *list = memo->clients;
	struct kz_order_client former;
	bool again;
	size_t at = 0;

	if (seen->helo == NULL || seen->client.family == KZ_ADDR_NONE ||
		!tellable(seen->helo))
		return;
	if (list == NULL)
		list = memo->clients =
			kz_engine_alloc(KZ_ORDER_CLIENTS, sizeof(*list));
	while (at < memo->client_count &&
		kz_addr_compare(&list[at].addr, &seen->client) != 0)
		at++;
	again = at < memo->client_count;
	if (again)
		former = list[at];
	if (at == KZ_ORDER_CLIENTS) {
		memmove(list, list + 1, (KZ_ORDER_CLIENTS - 1) * sizeof(*list));
		at--;
	}
	list[at].addr = seen->client;
	memcpy(list[at].helo, seen->helo, strlen(seen->helo) + 1);
	if (at == memo->client_count)
		memo->client_count++;
	if (again && strcmp(former.helo, seen->helo) != 0)
		leave_word(engine, memo, former.helo, now);
}

void
kz_memo_met(struct kz_engine *engine, struct kz_memo *memo,
	const struct kz_seen *seen, const struct kz_now *now)
{
	note_name(memo, seen->name);
	note_client(engine, memo, seen, now);
}
