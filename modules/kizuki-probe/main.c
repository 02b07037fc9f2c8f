/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <bsd/stdlib.h>
#include <jansson.h>
#include <sodium.h>

#include "kizuki/io/sandbox.h"

#include "ask_priv.h"
#include "input_priv.h"
#include "output_priv.h"
#include "quiet_priv.h"
#include "rdap_priv.h"
#include "registry_priv.h"
#include "share_priv.h"
#include "turns_priv.h"
#include "whoislist_priv.h"

/*
 * A flood of sessions makes us ask for any number of names in one zone; a
 * top-level domain has so many new ones only where millions of domains write.
 */
#define ZONE_RATE 200
/*
 * And of names in one domain that nobody knows to be there: as many as one
 * server gets from us.  More wait, but not long: they take others' places.
 */
#define DOMAIN_RATE    20
#define DOMAIN_WAIT_MS 2000
/* More sites in flight than this bring nothing but memory. */
#define JOBS_MAX 10000
/* Open files wanted; fewer make look-ups wait, no more. */
#define FILES_WANTED 16384
/* Three fetches in a row must fit into the time of a site's DNS part. */
#define WEB_CONNECT_MS 5000
#define WEB_LIMIT_MS   10000

struct options {
	const char *config;
	uint32_t jobs;
	bool child;    /* of kizukid: nothing is opened after the start */
	bool turns;    /* at registries are granted by whoever started us */
	int counts_fd; /* a file of kizukid's; -1: none */
};

static void
usage(void)
{
	fputs("usage: kizuki-probe [-kt] [-c FILE] [-j N] [-m FD]\n", stderr);
	exit(EX_USAGE);
}

void
probe_no_memory(void)
{
	fputs("kizuki-probe: out of memory\n", stderr);
	exit(EX_OSERR);
}

bool
probe_special(const struct probe *probe, const struct kz_addr *addr)
{
	return kz_addr_special(addr, &probe->config.network.scope);
}

bool
probe_never(const struct probe *probe, const struct kz_addr *addr, bool witness)
{
	return kz_nets_have(&probe->config.network.never_probe, addr) ||
		(!witness && kz_nets_have(&probe->config.network.own, addr));
}

bool
probe_waits(const struct stat *about, int fd)
{
	return S_ISFIFO(about->st_mode) || S_ISSOCK(about->st_mode) ||
		isatty(fd) != 0;
}

static long long
number(char option, const char *text, long long least, long long most)
{
	const char *error = NULL;
	long long value = strtonum(text, least, most, &error);

	if (error == NULL)
		return value;
	fprintf(stderr,
		"kizuki-probe: -%c %s: a number from %lld to %lld is "
		"expected\n",
		option, text, least, most);
	exit(EX_USAGE);
}

static void
parse(struct options *options, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "c:j:km:t")) != -1) {
		switch (option) {
		case 'c':
			options->config = optarg;
			break;
		case 'j':
			options->jobs =
				(uint32_t)number('j', optarg, 1, JOBS_MAX);
			break;
		case 'm':
			options->counts_fd = (int)number(
				'm', optarg, STDERR_FILENO + 1, FILES_WANTED);
			break;
		case 'k':
			options->child = true;
			break;
		case 't':
			options->turns = true;
			break;
		default:
			usage();
		}
	}
	if (optind != argc)
		usage();
}

static void
say(void *arg, const char *message)
{
	(void)arg;
	fprintf(stderr, "kizuki-probe: %s\n", message);
}

/* The file named, else the usual one where it exists, else the defaults. */
static void
configure(struct probe *probe, const struct options *options)
{
	const char *path =
		options->config != NULL ? options->config : KZ_CONFIG_FILE;
	enum kz_result result = kz_config_read(path, say, NULL, &probe->config);

	if (result == KZ_NOT_FOUND && options->config == NULL)
		result = kz_config_defaults(&probe->config);
	if (result == KZ_ENOMEM)
		probe_no_memory();
	if (result != KZ_OK)
		exit(EX_CONFIG);
	probe->jobs =
		options->jobs != 0 ? options->jobs : probe->config.probe.jobs;
	/* Who grants each turn has decided it. */
	probe->config.registry.ask |= options->turns;
}

static void
raise_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
		limit.rlim_cur >= FILES_WANTED)
		return;
	limit.rlim_cur =
		limit.rlim_max < FILES_WANTED ? limit.rlim_max : FILES_WANTED;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* A socket must never get the number of a standard stream. */
static void
fill_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		(void)close(fd);
}

static struct kz_resolver_options
resolver_options(const struct probe *probe, const struct options *options)
{
	const struct kz_config *config = &probe->config;

	return (struct kz_resolver_options){
		.root_hints = config->resolver.root_hints,
		.trust_anchor = config->resolver.trust_anchor,
		.limit_ms = config->resolver.limit_ms,
		.in_flight = config->resolver.in_flight,
		.zone_rate = options->child ? ZONE_RATE : 0,
		.domain_rate = options->child ? DOMAIN_RATE : 0,
		.domain_wait_ms = DOMAIN_WAIT_MS,
		.suffix = probe->suffix,
		.lab = config->network.scope.global.count > 0,
		.scope = &config->network.scope,
		.never = &config->network.never_probe,
	};
}

/* Before anybody is forked, who must not reach what it counts. */
static void
open_limits(struct probe *probe, const struct options *options)
{
	if (limits_open(&probe->limits, &probe->config, LIMITS_MAX,
		    options->counts_fd) != KZ_OK) {
		fputs("kizuki-probe: no memory for the counts of the day\n",
			stderr);
		exit(EX_OSERR);
	}
	if (options->counts_fd >= 0)
		(void)close(options->counts_fd);
}

static void
open_suffixes(struct probe *probe)
{
	const char *path = probe->config.resolver.public_suffixes;

	if (kz_suffix_open(path, &probe->suffix) == KZ_OK)
		return;
	fprintf(stderr, "kizuki-probe: no list of public suffixes%s%s\n",
		path[0] != '\0' ? " in " : "", path);
	exit(EX_NOINPUT);
}

/* Questions about sessions come from kizukid alone. */
static void
open_spf(struct probe *probe, const struct options *options)
{
	const struct kz_resolver_options resolver =
		resolver_options(probe, options);

	if (options->child && !options->turns &&
		kz_spfpool_open(probe->base, &resolver, &probe->spf) != KZ_OK)
		fputs("kizuki-probe: no process for SPF; it is not looked at\n",
			stderr);
}

/* Opt-in: pages are fetched at most. */
static void
open_web(struct probe *probe)
{
	const struct kz_config *config = &probe->config;
	char agent[256];
	struct kz_web_options options = {
		.connect_ms = WEB_CONNECT_MS,
		.limit_ms = WEB_LIMIT_MS,
		.agent = agent,
		.trusted = config->probe.web_authorities,
		.source_v4 = config->probe.source_v4,
		.source_v6 = config->probe.source_v6,
		.scope = config->network.scope,
	};

	if (!config->probe.web)
		return;
	(void)snprintf(agent, sizeof(agent), "kizuki-probe%s%s%s",
		config->probe.contact_url[0] != '\0' ? " (+" : "",
		config->probe.contact_url,
		config->probe.contact_url[0] != '\0' ? ")" : "");
	if (kz_web_open(probe->base, &options, &probe->web) != KZ_OK)
		probe_no_memory();
}

static void
open_clients(struct probe *probe, const struct options *options)
{
	const struct kz_config *config = &probe->config;
	struct kz_resolver_options resolver = resolver_options(probe, options);
	struct kz_nsquery_options nsquery = {
		.source_v4 = config->probe.source_v4,
		.source_v6 = config->probe.source_v6,
		.scope = config->network.scope,
	};
	struct kz_smtp_options smtp = {
		.connect_ms = config->probe.connect_timeout_ms,
		.banner_ms = config->probe.banner_timeout_ms,
		.source_v4 = config->probe.source_v4,
		.source_v6 = config->probe.source_v6,
		.scope = config->network.scope,
		.starttls = config->probe.starttls,
	};
	struct kz_smtp_options patient;

	if (config->probe.ehlo.count > 0)
		smtp.ehlo = config->probe.ehlo.list[0];
	patient = smtp;
	patient.banner_ms = config->probe.banner_confirm_ms;
	if (kz_resolver_open(probe->base, &resolver, &probe->resolver) !=
			KZ_OK ||
		kz_nsquery_open(probe->base, &nsquery, &probe->nsquery) !=
			KZ_OK ||
		kz_smtp_open(probe->base, &smtp, &probe->smtp) != KZ_OK ||
		kz_smtp_open(probe->base, &patient, &probe->smtp_patient) !=
			KZ_OK) {
		fputs("kizuki-probe: the clients cannot be started\n", stderr);
		exit(EX_OSERR);
	}
	open_web(probe);
}

/* A name that no server holds, another one for each run. */
static void
make_control(struct probe *probe)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "kizuki-probe-%08x.invalid",
		(unsigned)randombytes_random());

	if (len < 0 ||
		kz_name_parse((struct kz_str){text, (size_t)len},
			&probe->control) != KZ_OK)
		probe_no_memory();
}

static void
shut(const struct options *options)
{
	if (!options->child || kz_sandbox_enter() == KZ_OK)
		return;
	fputs("kizuki-probe: the sandbox cannot be entered\n", stderr);
	exit(EX_OSERR);
}

static void
close_all(struct probe *probe)
{
	input_close(&probe->input);
	output_close(&probe->output);
	kz_spfpool_close(&probe->spf);
	kz_web_close(&probe->web);
	kz_smtp_close(&probe->smtp_patient);
	kz_smtp_close(&probe->smtp);
	kz_nsquery_close(&probe->nsquery);
	kz_resolver_close(&probe->resolver);
	zones_close(probe);
	share_close(probe);
	quiet_close(&probe->quiet);
	limits_close(&probe->limits);
	rdap_close(&probe->rdap);
	registry_close(&probe->registry);
	turns_close(probe);
	known_close(probe);
	whoislist_close(&probe->whoislist);
	kz_suffix_close(&probe->suffix);
	kz_config_free(&probe->config);
	event_base_free(probe->base);
}

int
main(int argc, char **argv)
{
	static struct probe probe;
	struct options options = {.counts_fd = -1};

	fill_streams();
	parse(&options, argc, argv);
	configure(&probe, &options);
	(void)signal(SIGPIPE, SIG_IGN);
	raise_files();
	probe.base = event_base_new();
	if (probe.base == NULL || sodium_init() < 0)
		probe_no_memory();
	open_limits(&probe, &options);
	open_suffixes(&probe);
	open_spf(&probe, &options);
	/* It opens its source of numbers once: before the sandbox closes. */
	json_object_seed(0);
	make_control(&probe);
	share_open(&probe);
	quiet_open(&probe.quiet, QUIET_MAX);
	zones_open(&probe);
	open_clients(&probe, &options);
	turns_open(&probe, options.turns);
	known_open(&probe);
	probe.whoislist = whoislist_open(
		probe.config.registry.whois, probe.config.registry.whois_own);
	probe.registry = registry_open(&probe);
	probe.rdap = rdap_open(&probe);
	probe.output = output_open(&probe);
	probe.input = input_open(&probe);
	shut(&options);
	if (event_base_dispatch(probe.base) < 0)
		return EX_OSERR;
	/* What is still under way is given up with the process. */
	if (probe.sites == 0 && probe.verifying == 0 && probe.canaries == 0 &&
		probe.lookups == 0 && registry_pending(probe.registry) == 0 &&
		rdap_pending(probe.rdap) == 0)
		close_all(&probe);
	return probe.status;
}
