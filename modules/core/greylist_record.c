/* SPDX-License-Identifier: ISC */
#include "kizuki/base/wire.h"
#include "kizuki/core/greylist.h"

#define RECORD_VERSION 1
#define MOMENT_WIDTH   5

static bool
moment_valid(int64_t moment_s)
{
	return moment_s >= 0 && moment_s <= KZ_GREY_MOMENT_MAX;
}

/* Never, or within the chain. */
static bool
in_chain(const struct kz_grey_entry *entry, int64_t moment_s)
{
	return moment_s == 0 ||
		(moment_s >= entry->since_s && moment_s <= entry->last_s);
}

bool
kz_grey_entry_valid(const struct kz_grey_entry *entry)
{
	return entry->tries >= 1 && entry->tries <= KZ_GREY_TRIES_MAX &&
		entry->since_s >= 1 && entry->last_s >= entry->since_s &&
		moment_valid(entry->last_s) &&
		in_chain(entry, entry->first_s) &&
		in_chain(entry, entry->opened_s) &&
		moment_valid(entry->taken_s) &&
		(entry->taken_s == 0 || entry->taken_s >= entry->since_s);
}

bool
kz_grey_origin_valid(const struct kz_grey_origin *origin)
{
	return moment_valid(origin->reset_s) && moment_valid(origin->last_s);
}

static void
put_moment(struct kz_writer *writer, int64_t moment_s)
{
	kz_writer_put(writer, MOMENT_WIDTH, (uint64_t)moment_s);
}

static int64_t
take_moment(struct kz_reader *reader)
{
	return (int64_t)kz_reader_take(reader, MOMENT_WIDTH);
}

enum kz_result
kz_grey_entry_encode(const struct kz_grey_entry *entry, uint8_t *record,
	size_t size, size_t *len)
{
	struct kz_writer writer = kz_writer_make(record, size);

	if (!kz_grey_entry_valid(entry))
		return KZ_EINVAL;
	kz_writer_put(&writer, 1, RECORD_VERSION);
	put_moment(&writer, entry->since_s);
	put_moment(&writer, entry->first_s);
	put_moment(&writer, entry->last_s);
	put_moment(&writer, entry->opened_s);
	put_moment(&writer, entry->taken_s);
	kz_writer_put(&writer, 2, entry->tries);
	return kz_writer_finish(&writer, len);
}

enum kz_result
kz_grey_entry_decode(
	const uint8_t *record, size_t len, struct kz_grey_entry *entry)
{
	struct kz_reader reader = kz_reader_make(record, len);
	struct kz_grey_entry read = {0};
	enum kz_result result;

	/* Version first: the length belongs to the version. */
	if (len > 0 && kz_reader_take(&reader, 1) != RECORD_VERSION)
		return KZ_EVERSION;
	read.since_s = take_moment(&reader);
	read.first_s = take_moment(&reader);
	read.last_s = take_moment(&reader);
	read.opened_s = take_moment(&reader);
	read.taken_s = take_moment(&reader);
	read.tries = (uint32_t)kz_reader_take(&reader, 2);
	result = kz_reader_finish(&reader);
	if (result != KZ_OK)
		return result;
	if (!kz_grey_entry_valid(&read))
		return KZ_EINVAL;
	*entry = read;
	return KZ_OK;
}

enum kz_result
kz_grey_origin_encode(const struct kz_grey_origin *origin, uint8_t *record,
	size_t size, size_t *len)
{
	struct kz_writer writer = kz_writer_make(record, size);

	if (!kz_grey_origin_valid(origin))
		return KZ_EINVAL;
	kz_writer_put(&writer, 1, RECORD_VERSION);
	put_moment(&writer, origin->reset_s);
	put_moment(&writer, origin->last_s);
	kz_writer_put(&writer, 4, origin->let_in);
	return kz_writer_finish(&writer, len);
}

enum kz_result
kz_grey_origin_decode(
	const uint8_t *record, size_t len, struct kz_grey_origin *origin)
{
	struct kz_reader reader = kz_reader_make(record, len);
	struct kz_grey_origin read = {0};
	enum kz_result result;

	if (len > 0 && kz_reader_take(&reader, 1) != RECORD_VERSION)
		return KZ_EVERSION;
	read.reset_s = take_moment(&reader);
	read.last_s = take_moment(&reader);
	read.let_in = (uint32_t)kz_reader_take(&reader, 4);
	result = kz_reader_finish(&reader);
	if (result != KZ_OK)
		return result;
	*origin = read;
	return KZ_OK;
}
