/* SPDX-License-Identifier: ISC */
/*
 * table_priv - a bounded map that forgets what was used least lately
 *
 * What:   nodes by a fixed key, embedded as first member of the user's own
 *         struct.  A node that is held is never dropped.
 * Owner:  the table frees a node with the function given at its start.
 */
#ifndef KIZUKI_PROBE_TABLE_PRIV_H
#define KIZUKI_PROBE_TABLE_PRIV_H

#include <bsd/sys/queue.h>
#include <bsd/sys/tree.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/name.h"

/* kind, type, effort; family and octets of an address; digest of a name. */
#define TABLE_KEY_SIZE 37

struct table_node {
	RB_ENTRY(table_node) in_tree;
	TAILQ_ENTRY(table_node) in_order; /* least lately used first */
	unsigned held;
	uint8_t key[TABLE_KEY_SIZE];
};

RB_HEAD(table_tree, table_node);
TAILQ_HEAD(table_order, table_node);

struct table {
	struct table_tree tree;
	struct table_order order;
	size_t count, max;
	void (*drop)(struct table_node *node);
};

void table_make(
	struct table *table, size_t max, void (*drop)(struct table_node *node));
void table_clear(struct table *table);

/* addr and name may be NULL. */
void table_key(uint8_t key[TABLE_KEY_SIZE], uint8_t kind, uint16_t type,
	const struct kz_addr *addr, const struct kz_name *name);

/* The node, now the most lately used one; NULL: none. */
struct table_node *table_find(
	struct table *table, const uint8_t key[TABLE_KEY_SIZE]);

/* A node whose key is set and new; one that nobody holds may be dropped. */
void table_put(struct table *table, struct table_node *node);

/* Drop a node that nobody holds. */
void table_remove(struct table *table, struct table_node *node);

#endif
