/* SPDX-License-Identifier: ISC */
/*
 * store_priv - what the files of the store share
 *
 * What:   store.c           the interface: get, put, delete, commit, state
 *         store_attach.c    from a folder to an open environment, and back
 *         store_env.c       Berkeley DB: environment, tables, its messages
 *         store_folder.c    the folder: rights, lock, format, space
 *         store_aside.c     damaged files out of the way
 *         store_backup.c    copies of the tables beside them
 *         store_restore.c   the records of a backup, back into a table
 *         store_salvage.c   files that nobody has open
 *         store_identity.c  the record that marks each table as ours
 *         store_overlay.c   what was put and is not yet on disk
 *         store_repair.c    after a hang, after the loss of the log
 *         store_scan.c      disk and overlay in the order of keys
 *         store_thread.c    checkpoints, log flush, watchdog
 *         store_writer.c    transactions, for a loop that must not wait long
 */
#ifndef KZ_STORE_PRIV_H
#define KZ_STORE_PRIV_H

#include <bsd/sys/tree.h>
#include <db.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "kizuki/io/store.h"

/* Octets of the path of an environment's folder; longer is KZ_EINVAL. */
#define STORE_HOME_MAX 1024
#define STORE_PATH_MAX (STORE_HOME_MAX + 256)

/*
 * Rows of one transaction.  A put locks up to three pages, and the lock table
 * has 20,000 places.
 */
#define STORE_TXN_ROWS 4096

/* The trouble is not known to be in one table. */
#define STORE_NO_TABLE KZ_TABLE_COUNT
/* For setting aside: the log's files and no table. */
#define STORE_LOG_ALONE ((enum kz_table)(KZ_TABLE_COUNT + 1))

#define STORE_SECRET_LEN     32
#define STORE_GENERATION_LEN 16

/* ---- store_overlay.c ---- */

struct store_row {
	RB_ENTRY(store_row) link;
	const uint8_t *key; /* in bytes; that of a search is elsewhere */
	uint16_t key_len;
	uint16_t len;
	uint16_t room; /* octets of bytes */
	bool deleted;
	uint8_t bytes[]; /* key, value */
};
RB_HEAD(store_tree, store_row);

struct store_chunk;
struct store_overlay {
	struct store_tree tree[KZ_TABLE_COUNT];
	size_t rows;
	struct store_row *spare; /* small rows, linked through rbe_left */
	struct store_chunk *chunks;
};

void store_overlay_init(struct store_overlay *overlay);
void store_overlay_free(struct store_overlay *overlay);
struct store_row *store_overlay_find(struct store_overlay *overlay,
	enum kz_table table, const uint8_t *key, size_t key_len);
/* The first row that is not before the key; NULL: none. */
struct store_row *store_overlay_from(struct store_overlay *overlay,
	enum kz_table table, const uint8_t *key, size_t key_len);
struct store_row *store_overlay_first(
	struct store_overlay *overlay, enum kz_table table);
struct store_row *store_overlay_next(struct store_row *row);
/* value NULL: the record is deleted. */
KZ_MUST_CHECK enum kz_result store_overlay_set(struct store_overlay *overlay,
	enum kz_table table, const uint8_t *key, size_t key_len,
	const uint8_t *value, size_t len);
void store_overlay_drop(struct store_overlay *overlay, enum kz_table table,
	struct store_row *row);
static inline const uint8_t *
store_row_value(const struct store_row *row)
{
	return row->bytes + row->key_len;
}

/* ---- the store ---- */

/* What Berkeley DB said since the notes were cleared. */
struct store_notes {
	pthread_mutex_t mutex; /* both threads write */
	int reason;            /* errno of a cause from outside, or 0 */
	bool log_lost;         /* tables are of a log that is not there */
	bool foreign;          /* a version which this library does not know */
	enum kz_table table;   /* named in a message */
	char text[160];        /* the first message */
};

/* Where reading or writing met damage. */
struct store_suspect {
	unsigned strikes; /* since the last success */
	enum kz_table table;
	uint8_t key[KZ_STORE_KEY_MAX + 1];
	size_t key_len;
};

/* How a transaction went. */
struct store_outcome {
	int answer;  /* 0, or Berkeley DB's */
	size_t rows; /* that were in it */
	enum kz_table table;
	const struct store_row *row; /* which failed; NULL: the whole */
};

/* A transaction that the loop makes itself. */
enum store_phase {
	STORE_REST, /* there is none */
	STORE_BUSY, /* it is under way, and the loop with it */
	STORE_LEFT  /* it hangs: the loop goes on on the writer's thread */
};

struct store_writer {
	pthread_t thread;
	bool runs;
	pthread_mutex_t mutex; /* against a thread that is joined meanwhile */
	sem_t asked;           /* overlay and outcome are the writer's */
	sem_t finished;        /* they are not any more */
	atomic_bool busy;      /* between the two */
	atomic_bool stop;
	struct store_overlay overlay;
	struct store_outcome outcome;
	atomic_uint batch;
	/* where the loop makes transactions itself: kz_store_stand_by */
	kz_store_go_on *go_on; /* NULL: the writer makes them */
	void *go_on_arg;
	pthread_t looping;   /* the thread that asked for it */
	atomic_int phase;    /* enum store_phase */
	atomic_bool watched; /* the writer looks at the phase */
	unsigned looked_at;  /* of the writer: batch at its last look */
	int looks;           /* and how many saw that one under way */
	atomic_bool back;    /* what was left is over */
	sem_t loop_again;    /* for who left it */
	/* of the loop */
	bool stalled; /* it went on without the writer */
	/* of the watchdog */
	unsigned seen_batch;
	int64_t seen_ms;
};

struct store_threads {
	pthread_t housekeeper;
	bool housekeeper_runs;
	int stop_housekeeper; /* eventfd */
	pthread_t watchdog;
	bool watchdog_runs;
	int stop_watchdog; /* eventfd */
	atomic_uint beats;
	atomic_bool paused;    /* the store itself is at long work */
	atomic_int busy_table; /* which the caller reads or writes */
	atomic_bool gone;      /* the folder was removed or replaced */
};

struct store_backups {
	atomic_bool asked;
	_Atomic int64_t newest_s; /* 0: there is none */
	bool failing;             /* of the housekeeper */
};

struct kz_store {
	struct kz_store_options options;
	char home[STORE_HOME_MAX];
	struct pidfh *lock;
	DB_ENV *env; /* NULL: memory only */
	DB *table[KZ_TABLE_COUNT];
	uint64_t attached; /* how often an environment was opened */
	struct store_overlay overlay;
	struct store_notes notes;
	struct store_suspect suspect;
	struct store_threads threads;
	struct store_writer writer;
	struct store_backups backups;
	uint8_t generation[STORE_GENERATION_LEN];
	uint8_t secret[STORE_SECRET_LEN];
	bool emptied[KZ_TABLE_COUNT]; /* set aside, and that was said */
	bool marked;     /* the folder's note said that a store was there */
	bool tried;      /* tried_s holds a moment */
	int64_t tried_s; /* the last attempt to get the disk back */
	struct kz_store_state state;
};

const char *store_table_name(enum kz_table table);
/* Through the log function, one line. */
__attribute__((format(printf, 3, 4))) void store_say(
	const struct kz_store *store, enum kz_store_level level,
	const char *format, ...);
/* The disk fails: say why, once for each cause. */
__attribute__((format(printf, 2, 3))) void store_fail(
	struct kz_store *store, const char *format, ...);

/* ---- store_env.c ---- */

/* 0 or Berkeley DB's answer; nothing is left open then. */
int store_env_open(struct kz_store *store);
/* broken: nothing can be written to it any more. */
void store_env_close(struct kz_store *store, bool broken);
/*
 * The errno of the outer cause (full, no rights, ...) behind an answer of
 * Berkeley DB; 0: there is none, so it is damage.
 */
int store_env_reason(struct kz_store *store, int answer);
/* In words for an administrator. */
const char *store_reason_text(int reason);
void store_notes_clear(struct kz_store *store);
/* A copy: the other thread may be writing. */
struct store_notes store_notes_read(struct kz_store *store);

/* ---- store_folder.c ---- */

/*
 * The folder is there, ours, locked, of our format, writable, not full.  What
 * is amiss otherwise goes through store_fail.
 */
KZ_MUST_CHECK enum kz_result store_folder_take(struct kz_store *store);
/* Leave the note that says which format the folder holds. */
KZ_MUST_CHECK enum kz_result store_folder_mark(struct kz_store *store);
void store_folder_leave(struct kz_store *store);
/* Still the folder that was locked? */
bool store_folder_same(const struct kz_store *store);
KZ_MUST_CHECK enum kz_result store_path(const struct kz_store *store,
	const char *name, char *path, size_t size);
/* Does a name in the folder belong to the environment? */
bool store_folder_is_ours(const char *name);
/* Write a file anew; 0 or errno. */
int store_file_write(const char *path, const char *bytes, size_t len);

/* ---- store_aside.c ---- */

/*
 * Move one table, all files of the environment (STORE_NO_TABLE) or the log
 * (STORE_LOG_ALONE) into a new folder broken-TIME inside the home; said at
 * alert with why.
 */
KZ_MUST_CHECK enum kz_result store_set_aside(
	struct kz_store *store, enum kz_table what, const char *why);

/* ---- store_repair.c ---- */

/* On the watchdog's thread: which table was being read. */
void store_hung_note(struct kz_store *store);
/* If there is such a note: verify that table, set it aside where bad. */
KZ_MUST_CHECK enum kz_result store_repair_hung(struct kz_store *store);
/*
 * Without a usable log: set aside what there is of it, and the tables that are
 * not whole without it.
 */
KZ_MUST_CHECK enum kz_result store_repair_log(
	struct kz_store *store, const char *why);

/* ---- store_identity.c ---- */

/*
 * Read the marks of all tables, write those that are missing.  0, or Berkeley
 * DB's answer; DB_OLD_VERSION: written by a newer kizuki.
 */
int store_identity_check(struct kz_store *store);

/* ---- store_attach.c ---- */

/* Take the folder, open, recover, set aside what is damaged. */
KZ_MUST_CHECK enum kz_result store_attach(struct kz_store *store);
void store_detach(struct kz_store *store, bool broken);
/* A read or write was answered with a failure; key NULL: no known place. */
void store_trouble(struct kz_store *store, enum kz_table table,
	const uint8_t *key, size_t key_len, int answer);

/* ---- store_scan.c ---- */

/* Read at and behind the key, to see whether it can be read. */
int store_scan_try(struct kz_store *store, enum kz_table table,
	const uint8_t *key, size_t key_len);

/* ---- store_backup.c ---- */

void store_backup_begin(struct kz_store *store);
/* Once a second on the housekeeper's thread. */
void store_backup_tick(struct kz_store *store, uint32_t ticks);
/* All pages of a file that nobody has open can be read and are right. */
bool store_file_sound(const char *path);

/* ---- store_restore.c ---- */

/* The mark of a table in the newest backup; 0, or Berkeley DB's answer. */
int store_backup_mark(
	const struct kz_store *store, enum kz_table table, DBT *data);
/* Put back what the newest backup holds of these tables; said. */
void store_restore(struct kz_store *store, const bool wanted[KZ_TABLE_COUNT]);

/* ---- store_commit.c ---- */

/* Write the overlay, whatever the time; KZ_EIO: some of it stays. */
KZ_MUST_CHECK enum kz_result store_flush(struct kz_store *store);
/*
 * One transaction of the first STORE_TXN_ROWS rows, on whichever thread makes
 * them; touches nothing else of the store.
 */
void store_transaction(struct kz_store *store, struct store_overlay *overlay,
	struct store_outcome *outcome);
/* It failed: say so, and open again where that may help. */
void store_outcome_trouble(
	struct kz_store *store, const struct store_outcome *outcome);

/* ---- store_thread.c ---- */

/* A thread that gets no signals.  false: none to be had. */
bool store_thread_start(
	pthread_t *thread, void *(*body)(void *), struct kz_store *store);
/* false: no thread to be had. */
bool store_housekeeper_start(struct kz_store *store);
void store_housekeeper_stop(struct kz_store *store);
/*
 * The store itself is at work that may take longer than the watchdog's
 * patience, and that cannot spin: recovery, a checkpoint.
 */
void store_pause(struct kz_store *store, bool paused);
bool store_watchdog_start(struct kz_store *store);
void store_watchdog_stop(struct kz_store *store);

/* ---- store_writer.c ---- */

/* false: no thread to be had. */
bool store_writer_start(struct kz_store *store);
/* Waits for what is under way. */
void store_writer_stop(struct kz_store *store);
/*
 * Let it write the first rows of the overlay; the outcome is in writer.outcome.
 * KZ_ETIMEOUT: the disk does not answer, said; the store is stalled from now
 * on.
 */
KZ_MUST_CHECK enum kz_result store_writer_run(struct kz_store *store);
/* false: still stalled. */
bool store_writer_ready(struct kz_store *store);
/* Wait until it is not. */
void store_writer_settle(struct kz_store *store);
/* Once a second, on the watchdog's thread: it is at work on the same rows as
 * before, and not waiting. */
bool store_writer_spun(struct kz_store *store);
/* The tables may be read: they are open, and the writer holds nothing. */
static inline bool
store_readable(const struct kz_store *store)
{
	return store->env != NULL && !store->writer.stalled;
}

#endif
