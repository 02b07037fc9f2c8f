/* SPDX-License-Identifier: ISC */
/* The WHOIS form of ICANN: "Key: value". */
#include <string.h>

#include "registry_priv.h"

enum key {
	KEY_DOMAIN,
	KEY_EXPIRES,
	KEY_UPDATED,
	KEY_CREATED,
	KEY_STATE,
	KEY_SERVER,
	KEY_REGISTRANT_MAIL,
	KEY_ADMIN_MAIL,
	KEY_TECH_MAIL
};

static const struct {
	struct kz_str text;
	enum key key;
} keys[] = {
	{KZ_STR_INIT("Domain Name"), KEY_DOMAIN},
	{KZ_STR_INIT("Registry Expiry Date"), KEY_EXPIRES},
	{KZ_STR_INIT("Registrar Registration Expiration Date"), KEY_EXPIRES},
	{KZ_STR_INIT("Updated Date"), KEY_UPDATED},
	{KZ_STR_INIT("Creation Date"), KEY_CREATED},
	{KZ_STR_INIT("Domain Status"), KEY_STATE},
	{KZ_STR_INIT("Name Server"), KEY_SERVER},
	{KZ_STR_INIT("Registrant Email"), KEY_REGISTRANT_MAIL},
	{KZ_STR_INIT("Admin Email"), KEY_ADMIN_MAIL},
	{KZ_STR_INIT("Tech Email"), KEY_TECH_MAIL},
};

static void
take_date(struct kz_str value, struct kz_registry_date *date)
{
	/* The registry's own comes first; a registrar repeats it. */
	if (date->when_s == 0)
		KZ_IGNORE(kz_registry_date_parse(value, date),
			"a date that cannot be read is none");
}

static void
take_mail(struct kz_registry_answer *answer, struct kz_str value, uint8_t role)
{
	(void)kz_registry_add_contact(answer, KZ_STR(""), value, role);
}

static void
take_key(struct kz_registry_answer *answer, enum key key, struct kz_str value)
{
	switch (key) {
	case KEY_DOMAIN:
		if (answer->domain.len == 0)
			KZ_IGNORE(kz_name_parse(value, &answer->domain),
				"what is no name names nothing");
		return;
	case KEY_EXPIRES:
		take_date(value, &answer->expires);
		return;
	case KEY_UPDATED:
		take_date(value, &answer->updated);
		return;
	case KEY_CREATED:
		take_date(value, &answer->created);
		return;
	case KEY_STATE:
		(void)kz_registry_add_state(answer, kz_registry_word(value));
		return;
	case KEY_SERVER:
		(void)kz_registry_add_server(answer, kz_registry_word(value));
		return;
	case KEY_REGISTRANT_MAIL:
		take_mail(answer, value, KZ_REGISTRY_REGISTRANT);
		return;
	case KEY_ADMIN_MAIL:
		take_mail(answer, value, KZ_REGISTRY_ADMIN);
		return;
	case KEY_TECH_MAIL:
		take_mail(answer, value, KZ_REGISTRY_TECH);
		return;
	}
}

static void
take_line(struct kz_registry_answer *answer, struct kz_str line)
{
	const char *colon = memchr(line.ptr, ':', line.len);
	struct kz_str key, value;

	if (colon == NULL)
		return;
	key = (struct kz_str){line.ptr, (size_t)(colon - line.ptr)};
	value = (struct kz_str){colon + 1, line.len - key.len - 1};
	key = kz_registry_trim(key);
	value = kz_registry_trim(value);
	if (value.len == 0)
		return;
	if (kz_registry_begins(value, KZ_STR("REDACTED")))
		answer->redacted = true;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (kz_registry_same(key, keys[i].text)) {
			take_key(answer, keys[i].key, value);
			return;
		}
	}
}

bool
kz_registry_read_keys(struct kz_str text, struct kz_registry_answer *answer)
{
	struct kz_str line;

	while (kz_registry_line(&text, &line)) {
		/* What follows is terms of use. */
		if (kz_registry_begins(kz_registry_trim(line), KZ_STR(">>>")))
			break;
		take_line(answer, line);
	}
	answer->kind = KZ_REGISTRY_DOMAIN;
	return answer->domain.len > 0;
}
