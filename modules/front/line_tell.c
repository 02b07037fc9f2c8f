/* SPDX-License-Identifier: ISC */
#include "line_priv.h"

/* What the prober tells besides findings. */

void
kz_line_parse_touched(struct kz_line_in *in, struct kz_line *line)
{
	struct kz_touch *touch = &line->u.touch;
	struct kz_line_key service = KZ_LINE_KEY(
		"service", "smtp25, dns53udp, dns53tcp or https443 was");
	struct kz_line_key outcome =
		KZ_LINE_KEY("outcome", "what a contact came to was");

	touch->when_s = kz_line_take_number(in,
		KZ_LINE_KEY("t", "seconds since 1970 were"), 1,
		KZ_LINE_MOMENT_MAX);
	kz_line_take_addr(
		in, KZ_LINE_KEY("touched", "an address was"), &touch->addr);
	if (kz_service_find(kz_line_take_word(in, service), &touch->service) !=
		KZ_OK)
		kz_line_fail(in, service.why);
	if (kz_reach_find(kz_line_take_word(in, outcome), &touch->reach) !=
		KZ_OK)
		kz_line_fail(in, outcome.why);
	if (kz_line_has(in, "canary"))
		line->canary = kz_line_take_flag(
			in, KZ_LINE_KEY("canary", "true or false was"));
}

void
kz_line_print_touched(struct kz_line_out *out, const struct kz_line *line)
{
	const struct kz_touch *touch = &line->u.touch;

	if (touch->when_s < 1 || touch->when_s > KZ_LINE_MOMENT_MAX)
		kz_line_refuse(out);
	kz_line_put_number(out, "t", touch->when_s);
	kz_line_put_addr(out, "touched", &touch->addr);
	kz_line_put_word(out, "service", kz_service_text(touch->service));
	kz_line_put_word(out, "outcome", kz_reach_text(touch->reach));
	if (line->canary)
		kz_line_put_flag(out, "canary", true);
}

void
kz_line_parse_verified(struct kz_line_in *in, struct kz_line *line)
{
	struct kz_verified *verified = &line->u.verified;
	struct kz_line_key outcome =
		KZ_LINE_KEY("outcome", "yes, no or unknown was");
	struct kz_line_key zone =
		KZ_LINE_KEY("zone", "the zone that holds the site was");

	verified->id = (uint64_t)kz_line_take_number(in,
		KZ_LINE_KEY("verified", "a number from 0 on was"), 0,
		INT64_MAX);
	if (kz_verify_outcome_find(kz_line_take_word(in, outcome),
		    &verified->outcome) != KZ_OK)
		kz_line_fail(in, outcome.why);
	if (kz_line_has(in, "name"))
		kz_line_take_name(in, KZ_LINE_KEY("name", "a domain name was"),
			&verified->name);
	if (!kz_line_has(in, "site") && !kz_line_has(in, "zone"))
		return;
	kz_line_take_name(
		in, KZ_LINE_KEY("site", "a domain name was"), &verified->site);
	kz_line_take_name(in, zone, &verified->zone);
	if (!kz_name_within(&verified->site, &verified->zone))
		kz_line_fail(in, zone.why);
	verified->has_site = true;
}

void
kz_line_print_verified(struct kz_line_out *out, const struct kz_line *line)
{
	const struct kz_verified *verified = &line->u.verified;

	if (verified->id > INT64_MAX)
		kz_line_refuse(out);
	kz_line_put_number(out, "verified", (int64_t)verified->id);
	kz_line_put_word(
		out, "outcome", kz_verify_outcome_text(verified->outcome));
	if (verified->name.len > 0)
		kz_line_put_name(out, "name", &verified->name);
	if (!verified->has_site)
		return;
	if (!kz_name_within(&verified->site, &verified->zone))
		kz_line_refuse(out);
	kz_line_put_name(out, "site", &verified->site);
	kz_line_put_name(out, "zone", &verified->zone);
}

static void
parse_complete(struct kz_line_in *in, struct kz_line_done *done)
{
	struct kz_line_key key =
		KZ_LINE_KEY("complete", "a list of families was");
	const json_t *list = kz_line_take_list(in, key, KZ_FAMILY_COUNT);

	for (size_t i = 0; i < json_array_size(list); i++) {
		enum kz_family family;

		if (kz_family_find(kz_line_string(json_array_get(list, i)),
			    &family) == KZ_OK)
			done->complete[family] = true;
		else
			kz_line_fail(in, key.why);
	}
}

void
kz_line_parse_done(struct kz_line_in *in, struct kz_line *line)
{
	struct kz_line_done *done = &line->u.done;

	kz_line_take_name(
		in, KZ_LINE_KEY("done", "a domain name was"), &done->site);
	if (kz_line_has(in, "zone"))
		kz_line_take_name(in, KZ_LINE_KEY("zone", "a domain name was"),
			&done->zone);
	parse_complete(in, done);
}

void
kz_line_print_done(struct kz_line_out *out, const struct kz_line *line)
{
	const struct kz_line_done *done = &line->u.done;
	json_t *list = json_array();

	for (size_t i = 0; i < KZ_FAMILY_COUNT; i++) {
		const char *family = kz_family_text((enum kz_family)i);

		if (done->complete[i])
			kz_line_append(out, list, json_string(family));
	}
	kz_line_put_name(out, "done", &done->site);
	if (done->zone.len > 0)
		kz_line_put_name(out, "zone", &done->zone);
	kz_line_put(out, "complete", list);
}

void
kz_line_parse_error(struct kz_line_in *in, struct kz_line *line)
{
	struct kz_line_error *error = &line->u.error;

	kz_line_take_text(in,
		KZ_LINE_KEY("error", "a line of at most 255 octets was"),
		error->text, sizeof(error->text));
	if (kz_line_has(in, "line"))
		kz_line_take_text(in,
			KZ_LINE_KEY("line", "a line of at most 255 octets was"),
			error->line, sizeof(error->line));
}

void
kz_line_print_error(struct kz_line_out *out, const struct kz_line *line)
{
	const struct kz_line_error *error = &line->u.error;

	kz_line_put_text(out, "error", error->text, sizeof(error->text));
	kz_line_put_text(out, "line", error->line, sizeof(error->line));
}
