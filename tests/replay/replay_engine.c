/* SPDX-License-Identifier: ISC */
/*
 * replay_engine - play a script of requests, findings and passing time
 * against the engine and a real store, on a clock that the script moves
 *
 * In (a line each; "#" begins a comment, words are parted by blanks):
 *   set KEY=VALUE...        before the first event; see options.c
 *   at YYYY-MM-DD HH:MM     the moment, UTC
 *   jump [-]SPAN            the clock is set, no time passes
 *   pass SPAN               time passes: 10s 5m 6h 14d, a tick a minute
 *   name NAME site=SITE [zone=ZONE] [holds=ADDR]
 *                           what a prober would find of a name
 *   reverse ADDR NAME       the forward-confirmed name of an address
 *   rcpt KEY=VALUE...       stage client helo from to instance spf
 *   eom instance=I          the end of DATA
 *   finding SYMPTOM SITE OUTCOME [object=O] [value=V] [weight=N] [rest=C/A]...
 *   touch SERVICE ADDR REACH [canary]
 *   look SITE               an examination begins now
 *   done SITE FAMILY...     it ended, these families complete
 *   prober down|up          questions find nobody, or somebody
 *   say allow|deny|pardon SITE [SPAN]
 *   say allow SUBJECT [SPAN]  client:NET, sender:ADDRESS, recipient:ADDRESS
 *   unsay SUBJECT
 *   show SITE               its verdict
 *   carriers                who is proposed as a shared sender
 *   log on|off              the engine's log lines in the output
 *   restart                 kizukid ends and is started again
 *   repeat N ... end        the lines between, N times; %i is the turn, from 1
 * Out: a line for each rcpt and show.
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <bsd/stdlib.h>
#include <bsd/string.h>

#include "kizuki/core/decision.h"
#include "kizuki/engine/admin.h"
#include "kizuki/engine/judge.h"
#include "kizuki/engine/observe.h"
#include "kizuki/engine/schedule.h"
#include "kizuki/front/report.h"

#include "options.h"
#include "stage.h"
#include "words.h"

#define LINES_MAX 4000
#define WORDS_MAX 24
#define NAMES_MAX 400

struct known_name {
	struct kz_name name, site, zone;
	struct kz_addr holds; /* NONE: of nobody */
	struct kz_addr reverse_of;
};

static char script[LINES_MAX][512];
static size_t script_lines;
static struct known_name names[NAMES_MAX];
static size_t name_count;
static struct stage stage = {.now = {.wall_s = 1582934400, .mono_ms = 1000000}};
static bool prober_up = true;
static bool logging;
static struct kz_question asked[64];
static size_t asked_count;
static long long turn; /* of the innermost repeat */

/* ---- the prober of the script ---- */
static bool
hook_ask(void *arg, const struct kz_question *question)
{
	(void)arg;
	if (!prober_up || asked_count == sizeof(asked) / sizeof(asked[0]))
		return false;
	asked[asked_count++] = *question;
	return true;
}

static bool
hook_examine(void *arg, const struct kz_order *order)
{
	(void)arg;
	(void)order;
	return prober_up;
}

static bool
hook_canary(void *arg, const struct kz_addr *addr, enum kz_service service)
{
	(void)arg;
	(void)addr;
	(void)service;
	return prober_up;
}

static bool
hook_touched(void *arg, const struct kz_touch *touch)
{
	(void)arg;
	(void)touch;
	return true;
}

static void
hook_log(void *arg, enum kz_log_level level, const char *line)
{
	(void)arg;
	(void)level;
	if (logging)
		printf("  log: %s\n", line);
}

static const struct known_name *
known(const struct kz_question *question)
{
	for (size_t i = 0; i < name_count; i++) {
		if (question->kind == KZ_VERIFY_RDNS
				? kz_addr_compare(&names[i].reverse_of,
					  &question->client) == 0
				: kz_name_equal(
					  &names[i].name, &question->name))
			return &names[i];
	}
	return NULL;
}

static void
answer_all(void)
{
	for (size_t i = 0; i < asked_count; i++) {
		const struct kz_question *question = &asked[i];
		const struct known_name *found = known(question);
		struct kz_verified verified = {
			.id = question->id,
			.outcome = KZ_VERIFY_NO,
			.name = question->name,
		};

		if (found != NULL) {
			verified.name = found->name;
			verified.has_site = found->site.len > 0;
			verified.site = found->site;
			verified.zone = found->zone;
			if (question->kind == KZ_VERIFY_SITE ||
				question->kind == KZ_VERIFY_RDNS ||
				kz_addr_compare(
					&found->holds, &question->client) == 0)
				verified.outcome = KZ_VERIFY_YES;
		}
		(void)kz_judge_verified(stage.engine, &verified, &stage.now);
	}
	asked_count = 0;
}

static void
open_engine(void)
{
	static const struct kz_engine_hooks hooks = {
		.ask = hook_ask,
		.examine = hook_examine,
		.canary = hook_canary,
		.touched = hook_touched,
		.log = hook_log,
		.boot = "replay",
	};

	stage_open(&stage, &hooks);
}

static void
play_pass(int64_t span_s)
{
	open_engine();
	while (span_s > 0) {
		int64_t step_s = span_s < 60 ? span_s : 60;

		stage.now.wall_s += step_s;
		stage.now.mono_ms += step_s * 1000;
		span_s -= step_s;
		kz_observe_tick(stage.engine, &stage.now);
		kz_schedule_tick(stage.engine, &stage.now);
		answer_all();
	}
	kz_engine_commit(stage.engine, &stage.now);
}

static void
play_at(const char *day, const char *hour)
{
	struct tm tm = {0};
	char text[32];
	int64_t when_s;

	(void)snprintf(text, sizeof(text), "%s %s", day, hour);
	if (strptime(text, "%Y-%m-%d %H:%M", &tm) == NULL)
		errx(EX_DATAERR, "no moment: %s", text);
	when_s = timegm(&tm);
	stage.now.mono_ms += when_s > stage.now.wall_s
		? (when_s - stage.now.wall_s) * 1000
		: 0;
	stage.now.wall_s = when_s;
}

static void
play_jump(const char *span)
{
	if (*span == '-')
		stage.now.wall_s -= span_of(span + 1);
	else
		stage.now.wall_s += span_of(span);
}

static void
play_name(char **words, size_t count)
{
	struct known_name *made = &names[name_count];
	const char *holds = value_of(words, count, "holds", NULL);
	const char *site = value_of(words, count, "site", "");

	if (name_count++ == NAMES_MAX)
		errx(EX_DATAERR, "too many names");
	*made = (struct known_name){.name = name_of(words[1])};
	if (*site != '\0')
		made->site = name_of(site);
	made->zone = made->site;
	if (value_of(words, count, "zone", NULL) != NULL)
		made->zone = name_of(value_of(words, count, "zone", NULL));
	if (holds != NULL)
		made->holds = addr_of(holds);
}

static void
play_reverse(const char *addr, const char *name)
{
	struct kz_name wanted = name_of(name);

	for (size_t i = 0; i < name_count; i++)
		if (kz_name_equal(&names[i].name, &wanted)) {
			names[i].reverse_of = addr_of(addr);
			return;
		}
	errx(EX_DATAERR, "reverse before name: %s", name);
}

static void
print_moment(void)
{
	char text[32];
	time_t when = (time_t)stage.now.wall_s;

	(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", gmtime(&when));
	printf("%s ", text);
}

static void
play_request(char **words, size_t count, enum kz_request_point point)
{
	struct kz_request request = {.point = point, .peer = "unix"};
	const char *client = value_of(words, count, "client", "10.9.9.9");
	struct kz_reply reply;

	open_engine();
	if (kz_stage_find(str(value_of(words, count, "stage", "sole")),
		    &request.stage) != KZ_OK)
		errx(EX_DATAERR, "no stage");
	request.client = addr_of(client);
	(void)strlcpy(request.helo, value_of(words, count, "helo", ""),
		sizeof(request.helo));
	(void)strlcpy(request.sender, value_of(words, count, "from", ""),
		sizeof(request.sender));
	(void)strlcpy(request.recipient,
		value_of(words, count, "to", "user@jikocho.jp"),
		sizeof(request.recipient));
	(void)strlcpy(request.instance, value_of(words, count, "instance", ""),
		sizeof(request.instance));
	request.spf_pass =
		strcmp(value_of(words, count, "spf", ""), "pass") == 0;
	if (kz_judge_ask(stage.engine, &request, &stage.now, stage.now.mono_ms,
		    false, &reply) == KZ_JUDGE_WAIT) {
		answer_all();
		if (kz_judge_ask(stage.engine, &request, &stage.now,
			    stage.now.mono_ms, true, &reply) == KZ_JUDGE_WAIT)
			errx(EX_SOFTWARE, "waits although it is final");
	}
	answer_all();
	kz_engine_commit(stage.engine, &stage.now);
	if (point != KZ_POINT_RCPT)
		return;
	print_moment();
	printf("%s %s %s%s%s\n", kz_stage_text(request.stage), request.sender,
		reply.action == KZ_ACTION_DEFER ? "450 " : "accept", reply.text,
		reply.waited_s > 0 ? " waited" : "");
}

static void
play_finding(char **words, size_t count)
{
	struct kz_finding finding = {
		.when_s = stage.now.wall_s, .subject = name_of(words[2])};

	open_engine();
	if (kz_symptom_find(str(words[1]), &finding.symptom) != KZ_OK ||
		kz_outcome_find(str(words[3]), &finding.outcome) != KZ_OK)
		errx(EX_DATAERR, "no finding: %s %s", words[1], words[3]);
	finding.weight = (uint8_t)strtoll(
		value_of(words, count, "weight", "0"), NULL, 10);
	if (finding.weight == 0)
		finding.weight = kz_symptom_info(finding.symptom)->points;
	(void)strlcpy(finding.object,
		value_of(words, count, "object", words[2]),
		sizeof(finding.object));
	(void)strlcpy(finding.value, value_of(words, count, "value", ""),
		sizeof(finding.value));
	for (size_t i = 4; i < count; i++) {
		char *slash = strchr(words[i], '/');
		struct kz_rest *rest = &finding.rests[finding.rest_count];

		if (strncmp(words[i], "rest=", 5) != 0 || slash == NULL)
			continue;
		*slash = '\0';
		if (kz_netclass_find(str(words[i] + 5), &rest->netclass) !=
			KZ_OK)
			errx(EX_DATAERR, "no class: %s", words[i] + 5);
		rest->addr = addr_of(slash + 1);
		*slash = '/';
		finding.rest_count++;
	}
	kz_observe_finding(stage.engine, &finding, &stage.now);
}

static void
play_touch(char **words, size_t count)
{
	struct kz_touch touch = {
		.when_s = stage.now.wall_s, .addr = addr_of(words[2])};

	open_engine();
	if (kz_service_find(str(words[1]), &touch.service) != KZ_OK ||
		kz_reach_find(str(words[3]), &touch.reach) != KZ_OK)
		errx(EX_DATAERR, "no touch: %s %s", words[1], words[3]);
	kz_observe_touch(stage.engine, &touch,
		count > 4 && strcmp(words[4], "canary") == 0, &stage.now);
}

static void
play_done(char **words, size_t count)
{
	bool complete[KZ_FAMILY_COUNT] = {false};
	struct kz_name site = name_of(words[1]);
	enum kz_family family;

	open_engine();
	for (size_t i = 2; i < count; i++) {
		if (kz_family_find(str(words[i]), &family) != KZ_OK)
			errx(EX_DATAERR, "no family: %s", words[i]);
		complete[family] = true;
	}
	kz_observe_done(stage.engine, &site, &site, complete, &stage.now);
	kz_engine_commit(stage.engine, &stage.now);
}

static void
play_look(const char *text)
{
	struct kz_name site = name_of(text);
	uint64_t id;

	open_engine();
	if (kz_admin_look(stage.engine, &site, &stage.now, &id) != KZ_OK)
		errx(EX_SOFTWARE, "cannot look at %s", text);
}

static void
play_say(char **words, size_t count)
{
	struct kz_allow_subject subject;
	struct kz_name site;
	enum kz_word word = KZ_WORD_PARDON;
	int64_t until_s = count > 3 ? stage.now.wall_s + span_of(words[3]) : 0;

	open_engine();
	if (kz_allow_parse(str(words[2]), &subject) == KZ_OK) {
		if (kz_admin_allow(stage.engine, &subject, until_s,
			    str("replay"), &stage.now) != KZ_OK)
			errx(EX_SOFTWARE, "cannot allow %s", words[2]);
		return;
	}
	site = name_of(words[2]);
	if (strcmp(words[1], "allow") == 0)
		word = KZ_WORD_ALLOW;
	else if (strcmp(words[1], "deny") == 0)
		word = KZ_WORD_DENY;
	if (kz_admin_say(stage.engine, &site, word, until_s, str("replay"),
		    &stage.now) != KZ_OK)
		errx(EX_SOFTWARE, "cannot say %s", words[1]);
}

static void
play_unsay(const char *text)
{
	struct kz_allow_subject subject;

	open_engine();
	if (kz_allow_parse(str(text), &subject) != KZ_OK ||
		kz_admin_disallow(stage.engine, &subject, &stage.now) != KZ_OK)
		errx(EX_SOFTWARE, "cannot take back %s", text);
}

static bool
show_carrier(void *arg, const struct kz_name *site)
{
	(void)arg;
	printf("  carrier: %s\n", site->text);
	return true;
}

static void
play_show(const char *text)
{
	struct kz_name site = name_of(text);
	struct kz_site_view *view = NULL;

	open_engine();
	if (kz_site_view_make(stage.engine, &site, false, &stage.now, &view) !=
		KZ_OK)
		errx(EX_SOFTWARE, "no view of %s", text);
	print_moment();
	printf("show %s %s total=%d", text,
		kz_verdict_state_text(view->verdict.state),
		view->verdict.total);
	for (size_t i = 0; i < view->verdict.reason_count; i++) {
		const struct kz_reason *reason = &view->verdict.reasons[i];

		printf(" %s=%d,%s", kz_symptom_info(reason->symptom)->id,
			reason->points, kz_report_fate_text(reason->fate));
	}
	printf("\n");
	kz_site_view_free(&view);
}

static void
play_restart(void)
{
	asked_count = 0;
	stage_close(&stage);
	open_engine();
}

/* What operators do, and what is looked at; false: none of it. */
static bool
play_operator(char **words, size_t count)
{
	const char *what = words[0];

	if (strcmp(what, "say") == 0 && count > 2)
		play_say(words, count);
	else if (strcmp(what, "unsay") == 0 && count == 2)
		play_unsay(words[1]);
	else if (strcmp(what, "prober") == 0 && count == 2)
		prober_up = strcmp(words[1], "up") == 0;
	else if (strcmp(what, "restart") == 0)
		play_restart();
	else if (strcmp(what, "log") == 0 && count == 2)
		logging = strcmp(words[1], "on") == 0;
	else if (strcmp(what, "show") == 0 && count == 2)
		play_show(words[1]);
	else if (strcmp(what, "carriers") == 0)
		kz_carrier_each(stage.engine, &stage.now, show_carrier, NULL);
	else
		return false;
	return true;
}

static void
play_words(char **words, size_t count)
{
	const char *what = words[0];

	if (strcmp(what, "set") == 0)
		for (size_t i = 1; i < count; i++)
			set_option(&stage.config, stage.home, words[i]);
	else if (strcmp(what, "at") == 0 && count == 3)
		play_at(words[1], words[2]);
	else if (strcmp(what, "jump") == 0 && count == 2)
		play_jump(words[1]);
	else if (strcmp(what, "pass") == 0 && count == 2)
		play_pass(span_of(words[1]));
	else if (strcmp(what, "name") == 0 && count > 1)
		play_name(words, count);
	else if (strcmp(what, "reverse") == 0 && count == 3)
		play_reverse(words[1], words[2]);
	else if (strcmp(what, "rcpt") == 0)
		play_request(words, count, KZ_POINT_RCPT);
	else if (strcmp(what, "eom") == 0)
		play_request(words, count, KZ_POINT_EOM);
	else if (strcmp(what, "finding") == 0 && count > 3)
		play_finding(words, count);
	else if (strcmp(what, "touch") == 0 && count > 3)
		play_touch(words, count);
	else if (strcmp(what, "look") == 0 && count == 2)
		play_look(words[1]);
	else if (strcmp(what, "done") == 0 && count > 1)
		play_done(words, count);
	else if (!play_operator(words, count))
		errx(EX_DATAERR, "not understood: %s", what);
}

/* Play lines from to before end; returns the line behind its "end". */
static size_t
play_lines(size_t from, bool inner)
{
	size_t at = from;

	while (at < script_lines) {
		char line[sizeof(script[0])];
		char *words[WORDS_MAX], *rest = line, *word;
		size_t count = 0;

		fill_line(script[at++], turn, line, sizeof(line));
		while (count < WORDS_MAX &&
			(word = strsep(&rest, " \t")) != NULL)
			if (*word != '\0')
				words[count++] = word;
		if (count == 0)
			continue;
		if (strcmp(words[0], "end") == 0 && inner)
			return at;
		if (strcmp(words[0], "repeat") == 0 && count == 2) {
			size_t behind = at;

			long long turns = strtoll(words[1], NULL, 10);

			for (long long i = 1; i <= turns; i++) {
				turn = i;
				behind = play_lines(at, true);
			}
			at = behind;
			continue;
		}
		play_words(words, count);
	}
	return at;
}

int
main(void)
{
	stage_begin(&stage, "/tmp");
	while (script_lines < LINES_MAX &&
		fgets(script[script_lines], sizeof(script[0]), stdin) != NULL)
		script_lines++;
	(void)play_lines(0, false);
	if (stage.config.shared_senders[0] != '\0')
		(void)unlink(stage.config.shared_senders);
	stage_end(&stage);
	if (fflush(stdout) != 0)
		err(EX_IOERR, "stdout");
	return 0;
}
