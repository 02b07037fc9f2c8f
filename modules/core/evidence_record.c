/* SPDX-License-Identifier: ISC */
/* Evidence on disk. */
#include "kizuki/core/evidence.h"

#include "record_priv.h"

#define RECORD_VERSION 1

static bool
slots_valid(const struct kz_evidence *evidence)
{
	int64_t last_s = 0;

	if (evidence->slot_count > KZ_EVIDENCE_SLOTS)
		return false;
	for (size_t i = 0; i < evidence->slot_count; i++) {
		const struct kz_slot *slot = &evidence->slots[i];

		if (slot->when_s <= last_s)
			return false;
		last_s = slot->when_s;
		if (slot->outcome == KZ_OUTCOME_BAD)
			continue;
		if (slot->outcome != KZ_OUTCOME_OK || slot->weight != 0 ||
			slot->value_hash != 0 ||
			slot->when_s > evidence->newest_ok_s)
			return false;
	}
	return true;
}

static bool
rests_valid(const struct kz_evidence *evidence)
{
	if (evidence->rest_count > KZ_EVIDENCE_RESTS)
		return false;
	for (size_t i = 0; i < evidence->rest_count; i++) {
		if ((unsigned)evidence->rests[i].netclass >= KZ_NETCLASS_COUNT)
			return false;
	}
	return true;
}

/* No bads: nothing is said of any. */
static bool
empty_valid(const struct kz_evidence *evidence)
{
	return evidence->first_bad_s == 0 && evidence->newest_bad_s == 0 &&
		evidence->same_first_s == 0 && evidence->same == 0 &&
		evidence->quarters == 0 && evidence->weekdays == 0 &&
		evidence->weight == 0 && evidence->ttl_s == 0 &&
		evidence->rest_count == 0 && evidence->value[0] == '\0' &&
		evidence->why[0] == '\0';
}

static bool
bads_valid(const struct kz_evidence *evidence)
{
	const struct kz_slot *newest;

	if (evidence->slot_count == 0)
		return false;
	newest = &evidence->slots[evidence->slot_count - 1];
	return newest->outcome == KZ_OUTCOME_BAD &&
		newest->when_s == evidence->newest_bad_s &&
		evidence->newest_bad_s > evidence->newest_ok_s &&
		evidence->first_bad_s > 0 &&
		evidence->first_bad_s <= evidence->same_first_s &&
		evidence->same_first_s <= evidence->newest_bad_s &&
		evidence->same > 0 && evidence->same <= evidence->bads &&
		evidence->quarters < 1U << 4 && evidence->weekdays < 1U << 7;
}

static bool
evidence_valid(const struct kz_evidence *evidence)
{
	return evidence->newest_ok_s >= 0 && slots_valid(evidence) &&
		rests_valid(evidence) &&
		(evidence->bads == 0 ? empty_valid(evidence)
				     : bads_valid(evidence));
}

enum kz_result
kz_evidence_encode(const struct kz_evidence *evidence, uint8_t *record,
	size_t size, size_t *len)
{
	struct kz_writer writer = kz_writer_make(record, size);

	if (!evidence_valid(evidence))
		return KZ_EINVAL;
	kz_writer_put(&writer, 1, RECORD_VERSION);
	kz_writer_put(&writer, 8, (uint64_t)evidence->first_bad_s);
	kz_writer_put(&writer, 8, (uint64_t)evidence->newest_bad_s);
	kz_writer_put(&writer, 8, (uint64_t)evidence->newest_ok_s);
	kz_writer_put(&writer, 8, (uint64_t)evidence->same_first_s);
	kz_writer_put(&writer, 4, evidence->bads);
	kz_writer_put(&writer, 4, evidence->same);
	kz_writer_put(&writer, 1, evidence->quarters);
	kz_writer_put(&writer, 1, evidence->weekdays);
	kz_writer_put(&writer, 1, evidence->weight);
	kz_writer_put(&writer, 4, evidence->ttl_s);
	kz_writer_put(&writer, 1, evidence->slot_count);
	for (size_t i = 0; i < evidence->slot_count; i++) {
		const struct kz_slot *slot = &evidence->slots[i];

		kz_writer_put(&writer, 8, (uint64_t)slot->when_s);
		kz_writer_put(&writer, 1, slot->outcome);
		kz_writer_put(&writer, 1, slot->weight);
		kz_writer_put(&writer, 4, slot->value_hash);
	}
	kz_writer_put(&writer, 1, evidence->rest_count);
	for (size_t i = 0; i < evidence->rest_count; i++) {
		put_text(&writer, 1,
			kz_netclass_text(evidence->rests[i].netclass));
		put_addr(&writer, &evidence->rests[i].addr);
	}
	put_text(&writer, 2, evidence->value);
	put_text(&writer, 1, evidence->why);
	return kz_writer_finish(&writer, len);
}

static void
take_slots(struct kz_reader *reader, struct kz_evidence *evidence)
{
	evidence->slot_count = (size_t)kz_reader_take(reader, 1);
	if (evidence->slot_count > KZ_EVIDENCE_SLOTS) {
		evidence->slot_count = 0;
		reader->bad = true;
	}
	for (size_t i = 0; i < evidence->slot_count; i++) {
		struct kz_slot *slot = &evidence->slots[i];

		slot->when_s = (int64_t)kz_reader_take(reader, 8);
		slot->outcome = (enum kz_outcome)kz_reader_take(reader, 1);
		slot->weight = (uint8_t)kz_reader_take(reader, 1);
		slot->value_hash = (uint32_t)kz_reader_take(reader, 4);
	}
}

static void
take_rests(struct kz_reader *reader, struct kz_evidence *evidence)
{
	evidence->rest_count = (size_t)kz_reader_take(reader, 1);
	if (evidence->rest_count > KZ_EVIDENCE_RESTS) {
		evidence->rest_count = 0;
		reader->bad = true;
	}
	for (size_t i = 0; i < evidence->rest_count; i++) {
		char name[sizeof("dns53udp-v4")] = "";

		take_text(reader, 1, name, sizeof(name));
		if (kz_netclass_find((struct kz_str){name, strlen(name)},
			    &evidence->rests[i].netclass) != KZ_OK)
			reader->bad = true;
		take_addr(reader, &evidence->rests[i].addr);
	}
}

enum kz_result
kz_evidence_decode(
	const uint8_t *record, size_t len, struct kz_evidence *evidence)
{
	struct kz_reader reader = kz_reader_make(record, len);
	struct kz_evidence read = kz_evidence_make();
	enum kz_result result;

	/* Version first: the rest belongs to the version. */
	if (len > 0 && kz_reader_take(&reader, 1) != RECORD_VERSION)
		return KZ_EVERSION;
	read.first_bad_s = (int64_t)kz_reader_take(&reader, 8);
	read.newest_bad_s = (int64_t)kz_reader_take(&reader, 8);
	read.newest_ok_s = (int64_t)kz_reader_take(&reader, 8);
	read.same_first_s = (int64_t)kz_reader_take(&reader, 8);
	read.bads = (uint32_t)kz_reader_take(&reader, 4);
	read.same = (uint32_t)kz_reader_take(&reader, 4);
	read.quarters = (uint8_t)kz_reader_take(&reader, 1);
	read.weekdays = (uint8_t)kz_reader_take(&reader, 1);
	read.weight = (uint8_t)kz_reader_take(&reader, 1);
	read.ttl_s = (uint32_t)kz_reader_take(&reader, 4);
	take_slots(&reader, &read);
	take_rests(&reader, &read);
	take_text(&reader, 2, read.value, sizeof(read.value));
	take_text(&reader, 1, read.why, sizeof(read.why));
	result = kz_reader_finish(&reader);
	if (result != KZ_OK)
		return result;
	if (!evidence_valid(&read))
		return KZ_EINVAL;
	*evidence = read;
	return KZ_OK;
}
