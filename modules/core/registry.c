/* SPDX-License-Identifier: ISC */
#include "kizuki/core/registry.h"

#include <string.h>

#include "registry_priv.h"

static char
lower(char octet)
{
	if (octet < 'A' || octet > 'Z')
		return octet;
	return (char)(octet - 'A' + 'a');
}

bool
kz_registry_line(struct kz_str *rest, struct kz_str *line)
{
	const char *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->ptr, '\n', rest->len);
	line->ptr = rest->ptr;
	line->len = end != NULL ? (size_t)(end - rest->ptr) : rest->len;
	rest->ptr += line->len;
	rest->len -= line->len;
	if (end != NULL) {
		rest->ptr++;
		rest->len--;
	}
	if (line->len > 0 && line->ptr[line->len - 1] == '\r')
		line->len--;
	return true;
}

static bool
blank(char octet)
{
	return octet == ' ' || octet == '\t' || octet == '\r' ||
		octet == '\n' || octet == '\0';
}

struct kz_str
kz_registry_trim(struct kz_str text)
{
	while (text.len > 0 && blank(text.ptr[0])) {
		text.ptr++;
		text.len--;
	}
	while (text.len > 0 && blank(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

struct kz_str
kz_registry_word(struct kz_str text)
{
	size_t len = 0;

	while (len < text.len && !blank(text.ptr[len]))
		len++;
	return (struct kz_str){text.ptr, len};
}

bool
kz_registry_begins(struct kz_str text, struct kz_str start)
{
	if (text.len < start.len)
		return false;
	for (size_t i = 0; i < start.len; i++) {
		if (lower(text.ptr[i]) != lower(start.ptr[i]))
			return false;
	}
	return true;
}

bool
kz_registry_same(struct kz_str text, struct kz_str word)
{
	return text.len == word.len && kz_registry_begins(text, word);
}

bool
kz_registry_holds(struct kz_str text, const char *word)
{
	struct kz_str wanted = {word, strlen(word)};

	for (; text.len >= wanted.len; text.ptr++, text.len--) {
		if (kz_registry_begins(text, wanted))
			return true;
	}
	return false;
}

void
kz_registry_mail(struct kz_str text, struct kz_name *mail)
{
	size_t at = text.len;

	*mail = (struct kz_name){0};
	while (at > 0 && text.ptr[at - 1] != '@')
		at--;
	if (at == 0)
		return;
	if (kz_name_parse((struct kz_str){text.ptr + at, text.len - at},
		    mail) != KZ_OK)
		*mail = (struct kz_name){0};
}

bool
kz_registry_add_server(struct kz_registry_answer *answer, struct kz_str name)
{
	struct kz_name parsed;
	size_t at = answer->server_count;

	if (kz_name_parse(name, &parsed) != KZ_OK || parsed.len == 0) {
		answer->cut = true;
		return false;
	}
	for (size_t i = 0; i < answer->server_count; i++) {
		if (kz_name_equal(&answer->servers[i], &parsed))
			return true;
	}
	if (at == KZ_REGISTRY_SERVERS) {
		answer->cut = true;
		return false;
	}
	for (; at > 0 && kz_name_compare(&parsed, &answer->servers[at - 1]) < 0;
		at--)
		answer->servers[at] = answer->servers[at - 1];
	answer->servers[at] = parsed;
	answer->server_count++;
	return true;
}

/*
 * "clientHold" of EPP and "client hold" of RDAP are one word; "To be suspended"
 * stays as JPRS writes it.
 */
static size_t
state_clean(struct kz_str state, char clean[KZ_REGISTRY_STATE_MAX + 1])
{
	bool epp = state.len > 0 && lower(state.ptr[0]) == state.ptr[0];
	size_t len = 0;

	for (size_t i = 0; i < state.len; i++) {
		char octet = state.ptr[i];

		if (len + 2 > KZ_REGISTRY_STATE_MAX)
			return 0;
		if (octet < ' ' || octet > '~')
			octet = '?';
		if (epp && lower(octet) != octet && i > 0 &&
			state.ptr[i - 1] >= 'a' && state.ptr[i - 1] <= 'z')
			clean[len++] = ' ';
		if (epp)
			octet = lower(octet);
		clean[len++] = octet;
	}
	clean[len] = '\0';
	return len;
}

bool
kz_registry_add_state(struct kz_registry_answer *answer, struct kz_str state)
{
	char clean[KZ_REGISTRY_STATE_MAX + 1];
	size_t len = state_clean(state, clean);

	if (len == 0 || answer->state_count == KZ_REGISTRY_STATES) {
		answer->cut = true;
		return false;
	}
	for (size_t i = 0; i < answer->state_count; i++) {
		if (strcmp(answer->states[i], clean) == 0)
			return true;
	}
	memcpy(answer->states[answer->state_count++], clean, len + 1);
	return true;
}

enum kz_result
kz_registry_handle(struct kz_str text, char handle[KZ_REGISTRY_HANDLE_MAX + 1])
{
	if (text.len == 0 || text.len > KZ_REGISTRY_HANDLE_MAX)
		return KZ_EINVAL;
	for (size_t i = 0; i < text.len; i++) {
		char octet = lower(text.ptr[i]);

		if (!(octet >= 'a' && octet <= 'z') &&
			!(octet >= '0' && octet <= '9') && octet != '-' &&
			octet != '_' && octet != '.')
			return KZ_EINVAL;
	}
	memcpy(handle, text.ptr, text.len);
	handle[text.len] = '\0';
	return KZ_OK;
}

static struct kz_registry_contact *
contact_find(struct kz_registry_answer *answer,
	const struct kz_registry_contact *wanted)
{
	for (size_t i = 0; i < answer->contact_count; i++) {
		struct kz_registry_contact *have = &answer->contacts[i];

		if (strcmp(have->handle, wanted->handle) == 0 &&
			(have->handle[0] != '\0' ||
				kz_name_equal(&have->mail, &wanted->mail)))
			return have;
	}
	return NULL;
}

struct kz_registry_contact *
kz_registry_add_contact(struct kz_registry_answer *answer, struct kz_str handle,
	struct kz_str mail, uint8_t roles)
{
	struct kz_registry_contact made = {.roles = roles}, *have;

	kz_registry_mail(mail, &made.mail);
	if (kz_registry_handle(handle, made.handle) != KZ_OK)
		made.handle[0] = '\0';
	if (made.handle[0] == '\0' && made.mail.len == 0)
		return NULL;
	have = contact_find(answer, &made);
	if (have == NULL && answer->contact_count == KZ_REGISTRY_CONTACTS) {
		answer->cut = true;
		return NULL;
	}
	if (have == NULL) {
		have = &answer->contacts[answer->contact_count++];
		*have = made;
	}
	have->roles |= roles;
	if (have->mail.len == 0)
		have->mail = made.mail;
	return have;
}

/* What a registry says instead of an answer when it is asked too much. */
static bool
refusal(struct kz_str text)
{
	static const char *const words[] = {"exceed", "too many", "quota",
		"rate limit", "limit reached", "access denied", "blocked",
		"blacklisted", "try again later", "not allowed", "refused"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (kz_registry_holds(text, words[i]))
			return true;
	}
	return kz_registry_trim(text).len == 0;
}

/* Only the beginning: terms of use further down speak of everything. */
#define SAID_MAX 2048

void
kz_registry_read(struct kz_str text, const struct kz_addr *addr,
	struct kz_registry_answer *answer)
{
	static const char *const missing[] = {"no match", "not found",
		"no data found", "no entries found", "no object found",
		"domain not registered", "not been registered", "status: free",
		"status: available"};
	struct kz_str said;

	*answer = (struct kz_registry_answer){0};
	if (text.len > KZ_REGISTRY_TEXT_MAX) {
		text.len = KZ_REGISTRY_TEXT_MAX;
		answer->cut = true;
	}
	said = (struct kz_str){
		text.ptr, text.len < SAID_MAX ? text.len : SAID_MAX};
	if (kz_registry_read_labels(text, addr, answer) ||
		kz_registry_read_keys(text, answer)) {
		answer->outcome = KZ_REGISTRY_FOUND;
		return;
	}
	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
		if (kz_registry_holds(said, missing[i])) {
			answer->outcome = KZ_REGISTRY_MISSING;
			return;
		}
	}
	if (refusal(said))
		answer->outcome = KZ_REGISTRY_REFUSED;
}
