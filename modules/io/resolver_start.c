/* SPDX-License-Identifier: ISC */
#include "resolver_start_priv.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>

#include <unbound-event.h>
#include <unbound.h>

#define CLASS_IN  1
#define TYPE_A    1
#define RANGE_MAX 4096

/* Says which step failed; libunbound has said the rest. */
static enum kz_result
complain(const char *what, const char *value, int error)
{
	(void)fprintf(stderr, "resolver: %s %s: %s\n", what, value,
		ub_strerror(error));
	return error == UB_NOMEM ? KZ_ENOMEM : KZ_EIO;
}

/*
 * Sockets at once.  libunbound waits when they are used up, but fails and
 * complains at each of them when the process has no descriptors left.
 */
static enum kz_result
set_range(struct ub_ctx *context)
{
	struct rlimit files;
	rlim_t range = RANGE_MAX;
	char text[16];
	int error;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur / 2 < range)
		range = files.rlim_cur / 2;
	if (snprintf(text, sizeof(text), "%d", (int)range) < 0)
		return KZ_EIO;
	error = ub_ctx_set_option(context, "outgoing-range:", text);
	return error == 0 ? KZ_OK : complain("outgoing-range:", text, error);
}

/* Look-ups a second in one zone, whatever its servers are. */
static enum kz_result
set_rate(struct ub_ctx *context, uint32_t rate)
{
	static const char option[] = "ratelimit:";
	char text[16];
	int error;

	if (snprintf(text, sizeof(text), "%u", (unsigned)rate) < 0)
		return KZ_EIO;
	error = ub_ctx_set_option(context, option, text);
	return error == 0 ? KZ_OK : complain(option, text, error);
}

static enum kz_result
set_options(struct ub_ctx *context)
{
	static const char *const options[][2] = {
		/* look-ups of dead zones hold their place for many seconds */
		{"num-queries-per-thread:", "4096"},
		/* a dead zone: some 10 s instead of more than 120 s */
		{"infra-cache-max-rtt:", "2000"},
		{"infra-keep-probing:", "no"},
		/* a stranger's delegation names whom it likes: no address is
		 * looked up ahead of its use, and a server that is silent for
		 * one question is asked twice more, not five times */
		{"target-fetch-policy:", "0 0 0 0 0"},
		{"outbound-msg-retry:", "2"},
		{"max-sent-count:", "16"},
		/* with ratelimit: nothing at all above it */
		{"ratelimit-factor:", "0"},
		/* raising socket buffers needs rights that we do not have */
		{"so-rcvbuf:", "0"},
		{"so-sndbuf:", "0"},
		/* RFC 9715: no fragments */
		{"edns-buffer-size:", "1232"},
		{"prefetch:", "no"},
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		int error = ub_ctx_set_option(
			context, options[i][0], options[i][1]);

		if (error != 0)
			return complain(options[i][0], options[i][1], error);
	}
	return KZ_OK;
}

/*
 * The built-in empty zones of RFC 6303 that a laboratory fills.  Made another
 * type, they would still answer for their own SOA and NS.
 */
static enum kz_result
open_lab_zones(struct ub_ctx *context)
{
	static const char *const zones[] = {"10.in-addr.arpa.",
		"168.192.in-addr.arpa.", "2.0.192.in-addr.arpa.",
		"100.51.198.in-addr.arpa.", "113.0.203.in-addr.arpa.",
		"8.b.d.0.1.0.0.2.ip6.arpa.", "d.f.ip6.arpa."};
	char zone[32];
	int error = 0;

	for (size_t i = 0; error == 0 && i < sizeof(zones) / sizeof(zones[0]);
		i++)
		error = ub_ctx_zone_remove(context, zones[i]);
	for (int i = 16; error == 0 && i < 32; i++) {
		if (snprintf(zone, sizeof(zone), "%d.172.in-addr.arpa.", i) < 0)
			return KZ_EIO;
		error = ub_ctx_zone_remove(context, zone);
	}
	return error == 0 ? KZ_OK : complain("zone", "removed", error);
}

static void
/* NOLINTNEXTLINE(readability-*): libunbound's prototype */
ignore_answer(void *arg, int rcode, void *packet, int len, int sec, char *why,
	int was_ratelimited)
{
	(void)arg;
	(void)rcode;
	(void)packet;
	(void)len;
	(void)sec;
	(void)why;
	(void)was_ratelimited;
}

/* libunbound uses the listed addresses only: name one of either family. */
static enum kz_result
set_sources(struct ub_ctx *context, const struct kz_resolver_options *options)
{
	static const char option[] = "outgoing-interface:";
	const struct kz_addr *sources[] = {
		&options->source_v4, &options->source_v6};
	static const char *const any[] = {"0.0.0.0", "::0"};
	char text[KZ_ADDR_TEXT_SIZE];

	if (options->source_v4.family == KZ_ADDR_NONE &&
		options->source_v6.family == KZ_ADDR_NONE)
		return KZ_OK;
	for (size_t i = 0; i < 2; i++) {
		const char *source = sources[i]->family != KZ_ADDR_NONE
			? kz_addr_format(sources[i], text)
			: any[i];
		int error = ub_ctx_set_option(context, option, source);

		if (error != 0)
			return complain(option, source, error);
	}
	return KZ_OK;
}

static enum kz_result
deny(struct ub_ctx *context, const struct kz_net *net)
{
	static const char option[] = "do-not-query-address:";
	char text[KZ_ADDR_TEXT_SIZE];
	int error =
		ub_ctx_set_option(context, option, kz_net_format(net, text));

	return error == 0 ? KZ_OK : complain(option, text, error);
}

static enum kz_result
deny_all(struct ub_ctx *context, const struct kz_nets *nets)
{
	enum kz_result result = KZ_OK;

	for (size_t i = 0; result == KZ_OK && i < nets->count; i++)
		result = deny(context, &nets->list[i]);
	return result;
}

/* libunbound knows no exception from a network that it must not ask. */
static bool
open_in_part(const struct kz_addr_scope *scope, const struct kz_net *net)
{
	for (size_t i = 0; i < scope->global.count; i++) {
		const struct kz_net *global = &scope->global.list[i];

		if (kz_net_has(global, &net->addr) ||
			kz_net_has(net, &global->addr))
			return true;
	}
	return false;
}

/* Whom a stranger's delegation may name, and nobody asks for it. */
static enum kz_result
set_denied(struct ub_ctx *context, const struct kz_resolver_options *options)
{
	enum kz_result result = KZ_OK;
	struct kz_net net;

	if (options->never != NULL)
		result = deny_all(context, options->never);
	if (options->scope == NULL)
		return result;
	if (result == KZ_OK)
		result = deny_all(context, &options->scope->private);
	for (size_t i = 0; result == KZ_OK && kz_addr_special_net(i, &net); i++)
		if (!open_in_part(options->scope, &net))
			result = deny(context, &net);
	return result;
}

/* Named here, read when libunbound starts. */
static enum kz_result
set_files(struct ub_ctx *context, const struct kz_resolver_options *options)
{
	const char *hints = options->root_hints;
	const char *anchor = options->trust_anchor;
	int error = ub_ctx_set_option(context, "root-hints:", hints);

	if (error != 0)
		return complain("root hints", hints, error);
	if (anchor == NULL || anchor[0] == '\0')
		return KZ_OK;
	error = ub_ctx_add_ta_file(context, anchor);
	return error == 0 ? KZ_OK : complain("trust anchor", anchor, error);
}

/* libunbound reads its files at the first look-up: make one of a local name. */
static enum kz_result
read_files(struct ub_ctx *context, const struct kz_resolver_options *options)
{
	const char *anchor = options->trust_anchor;
	int error = ub_resolve_event(context, "localhost.", TYPE_A, CLASS_IN,
		NULL, ignore_answer, NULL);

	if (error == 0)
		return KZ_OK;
	(void)fprintf(stderr, "resolver: root hints %s, trust anchor %s: %s\n",
		options->root_hints, anchor != NULL ? anchor : "none",
		ub_strerror(error));
	return error == UB_NOMEM ? KZ_ENOMEM : KZ_EIO;
}

enum kz_result
kz_resolver_start_unbound(
	struct ub_ctx *context, const struct kz_resolver_options *options)
{
	enum kz_result result = set_options(context);

	if (result == KZ_OK)
		result = set_range(context);
	if (result == KZ_OK)
		result = set_rate(context, options->zone_rate);
	if (result == KZ_OK)
		result = set_sources(context, options);
	if (result == KZ_OK)
		result = set_denied(context, options);
	if (result == KZ_OK)
		result = set_files(context, options);
	if (result == KZ_OK && options->lab)
		result = open_lab_zones(context);
	if (result == KZ_OK)
		result = read_files(context, options);
	return result;
}
