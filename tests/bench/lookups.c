/* SPDX-License-Identifier: ISC */
/*
 * lookups - the comparison for kizuki-probe: a bare libunbound loop
 *
 * Usage: lookups ROOT_HINTS IN_FLIGHT <sites
 * For each site on standard input the look-ups that its examination needs at
 * least: SOA, NS and MX of the site, A and AAAA of its two MX hosts (mx1, mx2)
 * and of its own name.  No name server is asked directly, no port 25 touched.
 * Prints the sites done in a second.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include <bsd/err.h>
#include <bsd/stdlib.h>
#include <event2/event.h>
#include <unbound-event.h>
#include <unbound.h>

#define LOOKUPS 9

static const struct {
	const char *prefix;
	int type;
} wanted[LOOKUPS] = {{"", 6}, {"", 2}, {"", 15}, {"mx1.", 1}, {"mx1.", 28},
	{"mx2.", 1}, {"mx2.", 28}, {"", 1}, {"", 28}};

static struct ub_ctx *context;
static struct event_base *base;
static unsigned long done, failed;

static void next_site(void);

/* NOLINTBEGIN(readability-function-size, readability-non-const-parameter):
 * the type is libunbound's */
static void
on_answer(void *arg, int rcode, void *packet, int len, int secure, char *why,
	int limited)
{
	unsigned *left = arg;

	(void)packet;
	(void)len;
	(void)secure;
	(void)why;
	(void)limited;
	if (rcode != 0)
		failed++;
	if (--*left > 0)
		return;
	free(left);
	done++;
	next_site();
}
/* NOLINTEND(readability-function-size, readability-non-const-parameter) */

static void
next_site(void)
{
	char site[256], name[300];
	unsigned *left;

	if (fgets(site, sizeof(site), stdin) == NULL)
		return;
	site[strcspn(site, "\n")] = '\0';
	left = malloc(sizeof(*left));
	if (left == NULL)
		errx(EX_OSERR, "out of memory");
	*left = LOOKUPS;
	for (size_t i = 0; i < LOOKUPS; i++) {
		int id;

		(void)snprintf(
			name, sizeof(name), "%s%s", wanted[i].prefix, site);
		if (ub_resolve_event(context, name, wanted[i].type, 1, left,
			    on_answer, &id) != 0)
			errx(EX_SOFTWARE, "ub_resolve_event");
	}
}

int
main(int argc, char **argv)
{
	struct timespec start, end;
	long long in_flight;

	if (argc != 3)
		errx(EX_USAGE, "usage: lookups ROOT_HINTS IN_FLIGHT <sites");
	in_flight = strtonum(argv[2], 1, 1000, NULL);
	base = event_base_new();
	context = ub_ctx_create_event(base);
	if (context == NULL ||
		ub_ctx_set_option(context, "root-hints:", argv[1]) != 0 ||
		ub_ctx_set_option(context, "outgoing-range:", "4096") != 0 ||
		ub_ctx_set_option(context, "num-queries-per-thread:", "4096") !=
			0)
		errx(EX_SOFTWARE, "libunbound");
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	for (long long i = 0; i < in_flight; i++)
		next_site();
	(void)event_base_dispatch(base);
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	fprintf(stderr, "%lu look-ups failed\n", failed);
	printf("%.1f\n",
		(double)done /
			((double)(end.tv_sec - start.tv_sec) +
				(double)(end.tv_nsec - start.tv_nsec) / 1e9));
	return 0;
}
