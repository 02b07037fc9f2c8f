/* SPDX-License-Identifier: ISC */
#include "daycount_priv.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "kizuki/base/wire.h"

#define VERSION 1
#define DAY_S   86400
/*
 * Each key has one cell in each row, and its count is the lower of both: ten
 * million counts a day leave a cell at ten, far below what is allowed.
 */
#define ROWS       2
#define CELLS      ((size_t)1 << 20)
#define CELL_SIZE  4
#define HEAD_SIZE  4096
#define DAY_AT     1
#define SECRET_AT  9
#define COUNTS_LEN (ROWS * CELLS * CELL_SIZE)
#define TOTAL_LEN  (HEAD_SIZE + COUNTS_LEN)

static uint64_t
take(const uint8_t *at, size_t width)
{
	struct kz_reader reader = kz_reader_make(at, width);

	return kz_reader_take(&reader, width);
}

static void
put(uint8_t *at, size_t width, uint64_t value)
{
	struct kz_writer writer = kz_writer_make(at, width);

	kz_writer_put(&writer, width, value);
}

/* The secret keeps strangers from choosing keys that fall together. */
static void
begin(struct daycount *counts)
{
	memset(counts->bytes, 0, TOTAL_LEN);
	counts->bytes[0] = VERSION;
	randombytes_buf(counts->bytes + SECRET_AT, crypto_shorthash_KEYBYTES);
}

enum kz_result
daycount_open(struct daycount *counts, int fd)
{
	struct stat about = {0};
	bool shared, kept;
	void *bytes;

	if (fd >= 0 && fstat(fd, &about) != 0)
		return KZ_EIO;
	kept = about.st_size == TOTAL_LEN;
	/* a page that the disk does not take when it is written ends us */
	shared = fd >= 0 && (kept || ftruncate(fd, TOTAL_LEN) == 0) &&
		posix_fallocate(fd, 0, TOTAL_LEN) == 0;
	bytes = mmap(NULL, TOTAL_LEN, PROT_READ | PROT_WRITE,
		shared ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS,
		shared ? fd : -1, 0);
	if (bytes == MAP_FAILED)
		return KZ_EIO;
	if (madvise(bytes, TOTAL_LEN, MADV_DONTFORK) != 0) {
		(void)munmap(bytes, TOTAL_LEN);
		return KZ_EIO;
	}
	counts->bytes = bytes;
	if (!kept || counts->bytes[0] != VERSION)
		begin(counts);
	return KZ_OK;
}

void
daycount_close(struct daycount *counts)
{
	if (counts->bytes != NULL)
		(void)munmap(counts->bytes, TOTAL_LEN);
	counts->bytes = NULL;
}

static void
turn_day(struct daycount *counts, int64_t now_s)
{
	int64_t day_s = (int64_t)take(counts->bytes + DAY_AT, 8);

	if (now_s >= day_s && now_s - day_s < DAY_S)
		return;
	memset(counts->bytes + HEAD_SIZE, 0, COUNTS_LEN);
	put(counts->bytes + DAY_AT, 8, (uint64_t)now_s);
}

static void
find_cells(const struct daycount *counts, const uint8_t *key, size_t len,
	uint8_t *cells[ROWS])
{
	uint8_t hash[crypto_shorthash_BYTES];

	crypto_shorthash(hash, key, len, counts->bytes + SECRET_AT);
	for (size_t i = 0; i < ROWS; i++)
		cells[i] = counts->bytes + HEAD_SIZE +
			(i * CELLS + (take(hash + i * 4, 4) & (CELLS - 1))) *
				CELL_SIZE;
}

static uint64_t
least_of(uint8_t *const cells[ROWS])
{
	uint64_t least = UINT32_MAX;

	for (size_t i = 0; i < ROWS; i++) {
		uint64_t count = take(cells[i], CELL_SIZE);

		if (count < least)
			least = count;
	}
	return least;
}

uint32_t
daycount_get(
	struct daycount *counts, const uint8_t *key, size_t len, int64_t now_s)
{
	uint8_t *cells[ROWS];

	turn_day(counts, now_s);
	find_cells(counts, key, len, cells);
	return (uint32_t)least_of(cells);
}

void
daycount_add(struct daycount *counts, const uint8_t *key, size_t len,
	uint32_t more, int64_t now_s)
{
	uint8_t *cells[ROWS];
	uint64_t count;

	turn_day(counts, now_s);
	find_cells(counts, key, len, cells);
	count = least_of(cells) + more;
	if (count > UINT32_MAX)
		count = UINT32_MAX;
	/* A cell that is higher has that from another key. */
	for (size_t i = 0; i < ROWS; i++)
		if (take(cells[i], CELL_SIZE) < count)
			put(cells[i], CELL_SIZE, count);
}
