/* SPDX-License-Identifier: ISC */
#include "store_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Rows are read from the disk in slices, and no cursor stays open while the
 * visitor works: a commit of its own would wait for that cursor's lock for
 * ever.
 */
#define SLICE_OCTETS (32UL * 1024)

struct slice {
	void *next;        /* Berkeley DB's place in bytes; NULL: used up */
	bool at_end;       /* nothing behind it */
	uint64_t attached; /* as of reading; older than the store's: stale */
	uint64_t commits;
	const uint8_t *key; /* the current row; NULL: none */
	size_t key_len;
	const uint8_t *value;
	size_t len;
	DBT data;
	uint32_t bytes[SLICE_OCTETS / sizeof(uint32_t)];
};

struct scan {
	struct kz_store *store;
	enum kz_table table;
	const uint8_t *prefix;
	size_t prefix_len;
	uint8_t place[KZ_STORE_KEY_MAX + 1]; /* the first key not yet visited */
	size_t place_len;
	uint8_t value[KZ_STORE_VALUE_MAX];
	bool disk_failed; /* what is in memory is visited all the same */
	struct slice slice;
};

static void
slice_step(struct slice *slice)
{
	void *key, *value;
	size_t key_len, len;

	slice->key = NULL;
	if (slice->next == NULL)
		return;
	DB_MULTIPLE_KEY_NEXT(
		slice->next, &slice->data, key, key_len, value, len);
	if (slice->next == NULL)
		return;
	slice->key = key;
	slice->key_len = key_len;
	slice->value = value;
	slice->len = len;
}

/* Read the rows from place on. */
static int
slice_read(struct kz_store *store, enum kz_table table, const uint8_t *place,
	size_t place_len, struct slice *slice)
{
	DB *db = store->table[table];
	uint8_t found[KZ_STORE_KEY_MAX + 1];
	DBT key = {.data = found,
		.size = (u_int32_t)place_len,
		.ulen = sizeof(found),
		.flags = DB_DBT_USERMEM};
	DBC *cursor;
	int answer;

	memcpy(found, place, place_len);
	slice->data = (DBT){.data = slice->bytes,
		.ulen = SLICE_OCTETS,
		.flags = DB_DBT_USERMEM};
	slice->next = NULL;
	slice->key = NULL;
	slice->attached = store->attached;
	slice->commits = store->state.commits;
	atomic_store(&store->threads.busy_table, (int)table);
	answer = db->cursor(db, NULL, &cursor, DB_CURSOR_BULK);
	if (answer == 0) {
		int closed;

		answer = cursor->get(cursor, &key, &slice->data,
			DB_SET_RANGE | DB_MULTIPLE_KEY);
		closed = cursor->close(cursor);
		if (answer == 0)
			answer = closed;
	}
	atomic_store(&store->threads.busy_table, (int)STORE_NO_TABLE);
	slice->at_end = answer == DB_NOTFOUND;
	if (slice->at_end)
		return 0;
	if (answer != 0)
		return answer;
	DB_MULTIPLE_INIT(slice->next, &slice->data);
	slice_step(slice);
	return 0;
}

int
store_scan_try(struct kz_store *store, enum kz_table table, const uint8_t *key,
	size_t key_len)
{
	struct slice *slice = calloc(1, sizeof(*slice));
	int answer;

	if (slice == NULL)
		return ENOMEM;
	answer = slice_read(store, table, key, key_len, slice);
	free(slice);
	return answer;
}

static int
order(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	int common = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return common != 0 ? common : (a_len > b_len) - (a_len < b_len);
}

static bool
in_prefix(const struct scan *scan, const uint8_t *key, size_t key_len)
{
	return key_len >= scan->prefix_len &&
		memcmp(key, scan->prefix, scan->prefix_len) == 0;
}

/* The disk's next row into slice->key (NULL: none, or the disk fails). */
static void
disk_next(struct scan *scan)
{
	struct slice *slice = &scan->slice;
	struct kz_store *store = scan->store;
	int answer;

	if (store_readable(store) && slice->attached == store->attached &&
		slice->commits == store->state.commits) {
		while (slice->key != NULL &&
			order(slice->key, slice->key_len, scan->place,
				scan->place_len) < 0)
			slice_step(slice);
		if (slice->key != NULL || slice->at_end)
			return;
	}
	slice->key = NULL;
	if (store_readable(store) && !scan->disk_failed) {
		answer = slice_read(store, scan->table, scan->place,
			scan->place_len, slice);
		if (answer == 0)
			return;
		store_trouble(store, scan->table, scan->place, scan->place_len,
			answer);
	}
	slice->key = NULL;
	scan->disk_failed = true;
}

/* The smallest key behind this one. */
static void
place_behind(struct scan *scan, const uint8_t *key, size_t key_len)
{
	memmove(scan->place, key, key_len);
	scan->place[key_len] = 0;
	scan->place_len = key_len + 1;
}

enum step { STEP_VISIT, STEP_DELETED, STEP_END };

/* Put the next row's key into place, and where its value is into value. */
static enum step
scan_step(struct scan *scan, const uint8_t **value, size_t *len)
{
	struct slice *slice = &scan->slice;
	struct store_row *row = store_overlay_from(&scan->store->overlay,
		scan->table, scan->place, scan->place_len);
	int which;

	if (row != NULL && !in_prefix(scan, row->key, row->key_len))
		row = NULL;
	if (slice->key != NULL &&
		!in_prefix(scan, slice->key, slice->key_len)) {
		slice->key = NULL;
		slice->at_end = true;
	}
	if (row == NULL && slice->key == NULL)
		return STEP_END;
	which = row == NULL ? 1
		: slice->key == NULL
		? -1
		: order(row->key, row->key_len, slice->key, slice->key_len);
	if (which > 0) {
		*value = slice->value;
		*len = slice->len;
		place_behind(scan, slice->key, slice->key_len);
		return STEP_VISIT;
	}
	/* copied: the visitor may put the same key */
	memcpy(scan->value, store_row_value(row), row->len);
	*value = scan->value;
	*len = row->len;
	place_behind(scan, row->key, row->key_len);
	return row->deleted ? STEP_DELETED : STEP_VISIT;
}

static void
scan_begin(struct scan *scan, const uint8_t *from, size_t from_len)
{
	const uint8_t *start = scan->prefix;
	size_t len = scan->prefix_len;

	if (from != NULL && order(from, from_len, start, len) > 0) {
		start = from;
		len = from_len;
	}
	/* the empty key is the table's mark, and nobody's business */
	scan->place_len = len > 0 ? len : 1;
	if (len > 0)
		memcpy(scan->place, start, len);
	/* no slice was read: any number but the store's */
	scan->slice.attached = scan->store->attached - 1;
}

enum kz_result
/* NOLINTNEXTLINE(readability-function-size): the interface's arguments */
kz_store_scan(struct kz_store *store, enum kz_table table,
	const uint8_t *prefix, size_t prefix_len, const uint8_t *from,
	size_t from_len, size_t limit, kz_store_visit *visit, void *arg)
{
	struct scan *scan;
	enum kz_result result;
	enum step step = STEP_VISIT;
	size_t visited = 0;

	if (table >= KZ_TABLE_COUNT || prefix_len > KZ_STORE_KEY_MAX ||
		from_len > KZ_STORE_KEY_MAX)
		return KZ_EINVAL;
	scan = calloc(1, sizeof(*scan));
	if (scan == NULL)
		return KZ_ENOMEM;
	scan->store = store;
	scan->table = table;
	scan->prefix = prefix_len > 0 ? prefix : scan->place;
	scan->prefix_len = prefix_len;
	scan_begin(scan, from, from_len);
	while (step != STEP_END && (limit == 0 || visited < limit)) {
		const uint8_t *value;
		size_t len;

		disk_next(scan);
		step = scan_step(scan, &value, &len);
		if (step != STEP_VISIT)
			continue;
		visited++;
		if (!visit(arg, scan->place, scan->place_len - 1, value, len))
			break;
	}
	result = scan->disk_failed ? KZ_EIO : KZ_OK;
	free(scan);
	return result;
}
