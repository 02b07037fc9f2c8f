/* SPDX-License-Identifier: ISC */
#include <string.h>

#include <sodium.h>

#include "table_priv.h"

/* crypto_generichash_BYTES_MIN */
#define DIGEST_SIZE 16

static int
node_compare(const struct table_node *left, const struct table_node *right)
{
	return memcmp(left->key, right->key, TABLE_KEY_SIZE);
}

RB_GENERATE_INTERNAL(table_tree, table_node, in_tree, node_compare,
	static __attribute__((__unused__)))

void
table_make(
	struct table *table, size_t max, void (*drop)(struct table_node *node))
{
	RB_INIT(&table->tree);
	TAILQ_INIT(&table->order);
	table->count = 0;
	table->max = max;
	table->drop = drop;
}

void
table_remove(struct table *table, struct table_node *node)
{
	RB_REMOVE(table_tree, &table->tree, node);
	TAILQ_REMOVE(&table->order, node, in_order);
	table->count--;
	table->drop(node);
}

void
table_clear(struct table *table)
{
	struct table_node *node;

	while ((node = TAILQ_FIRST(&table->order)) != NULL)
		table_remove(table, node);
}

void
table_key(uint8_t key[TABLE_KEY_SIZE], uint8_t kind, uint16_t type,
	const struct kz_addr *addr, const struct kz_name *name)
{
	memset(key, 0, TABLE_KEY_SIZE);
	key[0] = kind;
	key[1] = (uint8_t)(type >> 8);
	key[2] = (uint8_t)type;
	if (addr != NULL) {
		key[3] = addr->family;
		memcpy(key + 4, addr->bytes, sizeof(addr->bytes));
	}
	/* Names are long and keys many: 128 bits tell them apart. */
	if (name != NULL)
		crypto_generichash(key + 20, DIGEST_SIZE,
			(const unsigned char *)name->text, name->len, NULL, 0);
}

struct table_node *
table_find(struct table *table, const uint8_t key[TABLE_KEY_SIZE])
{
	struct table_node wanted;
	struct table_node *node;

	memcpy(wanted.key, key, TABLE_KEY_SIZE);
	node = RB_FIND(table_tree, &table->tree, &wanted);
	if (node != NULL) {
		TAILQ_REMOVE(&table->order, node, in_order);
		TAILQ_INSERT_TAIL(&table->order, node, in_order);
	}
	return node;
}

void
table_put(struct table *table, struct table_node *node)
{
	struct table_node *old = TAILQ_FIRST(&table->order);

	while (table->count >= table->max && old != NULL) {
		struct table_node *next = TAILQ_NEXT(old, in_order);

		/* What is under way is bounded by the sites in flight. */
		if (old->held == 0)
			table_remove(table, old);
		old = next;
	}
	RB_INSERT(table_tree, &table->tree, node);
	TAILQ_INSERT_TAIL(&table->order, node, in_order);
	table->count++;
}
