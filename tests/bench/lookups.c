/* SPDX-License-Identifier: ISC */
/*
 * lookups - the comparison for kizuki-probe: a bare libunbound loop
 *
 * Usage: lookups ROOT_HINTS IN_FLIGHT <sites
 * For each site sN.bench of tests/bench/probe.sh on standard input the 20
 * look-ups that kizuki-probe hands to libunbound for it: SOA, NS and MX (twice)
 * of the site, SOA and NS of its parent, A and AAAA of its two MX hosts, its
 * two name servers, its parent's one, of its own name and of www.  No name
 * server is asked directly, no port 25 touched, nothing is judged.
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

#define LOOKUPS  20
#define HOSTERS  50
#define TYPE_SOA 6
#define TYPE_NS  2
#define TYPE_MX  15
#define TYPE_A   1
#define TYPE_A6  28

/* Which name: the site with a prefix, or another one. */
static const struct {
	const char *prefix; /* NULL: fixed */
	const char *fixed;  /* %u is the hoster */
	int type;
} wanted[LOOKUPS] = {{"", NULL, TYPE_SOA}, {"", NULL, TYPE_NS},
	{"", NULL, TYPE_MX}, {"", NULL, TYPE_MX}, {NULL, "bench", TYPE_SOA},
	{NULL, "bench", TYPE_NS}, {"mx1.", NULL, TYPE_A},
	{"mx1.", NULL, TYPE_A6}, {"mx2.", NULL, TYPE_A},
	{"mx2.", NULL, TYPE_A6}, {NULL, "ns1.h%u.bench", TYPE_A},
	{NULL, "ns1.h%u.bench", TYPE_A6}, {NULL, "ns2.h%u.bench", TYPE_A},
	{NULL, "ns2.h%u.bench", TYPE_A6}, {NULL, "ns.bench", TYPE_A},
	{NULL, "ns.bench", TYPE_A6}, {"", NULL, TYPE_A}, {"", NULL, TYPE_A6},
	{"www.", NULL, TYPE_A}, {"www.", NULL, TYPE_A6}};

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
name_make(size_t which, const char *site, char *name, size_t size)
{
	const char *mark;
	unsigned hoster = (unsigned)strtoul(site + 1, NULL, 10) % HOSTERS;

	if (wanted[which].prefix != NULL) {
		(void)snprintf(name, size, "%s%s", wanted[which].prefix, site);
		return;
	}
	mark = strstr(wanted[which].fixed, "%u");
	if (mark == NULL)
		(void)snprintf(name, size, "%s", wanted[which].fixed);
	else
		(void)snprintf(name, size, "%.*s%u%s",
			(int)(mark - wanted[which].fixed), wanted[which].fixed,
			hoster, mark + 2);
}

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

		name_make(i, site, name, sizeof(name));
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
