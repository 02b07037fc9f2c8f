/* SPDX-License-Identifier: ISC */
#include "kizuki/core/policytext.h"

#include <string.h>

static int
lower(char octet)
{
	return octet >= 'A' && octet <= 'Z' ? octet - 'A' + 'a' : octet;
}

static bool
blank(char octet)
{
	return octet == ' ' || octet == '\t' || octet == '\r' || octet == '\n';
}

static struct kz_str
trim(struct kz_str text)
{
	while (text.len > 0 && blank(text.ptr[0])) {
		text.ptr++;
		text.len--;
	}
	while (text.len > 0 && blank(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

static bool
is(struct kz_str text, const char *word)
{
	if (text.len != strlen(word))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (lower(text.ptr[i]) != word[i])
			return false;
	}
	return true;
}

/* Up to the next octet of this kind, which is taken off too. */
static struct kz_str
take(struct kz_str *text, char end)
{
	const char *at =
		text->len == 0 ? NULL : memchr(text->ptr, end, text->len);
	struct kz_str part = *text;

	if (at == NULL) {
		text->ptr += text->len;
		text->len = 0;
		return part;
	}
	part.len = (size_t)(at - text->ptr);
	text->ptr += part.len + 1;
	text->len -= part.len + 1;
	return part;
}

/* "key = value" of what lies between two semicolons. */
static bool
take_tag(struct kz_str *text, char mark, struct kz_str *key,
	struct kz_str *value)
{
	struct kz_str tag = trim(take(text, mark == ':' ? '\n' : ';'));
	size_t len = tag.len;

	*key = trim(take(&tag, mark));
	*value = trim(tag);
	return key->len < len;
}

/* The version stands first, or it is no such record: capitals matter. */
static bool
versioned(struct kz_str record, const char *version)
{
	struct kz_str key, value;

	return take_tag(&record, '=', &key, &value) && is(key, "v") &&
		value.len == strlen(version) &&
		memcmp(value.ptr, version, value.len) == 0;
}

/* "mailto:reports@example1.jp!10m" */
static void
take_report(struct kz_dmarc *dmarc, struct kz_str uri)
{
	struct kz_str scheme = take(&uri, ':');
	struct kz_name domain;

	if (!is(trim(scheme), "mailto"))
		return;
	uri = take(&uri, '!');
	(void)take(&uri, '@');
	if (dmarc->report_count < KZ_DMARC_REPORTS &&
		kz_name_parse(trim(uri), &domain) == KZ_OK && domain.len > 0)
		dmarc->reports[dmarc->report_count++] = domain;
}

static void
read_dmarc(struct kz_dmarc *dmarc, struct kz_str record)
{
	struct kz_str key, value;
	bool policy = false;

	while (record.len > 0) {
		if (!take_tag(&record, '=', &key, &value))
			continue;
		if (is(key, "p")) {
			policy = is(value, "none") || is(value, "quarantine") ||
				is(value, "reject");
			if (!policy)
				dmarc->fault = "unknown policy";
		} else if (is(key, "rua")) {
			while (value.len > 0)
				take_report(dmarc, take(&value, ','));
		}
	}
	if (!policy && dmarc->fault == NULL)
		dmarc->fault = "no policy";
}

void
kz_dmarc_read(
	const struct kz_str *records, size_t count, struct kz_dmarc *dmarc)
{
	const struct kz_str *found = NULL;

	memset(dmarc, 0, sizeof(*dmarc));
	for (size_t i = 0; i < count; i++) {
		if (!versioned(records[i], "DMARC1"))
			continue;
		if (found != NULL)
			dmarc->fault = "more than one record";
		found = &records[i];
	}
	dmarc->present = found != NULL;
	if (found != NULL && dmarc->fault == NULL)
		read_dmarc(dmarc, *found);
}

/* RFC 8461 section 3.1: an id of 1 to 32 letters and digits. */
static bool
id_good(struct kz_str record)
{
	struct kz_str key, value;

	while (record.len > 0) {
		if (!take_tag(&record, '=', &key, &value) || !is(key, "id"))
			continue;
		for (size_t i = 0; i < value.len; i++) {
			int octet = lower(value.ptr[i]);

			if (!(octet >= 'a' && octet <= 'z') &&
				!(octet >= '0' && octet <= '9'))
				return false;
		}
		return value.len >= 1 && value.len <= 32;
	}
	return false;
}

bool
kz_sts_announced(const struct kz_str *records, size_t count)
{
	size_t seen = 0;
	bool good = false;

	for (size_t i = 0; i < count; i++) {
		if (!versioned(records[i], "STSv1"))
			continue;
		seen++;
		good = id_good(records[i]);
	}
	return seen == 1 && good;
}

static void
take_pattern(struct kz_sts *sts, struct kz_str value)
{
	bool wildcard =
		value.len > 2 && value.ptr[0] == '*' && value.ptr[1] == '.';
	struct kz_name name;

	if (wildcard)
		value = (struct kz_str){value.ptr + 2, value.len - 2};
	if (sts->count == KZ_STS_PATTERNS) {
		sts->cut = true;
		return;
	}
	if (kz_name_parse(value, &name) != KZ_OK || name.len == 0) {
		sts->fault = "its policy names no host";
		return;
	}
	sts->wildcard[sts->count] = wildcard;
	sts->patterns[sts->count++] = name;
}

void
kz_sts_read(struct kz_str body, struct kz_sts *sts)
{
	struct kz_str key, value;
	bool version = false, mode = false, age = false;

	memset(sts, 0, sizeof(*sts));
	while (body.len > 0) {
		if (!take_tag(&body, ':', &key, &value))
			continue;
		if (is(key, "version"))
			version = is(value, "stsv1");
		else if (is(key, "max_age"))
			age = value.len > 0;
		else if (is(key, "mx"))
			take_pattern(sts, value);
		if (!is(key, "mode"))
			continue;
		mode = is(value, "enforce") || is(value, "testing") ||
			is(value, "none");
		if (is(value, "enforce"))
			sts->mode = KZ_STS_ENFORCE;
		else if (is(value, "testing"))
			sts->mode = KZ_STS_TESTING;
	}
	if (!version || !mode || !age ||
		(sts->count == 0 && sts->mode != KZ_STS_NONE))
		sts->fault = "its policy cannot be read";
}

bool
kz_sts_allows(const struct kz_sts *sts, const struct kz_name *host)
{
	struct kz_name parent = kz_name_parent(host);

	for (size_t i = 0; i < sts->count; i++) {
		/* "*" stands for one label: RFC 8461 section 4.1. */
		if (kz_name_equal(&sts->patterns[i],
			    sts->wildcard[i] ? &parent : host))
			return true;
	}
	return false;
}

uint8_t
kz_sts_weight(enum kz_sts_mode mode)
{
	return mode == KZ_STS_ENFORCE ? 3 : 1;
}
