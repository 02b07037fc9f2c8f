/* SPDX-License-Identifier: ISC */
#include "lookup_priv.h"

#include <stdlib.h>

#include <bsd/string.h>

#include "input_priv.h"
#include "output_priv.h"
#include "rdap_priv.h"
#include "whom_priv.h"

enum step { STEP_BEGIN, STEP_IANA, STEP_LAST, STEP_END };

struct lookup {
	struct group group;
	unsigned step;
	struct whom whom;
	bool told;           /* line has an answer, maybe not the last */
	struct kz_line line; /* LOOKED */
};

static void
put(struct lookup *lookup, bool more)
{
	lookup->line.u.looked.more = more;
	output_line(lookup->group.probe->output, &lookup->line);
}

/* Whether another one is asked shows later: the one before is told now. */
static void
on_answer(void *arg, uint32_t tag, const struct registry_reply *reply)
{
	struct lookup *lookup = arg;
	struct kz_line_looked *looked = &lookup->line.u.looked;

	(void)tag;
	if (lookup->told)
		put(lookup, true);
	lookup->told = true;
	looked->answer = *reply->answer;
	(void)strlcpy(looked->why, reply->why, sizeof(looked->why));
}

static void
on_referral(void *arg, uint32_t tag, const struct registry_reply *reply)
{
	struct lookup *lookup = arg;

	whom_refer(lookup->group.probe, &lookup->whom, reply->answer);
	/* That IANA names nobody is no answer to what was asked. */
	if (lookup->whom.server[0] == '\0' && reply->why[0] != '\0')
		on_answer(arg, tag, reply);
}

/* A registry told what it knows, or that it knows nothing. */
static bool
answered(const struct lookup *lookup)
{
	enum kz_registry_outcome outcome = lookup->line.u.looked.answer.outcome;

	return lookup->told &&
		(outcome == KZ_REGISTRY_FOUND ||
			outcome == KZ_REGISTRY_MISSING);
}

static void
ask_domain(struct lookup *lookup)
{
	const struct whom_jp at_jprs = {.server = REGISTRY_JPRS,
		.before = "DOM ",
		.what = lookup->whom.domain.text};

	switch (lookup->step++) {
	case STEP_BEGIN:
		if (whom_below_jp(&lookup->whom.domain)) {
			lookup->step = STEP_END;
			(void)whom_ask_jp(
				&lookup->group, &at_jprs, on_answer, lookup, 0);
		} else if (whom_ask_rdap(&lookup->group, &lookup->whom,
				   on_answer, lookup, 0)) {
			lookup->step = STEP_LAST;
		}
		return;
	case STEP_IANA:
		if (lookup->whom.server[0] == '\0')
			(void)whom_ask_iana(&lookup->group, &lookup->whom,
				on_referral, lookup, 0);
		return;
	default:
		if (!answered(lookup))
			(void)whom_ask_whois(&lookup->group, &lookup->whom,
				on_answer, lookup, 0);
		return;
	}
}

/* JPNIC knows Japan's networks alone. */
static void
ask_network(struct lookup *lookup)
{
	const struct kz_line_looked *looked = &lookup->line.u.looked;
	char text[KZ_ADDR_TEXT_SIZE];
	const struct whom_jp at_jpnic = {.server = REGISTRY_JPNIC,
		.before = "NET ",
		.what = kz_addr_format(&looked->of.addr, text),
		.addr = &looked->of.addr};

	if (lookup->step == STEP_BEGIN) {
		lookup->step = STEP_LAST;
		(void)whom_ask_jp(
			&lookup->group, &at_jpnic, on_answer, lookup, 0);
		return;
	}
	lookup->step = STEP_END;
	if (looked->answer.outcome == KZ_REGISTRY_MISSING)
		(void)ask_rdap_addr(
			&lookup->group, &looked->of.addr, on_answer, lookup, 0);
}

static void
go_on(void *arg)
{
	struct lookup *lookup = arg;
	struct probe *probe = lookup->group.probe;

	while (lookup->step < STEP_END && lookup->group.pending == 0) {
		if (lookup->whom.domain.len > 0)
			ask_domain(lookup);
		else
			ask_network(lookup);
	}
	if (lookup->group.pending > 0)
		return;
	put(lookup, false);
	probe->lookups--;
	free(lookup);
	input_poke(probe->input);
}

void
lookup_start(struct probe *probe, const struct kz_line_lookup *wanted)
{
	struct lookup *lookup = calloc(1, sizeof(*lookup));

	if (lookup == NULL)
		probe_no_memory();
	group_make(&lookup->group, probe, go_on, lookup);
	lookup->line.kind = KZ_LINE_LOOKED;
	lookup->line.u.looked.of = *wanted;
	lookup->whom.domain = wanted->domain;
	probe->lookups++;
	if (!probe->config.registry.ask) {
		lookup->step = STEP_END;
		(void)strlcpy(lookup->line.u.looked.why,
			"registries are not to be asked",
			sizeof(lookup->line.u.looked.why));
	}
	go_on(lookup);
}
