/* SPDX-License-Identifier: ISC */
#include "kizuki/core/turn.h"

#include "kizuki/base/wire.h"

#define DAY_S          INT64_C(86400)
#define RECORD_VERSION 1

static bool
same_day(const struct kz_turn *turn, int64_t when_s)
{
	return when_s >= turn->day_s && when_s - turn->day_s < DAY_S;
}

static bool
resting(const struct kz_turn *turn, int64_t now_s)
{
	return turn->until_s > now_s &&
		turn->until_s - now_s <= (int64_t)turn->back_off_s;
}

bool
kz_turn_free(const struct kz_turn *turn, uint32_t per_day, int64_t now_s)
{
	return !resting(turn, now_s) &&
		(!same_day(turn, now_s) || turn->count < per_day);
}

int64_t
kz_turn_next_s(const struct kz_turn *turn, uint32_t per_day, int64_t now_s)
{
	int64_t next_s = resting(turn, now_s) ? turn->until_s : now_s;

	if (same_day(turn, next_s) && turn->count >= per_day)
		next_s = turn->day_s + DAY_S;
	return next_s;
}

void
kz_turn_count(struct kz_turn *turn, uint32_t asked, int64_t when_s)
{
	if (asked == 0)
		return;
	if (!same_day(turn, when_s)) {
		turn->day_s = when_s;
		turn->count = 0;
	}
	turn->count = asked > UINT32_MAX - turn->count ? UINT32_MAX
						       : turn->count + asked;
}

void
kz_turn_back_off(struct kz_turn *turn, int64_t least_s, int64_t now_s)
{
	int64_t next_s = (int64_t)turn->back_off_s * 2;

	if (next_s > DAY_S)
		next_s = DAY_S;
	if (next_s < least_s)
		next_s = least_s < UINT32_MAX ? least_s : UINT32_MAX;
	turn->back_off_s = (uint32_t)next_s;
	turn->until_s = now_s + next_s;
}

bool
kz_turn_over(const struct kz_turn *turn, int64_t now_s)
{
	/* What it was left alone for doubles, should it refuse again. */
	return !same_day(turn, now_s) && !resting(turn, now_s) &&
		now_s - turn->until_s > DAY_S;
}

enum kz_result
kz_turn_encode(
	const struct kz_turn *turn, uint8_t *record, size_t size, size_t *len)
{
	struct kz_writer writer = kz_writer_make(record, size);

	kz_writer_put(&writer, 1, RECORD_VERSION);
	kz_writer_put(&writer, 8, (uint64_t)turn->day_s);
	kz_writer_put(&writer, 4, turn->count);
	kz_writer_put(&writer, 8, (uint64_t)turn->until_s);
	kz_writer_put(&writer, 4, turn->back_off_s);
	kz_writer_put(&writer, 8, (uint64_t)turn->last_s);
	return kz_writer_finish(&writer, len);
}

enum kz_result
kz_turn_decode(const uint8_t *record, size_t len, struct kz_turn *turn)
{
	struct kz_reader reader = kz_reader_make(record, len);
	struct kz_turn made;
	enum kz_result result;

	if (len > 0 && record[0] > RECORD_VERSION)
		return KZ_EVERSION;
	if (kz_reader_take(&reader, 1) != RECORD_VERSION)
		return len == 0 ? KZ_ETRUNC : KZ_EINVAL;
	made.day_s = (int64_t)kz_reader_take(&reader, 8);
	made.count = (uint32_t)kz_reader_take(&reader, 4);
	made.until_s = (int64_t)kz_reader_take(&reader, 8);
	made.back_off_s = (uint32_t)kz_reader_take(&reader, 4);
	made.last_s = (int64_t)kz_reader_take(&reader, 8);
	result = kz_reader_finish(&reader);
	if (result != KZ_OK)
		return result;
	if (made.day_s < 0 || made.until_s < 0 || made.last_s < 0)
		return KZ_EINVAL;
	*turn = made;
	return KZ_OK;
}
