/* SPDX-License-Identifier: ISC */
/* What registries said at earlier looks: kizukid keeps it, and tells it. */
#include <stdlib.h>
#include <string.h>

#include "registry_priv.h"

/* Some 8 KB each; one is used with the examination that follows it. */
#define KNOWN_MAX 200

struct known {
	struct table_node node;
	struct kz_registry_answer answer;
};

static void
known_drop(struct table_node *node)
{
	free(node);
}

void
known_open(struct probe *probe)
{
	probe->known = calloc(1, sizeof(*probe->known));
	if (probe->known == NULL)
		probe_no_memory();
	table_make(probe->known, KNOWN_MAX, known_drop);
}

void
known_close(struct probe *probe)
{
	table_clear(probe->known);
	free(probe->known);
	probe->known = NULL;
}

void
known_put(struct probe *probe, const struct kz_registry_answer *answer)
{
	uint8_t key[TABLE_KEY_SIZE];
	struct known *known;

	table_key(key, 0, 0, NULL, &answer->domain);
	known = (struct known *)table_find(probe->known, key);
	if (known == NULL) {
		known = calloc(1, sizeof(*known));
		if (known == NULL)
			probe_no_memory();
		memcpy(known->node.key, key, sizeof(key));
		table_put(probe->known, &known->node);
	}
	known->answer = *answer;
}

const struct kz_registry_answer *
known_find(struct probe *probe, const struct kz_name *domain)
{
	uint8_t key[TABLE_KEY_SIZE];
	const struct known *known;

	table_key(key, 0, 0, NULL, domain);
	known = (const struct known *)table_find(probe->known, key);
	return known != NULL ? &known->answer : NULL;
}
