/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "line_priv.h"

#define POINTS_MAX 10 /* no symptom weighs more */

/* A class of one family names addresses of that family. */
static bool
rest_fits(const struct kz_rest *rest)
{
	const char *text = kz_netclass_text(rest->netclass);
	size_t len = strlen(text);

	if (len > 3 && strcmp(text + len - 3, "-v4") == 0)
		return rest->addr.family == KZ_ADDR_V4;
	if (len > 3 && strcmp(text + len - 3, "-v6") == 0)
		return rest->addr.family == KZ_ADDR_V6;
	return rest->addr.family != KZ_ADDR_NONE;
}

static bool
parse_rest(const json_t *pair, struct kz_rest *rest)
{
	return json_array_size(pair) == 2 &&
		kz_netclass_find(kz_line_string(json_array_get(pair, 0)),
			&rest->netclass) == KZ_OK &&
		kz_addr_parse(kz_line_string(json_array_get(pair, 1)),
			&rest->addr) == KZ_OK &&
		rest_fits(rest);
}

static void
parse_rests(struct kz_line_in *in, struct kz_finding *finding)
{
	struct kz_line_key key = KZ_LINE_KEY(
		"rests", "a list of at most 16 [class, address] was");
	const json_t *list = kz_line_take_list(in, key, KZ_RESTS_MAX);
	size_t count = json_array_size(list);

	for (size_t i = 0; i < count; i++) {
		if (!parse_rest(json_array_get(list, i), &finding->rests[i]))
			kz_line_fail(in, key.why);
	}
	finding->rest_count = count;
}

/*
 * A finding of an older catalogue may weigh more than its symptom does today:
 * it is lowered.  More than any symptom ever weighs is nonsense.
 */
static void
parse_weight(struct kz_line_in *in, struct kz_finding *finding)
{
	uint8_t points = kz_symptom_info(finding->symptom)->points;
	int64_t weight = finding->outcome == KZ_OUTCOME_BAD ? points : 0;

	if (kz_line_has(in, "weight"))
		weight = kz_line_take_number(in,
			KZ_LINE_KEY("weight", "0 to 10 was"), 0, POINTS_MAX);
	finding->weight = weight < points ? (uint8_t)weight : points;
}

static void
parse_source(struct kz_line_in *in, struct kz_finding *finding)
{
	struct kz_line_key key =
		KZ_LINE_KEY("source", "probe, log or fact was");

	if (kz_source_find(kz_line_take_word(in, key), &finding->source) !=
		KZ_OK)
		kz_line_fail(in, key.why);
}

/* Each is optional. */
static void
parse_details(struct kz_line_in *in, struct kz_finding *finding)
{
	if (kz_line_has(in, "value"))
		kz_line_take_text(in,
			KZ_LINE_KEY(
				"value", "a line of at most 511 octets was"),
			finding->value, sizeof(finding->value));
	if (kz_line_has(in, "why"))
		kz_line_take_text(in,
			KZ_LINE_KEY("why", "a line of at most 127 octets was"),
			finding->why, sizeof(finding->why));
	if (kz_line_has(in, "rests"))
		parse_rests(in, finding);
	if (kz_line_has(in, "truncated"))
		finding->truncated = kz_line_take_flag(
			in, KZ_LINE_KEY("truncated", "true or false was"));
	if (kz_line_has(in, "judged"))
		finding->judged = kz_line_take_flag(
			in, KZ_LINE_KEY("judged", "true or false was"));
	if (kz_line_has(in, "ttl"))
		finding->ttl_s = (uint32_t)kz_line_take_number(in,
			KZ_LINE_KEY("ttl", "the seconds of a TTL were"), 0,
			INT32_MAX); /* RFC 2181 section 8 */
	if (kz_line_has(in, "queue"))
		finding->queue = (uint32_t)kz_line_take_number(in,
			KZ_LINE_KEY("queue", "0 to 4294967295 was"), 0,
			UINT32_MAX);
	if (kz_line_has(in, "source"))
		parse_source(in, finding);
}

void
kz_line_parse_finding(struct kz_line_in *in, struct kz_line *line)
{
	struct kz_finding *finding = &line->u.finding;
	struct kz_line_key id = KZ_LINE_KEY("id", "a known symptom was");
	struct kz_line_key outcome =
		KZ_LINE_KEY("outcome", "bad, ok or unknown was");

	finding->when_s = kz_line_take_number(in,
		KZ_LINE_KEY("t", "seconds since 1970 were"), 1,
		KZ_LINE_MOMENT_MAX);
	kz_line_take_name(in, KZ_LINE_KEY("subject", "a domain name was"),
		&finding->subject);
	if (kz_symptom_find(kz_line_take_word(in, id), &finding->symptom) !=
		KZ_OK)
		kz_line_fail(in, id.why);
	kz_line_take_text(in,
		KZ_LINE_KEY("object", "a line of at most 319 octets was"),
		finding->object, sizeof(finding->object));
	if (kz_outcome_find(
		    kz_line_take_word(in, outcome), &finding->outcome) != KZ_OK)
		kz_line_fail(in, outcome.why);
	parse_details(in, finding);
	if (in->why == NULL)
		parse_weight(in, finding);
}

static json_t *
rests_list(struct kz_line_out *out, const struct kz_finding *finding)
{
	json_t *list = json_array();

	if (finding->rest_count > KZ_RESTS_MAX) {
		kz_line_refuse(out);
		return list;
	}
	for (size_t i = 0; i < finding->rest_count; i++) {
		const struct kz_rest *rest = &finding->rests[i];
		char text[KZ_ADDR_TEXT_SIZE];

		if (!rest_fits(rest))
			kz_line_refuse(out);
		kz_line_append(out, list,
			json_pack("[ss]", kz_netclass_text(rest->netclass),
				kz_addr_format(&rest->addr, text)));
	}
	return list;
}

void
kz_line_print_finding(struct kz_line_out *out, const struct kz_line *line)
{
	const struct kz_finding *finding = &line->u.finding;
	const struct kz_symptom_info *info = kz_symptom_info(finding->symptom);

	if (finding->when_s < 1 || finding->when_s > KZ_LINE_MOMENT_MAX ||
		finding->weight > info->points || finding->ttl_s > INT32_MAX)
		kz_line_refuse(out);
	kz_line_put_number(out, "t", finding->when_s);
	kz_line_put_name(out, "subject", &finding->subject);
	kz_line_put_word(out, "id", info->id);
	kz_line_put_text(
		out, "object", finding->object, sizeof(finding->object));
	kz_line_put_word(out, "outcome", kz_outcome_text(finding->outcome));
	kz_line_put_number(out, "weight", finding->weight);
	kz_line_put_text(out, "value", finding->value, sizeof(finding->value));
	kz_line_put(out, "rests", rests_list(out, finding));
	kz_line_put_text(out, "why", finding->why, sizeof(finding->why));
	kz_line_put_flag(out, "truncated", finding->truncated);
	if (finding->ttl_s != 0)
		kz_line_put_number(out, "ttl", finding->ttl_s);
	if (finding->queue != 0)
		kz_line_put_number(out, "queue", finding->queue);
	if (finding->source != KZ_SOURCE_PROBE)
		kz_line_put_word(
			out, "source", kz_source_text(finding->source));
	if (finding->judged)
		kz_line_put_flag(out, "judged", true);
}
