/* SPDX-License-Identifier: ISC */
/* What one look at a site of the simulated net sees. */
#include <string.h>
#include <time.h>

#include "kizuki/engine/observe.h"

#include "judgement.h"

/* As kizuki-probe has them. */
#define SMTP_ALIVE_S 86400
#define SMTP_DEAD_S  7200
#define SMTP_OTHER_S 900
#define SMTP_GAP_S   (6 * HOUR_S)
#define SMTP_DAY     4
/* A canary takes half of the day at most. */
#define SMTP_CANARY_DAY 2
#define TTL_S           3600
/* A contact that comes to nothing takes so long. */
#define SILENCE_S 9

struct scene {
	struct world *world;
	const struct look *look;
	struct site *site;
	struct kz_engine *engine;
	const struct kz_now *now;
	int64_t at_s;             /* true time, moves on with each contact */
	size_t of[KZ_EXAM_HOSTS]; /* hosts of the world */
	struct kz_exam exam;
};

/* Too big for a stack. */
static struct scene stage;

static int64_t
wall(const struct scene *scene)
{
	return wall_of(scene->world, scene->at_s);
}

static void
tell_touch(const struct scene *scene, size_t machine, enum kz_service service,
	enum kz_reach reach, bool canary)
{
	struct kz_touch touch = {.when_s = wall(scene),
		.addr = scene->world->machines[machine].addr,
		.service = service,
		.reach = reach};

	kz_observe_touch(scene->engine, &touch, canary, scene->now);
}

/* Contacts follow each other within the time that the look took. */
static void
move_on(struct scene *scene, enum kz_reach reach)
{
	scene->at_s += reach == KZ_REACH_TIMEOUT ? SILENCE_S : 1;
	if (scene->at_s > scene->look->to_s)
		scene->at_s = scene->look->to_s;
}

static enum kz_reach
contact_dns(struct scene *scene, size_t machine, int64_t *when_s)
{
	enum kz_reach reach = world_reach(
		scene->world, machine, KZ_SERVICE_DNS53UDP, scene->at_s);

	*when_s = wall(scene);
	tell_touch(scene, machine, KZ_SERVICE_DNS53UDP, reach, false);
	move_on(scene, reach);
	return reach;
}

/* For how long an outcome may be used again. */
static int64_t
keep_s(enum kz_reach reach)
{
	if (reach == KZ_REACH_ALIVE)
		return SMTP_ALIVE_S;
	return reach == KZ_REACH_TIMEOUT || reach == KZ_REACH_REFUSED ||
			reach == KZ_REACH_UNREACHABLE
		? SMTP_DEAD_S
		: SMTP_OTHER_S;
}

static bool
allowed(struct machine *machine, int64_t wall_s, int64_t gap_s, unsigned most)
{
	int64_t age_s = wall_s - machine->last_s;

	if (machine->named)
		return true;
	if (machine->unprobed ||
		(machine->last_s > 0 && age_s >= 0 && age_s < gap_s))
		return false;
	if (wall_s < machine->window_s || wall_s - machine->window_s >= DAY_S) {
		machine->window_s = wall_s;
		machine->count = 0;
	}
	return machine->count < most;
}

static enum kz_reach
contact_smtp(struct scene *scene, size_t index, bool canary, int64_t *when_s)
{
	struct machine *machine = &scene->world->machines[index];
	bool confirm = canary || scene->look->confirm;
	/* As kizuki-probe has it: what confirms is no older than its gap. */
	int64_t reuse_s = canary ? 0 : confirm ? HOUR_S : scene->world->reuse_s;
	int64_t age_s;

	*when_s = wall(scene);
	age_s = *when_s - machine->last_s;
	if (machine->last_s > 0 && age_s >= 0 &&
		age_s < keep_s(machine->reach) && age_s <= reuse_s) {
		*when_s = machine->last_s;
		return machine->reach;
	}
	if (!allowed(machine, *when_s, confirm ? HOUR_S : SMTP_GAP_S,
		    canary ? SMTP_CANARY_DAY : SMTP_DAY))
		return KZ_REACH_LIMITED;
	machine->count++;
	machine->last_s = *when_s;
	machine->reach = world_reach(
		scene->world, index, KZ_SERVICE_SMTP25, scene->at_s);
	tell_touch(scene, index, KZ_SERVICE_SMTP25, machine->reach, canary);
	move_on(scene, machine->reach);
	return machine->reach;
}

static bool
twisted(const struct host *host, enum twist twist, int64_t when_s)
{
	return host->twist == twist && when_s >= host->from_s &&
		when_s < host->to_s;
}

static uint8_t
add_host(struct scene *scene, size_t host)
{
	uint8_t index =
		kz_exam_host(&scene->exam, &scene->world->hosts[host].name);

	scene->of[index] = host;
	return index;
}

static void
add_addr(struct scene *scene, uint8_t index, const struct kz_addr *addr,
	bool special)
{
	struct kz_exam_host *host = &scene->exam.hosts[index];

	(void)kz_exam_host_addr(&scene->exam, index, addr, special, 4);
	if (addr->family == KZ_ADDR_V4)
		host->a = KZ_EXAM_DATA;
	else
		host->aaaa = KZ_EXAM_DATA;
}

/* What the resolver says of a host. */
static void
resolve(struct scene *scene, uint8_t index)
{
	static const struct kz_addr inner = {KZ_ADDR_V4, {192, 168, 0, 25}};
	const struct host *of = &scene->world->hosts[scene->of[index]];
	struct kz_exam_host *host = &scene->exam.hosts[index];

	if (host->a != KZ_EXAM_UNASKED)
		return;
	host->a = host->aaaa = KZ_EXAM_FAILED;
	host->ttl_s = TTL_S;
	host->when_s = wall(scene);
	if (!world_resolves(scene->world, scene->site, scene->at_s))
		return;
	host->a = host->aaaa = KZ_EXAM_NODATA;
	if (twisted(of, TWIST_GONE, scene->at_s)) {
		host->a = host->aaaa = KZ_EXAM_NXDOMAIN;
	} else if (twisted(of, TWIST_PRIVATE, scene->at_s)) {
		add_addr(scene, index, &inner, true);
	} else {
		for (size_t i = 0; i < of->machine_count; i++)
			add_addr(scene, index,
				&scene->world->machines[of->machines[i]].addr,
				false);
	}
}

/* The name servers as the parent or the zone lists them now. */
static uint64_t
server_set(struct scene *scene, bool parent)
{
	const struct site *site = scene->site;
	bool moves = site->kind == KIND_MOVING &&
		site_at_fault(site, scene->at_s + (parent ? 0 : 2 * DAY_S));
	uint64_t hosts = 0;

	for (size_t i = 0; i < site->ns_count; i++) {
		bool last = i + 1 == site->ns_count;
		uint8_t index = add_host(
			scene, moves && last ? site->new_ns : site->ns[i]);

		hosts |= UINT64_C(1) << index;
	}
	return hosts;
}

/* A second server tells another story. */
static bool
differs(const struct scene *scene, size_t server)
{
	enum kind kind = scene->site->kind;

	return server == 1 && site_at_fault(scene->site, scene->at_s) &&
		(kind == KIND_DEAD_SPLIT || kind == KIND_DEAD_MX_DIFFERS);
}

static uint8_t
mx_variant(struct scene *scene, bool other)
{
	struct kz_exam_mxset set = {.ttl_s = TTL_S};
	const struct site *site = scene->site;

	for (size_t i = 0; i < site->mx_count; i++) {
		struct kz_exam_mx mx = {.preference = site->mx[i].preference,
			.host = add_host(scene, site->mx[i].host)};

		if (other)
			mx.preference += 40;
		kz_exam_mx_put(&scene->exam, &set, &mx);
	}
	return kz_exam_mxset(&scene->exam, &set);
}

/* The zone of a site that is not its apex has no MX records of its own. */
static uint8_t
zone_mx_variant(struct scene *scene, bool other)
{
	static const struct kz_exam_mxset nothing;

	if (kz_name_equal(&scene->site->name, &scene->site->zone))
		return mx_variant(scene, other);
	return kz_exam_mxset(&scene->exam, &nothing);
}

/* YYYYMMDD00 of a month ago, or what it always was. */
static uint32_t
serial_of(const struct scene *scene)
{
	time_t when = (time_t)(scene->at_s - 30 * DAY_S);
	struct tm tm;

	if (scene->site->serial != 0)
		return scene->site->serial;
	(void)gmtime_r(&when, &tm);
	return (uint32_t)(tm.tm_year + 1900) * 1000000 +
		(uint32_t)(tm.tm_mon + 1) * 10000 + 100;
}

/* As everybody has them. */
static void
set_timers(struct kz_exam_soa *soa)
{
	soa->refresh_s = 10800;
	soa->retry_s = 3600;
	soa->expire_s = 2419200;
}

static uint8_t
soa_variant(struct scene *scene, size_t server)
{
	const struct site *site = scene->site;
	struct kz_exam_soa soa;
	bool own = differs(scene, server) && site->kind == KIND_DEAD_SPLIT;
	size_t primary = site->primary;

	memset(&soa, 0, sizeof(soa));
	if (own || (site->kind == KIND_PROVIDERS && server % 2 == 1))
		primary = site->ns[server];
	soa.mname = add_host(scene, primary);
	soa.rname = site->name;
	soa.serial = serial_of(scene);
	soa.ttl_s = TTL_S;
	set_timers(&soa);
	return kz_exam_soa(&scene->exam, &soa);
}

/* One address of a name server: the number of the server in the site's list. */
static void
ask_server(struct scene *scene, uint8_t addr, size_t host, size_t server)
{
	struct kz_exam_addr *of = &scene->exam.addrs[addr];
	struct kz_exam_server *dns = &of->dns;

	if (dns->reach != KZ_REACH_NONE || of->special)
		return;
	dns->reach =
		contact_dns(scene, world_machine_of(&of->addr), &dns->when_s);
	if (dns->reach != KZ_REACH_ALIVE)
		return;
	if (twisted(&scene->world->hosts[host], TWIST_LAME, scene->at_s)) {
		dns->rcode = 5;
		return;
	}
	dns->authoritative = true;
	dns->soa = soa_variant(scene, server);
	dns->serial = serial_of(scene);
	if (server != NONE) {
		struct kz_exam_nsset set = {
			.hosts = server_set(scene, false), .ttl_s = TTL_S};

		dns->ns = kz_exam_nsset(&scene->exam, &set);
	}
	dns->mx = mx_variant(scene, differs(scene, server));
	dns->zone_mx = zone_mx_variant(scene, differs(scene, server));
}

static void
ask_host(struct scene *scene, uint8_t index, size_t server)
{
	size_t count = scene->exam.hosts[index].addr_count;

	for (size_t i = 0; i < count; i++)
		ask_server(scene, scene->exam.hosts[index].addrs[i],
			scene->of[index], server);
}

/* Its number in the site's list. */
static size_t
server_number(const struct scene *scene, uint8_t index)
{
	for (size_t i = 0; i < scene->site->ns_count; i++)
		if (scene->site->ns[i] == scene->of[index])
			return i;
	return 0;
}

static void
look_servers(struct scene *scene)
{
	struct kz_exam *exam = &scene->exam;
	uint64_t done = 0;

	for (int round = 0; round < 2; round++) {
		uint64_t hosts = kz_exam_ns_hosts(exam) & ~done;

		for (uint8_t h = 0; h < exam->host_count; h++) {
			if ((hosts >> h & 1) == 0)
				continue;
			resolve(scene, h);
			ask_host(scene, h, server_number(scene, h));
		}
		done |= hosts;
	}
}

/* The referral; the two servers of the zone above stand for all. */
static void
look_parent(struct scene *scene)
{
	struct kz_exam *exam = &scene->exam;

	for (size_t i = 0; i < 2; i++) {
		int64_t when_s;

		if (contact_dns(scene, scene->world->tld[i], &when_s) !=
			KZ_REACH_ALIVE)
			continue;
		exam->parent = KZ_EXAM_PARENT_AGREED;
		exam->parent_asked = true;
		exam->parent_ttl_s = TTL_S;
		exam->parent_ns = server_set(scene, true);
	}
}

/* The old web host still serves a zone of this name, with its own mail. */
static void
look_shadow(struct scene *scene, uint8_t apex)
{
	struct kz_exam *exam = &scene->exam;
	struct kz_exam_shadow *shadow = &exam->shadows[0];
	struct kz_exam_soa soa;

	if (scene->site->kind != KIND_DEAD_SHADOW ||
		exam->hosts[apex].addr_count == 0)
		return;
	exam->shadow_count = 1;
	memset(shadow, 0, sizeof(*shadow));
	shadow->addr = exam->hosts[apex].addrs[0];
	shadow->soa_reach = contact_dns(scene,
		world_machine_of(&exam->addrs[shadow->addr].addr),
		&shadow->when_s);
	shadow->mx_reach = shadow->control_reach = shadow->soa_reach;
	shadow->soa = shadow->zone_mx = KZ_EXAM_NONE;
	shadow->soa_rcode = 5;
	if (!site_at_fault(scene->site, scene->at_s))
		return;
	memset(&soa, 0, sizeof(soa));
	soa.mname = apex;
	soa.rname = scene->site->helo;
	soa.serial = 1;
	soa.ttl_s = TTL_S;
	set_timers(&soa);
	shadow->soa_rcode = 0;
	shadow->soa_authoritative = shadow->mx_authoritative = true;
	shadow->soa = kz_exam_soa(exam, &soa);
	shadow->zone_mx = mx_variant(scene, true);
}

static void
look_dns(struct scene *scene)
{
	struct kz_exam *exam = &scene->exam;
	uint8_t apex, primary;

	exam->zone_known =
		world_resolves(scene->world, scene->site, scene->at_s);
	if (!exam->zone_known)
		return;
	exam->zone = scene->site->zone;
	look_parent(scene);
	look_servers(scene);
	exam->zone_mx_look = KZ_EXAM_FAILED;
	if (world_resolves(scene->world, scene->site, scene->at_s)) {
		exam->zone_mx = zone_mx_variant(scene, false);
		exam->zone_mx_look = exam->mxs[exam->zone_mx].count > 0
			? KZ_EXAM_DATA
			: KZ_EXAM_NODATA;
	}
	apex = add_host(scene, scene->site->apex);
	exam->published |= UINT64_C(1) << apex;
	resolve(scene, apex);
	primary = add_host(scene, scene->site->primary);
	resolve(scene, primary);
	if ((kz_exam_primaries(exam) >> primary & 1) != 0)
		ask_host(scene, primary, NONE);
	look_shadow(scene, apex);
}

static void
look_mx(struct scene *scene)
{
	struct kz_exam *exam = &scene->exam;
	bool truncated;
	uint64_t hosts;

	exam->mx_look = KZ_EXAM_FAILED;
	if (!world_resolves(scene->world, scene->site, scene->at_s))
		return;
	exam->mx_look = KZ_EXAM_DATA;
	exam->mx = mx_variant(scene, false);
	hosts = kz_exam_mx_hosts(exam, exam->mx, &truncated);
	for (uint8_t h = 0; h < exam->host_count; h++) {
		if ((hosts >> h & 1) == 0)
			continue;
		resolve(scene, h);
		for (size_t i = 0;
			scene->look->tcp && i < exam->hosts[h].addr_count;
			i++) {
			struct kz_exam_addr *addr =
				&exam->addrs[exam->hosts[h].addrs[i]];

			if (!addr->special && addr->smtp == KZ_REACH_NONE)
				addr->smtp = contact_smtp(scene,
					world_machine_of(&addr->addr), false,
					&addr->smtp_when_s);
		}
	}
}

/* Whoever can be asked says that the resolver told the truth. */
static void
prove(struct scene *scene)
{
	struct kz_exam *exam = &scene->exam;
	int64_t when_s;

	for (uint8_t h = 0; h < exam->host_count; h++) {
		if (!kz_exam_doubtful(exam, h) ||
			contact_dns(scene, scene->world->tld[0], &when_s) !=
				KZ_REACH_ALIVE)
			continue;
		exam->hosts[h].proof = KZ_EXAM_PROVEN;
		exam->hosts[h].when_s = when_s;
	}
}

static void
emit(void *arg, const struct kz_finding *finding)
{
	const struct scene *scene = arg;

	kz_observe_finding(scene->engine, finding, scene->now);
}

/* What the registry says of the contact, when the engine has it asked. */
static void
ask_registry(struct scene *scene)
{
	struct site *site = scene->site;
	struct kz_finding finding = {.when_s = wall(scene),
		.subject = site->name,
		.symptom = KZ_SYM_REG_CONTACT_GONE,
		.outcome = KZ_OUTCOME_OK,
		.object = "RT0040JP",
		.value = "rt0040jp"};

	if (site->kind == KIND_DEAD_CONTACT &&
		site_at_fault(site, scene->at_s)) {
		finding.outcome = KZ_OUTCOME_BAD;
		finding.weight = kz_symptom_info(finding.symptom)->points;
	}
	kz_observe_finding(scene->engine, &finding, scene->now);
}

static void
set_scene(struct world *world, const struct look *look, size_t site,
	struct kz_engine *engine, const struct kz_now *now)
{
	stage.world = world;
	stage.look = look;
	stage.site = site == NONE ? NULL : &world->sites[site];
	stage.engine = engine;
	stage.now = now;
	stage.at_s = look->from_s;
}

void
look_land(struct world *world, const struct look *look,
	struct kz_engine *engine, const struct kz_now *now)
{
	static const struct kz_name nowhere;
	bool complete[KZ_FAMILY_COUNT];
	struct kz_exam *exam = &stage.exam;

	set_scene(world, look, look->site, engine, now);
	kz_exam_init(exam, &stage.site->name, look->tcp, wall(&stage));
	look_dns(&stage);
	look_mx(&stage);
	prove(&stage);
	exam->now_s = wall(&stage);
	kz_exam_judge(exam, emit, &stage);
	kz_exam_complete(exam, complete);
	complete[KZ_FAMILY_REG] = look->registry;
	if (look->registry)
		ask_registry(&stage);
	kz_observe_done(engine, &exam->site,
		exam->zone_known ? &exam->zone : &nowhere, complete, now);
}

void
look_canary(struct world *world, const struct kz_addr *addr,
	enum kz_service service, int64_t when_s, struct kz_engine *engine,
	const struct kz_now *now)
{
	struct look look = {.from_s = when_s, .to_s = when_s};
	size_t machine = world_machine_of(addr);
	int64_t told_s;

	set_scene(world, &look, NONE, engine, now);
	if (service == KZ_SERVICE_SMTP25)
		(void)contact_smtp(&stage, machine, true, &told_s);
	else
		tell_touch(&stage, machine, service,
			world_reach(world, machine, service, when_s), true);
}
