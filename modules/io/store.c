/* SPDX-License-Identifier: ISC */
#include "store_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/stdlib.h>
#include <bsd/string.h>

#define MEMORY_ROWS_DEFAULT 100000
#define LINE_MAX_OCTETS     1500
#define SECRET_KEY          "secret"

static const char *const table_names[] = {
	[KZ_TABLE_GREY] = "grey.db",
	[KZ_TABLE_SITE] = "site.db",
	[KZ_TABLE_EVIDENCE] = "evidence.db",
	[KZ_TABLE_TOUCH] = "touch.db",
	[KZ_TABLE_WORD] = "word.db",
	[KZ_TABLE_META] = "meta.db",
};

const char *
store_table_name(enum kz_table table)
{
	return table_names[table];
}

/* Foreign bytes in a path or a library's message stay on one line. */
static void line_make(char *line, size_t size, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

static void
line_make(char *line, size_t size, const char *format, va_list args)
{
	int len = vsnprintf(line, size, format, args);

	if (len < 0)
		line[0] = '\0';
	else if ((size_t)len >= size)
		memcpy(line + size - 4, "...", 4);
	for (char *c = line; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
}

void
store_say(const struct kz_store *store, enum kz_store_level level,
	const char *format, ...)
{
	char line[LINE_MAX_OCTETS];
	va_list args;

	if (store->options.log == NULL)
		return;
	va_start(args, format);
	line_make(line, sizeof(line), format, args);
	va_end(args);
	store->options.log(store->options.log_arg, level, line);
}

void
store_fail(struct kz_store *store, const char *format, ...)
{
	struct kz_store_state *state = &store->state;
	char line[LINE_MAX_OCTETS];
	char cause[sizeof(state->cause)];
	va_list args;

	va_start(args, format);
	line_make(line, sizeof(line), format, args);
	va_end(args);
	if (strlcpy(cause, line, sizeof(cause)) >= sizeof(cause))
		memcpy(cause + sizeof(cause) - 4, "...", 4);
	if (state->failing && strcmp(cause, state->cause) == 0)
		return;
	state->failing = true;
	memcpy(state->cause, cause, sizeof(cause));
	if (store->options.log != NULL)
		store->options.log(
			store->options.log_arg, KZ_STORE_ALERT, line);
}

static enum kz_result
store_make(const struct kz_store_options *options, struct kz_store **made)
{
	struct kz_store *store;

	if (options->home == NULL || options->home[0] == '\0' ||
		strlen(options->home) >= STORE_HOME_MAX)
		return KZ_EINVAL;
	store = calloc(1, sizeof(*store));
	if (store == NULL)
		return KZ_ENOMEM;
	store->options = *options;
	if (strlcpy(store->home, options->home, sizeof(store->home)) >=
		sizeof(store->home)) {
		free(store);
		return KZ_EINVAL;
	}
	store->options.home = store->home;
	if (store->options.memory_rows == 0)
		store->options.memory_rows = MEMORY_ROWS_DEFAULT;
	store_overlay_init(&store->overlay);
	if (pthread_mutex_init(&store->notes.mutex, NULL) != 0) {
		free(store);
		return KZ_ENOMEM;
	}
	store->notes.table = STORE_NO_TABLE;
	store->suspect.table = STORE_NO_TABLE;
	atomic_store(&store->threads.busy_table, (int)STORE_NO_TABLE);
	/* the identity of a store that begins; one on disk replaces it */
	arc4random_buf(store->generation, sizeof(store->generation));
	arc4random_buf(store->secret, sizeof(store->secret));
	*made = store;
	return KZ_OK;
}

static void
store_free(struct kz_store *store)
{
	store_writer_stop(store);
	store_detach(store, store->state.failing);
	store_watchdog_stop(store);
	store_overlay_free(&store->overlay);
	(void)pthread_mutex_destroy(&store->notes.mutex);
	explicit_bzero(store->secret, sizeof(store->secret));
	free(store);
}

enum kz_result
kz_store_open(const struct kz_store_options *options, struct kz_store **store)
{
	struct kz_store *made;
	enum kz_result result = store_make(options, &made);

	if (result != KZ_OK)
		return result;
	/* first: even reading the tables' marks may meet a page of zeros */
	result = store_writer_start(made) && store_watchdog_start(made)
		? store_attach(made)
		: KZ_ENOMEM;
	if (result != KZ_OK) {
		store_free(made);
		return result;
	}
	*store = made;
	return KZ_OK;
}

enum kz_result
kz_store_open_memory(
	const struct kz_store_options *options, struct kz_store **store)
{
	struct kz_store *made;
	enum kz_result result = store_make(options, &made);

	if (result != KZ_OK)
		return result;
	store_fail(made, "%s is not open: decisions go on from memory",
		made->home);
	if (!store_writer_start(made) || !store_watchdog_start(made)) {
		store_free(made);
		return KZ_ENOMEM;
	}
	*store = made;
	return KZ_OK;
}

void
kz_store_close(struct kz_store **store)
{
	struct kz_store *closing = *store;

	if (closing == NULL)
		return;
	store_writer_settle(closing);
	if (closing->overlay.rows > 0 &&
		(closing->env == NULL || store_flush(closing) != KZ_OK))
		store_say(closing, KZ_STORE_ALERT,
			"%s: closed without %zu records that were in memory "
			"only",
			closing->home, closing->overlay.rows);
	store_free(closing);
	*store = NULL;
}

static bool
is_secret(enum kz_table table, const uint8_t *key, size_t key_len)
{
	return table == KZ_TABLE_META && key_len == sizeof(SECRET_KEY) - 1 &&
		memcmp(key, SECRET_KEY, key_len) == 0;
}

static bool
key_fits(enum kz_table table, size_t key_len)
{
	return table < KZ_TABLE_COUNT && key_len > 0 &&
		key_len <= KZ_STORE_KEY_MAX;
}

static enum kz_result
give(const uint8_t *from, size_t from_len, uint8_t *value, size_t size,
	size_t *len)
{
	if (from_len > size)
		return KZ_ETRUNC;
	memcpy(value, from, from_len);
	*len = from_len;
	return KZ_OK;
}

static enum kz_result
disk_get(struct kz_store *store, enum kz_table table, const uint8_t *key,
	size_t key_len, DBT *data)
{
	uint8_t copy[KZ_STORE_KEY_MAX];
	DBT wanted = {.data = copy, .size = (u_int32_t)key_len};
	DB *db = store->table[table];
	int answer;

	if (!store_readable(store))
		return KZ_EIO;
	/* the library wants a key that it may write to */
	memcpy(copy, key, key_len);
	atomic_store_explicit(
		&store->threads.busy_table, (int)table, memory_order_relaxed);
	/* outside of any transaction, and none is open: see store_commit.c */
	answer = db->get(db, NULL, &wanted, data, 0);
	atomic_store_explicit(&store->threads.busy_table, (int)STORE_NO_TABLE,
		memory_order_relaxed);
	switch (answer) {
	case 0:
		return KZ_OK;
	case DB_NOTFOUND:
		return KZ_NOT_FOUND;
	case DB_BUFFER_SMALL:
		return KZ_ETRUNC;
	default:
		store_trouble(store, table, key, key_len, answer);
		return KZ_EIO;
	}
}

enum kz_result
/* NOLINTNEXTLINE(readability-function-size): the interface's arguments */
kz_store_get(struct kz_store *store, enum kz_table table, const uint8_t *key,
	size_t key_len, uint8_t *value, size_t size, size_t *len)
{
	DBT data = {.data = value,
		.ulen = size < UINT32_MAX ? (u_int32_t)size : UINT32_MAX,
		.flags = DB_DBT_USERMEM};
	enum kz_result result;

	if (!key_fits(table, key_len))
		return KZ_EINVAL;
	if (is_secret(table, key, key_len))
		return give(
			store->secret, sizeof(store->secret), value, size, len);
	if (store->overlay.rows > 0) {
		const struct store_row *row = store_overlay_find(
			&store->overlay, table, key, key_len);

		if (row != NULL && row->deleted)
			return KZ_NOT_FOUND;
		if (row != NULL)
			return give(store_row_value(row), row->len, value, size,
				len);
	}
	result = disk_get(store, table, key, key_len, &data);
	if (result == KZ_OK)
		*len = data.size;
	return result;
}

/* May the record be put or deleted now? */
static enum kz_result
change_check(struct kz_store *store, enum kz_table table, const uint8_t *key,
	size_t key_len)
{
	if (!key_fits(table, key_len) || is_secret(table, key, key_len))
		return KZ_EINVAL;
	if (store->overlay.rows < store->options.memory_rows ||
		store_overlay_find(&store->overlay, table, key, key_len) !=
			NULL)
		return KZ_OK;
	store->state.dropped++;
	return KZ_EFULL;
}

enum kz_result
kz_store_put(struct kz_store *store, enum kz_table table, const uint8_t *key,
	size_t key_len, const uint8_t *value, size_t len)
{
	static const uint8_t nothing[1];
	enum kz_result result;

	if (len > KZ_STORE_VALUE_MAX || (value == NULL && len > 0))
		return KZ_EINVAL;
	result = change_check(store, table, key, key_len);
	if (result != KZ_OK)
		return result;
	return store_overlay_set(&store->overlay, table, key, key_len,
		value != NULL ? value : nothing, len);
}

enum kz_result
kz_store_delete(struct kz_store *store, enum kz_table table, const uint8_t *key,
	size_t key_len)
{
	enum kz_result result = change_check(store, table, key, key_len);

	if (result != KZ_OK)
		return result;
	return store_overlay_set(&store->overlay, table, key, key_len, NULL, 0);
}

void
kz_store_beat(struct kz_store *store)
{
	atomic_fetch_add_explicit(
		&store->threads.beats, 1, memory_order_relaxed);
}

void
kz_store_state(const struct kz_store *store, struct kz_store_state *state)
{
	*state = store->state;
	state->waiting = store->overlay.rows;
	state->backup_s = atomic_load(&store->backups.newest_s);
}
