/* SPDX-License-Identifier: ISC */
#include "store_priv.h"

#include <stdlib.h>
#include <string.h>

/*
 * Small rows (greylist entries, touches, words) come from chunks and go back
 * to a free list, so that a decision costs no malloc.
 */
#define SMALL_ROOM 112
#define CHUNK_ROWS 64

struct store_chunk {
	struct store_chunk *next;
	char *rows;
};

static size_t
small_size(void)
{
	size_t size = offsetof(struct store_row, bytes) + SMALL_ROOM;
	size_t align = _Alignof(struct store_row);

	return (size + align - 1) / align * align;
}

static int
compare(const struct store_row *a, const struct store_row *b)
{
	size_t common = a->key_len < b->key_len ? a->key_len : b->key_len;
	int order = memcmp(a->key, b->key, common);

	/* as Berkeley DB orders keys: the shorter one first */
	return order != 0 ? order : (int)a->key_len - (int)b->key_len;
}

/*
 * libbsd's RB_GENERATE_STATIC needs __unused, which glibc does not have.  The
 * analyzer loses a tree's links and sees removed rows in it.
 */
/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
RB_GENERATE_INTERNAL(store_tree, store_row, link, compare,
	static __attribute__((__unused__)))

void
store_overlay_init(struct store_overlay *overlay)
{
	*overlay = (struct store_overlay){.rows = 0};
	for (int table = 0; table < KZ_TABLE_COUNT; table++)
		RB_INIT(&overlay->tree[table]);
}

static bool
grow(struct store_overlay *overlay)
{
	struct store_chunk *chunk = malloc(sizeof(*chunk));

	if (chunk == NULL)
		return false;
	chunk->rows = calloc(CHUNK_ROWS, small_size());
	if (chunk->rows == NULL) {
		free(chunk);
		return false;
	}
	chunk->next = overlay->chunks;
	overlay->chunks = chunk;
	for (size_t i = 0; i < CHUNK_ROWS; i++) {
		void *place = chunk->rows + i * small_size();
		struct store_row *row = place;

		row->link.rbe_left = overlay->spare;
		overlay->spare = row;
	}
	return true;
}

static struct store_row *
row_make(struct store_overlay *overlay, size_t room)
{
	struct store_row *row;

	if (room > SMALL_ROOM) {
		row = malloc(offsetof(struct store_row, bytes) + room);
		if (row != NULL)
			row->room = (uint16_t)room;
		return row;
	}
	if (overlay->spare == NULL && !grow(overlay))
		return NULL;
	row = overlay->spare;
	overlay->spare = row->link.rbe_left;
	row->room = SMALL_ROOM;
	return row;
}

static void
row_free(struct store_overlay *overlay, struct store_row *row)
{
	if (row->room > SMALL_ROOM) {
		free(row);
		return;
	}
	row->link.rbe_left = overlay->spare;
	overlay->spare = row;
}

void
store_overlay_drop(struct store_overlay *overlay, enum kz_table table,
	struct store_row *row)
{
	store_tree_RB_REMOVE(&overlay->tree[table], row);
	row_free(overlay, row);
	overlay->rows--;
}

void
store_overlay_free(struct store_overlay *overlay)
{
	for (enum kz_table table = 0; table < KZ_TABLE_COUNT; table++) {
		struct store_row *row;

		while ((row = store_overlay_first(overlay, table)) != NULL)
			store_overlay_drop(overlay, table, row);
	}
	while (overlay->chunks != NULL) {
		struct store_chunk *chunk = overlay->chunks;

		overlay->chunks = chunk->next;
		free(chunk->rows);
		free(chunk);
	}
	overlay->spare = NULL;
}

struct store_row *
store_overlay_find(struct store_overlay *overlay, enum kz_table table,
	const uint8_t *key, size_t key_len)
{
	struct store_row wanted = {.key = key, .key_len = (uint16_t)key_len};

	return store_tree_RB_FIND(&overlay->tree[table], &wanted);
}

struct store_row *
store_overlay_from(struct store_overlay *overlay, enum kz_table table,
	const uint8_t *key, size_t key_len)
{
	struct store_row wanted = {.key = key, .key_len = (uint16_t)key_len};

	return store_tree_RB_NFIND(&overlay->tree[table], &wanted);
}

struct store_row *
store_overlay_first(struct store_overlay *overlay, enum kz_table table)
{
	return store_tree_RB_MINMAX(&overlay->tree[table], RB_NEGINF);
}

struct store_row *
store_overlay_next(struct store_row *row)
{
	return store_tree_RB_NEXT(row);
}

enum kz_result
store_overlay_set(struct store_overlay *overlay, enum kz_table table,
	const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
	struct store_row *old =
		store_overlay_find(overlay, table, key, key_len);
	struct store_row *row = old;

	if (old == NULL || old->room < key_len + len) {
		row = row_make(overlay, key_len + len);
		if (row == NULL)
			return KZ_ENOMEM;
		memcpy(row->bytes, key, key_len);
		row->key = row->bytes;
		row->key_len = (uint16_t)key_len;
	}
	if (len > 0)
		memmove(row->bytes + key_len, value, len);
	row->len = (uint16_t)len;
	row->deleted = value == NULL;
	if (row == old)
		return KZ_OK;
	/* only now: key and value may have pointed into the old row */
	if (old != NULL)
		store_overlay_drop(overlay, table, old);
	store_tree_RB_INSERT(&overlay->tree[table], row);
	overlay->rows++;
	return KZ_OK;
}
