/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "line_priv.h"

/* What kizukid asks of the prober. */

static void
parse_watch(struct kz_line_in *in, struct kz_line_examine *examine)
{
	struct kz_line_key key =
		KZ_LINE_KEY("watch", "a list of at most 8 domain names was");
	const json_t *list = kz_line_take_list(in, key, KZ_LINE_WATCHED);
	size_t count = json_array_size(list);

	for (size_t i = 0; i < count; i++) {
		struct kz_name *name = &examine->watch[i];

		if (kz_name_parse(kz_line_string(json_array_get(list, i)),
			    name) != KZ_OK ||
			name->len == 0)
			kz_line_fail(in, key.why);
	}
	examine->watch_count = count;
}

static bool
printable(struct kz_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] <= ' ' || text.ptr[i] >= 127)
			return false;
	}
	return true;
}

static void
parse_clients(struct kz_line_in *in, struct kz_line_examine *examine)
{
	struct kz_line_key key = KZ_LINE_KEY(
		"clients", "a list of at most 4 [address, HELO name] was");
	const json_t *list = kz_line_take_list(in, key, KZ_LINE_CLIENTS);
	size_t count = json_array_size(list);

	for (size_t i = 0; i < count; i++) {
		struct kz_line_client *client = &examine->clients[i];
		const json_t *pair = json_array_get(list, i);
		struct kz_str helo = kz_line_string(json_array_get(pair, 1));

		if (json_array_size(pair) != 2 ||
			kz_addr_parse(kz_line_string(json_array_get(pair, 0)),
				&client->addr) != KZ_OK ||
			helo.len >= sizeof(client->helo) || !printable(helo)) {
			kz_line_fail(in, key.why);
			return;
		}
		memcpy(client->helo, helo.ptr, helo.len);
		client->helo[helo.len] = '\0';
	}
	examine->client_count = count;
}

void
kz_line_parse_examine(struct kz_line_in *in, struct kz_line *line)
{
	struct kz_line_examine *examine = &line->u.examine;

	kz_line_take_name(in, KZ_LINE_KEY("examine", "a domain name was"),
		&examine->site);
	if (kz_line_has(in, "tcp"))
		examine->tcp = kz_line_take_flag(
			in, KZ_LINE_KEY("tcp", "true or false was"));
	if (kz_line_has(in, "confirm"))
		examine->confirm = kz_line_take_flag(
			in, KZ_LINE_KEY("confirm", "true or false was"));
	if (kz_line_has(in, "sender"))
		examine->sender = kz_line_take_flag(
			in, KZ_LINE_KEY("sender", "true or false was"));
	if (kz_line_has(in, "zone"))
		kz_line_take_name(in, KZ_LINE_KEY("zone", "a domain name was"),
			&examine->zone);
	if (kz_line_has(in, "clients"))
		parse_clients(in, examine);
	if (kz_line_has(in, "reconsider"))
		examine->reconsider = kz_line_take_flag(
			in, KZ_LINE_KEY("reconsider", "true or false was"));
	if (kz_line_has(in, "registry"))
		examine->registry = kz_line_take_flag(
			in, KZ_LINE_KEY("registry", "true or false was"));
	if (kz_line_has(in, "watch"))
		parse_watch(in, examine);
}

static void
print_clients(struct kz_line_out *out, const struct kz_line_examine *examine)
{
	json_t *list;

	if (examine->client_count == 0)
		return;
	if (examine->client_count > KZ_LINE_CLIENTS) {
		kz_line_refuse(out);
		return;
	}
	list = json_array();
	for (size_t i = 0; i < examine->client_count; i++) {
		const struct kz_line_client *client = &examine->clients[i];
		struct kz_str helo = {client->helo, strlen(client->helo)};
		char text[KZ_ADDR_TEXT_SIZE];

		if (client->addr.family == KZ_ADDR_NONE || !printable(helo))
			kz_line_refuse(out);
		kz_line_append(out, list,
			json_pack("[ss]", kz_addr_format(&client->addr, text),
				client->helo));
	}
	kz_line_put(out, "clients", list);
}

void
kz_line_print_examine(struct kz_line_out *out, const struct kz_line *line)
{
	const struct kz_line_examine *examine = &line->u.examine;
	json_t *list;

	kz_line_put_name(out, "examine", &examine->site);
	kz_line_put_flag(out, "tcp", examine->tcp);
	if (examine->confirm)
		kz_line_put_flag(out, "confirm", true);
	if (examine->sender)
		kz_line_put_flag(out, "sender", true);
	if (examine->zone.len > 0)
		kz_line_put_name(out, "zone", &examine->zone);
	print_clients(out, examine);
	if (examine->registry)
		kz_line_put_flag(out, "registry", true);
	if (examine->reconsider)
		kz_line_put_flag(out, "reconsider", true);
	if (examine->watch_count == 0)
		return;
	if (examine->watch_count > KZ_LINE_WATCHED) {
		kz_line_refuse(out);
		return;
	}
	list = json_array();
	for (size_t i = 0; i < examine->watch_count; i++) {
		if (examine->watch[i].len == 0)
			kz_line_refuse(out);
		kz_line_append(out, list, json_string(examine->watch[i].text));
	}
	kz_line_put(out, "watch", list);
}

void
kz_line_parse_question(struct kz_line_in *in, struct kz_line *line)
{
	struct kz_question *question = &line->u.question;
	struct kz_line_key kind =
		KZ_LINE_KEY("kind", "mailfrom, helo, rdns or site was");

	question->id = (uint64_t)kz_line_take_number(in,
		KZ_LINE_KEY("verify", "a number from 0 on was"), 0, INT64_MAX);
	if (kz_verify_kind_find(kz_line_take_word(in, kind), &question->kind) !=
		KZ_OK)
		kz_line_fail(in, kind.why);
	/* The reverse name is what the prober finds by itself. */
	if (question->kind != KZ_VERIFY_RDNS || kz_line_has(in, "name"))
		kz_line_take_name(in, KZ_LINE_KEY("name", "a domain name was"),
			&question->name);
	if (question->kind != KZ_VERIFY_SITE || kz_line_has(in, "client"))
		kz_line_take_addr(in, KZ_LINE_KEY("client", "an address was"),
			&question->client);
}

void
kz_line_print_question(struct kz_line_out *out, const struct kz_line *line)
{
	const struct kz_question *question = &line->u.question;

	if (question->id > INT64_MAX)
		kz_line_refuse(out);
	kz_line_put_number(out, "verify", (int64_t)question->id);
	kz_line_put_word(out, "kind", kz_verify_kind_text(question->kind));
	if (question->kind != KZ_VERIFY_RDNS || question->name.len > 0)
		kz_line_put_name(out, "name", &question->name);
	if (question->kind != KZ_VERIFY_SITE ||
		question->client.family != KZ_ADDR_NONE)
		kz_line_put_addr(out, "client", &question->client);
}

void
kz_line_parse_canary(struct kz_line_in *in, struct kz_line *line)
{
	struct kz_line_canary *canary = &line->u.canary_ask;
	struct kz_line_key service = KZ_LINE_KEY(
		"service", "smtp25, dns53udp, dns53tcp or https443 was");

	kz_line_take_addr(
		in, KZ_LINE_KEY("canary", "an address was"), &canary->addr);
	if (kz_service_find(kz_line_take_word(in, service), &canary->service) !=
		KZ_OK)
		kz_line_fail(in, service.why);
	if (kz_line_has(in, "name"))
		kz_line_take_name(in, KZ_LINE_KEY("name", "a domain name was"),
			&canary->name);
}

void
kz_line_print_canary(struct kz_line_out *out, const struct kz_line *line)
{
	const struct kz_line_canary *canary = &line->u.canary_ask;

	kz_line_put_addr(out, "canary", &canary->addr);
	kz_line_put_word(out, "service", kz_service_text(canary->service));
	/* The root is what is asked about where nothing is said. */
	if (canary->name.len > 0)
		kz_line_put_name(out, "name", &canary->name);
}
