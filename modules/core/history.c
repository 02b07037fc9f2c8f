/* SPDX-License-Identifier: ISC */
#include "kizuki/core/history.h"

#include <string.h>

#include "record_priv.h"

#define RECORD_VERSION 1

static const char mark[] = " | serial ";

static uint8_t
least(uint8_t left, uint8_t right)
{
	return left < right ? left : right;
}

uint8_t
kz_history_weight(
	const struct kz_finding *finding, const struct kz_history *history)
{
	uint8_t points = kz_symptom_info(finding->symptom)->points;
	uint8_t weight = finding->weight;

	switch ((int)finding->symptom) {
	case KZ_SYM_SOA_MNAME_DEAD:
		if (history->zones > history->many)
			return least(weight, 1);
		if (weight > 0 && history->still_s >= history->neglect_s)
			return points;
		return weight;
	case KZ_SYM_NS_EFFECTIVELY_SINGLE:
		return history->zones >= history->many
			? least(weight, points / 2)
			: weight;
	default:
		return weight;
	}
}

enum kz_result
kz_history_serial(const struct kz_finding *finding, uint32_t *serial)
{
	const char *at = finding->value;
	uint64_t number = 0;
	size_t digits = 0;

	if (finding->symptom != KZ_SYM_SOA_MNAME_DEAD)
		return KZ_NOT_FOUND;
	while (*at != '\0' && strncmp(at, mark, sizeof(mark) - 1) != 0)
		at++;
	if (*at == '\0')
		return KZ_NOT_FOUND;
	for (at += sizeof(mark) - 1; *at >= '0' && *at <= '9'; at++) {
		number = number * 10 + (uint64_t)(*at - '0');
		if (++digits > 10)
			return KZ_NOT_FOUND;
	}
	if (digits == 0 || *at != '\0' || number > UINT32_MAX)
		return KZ_NOT_FOUND;
	*serial = (uint32_t)number;
	return KZ_OK;
}

void
kz_serial_see(struct kz_serial *watch, uint32_t serial, int64_t when_s)
{
	if (watch->since_s == 0 || watch->serial != serial ||
		when_s < watch->since_s)
		*watch = (struct kz_serial){serial, when_s, when_s};
	else if (when_s > watch->newest_s)
		watch->newest_s = when_s;
}

enum kz_result
kz_serial_encode(const struct kz_serial *watch, uint8_t *record, size_t size,
	size_t *len)
{
	struct kz_writer writer = kz_writer_make(record, size);

	if (watch->since_s < 0 || watch->newest_s < watch->since_s)
		return KZ_EINVAL;
	kz_writer_put(&writer, 1, RECORD_VERSION);
	kz_writer_put(&writer, 4, watch->serial);
	kz_writer_put(&writer, 8, (uint64_t)watch->since_s);
	kz_writer_put(&writer, 8, (uint64_t)watch->newest_s);
	return kz_writer_finish(&writer, len);
}

enum kz_result
kz_serial_decode(const uint8_t *record, size_t len, struct kz_serial *watch)
{
	struct kz_reader reader = kz_reader_make(record, len);
	struct kz_serial read;
	enum kz_result result;

	if (len > 0 && kz_reader_take(&reader, 1) != RECORD_VERSION)
		return KZ_EVERSION;
	read.serial = (uint32_t)kz_reader_take(&reader, 4);
	read.since_s = (int64_t)kz_reader_take(&reader, 8);
	read.newest_s = (int64_t)kz_reader_take(&reader, 8);
	result = kz_reader_finish(&reader);
	if (result != KZ_OK)
		return result;
	if (read.since_s < 0 || read.newest_s < read.since_s)
		return KZ_EINVAL;
	*watch = read;
	return KZ_OK;
}

bool
kz_revision_update(struct kz_revision *stored, bool known, bool first_start,
	enum kz_symptom symptom, int64_t now_s)
{
	const struct kz_symptom_info *info = kz_symptom_info(symptom);
	struct kz_revision now = {.revision = kz_symptom_revision(symptom),
		.points = info->points,
		.class = (uint8_t)info->class,
		.since_s = first_start ? 0 : now_s};

	if (known && stored->revision == now.revision &&
		stored->points == now.points && stored->class == now.class)
		return false;
	*stored = now;
	return true;
}

bool
kz_revision_observes(
	const struct kz_revision *stored, uint32_t observe_s, int64_t now_s)
{
	return stored->since_s > 0 && now_s >= stored->since_s &&
		now_s - stored->since_s < observe_s;
}

enum kz_result
kz_revision_encode(const struct kz_revision *stored, uint8_t *record,
	size_t size, size_t *len)
{
	struct kz_writer writer = kz_writer_make(record, size);

	if (stored->since_s < 0)
		return KZ_EINVAL;
	kz_writer_put(&writer, 1, RECORD_VERSION);
	kz_writer_put(&writer, 2, stored->revision);
	kz_writer_put(&writer, 1, stored->points);
	kz_writer_put(&writer, 1, stored->class);
	kz_writer_put(&writer, 8, (uint64_t)stored->since_s);
	return kz_writer_finish(&writer, len);
}

enum kz_result
kz_revision_decode(
	const uint8_t *record, size_t len, struct kz_revision *stored)
{
	struct kz_reader reader = kz_reader_make(record, len);
	struct kz_revision read;
	enum kz_result result;

	if (len > 0 && kz_reader_take(&reader, 1) != RECORD_VERSION)
		return KZ_EVERSION;
	read.revision = (uint16_t)kz_reader_take(&reader, 2);
	read.points = (uint8_t)kz_reader_take(&reader, 1);
	read.class = (uint8_t)kz_reader_take(&reader, 1);
	read.since_s = (int64_t)kz_reader_take(&reader, 8);
	result = kz_reader_finish(&reader);
	if (result != KZ_OK)
		return result;
	if (read.since_s < 0)
		return KZ_EINVAL;
	*stored = read;
	return KZ_OK;
}

bool
kz_history_above(
	uint64_t convicted, uint64_t sites, uint32_t percent, uint32_t at_least)
{
	return convicted >= at_least && convicted * 100 > sites * percent;
}
