/* SPDX-License-Identifier: ISC */
/* What passes between kizukid and its prober about registries. */
#include <string.h>

#include "line_priv.h"

#define STATE_WHY   "up to 8 texts of at most 47 octets were"
#define CONTACT_WHY "up to 8 pairs of handle and roles were"

void
kz_line_parse_turn(struct kz_line_in *in, struct kz_line *line)
{
	struct kz_turn_told *turn = &line->u.turn;

	turn->when_s = kz_line_take_number(in,
		KZ_LINE_KEY("t", "seconds since 1970 were"), 1,
		KZ_LINE_MOMENT_MAX);
	kz_line_take_text(in, KZ_LINE_KEY("turn", "a server was"), turn->server,
		sizeof(turn->server));
	if (turn->server[0] == '\0')
		kz_line_fail(in, "turn: expected a server");
	turn->rdap =
		kz_line_take_flag(in, KZ_LINE_KEY("rdap", "true or false was"));
	turn->asked = (uint32_t)kz_line_take_number(in,
		KZ_LINE_KEY("asked", "a number of questions was"), 0,
		UINT32_MAX);
	turn->until_s = kz_line_take_number(in,
		KZ_LINE_KEY("until", "seconds since 1970 were"), 0,
		KZ_LINE_MOMENT_MAX);
	turn->back_off_s = (uint32_t)kz_line_take_number(
		in, KZ_LINE_KEY("back_off", "seconds were"), 0, UINT32_MAX);
}

void
kz_line_print_turn(struct kz_line_out *out, const struct kz_line *line)
{
	const struct kz_turn_told *turn = &line->u.turn;

	if (turn->when_s < 1 || turn->when_s > KZ_LINE_MOMENT_MAX ||
		turn->until_s < 0 || turn->until_s > KZ_LINE_MOMENT_MAX ||
		turn->server[0] == '\0')
		kz_line_refuse(out);
	kz_line_put_number(out, "t", turn->when_s);
	kz_line_put_text(out, "turn", turn->server, sizeof(turn->server));
	kz_line_put_flag(out, "rdap", turn->rdap);
	kz_line_put_number(out, "asked", turn->asked);
	kz_line_put_number(out, "until", turn->until_s);
	kz_line_put_number(out, "back_off", turn->back_off_s);
}

/* [moment, minutes from UTC, whether only a day was said] */
void
kz_line_take_date(
	struct kz_line_in *in, const char *name, struct kz_registry_date *date)
{
	const json_t *list = json_object_get(in->root, name);
	json_int_t when_s = json_integer_value(json_array_get(list, 0));
	json_int_t offset = json_integer_value(json_array_get(list, 1));

	if (list == NULL)
		return;
	if (json_array_size(list) != 3 || when_s < 1 ||
		when_s > KZ_LINE_MOMENT_MAX || offset <= -1440 ||
		offset >= 1440 || !json_is_boolean(json_array_get(list, 2))) {
		kz_line_fail(in, "a date is [seconds, minutes, true or false]");
		return;
	}
	date->when_s = when_s;
	date->offset_min = (int16_t)offset;
	date->day = json_is_true(json_array_get(list, 2));
}

void
kz_line_put_date(struct kz_line_out *out, const char *name,
	const struct kz_registry_date *date)
{
	if (date->when_s >= 1 && date->when_s <= KZ_LINE_MOMENT_MAX &&
		date->offset_min > -1440 && date->offset_min < 1440)
		kz_line_put(out, name,
			json_pack("[I,i,b]", (json_int_t)date->when_s,
				(int)date->offset_min, (int)date->day));
}

static void
take_states(struct kz_line_in *in, struct kz_registry_answer *answer)
{
	struct kz_line_key key = KZ_LINE_KEY("states", STATE_WHY);
	const json_t *list = kz_line_take_list(in, key, KZ_REGISTRY_STATES);

	for (size_t i = 0; i < json_array_size(list); i++)
		if (!kz_registry_add_state(
			    answer, kz_line_string(json_array_get(list, i))))
			kz_line_fail(in, key.why);
}

static void
take_servers(struct kz_line_in *in, struct kz_registry_answer *answer)
{
	struct kz_line_key key =
		KZ_LINE_KEY("servers", "up to 13 domain names were");
	const json_t *list = kz_line_take_list(in, key, KZ_REGISTRY_SERVERS);

	for (size_t i = 0; i < json_array_size(list); i++)
		if (!kz_registry_add_server(
			    answer, kz_line_string(json_array_get(list, i))))
			kz_line_fail(in, key.why);
}

void
kz_line_take_lists(struct kz_line_in *in, struct kz_registry_answer *answer)
{
	take_states(in, answer);
	take_servers(in, answer);
}

void
kz_line_take_rest(struct kz_line_in *in, struct kz_registry_answer *answer)
{
	kz_line_take_date(in, "expires", &answer->expires);
	kz_line_take_date(in, "updated", &answer->updated);
	kz_line_take_date(in, "created", &answer->created);
	answer->cut = json_is_true(json_object_get(in->root, "cut"));
	answer->redacted = json_is_true(json_object_get(in->root, "redacted"));
	answer->updated_by_rule =
		json_is_true(json_object_get(in->root, "by_rule"));
}

static void
take_contacts(struct kz_line_in *in, struct kz_registry_answer *answer)
{
	struct kz_line_key key = KZ_LINE_KEY("contacts", CONTACT_WHY);
	const json_t *list = kz_line_take_list(in, key, KZ_REGISTRY_CONTACTS);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *pair = json_array_get(list, i);
		json_int_t roles = json_integer_value(json_array_get(pair, 1));
		struct kz_registry_contact *contact =
			&answer->contacts[answer->contact_count];

		if (json_array_size(pair) != 2 || roles < 0 || roles > 31 ||
			kz_registry_handle(
				kz_line_string(json_array_get(pair, 0)),
				contact->handle) != KZ_OK) {
			kz_line_fail(in, key.why);
			return;
		}
		contact->roles = (uint8_t)roles;
		answer->contact_count++;
	}
}

void
kz_line_parse_registered(struct kz_line_in *in, struct kz_line *line)
{
	struct kz_registry_answer *answer = &line->u.registered;

	answer->kind = KZ_REGISTRY_DOMAIN;
	answer->outcome = KZ_REGISTRY_FOUND;
	answer->asked_s = kz_line_take_number(in,
		KZ_LINE_KEY("t", "seconds since 1970 were"), 1,
		KZ_LINE_MOMENT_MAX);
	kz_line_take_name(in, KZ_LINE_KEY("registered", "a domain name was"),
		&answer->domain);
	kz_line_take_text(in, KZ_LINE_KEY("server", "a server was"),
		answer->server, sizeof(answer->server));
	kz_line_take_lists(in, answer);
	take_contacts(in, answer);
	kz_line_take_rest(in, answer);
}

void
kz_line_put_lists(
	struct kz_line_out *out, const struct kz_registry_answer *answer)
{
	json_t *states = json_array();
	json_t *servers = json_array();

	for (size_t i = 0; i < answer->state_count; i++)
		kz_line_append(out, states, json_string(answer->states[i]));
	for (size_t i = 0; i < answer->server_count; i++)
		kz_line_append(
			out, servers, json_string(answer->servers[i].text));
	kz_line_put(out, "states", states);
	kz_line_put(out, "servers", servers);
}

void
kz_line_put_rest(
	struct kz_line_out *out, const struct kz_registry_answer *answer)
{
	kz_line_put_date(out, "expires", &answer->expires);
	kz_line_put_date(out, "updated", &answer->updated);
	kz_line_put_date(out, "created", &answer->created);
	if (answer->cut)
		kz_line_put_flag(out, "cut", true);
	if (answer->redacted)
		kz_line_put_flag(out, "redacted", true);
	if (answer->updated_by_rule)
		kz_line_put_flag(out, "by_rule", true);
}

static void
put_contacts(struct kz_line_out *out, const struct kz_registry_answer *answer)
{
	json_t *contacts = json_array();

	for (size_t i = 0; i < answer->contact_count; i++)
		if (answer->contacts[i].handle[0] != '\0')
			kz_line_append(out, contacts,
				json_pack("[s,i]", answer->contacts[i].handle,
					(int)answer->contacts[i].roles));
	kz_line_put(out, "contacts", contacts);
}

void
kz_line_print_registered(struct kz_line_out *out, const struct kz_line *line)
{
	const struct kz_registry_answer *answer = &line->u.registered;

	if (!kz_registry_keepable(answer) ||
		answer->asked_s > KZ_LINE_MOMENT_MAX)
		kz_line_refuse(out);
	kz_line_put_number(out, "t", answer->asked_s);
	kz_line_put_name(out, "registered", &answer->domain);
	kz_line_put_text(out, "server", answer->server, sizeof(answer->server));
	kz_line_put_lists(out, answer);
	put_contacts(out, answer);
	kz_line_put_rest(out, answer);
}
