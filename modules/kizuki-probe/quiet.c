/* SPDX-License-Identifier: ISC */
#include "quiet_priv.h"

#include <stdlib.h>

#define REST_S (30 * INT64_C(86400))
/* One datagram may be lost, and is not sent again. */
#define SILENCES 3

struct quiet {
	struct table_node node;
	int64_t last_s;
	unsigned silences;
	bool well; /* it said that it does not serve the zone, or the same */
	bool bad;  /* it once did otherwise: worth asking each time */
};

static void
quiet_drop(struct table_node *node)
{
	free(node);
}

void
quiet_open(struct table *quiet, size_t max)
{
	table_make(quiet, max, quiet_drop);
}

void
quiet_close(struct table *quiet)
{
	table_clear(quiet);
}

static struct quiet *
quiet_find(struct table *table, const struct kz_addr *addr,
	const struct kz_name *zone)
{
	uint8_t key[TABLE_KEY_SIZE];

	table_key(key, 0, 0, addr, zone);
	return (struct quiet *)table_find(table, key);
}

/* A clock set back ends it. */
static bool
over(const struct quiet *quiet, int64_t now_s)
{
	return now_s < quiet->last_s || now_s - quiet->last_s >= REST_S;
}

bool
quiet_rests(struct table *quiet, const struct kz_addr *addr,
	const struct kz_name *zone, int64_t now_s)
{
	const struct quiet *found = quiet_find(quiet, addr, zone);

	return found != NULL && !found->bad && !over(found, now_s) &&
		(found->well || found->silences >= SILENCES);
}

void
quiet_note(struct table *quiet, const struct kz_addr *addr,
	const struct kz_name *zone, enum kz_outcome outcome, int64_t when_s)
{
	struct quiet *found = quiet_find(quiet, addr, zone);

	if (found == NULL) {
		found = calloc(1, sizeof(*found));
		/* Not remembered: it is asked again. */
		if (found == NULL)
			return;
		table_key(found->node.key, 0, 0, addr, zone);
		table_put(quiet, &found->node);
	} else if (when_s == found->last_s) {
		return;
	} else if (over(found, when_s)) {
		found->silences = 0;
		found->well = false;
	}
	found->last_s = when_s;
	found->bad = found->bad || outcome == KZ_OUTCOME_BAD;
	found->well = found->well || outcome == KZ_OUTCOME_OK;
	if (outcome == KZ_OUTCOME_UNKNOWN)
		found->silences++;
}
