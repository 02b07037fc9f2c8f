/* SPDX-License-Identifier: ISC */
/*
 * One question to the registry of a domain or an address.  A kizuki-probe of
 * our own asks; the turns that it takes are kizukid's.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>

#include <bsd/string.h>

#include "cli_priv.h"
#include "kizuki/io/clock.h"
#include "kizuki/io/suffix.h"
#include "prober_priv.h"

/* From one line to the next: a server's limit, and the prober's own gap. */
#define LINE_MS 120000
/* And its end, once all was told. */
#define LAST_MS 10000
/* Turns for one question: RDAP with its redirects, IANA, WHOIS. */
#define TURNS_MAX 16

struct asking {
	struct cli *cli;
	struct kz_line_lookup of;
	struct cli_prober prober;
	int64_t end_ms;
	unsigned turns;
	/* a server that is left alone */
	char resting[KZ_NAME_MAX + 1];
	int64_t until_s;
	bool done;
	struct kz_line_looked looked; /* the last */
};

static void
set_end(struct asking *asking, int64_t more_ms)
{
	asking->end_ms = kz_clock_mono_ms() + more_ms;
}

/* Two names to be looked up, at most, go before a question. */
static int64_t
line_ms(const struct asking *asking)
{
	return LINE_MS + 2 * (int64_t)asking->cli->config.resolver.limit_ms;
}

static int
take_want(struct asking *asking, const struct kz_line_grant *want)
{
	struct kz_line line = {.kind = KZ_LINE_GRANT, .u.grant = *want};
	struct kz_line_grant *grant = &line.u.grant;
	int status;

	if (asking->turns++ == TURNS_MAX) {
		warnx("kizuki-probe wants more than %d turns", TURNS_MAX);
		return EX_PROTOCOL;
	}
	status = cli_registry_turn(asking->cli, grant, &asking->until_s);
	if (status != 0)
		return status;
	if (!grant->granted)
		(void)strlcpy(asking->resting, grant->server,
			sizeof(asking->resting));
	else if (grant->wait_s > 0)
		warnx("%s: its turn is in %u s", grant->server,
			(unsigned)grant->wait_s);
	set_end(asking, line_ms(asking) + (int64_t)grant->wait_s * 1000);
	return cli_prober_send(&asking->prober, &line);
}

/* It counts here only where kizukid does not know it yet. */
static int
take_turn(struct asking *asking, const struct kz_turn_told *told)
{
	if (told->asked > 0 || told->back_off_s == 0)
		return 0;
	asking->until_s = 0;
	(void)strlcpy(asking->resting, told->server, sizeof(asking->resting));
	return cli_registry_refused(asking->cli, told, &asking->until_s);
}

/* Why a server's answer is none. */
static void
say_none(const struct asking *asking, const struct kz_line_looked *looked)
{
	const char *server = looked->answer.server;
	char moment[CLI_MOMENT_SIZE];

	fputs("kizuki: ", stderr);
	cli_put(stderr, server);
	if (looked->why[0] != '\0') {
		fputs(": no answer (", stderr);
		cli_put(stderr, looked->why);
		fputc(')', stderr);
	} else if (looked->answer.outcome == KZ_REGISTRY_REFUSED) {
		fputs(": it refused the question", stderr);
	} else {
		fputs(": its answer says nothing that is understood", stderr);
	}
	if (asking->until_s > 0 && strcmp(asking->resting, server) == 0)
		fprintf(stderr, "; it is not asked before %s UTC",
			cli_moment(asking->until_s, moment));
	fputc('\n', stderr);
}

static void
take_looked(struct asking *asking, const struct kz_line_looked *looked)
{
	if (!looked->more) {
		asking->looked = *looked;
		asking->done = true;
		cli_prober_sent(&asking->prober);
		set_end(asking, LAST_MS);
	} else if (looked->answer.outcome == KZ_REGISTRY_MISSING) {
		fputs("kizuki: ", stderr);
		cli_put(stderr, looked->answer.server);
		fputs(": not found there; another one is asked\n", stderr);
	} else {
		say_none(asking, looked);
	}
}

static int
take_line(void *arg, const struct kz_line *line)
{
	struct asking *asking = arg;

	if (asking->done)
		return 0;
	set_end(asking, line_ms(asking));
	if (line->kind == KZ_LINE_WANT)
		return take_want(asking, &line->u.grant);
	if (line->kind == KZ_LINE_TURN)
		return take_turn(asking, &line->u.turn);
	if (line->kind == KZ_LINE_LOOKED)
		take_looked(asking, &line->u.looked);
	return 0;
}

static int
run(struct asking *asking)
{
	struct kz_line line = {.kind = KZ_LINE_LOOKUP, .u.lookup = asking->of};
	int ended = 0;
	int status = cli_prober_start(asking->cli, NULL, &asking->prober);

	if (status != 0)
		return status;
	set_end(asking, line_ms(asking));
	status = cli_prober_send(&asking->prober, &line);
	if (status == 0)
		status = cli_prober_read(
			&asking->prober, &asking->end_ms, take_line, asking);
	status = cli_prober_end(&asking->prober, status, &ended);
	/* An answer is one, however it ended that gave it. */
	if (asking->done)
		return 0;
	if (status != 0)
		return status;
	if (WIFSIGNALED(ended))
		warnx("kizuki-probe was ended by signal %d", WTERMSIG(ended));
	else
		warnx("kizuki-probe ended with status %d before it answered",
			WEXITSTATUS(ended));
	return EX_TEMPFAIL;
}

/* 0: found, 1: a registry says that there is no such thing. */
static int
tell(const struct asking *asking, const char *text)
{
	const struct kz_line_looked *looked = &asking->looked;
	const struct kz_registry_answer *answer = &looked->answer;
	int status;

	if (answer->server[0] == '\0' && looked->why[0] == '\0') {
		warnx("%s: kizuki knows no registry to ask for it", text);
		return EX_UNAVAILABLE;
	}
	if (answer->outcome != KZ_REGISTRY_FOUND &&
		answer->outcome != KZ_REGISTRY_MISSING) {
		say_none(asking, looked);
		return EX_TEMPFAIL;
	}
	status = cli_registry_print(asking->cli, answer, answer->server);
	if (status == 0 && answer->outcome == KZ_REGISTRY_MISSING)
		return 1;
	return status;
}

/* The domain that was registered, if it is not an address. */
static int
prepare(struct asking *asking, const char *text)
{
	const struct kz_config *config = &asking->cli->config;
	struct kz_suffix *suffix = NULL;
	struct kz_name site;
	enum kz_result result;
	int status;

	if (kz_addr_parse((struct kz_str){text, strlen(text)},
		    &asking->of.addr) == KZ_OK)
		return 0;
	status = cli_site(text, &site);
	if (status != 0)
		return status;
	if (kz_suffix_open(config->resolver.public_suffixes, &suffix) !=
		KZ_OK) {
		warnx("no Public Suffix List can be read");
		return EX_NOINPUT;
	}
	result = kz_suffix_registrable(suffix, &site, &asking->of.domain);
	kz_suffix_close(&suffix);
	if (result == KZ_OK)
		return 0;
	warnx("%s: nobody registers it: it is a public suffix", site.text);
	return EX_UNAVAILABLE;
}

int
cli_registry_ask(struct cli *cli, const char *text)
{
	struct asking *asking = calloc(1, sizeof(*asking));
	int status = EX_OSERR;
	bool kept = false;

	if (asking == NULL) {
		warnx("out of memory");
		return EX_OSERR;
	}
	asking->cli = cli;
	status = prepare(asking, text);
	if (status == 0 && asking->of.domain.len > 0 && !cli->fresh)
		status = cli_registry_kept(cli, &asking->of.domain, &kept);
	if (status == 0 && !kept)
		status = run(asking);
	if (status == 0 && !kept)
		status = tell(asking, text);
	free(asking);
	return status;
}
