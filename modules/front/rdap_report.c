/* SPDX-License-Identifier: ISC */
#include "kizuki/front/rdap.h"

/* A list or an object under way; NULL once memory is gone. */
static void
put(json_t *object, const char *key, json_t *value, bool *good)
{
	*good = json_object_set_new(object, key, value) == 0 && *good;
}

static void
put_date(json_t *object, const char *key, const struct kz_registry_date *date,
	bool *good)
{
	char buffer[40];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	if (date->when_s == 0)
		return;
	kz_registry_day(date, &text);
	put(object, key, json_string(buffer), good);
}

static json_t *
words(const char *first, size_t step, size_t count, bool *good)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		*good = json_array_append_new(
				list, json_string(first + i * step)) == 0 &&
			*good;
	return list;
}

static json_t *
contact_json(const struct kz_registry_contact *contact, bool *good)
{
	json_t *object = json_object();
	char buffer[64];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	kz_registry_roles(contact->roles, &text);
	put(object, "roles", json_string(buffer), good);
	if (contact->handle[0] != '\0')
		put(object, "handle", json_string(contact->handle), good);
	if (contact->mail.len > 0)
		put(object, "mail_domain", json_string(contact->mail.text),
			good);
	return object;
}

static void
put_subject(json_t *root, const struct kz_registry_answer *answer, bool *good)
{
	char buffer[2 * KZ_ADDR_TEXT_SIZE];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	if (answer->domain.len > 0)
		put(root, "domain", json_string(answer->domain.text), good);
	if (answer->kind == KZ_REGISTRY_NETWORK) {
		kz_registry_range(answer, &text);
		put(root, "network", json_string(buffer), good);
	}
	if (answer->handle[0] != '\0')
		put(root, "handle", json_string(answer->handle), good);
	if (answer->phone[0] != '\0')
		put(root, "phone", json_string(answer->phone), good);
}

static void
put_found(json_t *root, const struct kz_registry_answer *answer, bool *good)
{
	json_t *contacts = json_array();

	put_subject(root, answer, good);
	put(root, "status",
		words(answer->states[0], sizeof(answer->states[0]),
			answer->state_count, good),
		good);
	put(root, "name_servers",
		words(answer->servers[0].text, sizeof(answer->servers[0]),
			answer->server_count, good),
		good);
	for (size_t i = 0; i < answer->contact_count; i++)
		*good = json_array_append_new(contacts,
				contact_json(&answer->contacts[i], good)) ==
				0 &&
			*good;
	put(root, "contacts", contacts, good);
	put_date(root, "expires", &answer->expires, good);
	put_date(root, "updated", &answer->updated, good);
	if (answer->updated.when_s != 0)
		put(root, "updated_by_rule",
			json_boolean(answer->updated_by_rule), good);
	put_date(root, "created", &answer->created, good);
	put(root, "redacted", json_boolean(answer->redacted), good);
	put(root, "cut", json_boolean(answer->cut), good);
}

enum kz_result
kz_rdap_report(const struct kz_registry_answer *answer, json_t **json)
{
	json_t *root = json_object();
	bool good = root != NULL;

	put(root, "outcome",
		json_string(kz_registry_outcome_text(answer->outcome)), &good);
	if (answer->outcome == KZ_REGISTRY_FOUND) {
		put(root, "kind",
			json_string(kz_registry_kind_text(answer->kind)),
			&good);
		put_found(root, answer, &good);
	}
	if (good) {
		*json = root;
		return KZ_OK;
	}
	json_decref(root);
	return KZ_ENOMEM;
}
