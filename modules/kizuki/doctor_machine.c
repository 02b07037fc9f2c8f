/* SPDX-License-Identifier: ISC */
/* The clock, and the age of lists that change in the world. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>

#include <jansson.h>

#include "doctor_priv.h"
#include "kizuki/core/registry.h"
#include "kizuki/io/suffix.h"

#define DAY_S 86400
/* Names come each week; root servers and their keys change once in years. */
#define NAMES_DAYS 400
#define ROOT_DAYS  1095
/* IANA changes these most weeks, a server of ours moves once in years. */
#define BOOTSTRAP_DAYS 400
/* Few registries move, and IANA is asked for what is not listed. */
#define SERVERS_DAYS 1095
#define BUILT_S      1795478400LL /* 2026-11-24: no clock is right before it */

static void
check_clock(struct doctor *doctor)
{
	struct timex state = {.modes = 0};

	if (doctor->cli->now_s < BUILT_S)
		doctor_say(doctor, DOCTOR_TO_DO, "clock",
			"it stands before kizuki was written; evidence is "
			"counted by it: set it, and run an NTP client");
	else if (adjtimex(&state) == TIME_ERROR ||
		(state.status & STA_UNSYNC) != 0)
		doctor_say(doctor, DOCTOR_TO_DO, "clock",
			"nothing keeps it right: run an NTP client "
			"(systemd-timesyncd, chrony)");
	else
		doctor_say(doctor, DOCTOR_FINE, "clock", "kept right by NTP");
}

static void
say_age(struct doctor *doctor, const char *what, int64_t made_s, int most,
	const char *remedy)
{
	long long days = (doctor->cli->now_s - made_s) / DAY_S;

	if (made_s == 0)
		doctor_say(doctor, DOCTOR_TO_DO, "lists", "%s is not there: %s",
			what, remedy);
	else if (days > most)
		doctor_say(doctor, DOCTOR_TO_DO, "lists",
			"%s is %lld days old: %s", what, days, remedy);
	else
		doctor_say(doctor, DOCTOR_FINE, "lists", "%s is %lld days old",
			what, days > 0 ? days : 0);
}

static int64_t
file_s(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 ? (int64_t)info.st_mtim.tv_sec : 0;
}

static void
check_lists(struct doctor *doctor)
{
	const struct kz_config *config = &doctor->cli->config;

	say_age(doctor, "the Public Suffix List",
		kz_suffix_made_s(config->resolver.public_suffixes), NAMES_DAYS,
		"install or update the package publicsuffix");
	say_age(doctor, "the list of root servers",
		file_s(config->resolver.root_hints), ROOT_DAYS,
		"install or update the package dns-root-data");
	if (config->resolver.trust_anchor[0] == '\0')
		doctor_say(doctor, DOCTOR_TO_DO, "lists",
			"no trust anchor is set: nothing is validated");
	else
		say_age(doctor, "the root's trust anchor",
			file_s(config->resolver.trust_anchor), ROOT_DAYS,
			"install or update the package dns-root-data");
}

/* IANA's own date, else the file's; in part what comes with kizuki says. */
static void
check_bootstrap(struct doctor *doctor, const char *name)
{
	const char *folder = doctor->cli->config.registry.rdap;
	struct kz_registry_date date = {0};
	char path[512];
	char what[600];
	json_t *root;
	const char *text, *about;
	bool part = false;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >=
		(int)sizeof(path))
		return;
	root = json_load_file(path, 0, NULL);
	text = json_string_value(json_object_get(root, "publication"));
	about = json_string_value(json_object_get(root, "description"));
	if (about != NULL)
		part = strstr(about, "subset") != NULL;
	if (text == NULL ||
		kz_registry_date_parse(
			(struct kz_str){text, strlen(text)}, &date) != KZ_OK)
		date.when_s = file_s(path);
	json_decref(root);
	(void)snprintf(what, sizeof(what), "%s%s", path,
		part ? " (a part of IANA's list; all of it, by the same name, "
		       "is at data.iana.org/rdap)"
		     : "");
	say_age(doctor, what, date.when_s, BOOTSTRAP_DAYS,
		"put the file of that name from data.iana.org/rdap there");
}

/* Lists of RDAP servers change when registries do. */
static void
check_rdap(struct doctor *doctor)
{
	static const char *const names[] = {
		"dns.json", "ipv4.json", "ipv6.json"};
	const struct kz_config *config = &doctor->cli->config;

	if (!config->registry.ask) {
		doctor_say(doctor, DOCTOR_CANNOT_TELL, "registry",
			"no registry is asked: registry { ask = no }");
		return;
	}
	doctor_say(doctor, DOCTOR_FINE, "registry",
		"%s and %s are asked, %u questions a day at most, other "
		"registries %u",
		config->registry.jprs, config->registry.jpnic,
		(unsigned)config->registry.per_day,
		(unsigned)config->registry.per_day_other);
	if (config->registry.whois[0] != '\0')
		say_age(doctor, config->registry.whois,
			file_s(config->registry.whois), SERVERS_DAYS,
			"a newer kizuki brings a newer list of WHOIS servers");
	if (config->registry.rdap[0] == '\0') {
		doctor_say(doctor, DOCTOR_CANNOT_TELL, "registry",
			"outside .jp no registration is looked at: put IANA's "
			"RDAP lists into a folder and name it in "
			"registry { rdap }");
		return;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		check_bootstrap(doctor, names[i]);
}

void
doctor_machine(struct doctor *doctor)
{
	check_clock(doctor);
	check_lists(doctor);
	check_rdap(doctor);
}
