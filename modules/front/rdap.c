/* SPDX-License-Identifier: ISC */
#include "kizuki/front/rdap.h"

#include <string.h>

/* Entities within entities; a registrar's contacts are two levels down. */
#define NESTED_MAX 3
/* Elements of one list that are looked at. */
#define LIST_MAX 64

static struct kz_str
string_of(const json_t *value)
{
	if (!json_is_string(value))
		return KZ_STR("");
	return (struct kz_str){
		json_string_value(value), json_string_length(value)};
}

static struct kz_str
member(const json_t *object, const char *key)
{
	return string_of(json_object_get(object, key));
}

static bool
same(struct kz_str text, const char *word)
{
	return text.len == strlen(word) &&
		memcmp(text.ptr, word, text.len) == 0;
}

static size_t
list_size(const json_t *list, struct kz_registry_answer *answer)
{
	size_t size = json_array_size(list);

	if (size > LIST_MAX)
		answer->cut = true;
	return size > LIST_MAX ? LIST_MAX : size;
}

static void
take_states(const json_t *list, struct kz_registry_answer *answer)
{
	for (size_t i = 0; i < list_size(list, answer); i++) {
		struct kz_str state = string_of(json_array_get(list, i));

		if (state.len > 0)
			(void)kz_registry_add_state(answer, state);
	}
}

static void
take_servers(const json_t *list, struct kz_registry_answer *answer)
{
	for (size_t i = 0; i < list_size(list, answer); i++)
		(void)kz_registry_add_server(
			answer, member(json_array_get(list, i), "ldhName"));
}

static void
take_event(const json_t *event, struct kz_registry_answer *answer)
{
	struct kz_str action = member(event, "eventAction");
	struct kz_registry_date *to = NULL;

	if (same(action, "expiration"))
		to = &answer->expires;
	else if (same(action, "last changed"))
		to = &answer->updated;
	else if (same(action, "registration"))
		to = &answer->created;
	/* "last update of RDAP database" is none of the record. */
	if (to != NULL)
		KZ_IGNORE(
			kz_registry_date_parse(member(event, "eventDate"), to),
			"a date that cannot be read is none");
}

static uint8_t
roles_of(const json_t *list, struct kz_registry_answer *answer)
{
	static const struct {
		const char *word;
		uint8_t role;
	} words[] = {{"administrative", KZ_REGISTRY_ADMIN},
		{"technical", KZ_REGISTRY_TECH}, {"abuse", KZ_REGISTRY_ABUSE},
		{"registrant", KZ_REGISTRY_REGISTRANT}};
	uint8_t roles = 0;

	for (size_t i = 0; i < list_size(list, answer); i++) {
		struct kz_str role = string_of(json_array_get(list, i));

		for (size_t at = 0; at < sizeof(words) / sizeof(words[0]); at++)
			if (same(role, words[at].word))
				roles |= words[at].role;
	}
	return roles;
}

/* ["vcard", [["email", {}, "text", "hostmaster@example.jp"], ...]] */
static struct kz_str
mail_of(const json_t *vcard, struct kz_registry_answer *answer)
{
	const json_t *rows = json_array_get(vcard, 1);

	for (size_t i = 0; i < list_size(rows, answer); i++) {
		const json_t *row = json_array_get(rows, i);

		if (same(string_of(json_array_get(row, 0)), "email"))
			return string_of(json_array_get(row, 3));
	}
	return KZ_STR("");
}

static void
take_link(const json_t *list, struct kz_registry_contact *contact,
	struct kz_registry_answer *answer)
{
	for (size_t i = 0; i < list_size(list, answer); i++) {
		const json_t *link = json_array_get(list, i);
		struct kz_str href = member(link, "href");
		struct kz_text text =
			kz_text_make(contact->link, sizeof(contact->link));

		if (!same(member(link, "rel"), "self") || href.len == 0)
			continue;
		kz_text_foreign(&text, href, KZ_REGISTRY_LINK_MAX);
		/* An address that had to be cleaned is none. */
		if (text.used != href.len)
			contact->link[0] = '\0';
		return;
	}
}

static void
take_entities(const json_t *list, int level, struct kz_registry_answer *answer)
{
	for (size_t i = 0; level < NESTED_MAX && i < list_size(list, answer);
		i++) {
		const json_t *entity = json_array_get(list, i);
		uint8_t roles =
			roles_of(json_object_get(entity, "roles"), answer);
		struct kz_registry_contact *contact = NULL;

		/* Without one of these roles it is the registrar. */
		if (roles != 0)
			contact = kz_registry_add_contact(answer,
				member(entity, "handle"),
				mail_of(json_object_get(entity, "vcardArray"),
					answer),
				roles);
		if (contact != NULL)
			take_link(json_object_get(entity, "links"), contact,
				answer);
		/* An abuse contact is below the registrar, and none of ours. */
		if (roles != 0)
			take_entities(json_object_get(entity, "entities"),
				level + 1, answer);
	}
}

static bool
hidden(const json_t *root)
{
	const json_t *remarks = json_object_get(root, "remarks");

	if (json_array_size(json_object_get(root, "redacted")) > 0)
		return true;
	for (size_t i = 0; i < json_array_size(remarks) && i < LIST_MAX; i++) {
		struct kz_str title =
			member(json_array_get(remarks, i), "title");

		if (title.len >= 8 && memcmp(title.ptr, "REDACTED", 8) == 0)
			return true;
	}
	return false;
}

static bool
take_range(const json_t *root, struct kz_registry_answer *answer)
{
	return kz_addr_parse(member(root, "startAddress"), &answer->first) ==
		KZ_OK &&
		kz_addr_parse(member(root, "endAddress"), &answer->last) ==
		KZ_OK &&
		answer->first.family == answer->last.family &&
		kz_addr_compare(&answer->first, &answer->last) <= 0;
}

/* What it is about; false: nothing that kizuki asks for. */
static bool
take_subject(const json_t *root, struct kz_registry_answer *answer)
{
	struct kz_str class = member(root, "objectClassName");

	if (same(class, "domain")) {
		answer->kind = KZ_REGISTRY_DOMAIN;
		return kz_name_parse(member(root, "ldhName"),
			       &answer->domain) == KZ_OK;
	}
	if (same(class, "ip network")) {
		answer->kind = KZ_REGISTRY_NETWORK;
		return take_range(root, answer);
	}
	answer->kind = KZ_REGISTRY_HANDLE;
	return same(class, "entity") &&
		kz_registry_handle(member(root, "handle"), answer->handle) ==
		KZ_OK;
}

static void
take_failure(const json_t *root, struct kz_registry_answer *answer)
{
	json_int_t code =
		json_integer_value(json_object_get(root, "errorCode"));

	if (code == 404)
		answer->outcome = KZ_REGISTRY_MISSING;
	else if (code == 429 || code == 403)
		answer->outcome = KZ_REGISTRY_REFUSED;
}

static void
take_root(const json_t *root, struct kz_registry_answer *answer)
{
	const json_t *events = json_object_get(root, "events");

	if (!take_subject(root, answer)) {
		*answer = (struct kz_registry_answer){0};
		take_failure(root, answer);
		return;
	}
	answer->outcome = KZ_REGISTRY_FOUND;
	answer->redacted = hidden(root);
	take_states(json_object_get(root, "status"), answer);
	take_servers(json_object_get(root, "nameservers"), answer);
	for (size_t i = 0; i < list_size(events, answer); i++)
		take_event(json_array_get(events, i), answer);
	/* A contact's own address, as WHOIS has it in the contact's record. */
	if (answer->kind == KZ_REGISTRY_HANDLE)
		(void)kz_registry_add_contact(answer, KZ_STR(""),
			mail_of(json_object_get(root, "vcardArray"), answer),
			KZ_REGISTRY_OTHER);
	take_entities(json_object_get(root, "entities"), 0, answer);
}

/* jansson has a limit of its own, far above this one. */
static bool
shallow(struct kz_str text)
{
	size_t depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < text.len; i++) {
		char octet = text.ptr[i];

		if (quoted && octet == '\\')
			i++;
		else if (octet == '"')
			quoted = !quoted;
		else if (!quoted && (octet == '{' || octet == '['))
			depth++;
		else if (!quoted && (octet == '}' || octet == ']') && depth > 0)
			depth--;
		if (depth > KZ_RDAP_DEPTH)
			return false;
	}
	return true;
}

enum kz_result
kz_rdap_read(struct kz_str text, struct kz_registry_answer *answer)
{
	json_t *root;
	json_error_t error;

	*answer = (struct kz_registry_answer){0};
	if (text.len > KZ_RDAP_TEXT_MAX || !shallow(text))
		return KZ_OK;
	root = json_loadb(text.ptr, text.len, JSON_ALLOW_NUL, &error);
	if (root == NULL)
		return json_error_code(&error) == json_error_out_of_memory
			? KZ_ENOMEM
			: KZ_OK;
	take_root(root, answer);
	json_decref(root);
	return KZ_OK;
}
