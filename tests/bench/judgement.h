/* SPDX-License-Identifier: ISC */
/*
 * judgement - a simulated Internet, and who in it deserves to be convicted
 *
 * What:   sites of each kind with their name and mail servers, how those live
 *         through the months, our own line with its outages, and a clock that
 *         is set wrong at times.  The engine asks for looks; a look sees what
 *         the simulated net shows at that moment, and core's judges make
 *         findings of it.
 * Units:  *_s are seconds since 1970 of true time; wall_of gives what our
 *         clock says then.
 */
#ifndef KIZUKI_TESTS_BENCH_JUDGEMENT_H
#define KIZUKI_TESTS_BENCH_JUDGEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/core/exam.h"
#include "kizuki/engine/engine.h"

#define HOUR_S INT64_C(3600)
#define DAY_S  INT64_C(86400)
#define NEVER  INT64_MAX
#define NONE   SIZE_MAX

/* Kind, its name in the table, what it deserves, how many in ten thousand. */
#define KIND_LIST(X)                                                           \
	X(PLAIN, "sound", SOUND, 1500)                                         \
	X(SELDOM, "sound, seldom seen", SOUND, 4300)                           \
	X(HOSTED, "mail at one provider", SOUND, 600)                          \
	X(WEEKEND, "weekend maintenance", SOUND, 240)                          \
	X(FLAPPING, "flapping", SOUND, 240)                                    \
	X(SLOW, "slow", SOUND, 240)                                            \
	X(EVENING, "one evening down", SOUND, 300)                             \
	X(HOLIDAY, "ten-day holiday", SOUND, 160)                              \
	X(HIDDEN, "hidden primary", SOUND, 200)                                \
	X(ANYCAST, "anycast, one place dead", SOUND, 200)                      \
	X(GREYLISTING, "greylisting peer", SOUND, 200)                         \
	X(NOLISTING, "nolisting", SOUND, 160)                                  \
	X(MICROSOFT, "verification record", SOUND, 400)                        \
	X(PREFECTURE, "prefecture", SOUND, 0)                                  \
	X(TOWN, "sound town of it", SOUND, 120)                                \
	X(HOSTER, "hoster, one of four dead", SOUND, 500)                      \
	X(PROVIDERS, "two DNS providers", SOUND, 80)                           \
	X(MOVING, "moves its name servers", SOUND, 80)                         \
	X(DEAD_BEST, "2.1 best MX dead", DEAD, 30)                             \
	X(DEAD_ALL, "2.1 all MX dead", DEAD, 30)                               \
	X(DEAD_SOME, "2.1 backup MX dead", DEAD, 30)                           \
	X(DEAD_TARGET, "2.1 MX names nothing", DEAD, 30)                       \
	X(DEAD_TOWN, "2.1 town's MX dead", DEAD, 30)                           \
	X(DEAD_PRIMARY, "2.2 primary dead, old", DEAD, 30)                     \
	X(DEAD_NO_PRIMARY, "2.2 primary missing", DEAD, 30)                    \
	X(DEAD_SERVER, "2.2 name server dead", DEAD, 30)                       \
	X(DEAD_NO_SERVER, "2.2 name server missing", DEAD, 30)                 \
	X(DEAD_SINGLE, "2.2 one of two lame", DEAD, 30)                        \
	X(DEAD_CONTACT, "2.3 contact gone", REGISTRY, 30)                      \
	X(DEAD_SPLIT, "2.4 zone split", DEAD, 30)                              \
	X(DEAD_MX_DIFFERS, "2.4 MX differs", DEAD, 30)                         \
	X(DEAD_SHADOW, "2.4 shadow authority", DEAD, 30)                       \
	X(DEAD_PRIVATE, "2.4 private MX", DEAD, 30)                            \
	X(DEAD_LOG, "2.5 our mail waits", DEAD, 20)

#define KIND_ENUM(name, ...) KIND_##name,
enum kind { KIND_LIST(KIND_ENUM) KIND_COUNT };
#undef KIND_ENUM

enum deserves { SOUND, DEAD, REGISTRY };

struct kind_info {
	const char *text;
	enum deserves deserves;
	unsigned per_ten_thousand;
};
extern const struct kind_info kinds[KIND_COUNT];

/* How a service of a machine lives. */
enum life_kind {
	LIFE_UP,
	LIFE_SPAN,    /* down between two moments */
	LIFE_WEEKEND, /* down from Friday night to Monday morning */
	LIFE_FLAPS,   /* down every other half day or so */
	LIFE_SLOW     /* three contacts in ten come to nothing */
};

struct life {
	enum life_kind kind;
	enum kz_reach shows; /* while it is down */
	int64_t from_s, to_s;
	uint32_t salt;
};

/* One address, and what the prober remembers of it (by our clock). */
struct machine {
	struct kz_addr addr;
	struct life smtp, dns;
	bool unprobed; /* port 25 is never contacted */
	bool named;    /* a canary of the operator: outside the limits */
	int64_t last_s, window_s;
	unsigned count;
	enum kz_reach reach;
};

/* What is wrong with a name, between two moments. */
enum twist { TWIST_NONE, TWIST_GONE, TWIST_LAME, TWIST_PRIVATE };

#define HOST_MACHINES 4
struct host {
	struct kz_name name;
	size_t machines[HOST_MACHINES];
	size_t machine_count;
	enum twist twist;
	int64_t from_s, to_s;
};

struct mx {
	uint16_t preference;
	size_t host;
};

#define SITE_MX 3
#define SITE_NS 4
struct site {
	enum kind kind;
	struct kz_name name, zone, helo;
	struct kz_addr client;
	int64_t begins_s, gap_s, next_s; /* its mail */
	int64_t fault_s, repair_s;       /* DEAD and REGISTRY */
	struct mx mx[SITE_MX];
	size_t mx_count;
	size_t ns[SITE_NS]; /* as the parent has it */
	size_t ns_count;
	size_t new_ns; /* MOVING: instead of the last one, from fault_s on */
	size_t primary;
	uint32_t serial; /* 0: the date of a month ago */
	size_t apex;
	int64_t asked_s; /* DEAD_LOG: our MTA tried its mail */
	/* what came of it */
	bool broken, ever_broken;
	int64_t convicted_s; /* the first time */
	int64_t freed_s;     /* the last time */
	unsigned deferred;   /* mails */
	char why[32];        /* of the first conviction */
};

/* Something of our own side is down. */
struct outage {
	int64_t from_s, to_s;
	uint32_t classes; /* bits */
	enum kz_reach shows;
	unsigned percent; /* of the networks out there */
};

struct step_of_clock {
	int64_t from_s, to_s, ahead_s;
};

#define OUTAGES_MAX 64
#define NAMED       ((size_t)3)
#define STEPS_MAX   16
struct world {
	uint64_t random;
	int64_t start_s, end_s;
	int64_t reuse_s; /* outcomes are used again so long at most */
	size_t site_count, host_count, machine_count;
	size_t host_room, machine_room;
	struct site *sites;
	struct host *hosts;
	struct machine *machines;
	size_t tld[2];          /* machines */
	size_t named[2][NAMED]; /* canaries, IPv4 and IPv6 */
	size_t outage_count, step_count;
	struct outage outages[OUTAGES_MAX];
	struct step_of_clock steps[STEPS_MAX];
};

/* Build it: the same seed, the same world. */
void world_build(
	struct world *world, uint64_t seed, size_t sites, int64_t days);
void world_free(struct world *world);

/* The stream of chance; and chance that depends on its arguments alone. */
uint32_t chance(struct world *world, uint32_t below);
uint32_t chance_of(uint64_t what, uint32_t below);

/* Some minute of so many days, in seconds. */
int64_t some_moment(struct world *world, int64_t days);

/* Our own line and our clock, as often in a month as it is long. */
void world_add_outages(struct world *world);

/* What our clock says. */
int64_t wall_of(const struct world *world, int64_t when_s);

/* What a contact with a machine comes to at a moment. */
enum kz_reach world_reach(const struct world *world, size_t machine,
	enum kz_service service, int64_t when_s);

/* The resolver answers (from its cache, perhaps). */
bool world_resolves(
	const struct world *world, const struct site *site, int64_t when_s);

/* The site's own fault is there. */
bool site_at_fault(const struct site *site, int64_t when_s);

size_t world_machine_of(const struct kz_addr *addr);

/* A look at a site that began at from_s and ended at to_s, told to engine. */
struct look {
	size_t site;
	bool tcp, confirm, registry;
	int64_t from_s, to_s;
};
void look_land(struct world *world, const struct look *look,
	struct kz_engine *engine, const struct kz_now *now);

/* One contact with a canary, told to engine. */
void look_canary(struct world *world, const struct kz_addr *addr,
	enum kz_service service, int64_t when_s, struct kz_engine *engine,
	const struct kz_now *now);

/* Our own mail to a site whose port 25 is never probed. */
void look_mail(struct world *world, struct site *site, int64_t when_s,
	struct kz_engine *engine, const struct kz_now *now);

/* The tables; false: a goal was missed. */
bool report(const struct world *world, uint64_t seed);

#endif
