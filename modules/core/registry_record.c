/* SPDX-License-Identifier: ISC */
/* What is kept of an answer about a domain: nothing of its people but handles.
 */
#include "kizuki/core/registry.h"

#include "record_priv.h"

#define RECORD_VERSION 1

#define FLAG_CUT      1U
#define FLAG_REDACTED 2U
#define FLAG_RULE     4U
#define FLAGS         7U

static void
put_date(struct kz_writer *writer, const struct kz_registry_date *date)
{
	kz_writer_put(writer, 8, (uint64_t)date->when_s);
	kz_writer_put(writer, 2, (uint16_t)date->offset_min);
	kz_writer_put(writer, 1, date->day);
}

static void
take_date(struct kz_reader *reader, struct kz_registry_date *date)
{
	uint64_t day;

	date->when_s = (int64_t)kz_reader_take(reader, 8);
	date->offset_min = (int16_t)kz_reader_take(reader, 2);
	day = kz_reader_take(reader, 1);
	if (day > 1)
		reader->bad = true;
	date->day = day == 1;
}

static void
take_name(struct kz_reader *reader, struct kz_name *name)
{
	char text[KZ_NAME_MAX + 1] = "";

	take_text(reader, 1, text, sizeof(text));
	if (kz_name_parse((struct kz_str){text, strlen(text)}, name) != KZ_OK ||
		name->len == 0 || strcmp(name->text, text) != 0)
		reader->bad = true;
}

/* Printable ASCII, as whoever read the answer left it. */
static void
take_clean(struct kz_reader *reader, char *text, size_t size)
{
	take_text(reader, 1, text, size);
	for (size_t i = 0; text[i] != '\0'; i++) {
		if (text[i] < ' ' || text[i] > '~')
			reader->bad = true;
	}
}

static size_t
take_count(struct kz_reader *reader, size_t most)
{
	uint64_t count = kz_reader_take(reader, 1);

	if (count <= most)
		return count;
	reader->bad = true;
	return 0;
}

enum kz_result
kz_registry_encode(const struct kz_registry_answer *answer, uint8_t *record,
	size_t size, size_t *len)
{
	struct kz_writer writer = kz_writer_make(record, size);
	unsigned flags = (answer->cut ? FLAG_CUT : 0) |
		(answer->redacted ? FLAG_REDACTED : 0) |
		(answer->updated_by_rule ? FLAG_RULE : 0);

	if (!kz_registry_keepable(answer))
		return KZ_EINVAL;
	kz_writer_put(&writer, 1, RECORD_VERSION);
	kz_writer_put(&writer, 8, (uint64_t)answer->asked_s);
	put_text(&writer, 1, answer->server);
	put_text(&writer, 1, answer->domain.text);
	kz_writer_put(&writer, 1, flags);
	put_date(&writer, &answer->expires);
	put_date(&writer, &answer->updated);
	put_date(&writer, &answer->created);
	kz_writer_put(&writer, 1, answer->state_count);
	for (size_t i = 0; i < answer->state_count; i++)
		put_text(&writer, 1, answer->states[i]);
	kz_writer_put(&writer, 1, answer->server_count);
	for (size_t i = 0; i < answer->server_count; i++)
		put_text(&writer, 1, answer->servers[i].text);
	kz_writer_put(&writer, 1, answer->contact_count);
	for (size_t i = 0; i < answer->contact_count; i++) {
		put_text(&writer, 1, answer->contacts[i].handle);
		kz_writer_put(&writer, 1, answer->contacts[i].roles);
	}
	return kz_writer_finish(&writer, len);
}

static void
take_lists(struct kz_reader *reader, struct kz_registry_answer *answer)
{
	answer->state_count = take_count(reader, KZ_REGISTRY_STATES);
	for (size_t i = 0; i < answer->state_count; i++)
		take_clean(
			reader, answer->states[i], sizeof(answer->states[i]));
	answer->server_count = take_count(reader, KZ_REGISTRY_SERVERS);
	for (size_t i = 0; i < answer->server_count; i++)
		take_name(reader, &answer->servers[i]);
	answer->contact_count = take_count(reader, KZ_REGISTRY_CONTACTS);
	for (size_t i = 0; i < answer->contact_count; i++) {
		take_clean(reader, answer->contacts[i].handle,
			sizeof(answer->contacts[i].handle));
		answer->contacts[i].roles = (uint8_t)kz_reader_take(reader, 1);
	}
}

enum kz_result
kz_registry_decode(
	const uint8_t *record, size_t len, struct kz_registry_answer *answer)
{
	struct kz_reader reader = kz_reader_make(record, len);
	enum kz_result result;
	uint64_t flags;

	if (len > 0 && record[0] > RECORD_VERSION)
		return KZ_EVERSION;
	if (kz_reader_take(&reader, 1) != RECORD_VERSION)
		return len == 0 ? KZ_ETRUNC : KZ_EINVAL;
	memset(answer, 0, sizeof(*answer));
	answer->kind = KZ_REGISTRY_DOMAIN;
	answer->outcome = KZ_REGISTRY_FOUND;
	answer->asked_s = (int64_t)kz_reader_take(&reader, 8);
	take_clean(&reader, answer->server, sizeof(answer->server));
	take_name(&reader, &answer->domain);
	flags = kz_reader_take(&reader, 1);
	if (flags > FLAGS)
		reader.bad = true;
	answer->cut = (flags & FLAG_CUT) != 0;
	answer->redacted = (flags & FLAG_REDACTED) != 0;
	answer->updated_by_rule = (flags & FLAG_RULE) != 0;
	take_date(&reader, &answer->expires);
	take_date(&reader, &answer->updated);
	take_date(&reader, &answer->created);
	take_lists(&reader, answer);
	result = kz_reader_finish(&reader);
	if (result == KZ_OK && !kz_registry_keepable(answer))
		result = KZ_EINVAL;
	return result;
}

/* A later reader must not meet what today's could not have made. */
static bool
date_fits(const struct kz_registry_date *date)
{
	return date->offset_min > -1440 && date->offset_min < 1440;
}

bool
kz_registry_keepable(const struct kz_registry_answer *answer)
{
	return answer->kind == KZ_REGISTRY_DOMAIN &&
		answer->outcome == KZ_REGISTRY_FOUND && answer->asked_s > 0 &&
		answer->domain.len > 0 && date_fits(&answer->expires) &&
		date_fits(&answer->updated) && date_fits(&answer->created);
}

void
kz_registry_keep(struct kz_registry_answer *answer)
{
	for (size_t i = 0; i < answer->contact_count; i++) {
		answer->contacts[i].link[0] = '\0';
		answer->contacts[i].mail = (struct kz_name){0};
	}
	answer->handle[0] = '\0';
	answer->phone[0] = '\0';
}
