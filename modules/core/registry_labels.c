/* SPDX-License-Identifier: ISC */
/*
 * JPRS and JPNIC: "a. [Label]   value", the letter optional, the labels in
 * English or Japanese.
 */
#include <string.h>

#include "registry_priv.h"

#define JAPAN_S   32400 /* nine hours ahead of UTC */
#define DAY_S     86400
#define RENEWED_S 14400 /* renewals are stamped in these hours of a day */

enum field {
	FIELD_DOMAIN,
	FIELD_NETWORK,
	FIELD_ADMIN,
	FIELD_TECH,
	FIELD_ABUSE,
	FIELD_SERVER,
	FIELD_STATE,
	FIELD_EXPIRES,
	FIELD_CREATED,
	FIELD_UPDATED,
	FIELD_RETURNED,
	FIELD_MAIL,
	FIELD_PHONE,
	FIELD_HANDLE,
	FIELD_PERSON /* only contact records have it */
};

struct label {
	struct kz_str text;
	enum field field;
};

static const struct label labels[] = {
	{KZ_STR_INIT("Domain Name"), FIELD_DOMAIN},
	{KZ_STR_INIT("ドメイン名"), FIELD_DOMAIN},
	{KZ_STR_INIT("Network Number"), FIELD_NETWORK},
	{KZ_STR_INIT("IPネットワークアドレス"), FIELD_NETWORK},
	{KZ_STR_INIT("Administrative Contact"), FIELD_ADMIN},
	{KZ_STR_INIT("登録担当者"), FIELD_ADMIN},
	{KZ_STR_INIT("管理者連絡窓口"), FIELD_ADMIN},
	{KZ_STR_INIT("Technical Contact"), FIELD_TECH},
	{KZ_STR_INIT("技術連絡担当者"), FIELD_TECH},
	{KZ_STR_INIT("Abuse"), FIELD_ABUSE},
	{KZ_STR_INIT("Name Server"), FIELD_SERVER},
	{KZ_STR_INIT("Nameserver"), FIELD_SERVER},
	{KZ_STR_INIT("ネームサーバ"), FIELD_SERVER},
	{KZ_STR_INIT("State"), FIELD_STATE},
	{KZ_STR_INIT("Status"), FIELD_STATE},
	{KZ_STR_INIT("状態"), FIELD_STATE},
	{KZ_STR_INIT("Expires on"), FIELD_EXPIRES},
	{KZ_STR_INIT("有効期限"), FIELD_EXPIRES},
	{KZ_STR_INIT("Created on"), FIELD_CREATED},
	{KZ_STR_INIT("Registered Date"), FIELD_CREATED},
	{KZ_STR_INIT("登録年月日"), FIELD_CREATED},
	{KZ_STR_INIT("Assigned Date"), FIELD_CREATED},
	{KZ_STR_INIT("割当年月日"), FIELD_CREATED},
	{KZ_STR_INIT("Allocated Date"), FIELD_CREATED},
	{KZ_STR_INIT("割振年月日"), FIELD_CREATED},
	{KZ_STR_INIT("Return Date"), FIELD_RETURNED},
	{KZ_STR_INIT("返却年月日"), FIELD_RETURNED},
	{KZ_STR_INIT("Last Update"), FIELD_UPDATED},
	{KZ_STR_INIT("Last Updated"), FIELD_UPDATED},
	{KZ_STR_INIT("最終更新"), FIELD_UPDATED},
	{KZ_STR_INIT("E-Mail"), FIELD_MAIL},
	{KZ_STR_INIT("Email"), FIELD_MAIL},
	{KZ_STR_INIT("電子メール"), FIELD_MAIL},
	{KZ_STR_INIT("電子メイル"), FIELD_MAIL},
	{KZ_STR_INIT("TEL"), FIELD_PHONE},
	{KZ_STR_INIT("電話番号"), FIELD_PHONE},
	{KZ_STR_INIT("JPNIC Handle"), FIELD_HANDLE},
	{KZ_STR_INIT("JPNICハンドル"), FIELD_HANDLE},
	{KZ_STR_INIT("JPRS Handle"), FIELD_HANDLE},
	{KZ_STR_INIT("JPRSハンドル"), FIELD_HANDLE},
	{KZ_STR_INIT("Group Handle"), FIELD_HANDLE},
	{KZ_STR_INIT("グループハンドル"), FIELD_HANDLE},
	{KZ_STR_INIT("Group Name"), FIELD_PERSON},
	{KZ_STR_INIT("グループ名"), FIELD_PERSON},
	{KZ_STR_INIT("Last, First"), FIELD_PERSON},
	{KZ_STR_INIT("氏名"), FIELD_PERSON},
	{KZ_STR_INIT("Division"), FIELD_PERSON},
	{KZ_STR_INIT("部署"), FIELD_PERSON},
};

/* What belongs to somebody else begins with one of these. */
static const struct kz_str ends[] = {
	KZ_STR_INIT("Less Specific Info."),
	KZ_STR_INIT("More Specific Info."),
	KZ_STR_INIT("上位情報"),
	KZ_STR_INIT("下位情報"),
};

struct reading {
	const struct kz_addr *addr;
	struct kz_registry_answer *best;
	struct kz_registry_answer now;
	bool domain, network, contact, any_best;
};

static bool
is_end(struct kz_str line)
{
	line = kz_registry_trim(line);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (kz_registry_begins(line, ends[i]))
			return true;
	}
	return false;
}

static bool
holds(const struct kz_registry_answer *answer, const struct kz_addr *addr)
{
	return addr == NULL ||
		(answer->first.family == addr->family &&
			kz_addr_compare(&answer->first, addr) <= 0 &&
			kz_addr_compare(addr, &answer->last) <= 0);
}

/* Whether the record just read is a better answer than the one kept. */
static bool
better(const struct reading *reading)
{
	const struct kz_registry_answer *now = &reading->now;
	const struct kz_registry_answer *best = reading->best;
	bool now_holds = holds(now, reading->addr);
	bool best_holds = holds(best, reading->addr);

	if (!reading->any_best)
		return true;
	if (now_holds != best_holds)
		return now_holds;
	return kz_registry_width(&now->first, &now->last) <
		kz_registry_width(&best->first, &best->last);
}

static void
network_end(struct reading *reading)
{
	if (!reading->network)
		return;
	if (better(reading)) {
		bool cut = reading->best->cut;

		*reading->best = reading->now;
		reading->best->cut = reading->best->cut || cut;
	}
	reading->any_best = true;
	reading->now = (struct kz_registry_answer){0};
	reading->network = false;
}

static void
take_network(struct reading *reading, struct kz_str value)
{
	struct kz_addr first, last;

	network_end(reading);
	if (!kz_registry_range_parse(value, &first, &last))
		return;
	reading->now.first = first;
	reading->now.last = last;
	reading->network = true;
}

/* "Connected (2020/11/30)": the date is when the registration ends. */
static void
take_state(struct kz_registry_answer *answer, struct kz_str value)
{
	const char *open = memchr(value.ptr, '(', value.len);
	struct kz_str word = value, inside = KZ_STR("");
	bool deleted;

	if (open != NULL) {
		word.len = (size_t)(open - value.ptr);
		inside = (struct kz_str){open + 1, value.len - word.len - 1};
	}
	word = kz_registry_trim(word);
	if (word.len == 0)
		return;
	deleted = kz_registry_same(word, KZ_STR("Deleted"));
	(void)kz_registry_add_state(answer, word);
	if (inside.len > 10)
		inside.len = 10;
	if (!deleted && answer->expires.when_s == 0)
		KZ_IGNORE(kz_registry_date_parse(inside, &answer->expires),
			"a state may come without a date");
}

/* The night to the first day of a month, in Japan. */
static bool
renewed_by_rule(const struct kz_registry_date *date)
{
	struct kz_registry_date local = *date;
	char buffer[32];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));
	int64_t of_day = (date->when_s + JAPAN_S) % DAY_S;

	if (date->when_s == 0 || date->day || of_day >= RENEWED_S)
		return false;
	local.offset_min = JAPAN_S / 60;
	local.day = true;
	kz_registry_day(&local, &text);
	return text.used == 10 && memcmp(buffer + 8, "01", 2) == 0;
}

static void
take_date(struct kz_str value, struct kz_registry_date *date)
{
	KZ_IGNORE(kz_registry_date_parse(value, date),
		"records of before 1993 have empty dates");
}

static void
take_contact(struct reading *reading, struct kz_str value, uint8_t role)
{
	(void)kz_registry_add_contact(
		&reading->now, kz_registry_word(value), KZ_STR(""), role);
}

static void
take_phone(struct kz_registry_answer *answer, struct kz_str value)
{
	struct kz_text text =
		kz_text_make(answer->phone, sizeof(answer->phone));

	kz_text_foreign(&text, value, KZ_REGISTRY_PHONE_MAX);
}

/* What a record of whichever kind says of itself. */
static void
take_common(struct reading *reading, enum field field, struct kz_str value)
{
	struct kz_registry_answer *answer = &reading->now;

	if (field == FIELD_EXPIRES)
		take_date(value, &answer->expires);
	else if (field == FIELD_CREATED && answer->created.when_s == 0)
		take_date(value, &answer->created);
	else if (field == FIELD_UPDATED)
		take_date(value, &answer->updated);
	else if (field == FIELD_STATE)
		take_state(answer, value);
	else if (field == FIELD_RETURNED && value.len > 0)
		(void)kz_registry_add_state(answer, KZ_STR("returned"));
}

static void
take_person(struct reading *reading, enum field field, struct kz_str value)
{
	struct kz_registry_answer *answer = &reading->now;

	/* A domain's record ends with the address that is public for it. */
	if (field == FIELD_MAIL)
		(void)kz_registry_add_contact(
			answer, KZ_STR(""), value, KZ_REGISTRY_OTHER);
	else if (field == FIELD_PHONE)
		take_phone(answer, value);
	else if (field == FIELD_HANDLE)
		KZ_IGNORE(kz_registry_handle(value, answer->handle),
			"what is no handle is not kept");
	reading->contact = true;
}

static void
take_field(struct reading *reading, enum field field, struct kz_str value)
{
	struct kz_registry_answer *answer = &reading->now;

	switch (field) {
	case FIELD_DOMAIN:
		reading->domain = true;
		if (answer->domain.len == 0)
			KZ_IGNORE(kz_name_parse(value, &answer->domain),
				"a name in Japanese is told in ASCII too");
		return;
	case FIELD_NETWORK:
		take_network(reading, value);
		return;
	case FIELD_ADMIN:
		take_contact(reading, value, KZ_REGISTRY_ADMIN);
		return;
	case FIELD_TECH:
		take_contact(reading, value, KZ_REGISTRY_TECH);
		return;
	case FIELD_ABUSE:
		(void)kz_registry_add_contact(
			answer, KZ_STR(""), value, KZ_REGISTRY_ABUSE);
		return;
	case FIELD_SERVER:
		if (value.len > 0)
			(void)kz_registry_add_server(
				answer, kz_registry_word(value));
		return;
	case FIELD_STATE:
	case FIELD_EXPIRES:
	case FIELD_CREATED:
	case FIELD_UPDATED:
	case FIELD_RETURNED:
		take_common(reading, field, value);
		return;
	case FIELD_MAIL:
	case FIELD_PHONE:
	case FIELD_HANDLE:
	case FIELD_PERSON:
		take_person(reading, field, value);
		return;
	}
}

/* "a. [Label]   value"; false for a banner, a heading, a continuation. */
static bool
split(struct kz_str line, struct kz_str *label, struct kz_str *value)
{
	const char *end;

	if (line.len > 2 && line.ptr[1] == '.' && line.ptr[2] == ' ')
		line = (struct kz_str){line.ptr + 2, line.len - 2};
	else if (line.len > 0 && line.ptr[0] != '[')
		return false;
	line = kz_registry_trim(line);
	if (line.len < 3 || line.ptr[0] != '[' || line.ptr[1] == ' ')
		return false;
	end = memchr(line.ptr, ']', line.len);
	if (end == NULL)
		return false;
	label->ptr = line.ptr + 1;
	label->len = (size_t)(end - line.ptr) - 1;
	value->ptr = end + 1;
	value->len = line.len - label->len - 2;
	*value = kz_registry_trim(*value);
	return true;
}

static void
take_line(struct reading *reading, struct kz_str line)
{
	struct kz_str label, value;

	if (!split(line, &label, &value))
		return;
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (kz_registry_same(label, labels[i].text)) {
			take_field(reading, labels[i].field, value);
			return;
		}
	}
}

static void
finish(struct reading *reading)
{
	struct kz_registry_answer *best = reading->best;

	network_end(reading);
	if (reading->any_best) {
		best->kind = KZ_REGISTRY_NETWORK;
		return;
	}
	reading->now.cut = reading->now.cut || best->cut;
	*best = reading->now;
	if (reading->domain)
		best->updated_by_rule = renewed_by_rule(&best->updated);
	else
		best->kind = KZ_REGISTRY_HANDLE;
}

bool
kz_registry_read_labels(struct kz_str text, const struct kz_addr *addr,
	struct kz_registry_answer *answer)
{
	struct reading reading = {.addr = addr, .best = answer};
	struct kz_str line;

	while (kz_registry_line(&text, &line) && !is_end(line))
		take_line(&reading, line);
	if (!reading.domain && !reading.network && !reading.contact &&
		!reading.any_best)
		return false;
	finish(&reading);
	return true;
}
