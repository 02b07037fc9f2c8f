/* SPDX-License-Identifier: ISC */
/* Whether all that kizuki needs is there, and what to do where it is not. */
#include <stdarg.h>
#include <string.h>
#include <sysexits.h>

#include "doctor_priv.h"

#define TEXT_SIZE      1024
#define PROPOSED_SHOWN 5   /* kizuki status has them all */
#define BROKEN_DAYS    2   /* a backup this old says that none are made */
#define LIST_DAYS      730 /* providers come and go slowly */

void
doctor_say(struct doctor *doctor, enum doctor_mood mood, const char *topic,
	const char *format, ...)
{
	static const char *const marks[] = {"ok", "!!", "??"};
	static const char *const states[] = {"fine", "to-do", "unknown"};
	char text[TEXT_SIZE];
	json_t *json;
	va_list args;

	va_start(args, format);
	if (vsnprintf(text, sizeof(text), format, args) < 0)
		text[0] = '\0';
	va_end(args);
	if (mood == DOCTOR_TO_DO)
		doctor->to_do = true;
	if (doctor->cli->json) {
		json = json_pack("{s:s, s:s, s:s}", "topic", topic, "state",
			states[mood], "text", text);
		(void)cli_dump(stdout, json);
		json_decref(json);
		return;
	}
	printf("%s  %-10s  ", marks[mood], topic);
	cli_put(stdout, text);
	putchar('\n');
}

static void
say_store(struct doctor *doctor, const json_t *store)
{
	int64_t backup_s = cli_number(store, "backup");
	int64_t days = (doctor->cli->now_s - backup_s) / 86400;
	uint32_t every_s = doctor->cli->config.backup.every_s;

	if (cli_true(store, "failing"))
		doctor_say(doctor, DOCTOR_TO_DO, "store",
			"the disk takes nothing: %s", cli_text(store, "cause"));
	else
		doctor_say(doctor, DOCTOR_FINE, "store",
			"what is decided reaches the disk");
	if (every_s == 0)
		doctor_say(doctor, DOCTOR_TO_DO, "store",
			"no backups are made; set backup { every = 1h }");
	else if (backup_s == 0)
		doctor_say(doctor, DOCTOR_CANNOT_TELL, "store",
			"no backup is there yet; kizuki db backup makes one");
	else if (days >= BROKEN_DAYS && days > 2 * every_s / 86400)
		doctor_say(doctor, DOCTOR_TO_DO, "store",
			"the newest backup is %lld days old; kizukid's log "
			"says why",
			(long long)days);
	else
		doctor_say(doctor, DOCTOR_FINE, "store",
			"the newest backup is verified and fresh");
}

static void
say_proposed(struct doctor *doctor, const json_t *proposed)
{
	char buffer[TEXT_SIZE / 2];
	struct kz_text names = kz_text_make(buffer, sizeof(buffer));
	size_t count = json_array_size(proposed);

	for (size_t i = 0; i < count && i < PROPOSED_SHOWN; i++) {
		const char *name =
			json_string_value(json_array_get(proposed, i));

		kz_text_word(&names, i > 0 ? ", " : "");
		kz_text_word(&names, name != NULL ? name : "?");
	}
	if (count > PROPOSED_SHOWN)
		kz_text_word(&names, " and others");
	if (count > 0)
		doctor_say(doctor, DOCTOR_CANNOT_TELL, "lists",
			"hosts of %s send for five domains of others or more: "
			"providers and forwarders belong into %s",
			buffer, doctor->cli->config.shared_senders_own);
}

static void
say_shared(struct doctor *doctor, const json_t *shared)
{
	long long days = cli_number(shared, "age_days");

	say_proposed(doctor, json_object_get(shared, "proposed"));
	if (cli_number(shared, "names") == 0)
		doctor_say(doctor, DOCTOR_TO_DO, "lists",
			"no list of shared senders: big providers' servers are "
			"judged as anybody's; see shared_senders");
	else if (cli_text(shared, "date")[0] == '\0')
		doctor_say(doctor, DOCTOR_CANNOT_TELL, "lists",
			"the list of shared senders says no date");
	else if (days > LIST_DAYS)
		doctor_say(doctor, DOCTOR_TO_DO, "lists",
			"the list of shared senders is %lld days old; a newer "
			"kizuki brings a newer one",
			days);
	else
		doctor_say(doctor, DOCTOR_FINE, "lists",
			"the list of shared senders is of %s",
			cli_text(shared, "date"));
}

/* What is left of the share that each server of a registry has of a day. */
static void
say_registry(struct doctor *doctor, const json_t *registry)
{
	char name[300];
	char moment[CLI_MOMENT_SIZE];
	long long asked = cli_number(registry, "asked");
	long long per_day = cli_number(registry, "per_day");
	int64_t until_s = cli_number(registry, "until");

	(void)snprintf(name, sizeof(name), "%s%s", cli_text(registry, "server"),
		cli_true(registry, "rdap") ? " (RDAP)" : "");
	if (until_s > 0)
		doctor_say(doctor, DOCTOR_CANNOT_TELL, "registry",
			"%s refused or did not answer: it is left alone until "
			"%s UTC; ask it less by other programs from here",
			name, cli_moment(until_s, moment));
	else if (asked >= per_day)
		doctor_say(doctor, DOCTOR_CANNOT_TELL, "registry",
			"%s: all %lld questions of the day are used; the next "
			"sites wait for tomorrow",
			name, per_day);
	else
		doctor_say(doctor, DOCTOR_FINE, "registry",
			"%s: %lld of %lld questions of the day are used", name,
			asked, per_day);
}

static void
say_registries(struct doctor *doctor, const json_t *registries)
{
	size_t i;
	json_t *registry;

	json_array_foreach (registries, i, registry)
		say_registry(doctor, registry);
}

void
doctor_daemon(struct doctor *doctor)
{
	json_t *status = NULL;
	const json_t *prober;
	bool there = false;

	if (cli_reach(doctor->cli, &there) != 0 || !there ||
		cli_ask(doctor->cli, "GET", "/v1/status", NULL, &status) != 0) {
		doctor_say(doctor, DOCTOR_TO_DO, "kizukid",
			"it does not answer: start it (systemctl start "
			"kizuki), or run this as a user of its group");
		return;
	}
	if (strcmp(cli_text(status, "mode"), "observe") == 0)
		doctor_say(doctor, DOCTOR_FINE, "kizukid",
			"it answers; mode observe: nobody is delayed yet");
	else
		doctor_say(doctor, DOCTOR_FINE, "kizukid",
			"it answers; mode enforce, profile %s",
			cli_text(status, "profile"));
	prober = json_object_get(status, "prober");
	if (cli_true(prober, "up"))
		doctor_say(doctor, DOCTOR_FINE, "prober", "kizuki-probe runs");
	else
		doctor_say(doctor, DOCTOR_TO_DO, "prober",
			"kizuki-probe does not run, nothing is examined; "
			"kizukid's log says why");
	doctor_doubts(doctor, status);
	say_store(doctor, json_object_get(status, "store"));
	say_shared(doctor, json_object_get(status, "shared_senders"));
	say_registries(doctor, json_object_get(status, "registries"));
	json_decref(status);
}

int
cli_doctor(struct cli *cli, int argc, char **argv)
{
	struct doctor doctor = {.cli = cli};
	struct kz_name domain;
	int status;

	if (argc > 0) {
		status = cli_site(argv[0], &domain);
		if (status != 0)
			return status;
		doctor.domain = domain.text;
	}
	doctor_daemon(&doctor);
	doctor_mta(&doctor);
	doctor_net(&doctor);
	doctor_machine(&doctor);
	return doctor.to_do ? 1 : 0;
}
