/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "kizuki/engine/schedule.h"

#include "engine_priv.h"

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

/* The newest few; who comes again is told once, with its newest words. */
static void
note_client(struct kz_memo *memo, const struct kz_seen *seen)
{
	struct kz_order_client *list = memo->clients;
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
	if (at == KZ_ORDER_CLIENTS) {
		memmove(list, list + 1, (KZ_ORDER_CLIENTS - 1) * sizeof(*list));
		at--;
	}
	list[at].addr = seen->client;
	memcpy(list[at].helo, seen->helo, strlen(seen->helo) + 1);
	if (at == memo->client_count)
		memo->client_count++;
}

void
kz_memo_met(struct kz_memo *memo, const struct kz_seen *seen)
{
	note_name(memo, &seen->name);
	note_client(memo, seen);
}
