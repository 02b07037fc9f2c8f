/* SPDX-License-Identifier: ISC */
#include "turns_priv.h"

#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "kizuki/io/clock.h"

#include "output_priv.h"
#include "probe_priv.h"

/* A turn further away than this does not come within an examination. */
#define WAIT_MAX_MS 60000
/* Servers whose rates are kept. */
#define SERVERS_MAX 512

static void
turns_drop(struct table_node *node)
{
	free(node);
}

void
turns_open(struct probe *probe)
{
	probe->turns = calloc(1, sizeof(*probe->turns));
	if (probe->turns == NULL)
		probe_no_memory();
	table_make(probe->turns, SERVERS_MAX, turns_drop);
}

void
turns_close(struct probe *probe)
{
	table_clear(probe->turns);
	free(probe->turns);
	probe->turns = NULL;
}

struct turns *
turns_of(struct probe *probe, bool rdap, const char *server)
{
	struct kz_name name = {0};
	uint8_t key[TABLE_KEY_SIZE];
	struct turns *turns;

	(void)strlcpy(name.text, server, sizeof(name.text));
	name.len = (uint8_t)strlen(name.text);
	table_key(key, rdap, 0, NULL, &name);
	turns = (struct turns *)table_find(probe->turns, key);
	if (turns != NULL)
		return turns;
	turns = calloc(1, sizeof(*turns));
	if (turns == NULL)
		probe_no_memory();
	memcpy(turns->node.key, key, sizeof(key));
	memcpy(turns->server, name.text, sizeof(turns->server));
	turns->rdap = rdap;
	table_put(probe->turns, &turns->node);
	return turns;
}

static void
tell(struct probe *probe, const struct turns *turns, uint32_t asked)
{
	struct kz_line line = {.kind = KZ_LINE_TURN};
	struct kz_turn_told *told = &line.u.turn;

	memcpy(told->server, turns->server, sizeof(told->server));
	told->rdap = turns->rdap;
	told->when_s = kz_clock_now_s();
	told->asked = asked;
	told->until_s = turns->turn.until_s;
	told->back_off_s = turns->turn.back_off_s;
	output_line(probe->output, &line);
}

static struct kz_turn_rule
rule_of(const struct probe *probe, const struct turns *turns)
{
	return kz_config_turn_rule(&probe->config, turns->server, turns->rdap);
}

/* Milliseconds from one question to the next. */
static int64_t
gap_ms(const struct probe *probe, const struct turns *turns)
{
	return (int64_t)rule_of(probe, turns).gap_s * 1000;
}

bool
turns_take(struct probe *probe, struct turns *turns, int64_t *wait_ms)
{
	int64_t now_s = kz_clock_now_s();
	int64_t now_ms = kz_clock_mono_ms();

	if (turns->next_ms < now_ms)
		turns->next_ms = now_ms;
	*wait_ms = turns->next_ms - now_ms;
	if (*wait_ms > WAIT_MAX_MS ||
		!kz_turn_free(
			&turns->turn, rule_of(probe, turns).per_day, now_s))
		return false;
	kz_turn_count(&turns->turn, 1, now_s);
	turns->next_ms += gap_ms(probe, turns);
	tell(probe, turns, 1);
	return true;
}

bool
turns_resting(const struct turns *turns)
{
	return !kz_turn_free(&turns->turn, UINT32_MAX, kz_clock_now_s());
}

void
turns_back_off(struct probe *probe, struct turns *turns, int64_t least_s)
{
	kz_turn_back_off(&turns->turn, least_s, kz_clock_now_s());
	tell(probe, turns, 0);
}

void
turns_answered(struct probe *probe, struct turns *turns)
{
	if (turns->turn.back_off_s == 0)
		return;
	turns->turn.back_off_s = 0;
	turns->turn.until_s = 0;
	tell(probe, turns, 0);
}

void
turns_told(struct probe *probe, const struct kz_turn_told *told)
{
	struct turns *turns = turns_of(probe, told->rdap, told->server);
	int64_t next_ms = kz_clock_mono_ms() + gap_ms(probe, turns);

	kz_turn_count(&turns->turn, told->asked, told->when_s);
	turns->turn.until_s = told->until_s;
	turns->turn.back_off_s = told->back_off_s;
	/* How long ago the newest of them was is not said. */
	if (told->asked > 0 && turns->next_ms < next_ms)
		turns->next_ms = next_ms;
}
