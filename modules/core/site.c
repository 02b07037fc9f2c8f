/* SPDX-License-Identifier: ISC */
#include "kizuki/core/site.h"

#include "record_priv.h"

#define RECORD_VERSION 1

/* Version 1 holds the moments of these nine, in this order. */
#define RECORD_FAMILIES 9
_Static_assert(KZ_FAMILY_COUNT == RECORD_FAMILIES &&
		KZ_FAMILY_WEB == RECORD_FAMILIES - 1,
	"another list of families needs another version of the record");

bool
kz_site_word_holds(const struct kz_site_word *word, int64_t now_s)
{
	return word->said && (word->until_s == 0 || now_s < word->until_s);
}

static bool
word_valid(const struct kz_site_word *word)
{
	return word->said ? word->until_s >= 0
			  : word->until_s == 0 && word->why[0] == '\0';
}

static bool
site_valid(const struct kz_site *site)
{
	for (size_t i = 0; i < RECORD_FAMILIES; i++) {
		if (site->family_s[i] < 0)
			return false;
	}
	return site->first_seen_s >= 0 && site->last_seen_s >= 0 &&
		site->examined_s >= 0 && site->asked_s >= 0 &&
		site->next_look_s >= 0 && word_valid(&site->allow) &&
		word_valid(&site->deny) && word_valid(&site->pardon);
}

static void
put_word(struct kz_writer *writer, const struct kz_site_word *word)
{
	kz_writer_put(writer, 1, word->said);
	kz_writer_put(writer, 8, (uint64_t)word->until_s);
	put_text(writer, 1, word->why);
}

static bool
take_bool(struct kz_reader *reader)
{
	uint64_t value = kz_reader_take(reader, 1);

	if (value > 1)
		reader->bad = true;
	return value == 1;
}

static void
take_word(struct kz_reader *reader, struct kz_site_word *word)
{
	word->said = take_bool(reader);
	word->until_s = (int64_t)kz_reader_take(reader, 8);
	take_text(reader, 1, word->why, sizeof(word->why));
}

/* Stored as it is held: in lower case and without the last dot. */
static void
take_name(struct kz_reader *reader, struct kz_name *name)
{
	char text[KZ_NAME_MAX + 1] = "";
	size_t len;

	take_text(reader, 1, text, sizeof(text));
	len = strlen(text);
	if (len > 0 &&
		(kz_name_parse((struct kz_str){text, len}, name) != KZ_OK ||
			strcmp(name->text, text) != 0))
		reader->bad = true;
}

enum kz_result
kz_site_encode(
	const struct kz_site *site, uint8_t *record, size_t size, size_t *len)
{
	struct kz_writer writer = kz_writer_make(record, size);

	if (!site_valid(site))
		return KZ_EINVAL;
	kz_writer_put(&writer, 1, RECORD_VERSION);
	kz_writer_put(&writer, 8, (uint64_t)site->first_seen_s);
	kz_writer_put(&writer, 8, (uint64_t)site->last_seen_s);
	kz_writer_put(&writer, 1, site->second_day);
	kz_writer_put(&writer, 8, (uint64_t)site->examined_s);
	kz_writer_put(&writer, 8, (uint64_t)site->asked_s);
	kz_writer_put(&writer, 8, (uint64_t)site->next_look_s);
	for (size_t i = 0; i < RECORD_FAMILIES; i++)
		kz_writer_put(&writer, 8, (uint64_t)site->family_s[i]);
	put_text(&writer, 1, site->zone.text);
	put_word(&writer, &site->allow);
	put_word(&writer, &site->deny);
	put_word(&writer, &site->pardon);
	return kz_writer_finish(&writer, len);
}

enum kz_result
kz_site_decode(const uint8_t *record, size_t len, struct kz_site *site)
{
	struct kz_reader reader = kz_reader_make(record, len);
	struct kz_site read = {0};
	enum kz_result result;

	/* Version first: the rest belongs to the version. */
	if (len > 0 && kz_reader_take(&reader, 1) != RECORD_VERSION)
		return KZ_EVERSION;
	read.first_seen_s = (int64_t)kz_reader_take(&reader, 8);
	read.last_seen_s = (int64_t)kz_reader_take(&reader, 8);
	read.second_day = take_bool(&reader);
	read.examined_s = (int64_t)kz_reader_take(&reader, 8);
	read.asked_s = (int64_t)kz_reader_take(&reader, 8);
	read.next_look_s = (int64_t)kz_reader_take(&reader, 8);
	for (size_t i = 0; i < RECORD_FAMILIES; i++)
		read.family_s[i] = (int64_t)kz_reader_take(&reader, 8);
	take_name(&reader, &read.zone);
	take_word(&reader, &read.allow);
	take_word(&reader, &read.deny);
	take_word(&reader, &read.pardon);
	result = kz_reader_finish(&reader);
	if (result != KZ_OK)
		return result;
	if (!site_valid(&read))
		return KZ_EINVAL;
	*site = read;
	return KZ_OK;
}
