/* SPDX-License-Identifier: ISC */
#include "resolver_pace_priv.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

/*
 * One examination may ask for some sixty names of one domain at once; and who
 * was quiet for five seconds may have their share.
 */
#define BURST_MS 5000
/*
 * A domain has one cell in each row, and the emptier of both holds: a flood of
 * ten thousand domains that each use up their burst is a flood of us.
 */
#define ROWS  2
#define CELLS 8192
/* Names known to be there, by their tags. */
#define KNOWN 65536
/* Of reverse names: the labels of a /24 and of a /48. */
#define LABELS_V4 5
#define LABELS_V6 14

struct kz_pace {
	const struct kz_suffix *suffix;
	int64_t gap_ms;
	int64_t wait_ms;
	uint8_t secret[crypto_shorthash_KEYBYTES];
	/* when all that was taken of a share is made good again */
	int64_t full_ms[ROWS][CELLS];
	/* the take that can be undone */
	int64_t *cells[ROWS];
	int64_t before_ms[ROWS];
	uint32_t known[KNOWN]; /* 0: none */
};

struct kz_pace *
kz_pace_open(const struct kz_suffix *suffix, uint32_t rate, uint32_t wait_ms)
{
	struct kz_pace *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return NULL;
	made->suffix = suffix;
	made->gap_ms = rate < 1000 ? 1000 / (rate > 0 ? rate : 1) : 1;
	made->wait_ms = wait_ms;
	crypto_shorthash_keygen(made->secret);
	return made;
}

void
kz_pace_close(struct kz_pace **pace)
{
	free(*pace);
	*pace = NULL;
}

/* The last labels of a name. */
static struct kz_name
cut(const struct kz_name *name, size_t labels)
{
	struct kz_name left = *name;

	for (size_t i = kz_name_labels(name); i > labels; i--)
		left = kz_name_parent(&left);
	return left;
}

/* Whose share a name belongs to. */
static struct kz_name
owner_of(const struct kz_pace *pace, const struct kz_name *name)
{
	static const struct kz_name v4 = {12, "in-addr.arpa"};
	static const struct kz_name v6 = {8, "ip6.arpa"};
	struct kz_name owner;

	if (kz_name_within(name, &v4))
		return cut(name, LABELS_V4);
	if (kz_name_within(name, &v6))
		return cut(name, LABELS_V6);
	if (kz_suffix_registrable(pace->suffix, name, &owner) == KZ_OK)
		return owner;
	return *name;
}

/* A number for each row, which nobody else can foretell. */
static void
hash_of(const struct kz_pace *pace, const struct kz_name *name,
	uint32_t parts[ROWS])
{
	uint8_t hash[crypto_shorthash_BYTES];

	_Static_assert(sizeof(hash) == ROWS * sizeof(parts[0]), "two halves");
	crypto_shorthash(hash, (const unsigned char *)name->text, name->len,
		pace->secret);
	memcpy(parts, hash, sizeof(hash));
}

static void
find_cells(struct kz_pace *pace, const struct kz_name *owner)
{
	uint32_t parts[ROWS];

	hash_of(pace, owner, parts);
	for (size_t i = 0; i < ROWS; i++) {
		pace->cells[i] = &pace->full_ms[i][parts[i] % CELLS];
		pace->before_ms[i] = *pace->cells[i];
	}
}

/* Where a name is known, and as what. */
static uint32_t *
known_at(struct kz_pace *pace, const struct kz_name *name, uint32_t *tag)
{
	uint32_t parts[ROWS];

	hash_of(pace, name, parts);
	*tag = parts[1] != 0 ? parts[1] : 1;
	return &pace->known[parts[0] % KNOWN];
}

void
kz_pace_learn(struct kz_pace *pace, const struct kz_name *name, bool exists)
{
	uint32_t tag;
	uint32_t *place = known_at(pace, name, &tag);

	if (exists)
		*place = tag;
	else if (*place == tag)
		*place = 0;
}

static bool
known(struct kz_pace *pace, const struct kz_name *name)
{
	uint32_t tag;

	return *known_at(pace, name, &tag) == tag;
}

bool
kz_pace_take(struct kz_pace *pace, const struct kz_name *name, int64_t mono_ms,
	uint32_t *wait_ms)
{
	struct kz_name owner = owner_of(pace, name);
	int64_t full_ms, wait;

	find_cells(pace, &owner);
	if (known(pace, name)) {
		*wait_ms = 0;
		return true;
	}
	full_ms = pace->before_ms[0];
	for (size_t i = 1; i < ROWS; i++)
		if (pace->before_ms[i] < full_ms)
			full_ms = pace->before_ms[i];
	if (full_ms < mono_ms)
		full_ms = mono_ms;
	full_ms += pace->gap_ms;
	wait = full_ms - BURST_MS - mono_ms;
	if (wait > pace->wait_ms)
		return false;
	/* A cell that is fuller has that from another domain. */
	for (size_t i = 0; i < ROWS; i++)
		if (*pace->cells[i] < full_ms)
			*pace->cells[i] = full_ms;
	*wait_ms = wait > 0 ? (uint32_t)wait : 0;
	return true;
}

void
kz_pace_undo(struct kz_pace *pace)
{
	for (size_t i = 0; i < ROWS; i++)
		*pace->cells[i] = pace->before_ms[i];
}
