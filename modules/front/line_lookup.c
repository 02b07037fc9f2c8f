/* SPDX-License-Identifier: ISC */
/* One question to a registry, by hand: the turns it takes and the answers. */
#include <string.h>

#include "line_priv.h"

#define RANGE_WHY   "two addresses, the lower one first, were"
#define CONTACT_WHY "up to 8 lists of handle, roles and mail domain were"

static void
take_of(struct kz_line_in *in, struct kz_line_key key,
	struct kz_line_lookup *lookup)
{
	struct kz_str text = kz_line_take_word(in, key);

	if (kz_addr_parse(text, &lookup->addr) == KZ_OK)
		return;
	lookup->addr = (struct kz_addr){0};
	kz_line_take_name(in, key, &lookup->domain);
}

static void
put_of(struct kz_line_out *out, const char *name,
	const struct kz_line_lookup *lookup)
{
	if (lookup->domain.len > 0)
		kz_line_put_name(out, name, &lookup->domain);
	else
		kz_line_put_addr(out, name, &lookup->addr);
}

void
kz_line_parse_lookup(struct kz_line_in *in, struct kz_line *line)
{
	take_of(in,
		KZ_LINE_KEY("registry_of", "a domain name or an address was"),
		&line->u.lookup);
}

void
kz_line_print_lookup(struct kz_line_out *out, const struct kz_line *line)
{
	put_of(out, "registry_of", &line->u.lookup);
}

static void
take_range(struct kz_line_in *in, struct kz_registry_answer *answer)
{
	struct kz_line_key key = KZ_LINE_KEY("range", RANGE_WHY);
	const json_t *list = kz_line_take_list(in, key, 2);

	if (kz_addr_parse(kz_line_string(json_array_get(list, 0)),
		    &answer->first) != KZ_OK ||
		kz_addr_parse(kz_line_string(json_array_get(list, 1)),
			&answer->last) != KZ_OK ||
		answer->first.family != answer->last.family ||
		kz_addr_compare(&answer->first, &answer->last) > 0)
		kz_line_fail(in, key.why);
}

/* Of a contact itself; it is shown as it is. */
static void
take_handle(struct kz_line_in *in, struct kz_registry_answer *answer)
{
	struct kz_line_key key = KZ_LINE_KEY("phone", "printable ASCII was");

	if (kz_line_has(in, "handle") &&
		kz_registry_handle(
			kz_line_take_word(
				in, KZ_LINE_KEY("handle", "a handle was")),
			answer->handle) != KZ_OK)
		kz_line_fail(in, "handle: letters, digits, -, _ and .");
	if (!kz_line_has(in, "phone"))
		return;
	kz_line_take_text(in, key, answer->phone, sizeof(answer->phone));
	for (const char *at = answer->phone; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			kz_line_fail(in, key.why);
}

static void
take_subject(struct kz_line_in *in, struct kz_registry_answer *answer)
{
	struct kz_line_key kind =
		KZ_LINE_KEY("kind", "domain, network or handle was");

	if (kz_registry_kind_find(kz_line_take_word(in, kind), &answer->kind) !=
		KZ_OK)
		kz_line_fail(in, kind.why);
	if (kz_line_has(in, "domain"))
		kz_line_take_name(in,
			KZ_LINE_KEY("domain", "a domain name was"),
			&answer->domain);
	if (answer->kind == KZ_REGISTRY_NETWORK)
		take_range(in, answer);
	take_handle(in, answer);
}

static bool
take_contact(const json_t *list, struct kz_registry_contact *contact)
{
	struct kz_str handle = kz_line_string(json_array_get(list, 0));
	json_int_t roles = json_integer_value(json_array_get(list, 1));
	struct kz_str mail = kz_line_string(json_array_get(list, 2));

	if (json_array_size(list) != 3 || roles < 0 || roles > 31 ||
		handle.len + mail.len == 0 ||
		(handle.len > 0 &&
			kz_registry_handle(handle, contact->handle) != KZ_OK) ||
		(mail.len > 0 &&
			(kz_name_parse(mail, &contact->mail) != KZ_OK ||
				contact->mail.len == 0)))
		return false;
	contact->roles = (uint8_t)roles;
	return true;
}

static void
take_contacts(struct kz_line_in *in, struct kz_registry_answer *answer)
{
	struct kz_line_key key = KZ_LINE_KEY("contacts", CONTACT_WHY);
	const json_t *list = kz_line_take_list(in, key, KZ_REGISTRY_CONTACTS);

	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!take_contact(json_array_get(list, i),
			    &answer->contacts[answer->contact_count])) {
			kz_line_fail(in, key.why);
			return;
		}
		answer->contact_count++;
	}
}

void
kz_line_parse_looked(struct kz_line_in *in, struct kz_line *line)
{
	struct kz_line_looked *looked = &line->u.looked;
	struct kz_registry_answer *answer = &looked->answer;
	struct kz_line_key outcome = KZ_LINE_KEY(
		"outcome", "found, not found, refused or unclear was");

	take_of(in,
		KZ_LINE_KEY("registry_says", "a domain name or an address was"),
		&looked->of);
	kz_line_take_text(in, KZ_LINE_KEY("server", "a server was"),
		answer->server, sizeof(answer->server));
	if (kz_registry_outcome_find(
		    kz_line_take_word(in, outcome), &answer->outcome) != KZ_OK)
		kz_line_fail(in, outcome.why);
	if (kz_line_has(in, "why"))
		kz_line_take_text(in, KZ_LINE_KEY("why", "a line was"),
			looked->why, sizeof(looked->why));
	if (kz_line_has(in, "more"))
		looked->more = kz_line_take_flag(
			in, KZ_LINE_KEY("more", "true or false was"));
	if (kz_line_has(in, "t"))
		answer->asked_s = kz_line_take_number(in,
			KZ_LINE_KEY("t", "seconds since 1970 were"), 1,
			KZ_LINE_MOMENT_MAX);
	if (answer->outcome != KZ_REGISTRY_FOUND)
		return;
	take_subject(in, answer);
	kz_line_take_lists(in, answer);
	take_contacts(in, answer);
	kz_line_take_rest(in, answer);
}

static void
put_subject(struct kz_line_out *out, const struct kz_registry_answer *answer)
{
	char first[KZ_ADDR_TEXT_SIZE], last[KZ_ADDR_TEXT_SIZE];

	kz_line_put_word(out, "kind", kz_registry_kind_text(answer->kind));
	if (answer->domain.len > 0)
		kz_line_put_name(out, "domain", &answer->domain);
	if (answer->kind == KZ_REGISTRY_NETWORK &&
		(answer->first.family == KZ_ADDR_NONE ||
			answer->last.family == KZ_ADDR_NONE))
		kz_line_refuse(out);
	else if (answer->kind == KZ_REGISTRY_NETWORK)
		kz_line_put(out, "range",
			json_pack("[s,s]",
				kz_addr_format(&answer->first, first),
				kz_addr_format(&answer->last, last)));
	if (answer->handle[0] != '\0')
		kz_line_put_text(
			out, "handle", answer->handle, sizeof(answer->handle));
	if (answer->phone[0] != '\0')
		kz_line_put_text(
			out, "phone", answer->phone, sizeof(answer->phone));
}

/* RDAP may know a contact by its link alone, which is not for people. */
static void
put_contacts(struct kz_line_out *out, const struct kz_registry_answer *answer)
{
	json_t *list = json_array();

	for (size_t i = 0; i < answer->contact_count; i++) {
		const struct kz_registry_contact *contact =
			&answer->contacts[i];

		if (contact->handle[0] != '\0' || contact->mail.len > 0)
			kz_line_append(out, list,
				json_pack("[s,i,s]", contact->handle,
					(int)contact->roles,
					contact->mail.text));
	}
	kz_line_put(out, "contacts", list);
}

void
kz_line_print_looked(struct kz_line_out *out, const struct kz_line *line)
{
	const struct kz_line_looked *looked = &line->u.looked;
	const struct kz_registry_answer *answer = &looked->answer;

	put_of(out, "registry_says", &looked->of);
	kz_line_put_text(out, "server", answer->server, sizeof(answer->server));
	kz_line_put_word(
		out, "outcome", kz_registry_outcome_text(answer->outcome));
	if (looked->why[0] != '\0')
		kz_line_put_text(out, "why", looked->why, sizeof(looked->why));
	if (looked->more)
		kz_line_put_flag(out, "more", true);
	if (answer->asked_s >= 1 && answer->asked_s <= KZ_LINE_MOMENT_MAX)
		kz_line_put_number(out, "t", answer->asked_s);
	if (answer->outcome != KZ_REGISTRY_FOUND)
		return;
	put_subject(out, answer);
	kz_line_put_lists(out, answer);
	put_contacts(out, answer);
	kz_line_put_rest(out, answer);
}

static void
take_server(struct kz_line_in *in, struct kz_line_key key,
	struct kz_line_grant *grant)
{
	kz_line_take_text(in, key, grant->server, sizeof(grant->server));
	if (grant->server[0] == '\0')
		kz_line_fail(in, key.why);
	grant->rdap =
		kz_line_take_flag(in, KZ_LINE_KEY("rdap", "true or false was"));
}

static void
put_server(struct kz_line_out *out, const char *name,
	const struct kz_line_grant *grant)
{
	if (grant->server[0] == '\0')
		kz_line_refuse(out);
	kz_line_put_text(out, name, grant->server, sizeof(grant->server));
	kz_line_put_flag(out, "rdap", grant->rdap);
}

void
kz_line_parse_want(struct kz_line_in *in, struct kz_line *line)
{
	take_server(
		in, KZ_LINE_KEY("turn_wanted", "a server was"), &line->u.grant);
}

void
kz_line_print_want(struct kz_line_out *out, const struct kz_line *line)
{
	put_server(out, "turn_wanted", &line->u.grant);
}

void
kz_line_parse_grant(struct kz_line_in *in, struct kz_line *line)
{
	struct kz_line_grant *grant = &line->u.grant;

	take_server(in, KZ_LINE_KEY("turn_answer", "a server was"), grant);
	grant->granted = kz_line_take_flag(
		in, KZ_LINE_KEY("granted", "true or false was"));
	grant->wait_s = (uint32_t)kz_line_take_number(in,
		KZ_LINE_KEY("wait", "0 to 600 seconds were"), 0,
		KZ_LINE_WAIT_MAX_S);
}

void
kz_line_print_grant(struct kz_line_out *out, const struct kz_line *line)
{
	const struct kz_line_grant *grant = &line->u.grant;

	if (grant->wait_s > KZ_LINE_WAIT_MAX_S)
		kz_line_refuse(out);
	put_server(out, "turn_answer", grant);
	kz_line_put_flag(out, "granted", grant->granted);
	kz_line_put_number(out, "wait", grant->wait_s);
}
