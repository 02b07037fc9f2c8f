/* SPDX-License-Identifier: ISC */
/*
 * store - kizukid's memory on disk
 *
 * What:   a few ordered tables of small records in one transactional Berkeley
 *         DB environment.  Puts and deletes collect in memory; kz_store_commit
 *         writes them as one transaction, and from then on they survive
 *         SIGKILL.  Reads see what was put, committed or not.
 *         Where the disk fails, or does not answer in time, the collected
 *         changes stay in memory (bounded) and are tried again every 5 s, so
 *         that decisions go on.
 * Owner:  the store belongs to whoever opened it, and so do its three threads
 *         (writer: transactions, or a look at the caller's; housekeeper:
 *         checkpoints, log flush, backups; watchdog).  Bytes are copied in and
 *         out.
 * Errors: each cause has its own message through the log function, once when
 *         it begins and once when it ends.
 * Not:    no decisions, no expiry rules: the caller sweeps.  One thread calls
 *         at a time: see kz_store_stand_by.
 */
#ifndef KIZUKI_IO_STORE_H
#define KIZUKI_IO_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/base/result.h"

#define KZ_STORE_KEY_MAX   640
#define KZ_STORE_VALUE_MAX 4096

/* One file each. */
enum kz_table {
	KZ_TABLE_GREY,     /* greylist entries and origins */
	KZ_TABLE_SITE,     /* sites */
	KZ_TABLE_EVIDENCE, /* evidence by site */
	KZ_TABLE_TOUCH,    /* contacts by service and address: rate limits */
	KZ_TABLE_WORD,     /* operator's words on clients and addresses */
	KZ_TABLE_META,     /* version, secret, counts */
	KZ_TABLE_COUNT
};

struct kz_store;

enum kz_store_level { KZ_STORE_INFO, KZ_STORE_WARNING, KZ_STORE_ALERT };

/* One line without its end; path and cause are in it. */
typedef void kz_store_log(
	void *arg, enum kz_store_level level, const char *message);

struct kz_store_options {
	const char *home;     /* folder; created with mode 0700 */
	uint64_t cache_bytes; /* 0: 64 MiB */
	bool sync;            /* each commit reaches the disk, not the kernel */
	uint32_t checkpoint_s; /* 0: 30 */
	uint32_t backup_s;     /* a backup when the newest is older; 0: none */
	uint32_t backup_keep;  /* backups kept, at least 1 */
	uint32_t watchdog_s;   /* abort() when kz_store_beat stays away so long;
				  0: never */
	size_t memory_rows;    /* kept while the disk fails; 0: 100,000 */
	kz_store_log *log;     /* called on both threads */
	void *log_arg;
};

/*
 * Open or create, running recovery.  A damaged table, or the whole environment
 * where the table is not known, is moved to home/broken-TIME (said at alert)
 * and begun with what the newest backup holds of it, its age said, or empty
 * where there is none; so is a table whose file is gone.  KZ_EBUSY: another
 * process has it (its pid is in the message).  KZ_EVERSION: written by a newer
 * kizuki; left alone.  KZ_EIO: cannot be used now (missing rights, full,
 * read-only). With *store opened or not, the message names the cause and the
 * path.
 */
KZ_MUST_CHECK enum kz_result kz_store_open(
	const struct kz_store_options *options, struct kz_store **store);

/*
 * A store without a disk: keeps memory_rows in memory and tries to open
 * options->home at kz_store_commit, every 5 s.  For KZ_EIO above.
 */
KZ_MUST_CHECK enum kz_result kz_store_open_memory(
	const struct kz_store_options *options, struct kz_store **store);

/* Commit, checkpoint, close, clear the pointer.  NULL is fine. */
void kz_store_close(struct kz_store **store);

/*
 * Read one record into value; *len becomes its octets.  KZ_NOT_FOUND: none.
 * KZ_ETRUNC: longer than size.  KZ_EIO: the disk fails and memory has nothing.
 *
 * KZ_TABLE_META holds "secret": 32 random octets made with the store.  It is
 * read from memory at no cost; read it at each use, for a store that begins
 * without its disk has another one until the disk is there.  It cannot be put
 * or deleted (KZ_EINVAL).
 */
KZ_MUST_CHECK enum kz_result kz_store_get(struct kz_store *store,
	enum kz_table table, const uint8_t *key, size_t key_len, uint8_t *value,
	size_t size, size_t *len);

/*
 * KZ_EFULL: memory_rows are waiting; nothing was taken.  KZ_EINVAL: an empty
 * key, or more octets than KZ_STORE_KEY_MAX or KZ_STORE_VALUE_MAX.
 */
KZ_MUST_CHECK enum kz_result kz_store_put(struct kz_store *store,
	enum kz_table table, const uint8_t *key, size_t key_len,
	const uint8_t *value, size_t len);

/* No such record is KZ_OK; otherwise as kz_store_put. */
KZ_MUST_CHECK enum kz_result kz_store_delete(struct kz_store *store,
	enum kz_table table, const uint8_t *key, size_t key_len);

/*
 * Called for each record of a scan in the order of keys; false ends it.  It
 * may read, put, delete and commit, in the same table too.
 */
typedef bool kz_store_visit(void *arg, const uint8_t *key, size_t key_len,
	const uint8_t *value, size_t len);

/*
 * Visit the records whose keys begin with prefix and are not before from
 * (NULL: the first), at most limit of them (0: all).  KZ_EIO: the disk fails;
 * what memory holds was visited.
 */
KZ_MUST_CHECK enum kz_result kz_store_scan(struct kz_store *store,
	enum kz_table table, const uint8_t *prefix, size_t prefix_len,
	const uint8_t *from, size_t from_len, size_t limit,
	kz_store_visit *visit, void *arg);

/*
 * Make all puts and deletes since the last commit durable against SIGKILL: all
 * or none of them, up to 4096 (more go as several transactions).
 * KZ_EIO: they stay in memory and are tried again; said once.
 * Nothing to do is KZ_OK and costs nothing.  With the clock set back, an
 * attempt that is due is made at once.
 */
KZ_MUST_CHECK enum kz_result kz_store_commit(
	struct kz_store *store, int64_t now_s);

/*
 * From now on kz_store_commit makes its transactions on the caller's thread,
 * which is far cheaper than to have another thread make them.  When one hangs,
 * go_on runs on a thread of the store, in the caller's place, until
 * kz_store_hangs says no or the program ends; until then kz_store_commit does
 * not return.  So the caller must hold nothing that go_on needs: a loop stands
 * outside of its callbacks.  NULL: as before.
 */
typedef void kz_store_go_on(void *arg);
void kz_store_stand_by(
	struct kz_store *store, kz_store_go_on *go_on, void *arg);

/* The transaction that brought go_on about is still under way. */
bool kz_store_hangs(struct kz_store *store);

/* The caller's loop is alive. */
void kz_store_beat(struct kz_store *store);

struct kz_store_state {
	bool failing;     /* the disk does not take what is put */
	uint64_t waiting; /* rows in memory only */
	uint64_t dropped; /* puts refused with KZ_EFULL */
	uint64_t commits;
	char cause[256];  /* with failing: the message */
	int64_t backup_s; /* when the newest backup was made; 0: none */
};
void kz_store_state(const struct kz_store *store, struct kz_store_state *state);

/* Make a backup now, on the housekeeper's thread; the state tells when. */
void kz_store_backup(struct kz_store *store);

/*
 * The newest backup of the store in home, a folder with one whole file for
 * each table.  KZ_NOT_FOUND: there is none.  KZ_ETRUNC.
 */
KZ_MUST_CHECK enum kz_result kz_store_newest_backup(
	const char *home, char *path, size_t size, int64_t *made_s);

/* What a file of a store that nobody has open holds. */
struct kz_store_file {
	const char *name; /* "grey.db"; static */
	bool there;
	bool sound;
	uint64_t records; /* that can be read */
};

/*
 * Read all pages of the tables in folder: a backup, what was set aside, or
 * the state_dir of a kizukid that does not run.  Reads for as long as it takes.
 */
void kz_store_examine(
	const char *folder, struct kz_store_file files[KZ_TABLE_COUNT]);

/*
 * Visit the records of one table in folder that can still be read, in any
 * order; a damaged page ends it in the worst case.  KZ_NOT_FOUND: no such file.
 * KZ_EIO: some could not be read.
 */
KZ_MUST_CHECK enum kz_result kz_store_salvage(const char *folder,
	enum kz_table table, kz_store_visit *visit, void *arg);

#endif
