/* SPDX-License-Identifier: ISC */
/* Without kizukid: a kizuki-probe of our own looks at the sites. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "cli_priv.h"
#include "kizuki/base/text.h"
#include "kizuki/io/clock.h"
#include "prober_priv.h"

#define GRACE_MS 30000 /* beyond the time that the examinations may take */

struct run {
	struct cli *cli;
	struct cli_look *looks;
	size_t count;
	struct cli_look pool; /* findings of sites that are not done yet */
	bool alive[KZ_NETCLASS_COUNT]; /* something answered: our line works */
	struct cli_prober prober;
};

/* A finding names the site or its zone; both are known once it is done. */
static int
take_done(struct run *run, const struct kz_line_done *done)
{
	int status = 0;

	for (size_t i = 0; i < run->count; i++) {
		struct cli_look *look = &run->looks[i];

		if (look->done || !kz_name_equal(&look->site, &done->site))
			continue;
		look->done = true;
		memcpy(look->complete, done->complete, sizeof(look->complete));
		for (size_t at = 0; status == 0 && at < run->pool.count; at++) {
			const struct kz_finding *finding =
				&run->pool.findings[at];

			if (kz_name_equal(&finding->subject, &done->site) ||
				kz_name_equal(&finding->subject, &done->zone))
				status = cli_look_add(look, finding);
		}
	}
	return status;
}

static int
take_line(void *arg, const struct kz_line *line)
{
	struct run *run = arg;
	const struct kz_touch *touch = &line->u.touch;

	switch (line->kind) {
	case KZ_LINE_FINDING:
		return cli_look_add(&run->pool, &line->u.finding);
	case KZ_LINE_TOUCHED:
		if (touch->reach == KZ_REACH_ALIVE)
			run->alive[kz_netclass_of(
				touch->service, &touch->addr)] = true;
		return 0;
	case KZ_LINE_DONE:
		return take_done(run, &line->u.done);
	case KZ_LINE_EXAMINE:
	case KZ_LINE_QUESTION:
	case KZ_LINE_CANARY:
	case KZ_LINE_VERIFIED:
	case KZ_LINE_TURN:
	case KZ_LINE_REGISTERED:
	case KZ_LINE_LOOKUP:
	case KZ_LINE_LOOKED:
	case KZ_LINE_WANT:
	case KZ_LINE_GRANT:
	case KZ_LINE_ERROR:
		return 0;
	}
	return 0;
}

static int
read_all(struct run *run)
{
	const struct kz_config *config = &run->cli->config;
	int64_t rounds = (int64_t)(run->count / config->probe.jobs) + 1;
	int64_t end_ms = kz_clock_mono_ms() + GRACE_MS +
		rounds * (int64_t)config->probe.site_ms;

	return cli_prober_read(&run->prober, &end_ms, take_line, run);
}

/* The operator's canaries are asked too: they show whether our line works. */
static int
write_canaries(struct run *run, FILE *input)
{
	static const enum kz_service services[] = {
		KZ_SERVICE_SMTP25, KZ_SERVICE_DNS53UDP, KZ_SERVICE_DNS53TCP};

	for (size_t i = 0; i < 2 * sizeof(services) / sizeof(services[0]);
		i++) {
		/* classes come in pairs, v4 and v6 of a service */
		const struct kz_config_canary *canary =
			&run->cli->config.canary[i];

		for (size_t at = 0; at < canary->target_count; at++) {
			struct kz_line *line = &run->prober.line;
			char *bytes = run->prober.buffer;
			size_t len;

			*line = (struct kz_line){.kind = KZ_LINE_CANARY};
			line->u.canary_ask.addr = canary->targets[at];
			line->u.canary_ask.service = services[i / 2];
			if (kz_line_print(line, bytes, KZ_LINE_MAX, &len) !=
					KZ_OK ||
				fwrite(bytes, 1, len, input) != len)
				return EX_IOERR;
		}
	}
	return 0;
}

/* What the probe reads, in a file without a name: no pipe to fill. */
static FILE *
make_input(struct run *run)
{
	FILE *input = tmpfile();

	if (input == NULL)
		return NULL;
	if (write_canaries(run, input) != 0) {
		(void)fclose(input);
		return NULL;
	}
	for (size_t i = 0; i < run->count; i++)
		fprintf(input, "%s\n", run->looks[i].site.text);
	if (fflush(input) != 0 || fseek(input, 0, SEEK_SET) != 0) {
		(void)fclose(input);
		return NULL;
	}
	return input;
}

static int
start(struct run *run)
{
	FILE *input = make_input(run);

	if (input != NULL)
		return cli_prober_start(run->cli, input, &run->prober);
	warn("cannot start kizuki-probe");
	return EX_OSERR;
}

static int
finish(struct run *run, int status)
{
	int ended;
	bool all_done = true;

	status = cli_prober_end(&run->prober, status, &ended);
	if (status != 0)
		return status;
	for (size_t i = 0; i < run->count; i++)
		all_done = all_done && run->looks[i].done;
	if (!all_done && WIFSIGNALED(ended))
		warnx("kizuki-probe was ended by signal %d", WTERMSIG(ended));
	else if (!all_done)
		warnx("kizuki-probe ended with status %d before all was done",
			WEXITSTATUS(ended));
	return 0;
}

static bool
rests_on(const struct kz_finding *finding, enum kz_netclass class)
{
	for (size_t i = 0; i < finding->rest_count; i++)
		if (finding->rests[i].netclass == class)
			return true;
	return false;
}

/* The same service over the other family; itself where there is none. */
static enum kz_netclass other_family(enum kz_netclass class)
{
	return class <= KZ_NET_DNS53TCP_V6 ? (enum kz_netclass)(class ^ 1U)
					   : class;
}

/*
 * A failure may be ours where nothing of its class answered in this run.  On
 * a dual-stack target a family that never worked here is left out, as long as
 * the finding rests on the other one too and that one works.
 */
static bool
confirmed(const struct run *run, const struct kz_finding *finding)
{
	for (size_t i = 0; i < finding->rest_count; i++) {
		enum kz_netclass class = finding->rests[i].netclass;
		enum kz_netclass other = other_family(class);

		if (!run->alive[class] &&
			!(run->alive[other] && rests_on(finding, other)))
			return false;
	}
	return true;
}

static void
confirm_all(struct run *run, struct cli_look *look)
{
	for (size_t i = 0; i < look->count; i++) {
		struct kz_finding *finding = &look->findings[i];
		struct kz_text why;

		if (finding->outcome != KZ_OUTCOME_BAD ||
			confirmed(run, finding))
			continue;
		finding->outcome = KZ_OUTCOME_UNKNOWN;
		why = kz_text_make(finding->why, sizeof(finding->why));
		kz_text_word(&why,
			"failed, but nothing else answered over this "
			"service either: it may be our own line");
	}
}

int
cli_probe(struct cli *cli, struct cli_look *looks, size_t count)
{
	struct run *run = calloc(1, sizeof(*run));
	int status;

	if (run == NULL) {
		warnx("out of memory");
		return EX_OSERR;
	}
	run->cli = cli;
	run->looks = looks;
	run->count = count;
	status = start(run);
	if (status == 0)
		status = finish(run, read_all(run));
	for (size_t i = 0; i < count; i++)
		confirm_all(run, &looks[i]);
	free(run->pool.findings);
	free(run);
	return status;
}
