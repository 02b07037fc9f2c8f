/* SPDX-License-Identifier: ISC */
#include "prober_inner_priv.h"

#include <string.h>

#include "kizuki/front/line.h"

static bool
send_line(struct kz_prober *prober, const struct kz_line *line, bool urgent)
{
	char bytes[KZ_LINE_MAX];
	size_t len = 0;

	if (!prober->up ||
		kz_line_print(line, bytes, sizeof(bytes), &len) != KZ_OK ||
		!kz_lines_out_put(&prober->in_lines,
			(struct kz_str){bytes, len}, urgent)) {
		prober->state.refused++;
		return false;
	}
	/* It leaves in the same wake-up: the client's time runs. */
	kz_prober_write(prober);
	return true;
}

static bool
ask(void *arg, const struct kz_question *question)
{
	struct kz_line line = {.kind = KZ_LINE_QUESTION};

	line.u.question = *question;
	return send_line(arg, &line, true);
}

static bool
examine(void *arg, const struct kz_order *order)
{
	struct kz_line line = {.kind = KZ_LINE_EXAMINE};
	struct kz_line_examine *to = &line.u.examine;

	to->site = order->site;
	to->tcp = order->tcp;
	to->confirm = order->confirm;
	to->sender = order->sender;
	to->registry = order->registry;
	to->reconsider = order->reconsider;
	to->zone = order->zone;
	while (to->watch_count < order->watch_count &&
		to->watch_count < KZ_LINE_WATCHED) {
		to->watch[to->watch_count] = order->watch[to->watch_count];
		to->watch_count++;
	}
	while (to->client_count < order->client_count &&
		to->client_count < KZ_LINE_CLIENTS) {
		const struct kz_order_client *from =
			&order->clients[to->client_count];
		struct kz_line_client *client =
			&to->clients[to->client_count++];

		client->addr = from->addr;
		memcpy(client->helo, from->helo, sizeof(client->helo));
	}
	return send_line(arg, &line, false);
}

static bool
canary(void *arg, const struct kz_addr *addr, enum kz_service service)
{
	struct kz_line line = {.kind = KZ_LINE_CANARY};

	line.u.canary_ask.addr = *addr;
	line.u.canary_ask.service = service;
	return send_line(arg, &line, false);
}

static bool
touched(void *arg, const struct kz_touch *touch)
{
	struct kz_line line = {.kind = KZ_LINE_TOUCHED};

	line.u.touch = *touch;
	/* In turn: ahead of the sites and canaries whose rates they bound. */
	return send_line(arg, &line, false);
}

static bool
turn(void *arg, const struct kz_turn_told *told)
{
	struct kz_line line = {.kind = KZ_LINE_TURN};

	line.u.turn = *told;
	return send_line(arg, &line, false);
}

static bool
registered(void *arg, const struct kz_registry_answer *answer)
{
	struct kz_line line = {.kind = KZ_LINE_REGISTERED};

	line.u.registered = *answer;
	return send_line(arg, &line, false);
}

static void
say(void *arg, enum kz_log_level level, const char *line)
{
	const struct kz_prober *prober = arg;

	kz_log_say(prober->options.log, level, line);
}

void
kz_prober_hooks(struct kz_prober *prober, struct kz_engine_hooks *hooks)
{
	hooks->ask = ask;
	hooks->examine = examine;
	hooks->canary = canary;
	hooks->touched = touched;
	hooks->turn = turn;
	hooks->registered = registered;
	hooks->log = say;
	hooks->arg = prober;
}
