/* SPDX-License-Identifier: ISC */
/*
 * cli_priv - what the files of the command share
 *
 * What:   the options of one run, talking with kizukid, and printing.
 * Errors: a function that returns an int returns the program's exit status:
 *         0, or what sysexits.h and kizuki(1) say; it has written why.
 */
#ifndef KIZUKI_CLI_PRIV_H
#define KIZUKI_CLI_PRIV_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "kizuki/base/name.h"
#include "kizuki/core/finding.h"
#include "kizuki/core/words.h"
#include "kizuki/io/apiclient.h"
#include "kizuki/io/config.h"

/* Exit status of check; of several sites the first of 2, 1, 3, 0. */
enum {
	CLI_NOTHING_BAD = 0,
	CLI_NOT_CONVICTED = 1,
	CLI_CONVICTED = 2,
	CLI_CANNOT_TELL = 3
};

struct cli {
	const char *config_path;
	bool config_given; /* with -c: it must be there */
	bool config_found;
	bool json;
	bool withdraw;
	bool fresh; /* what kizukid keeps will not do */
	/* logscan */
	bool dry_run;
	bool follow;
	const char *format; /* NULL: auto */
	const char *until;  /* NULL: not given */
	const char *why;
	const char *parse;  /* a saved answer of a registry */
	const char *server; /* who gave it */
	uint32_t limit;
	enum kz_language language;
	int64_t now_s;
	struct kz_config config;
	struct kz_api *api;
};

/* ask.c: one request.  *answer, where not NULL, is the JSON that came. */
int cli_ask(struct cli *cli, const char *method, const char *path, json_t *body,
	json_t **answer);

/* The same with everything libcurl can do; 2xx or an exit status. */
int cli_exchange(struct cli *cli, const struct kz_api_request *request,
	struct kz_api_answer *answer);

/* Whether kizukid answers; false only where its socket is not there. */
int cli_reach(struct cli *cli, bool *there);

/* "/v1/sites/NAME" and what follows. */
#define CLI_PATH_SIZE 512
void cli_site_path(
	const struct kz_name *site, const char *more, char path[CLI_PATH_SIZE]);

/* ask.c: members of an object, with a value for what is not there. */
const char *cli_text(const json_t *object, const char *key);
int64_t cli_number(const json_t *object, const char *key);
bool cli_true(const json_t *object, const char *key);

/* words.c: a site as the user wrote it; says what is wrong with it. */
int cli_site(const char *text, struct kz_name *site);

/* "30d", "2026-12-31", "never" (0) as the moment until which. */
int cli_until(const struct cli *cli, const char *text, int64_t *until_s);

/* "WORDS until 2026-12-31 00:00". */
#define CLI_TOLD_SIZE 128
const char *cli_until_words(
	const char *words, int64_t until_s, char told[CLI_TOLD_SIZE]);

/* allowed.c: whether text begins as a client, sender or recipient does. */
bool cli_is_subject(const char *text);

/* allow such a one, or take it back; and the list of them. */
int cli_allow_subject(struct cli *cli, const char *text);
int cli_list_allowed(struct cli *cli);

/* print.c: foreign text, control characters replaced. */
void cli_put(FILE *out, const char *text);

/* A paragraph in lines of 79 columns, each behind indent blanks. */
void cli_paragraph(FILE *out, int indent, const char *first, const char *text);

/* "2026-11-24 08:30", in UTC; "never" for 0. */
#define CLI_MOMENT_SIZE 32
const char *cli_moment(int64_t when_s, char text[CLI_MOMENT_SIZE]);

/* Standard output cannot be written: says why, but not of "| head". */
void cli_unwritten(void);

/* One JSON value in a line. */
int cli_dump(FILE *out, const json_t *json);

/* findings.c: one in a line. */
void cli_print_finding(const struct kz_finding *finding);

/* site.c: everything about one site; looked: made from one look. */
void cli_print_site(const struct cli *cli, const json_t *site, bool looked);

/* doubts.c: why one look cannot tell, in that language where it is known. */
const char *cli_doubt(const char *why, enum kz_language language);

/* A site as one look saw it. */
struct cli_look {
	struct kz_name site;
	bool done;
	bool complete[KZ_FAMILY_COUNT];
	size_t count;
	struct kz_finding *findings;
};

/* look.c: the site object of the API, as if what was seen lasted. */
int cli_look_json(
	const struct cli *cli, const struct cli_look *look, json_t **site);

/* The status of check for a site object. */
int cli_look_status(const json_t *site);

int cli_look_add(struct cli_look *look, const struct kz_finding *finding);

/* probe.c: examine all looks with a kizuki-probe of our own. */
int cli_probe(struct cli *cli, struct cli_look *looks, size_t count);

struct kz_registry_answer;

/* registry.c: what was understood of an answer; server may be NULL. */
int cli_registry_print(const struct cli *cli,
	const struct kz_registry_answer *answer, const char *server);

/* registry_kept.c: what a registry said that kizukid keeps; NULL: nothing. */
void cli_print_registration(FILE *out, enum kz_language language,
	const json_t *registration, const char *indent);

/* Print what kizukid keeps of domain, where it does: *kept. */
int cli_registry_kept(
	struct cli *cli, const struct kz_name *domain, bool *kept);

struct kz_line_grant;
struct kz_turn_told;

/*
 * Take a question to grant->server from kizukid's share of the day: granted,
 * and in wait_s; or else not before *until_s.  Without kizukid there is nothing
 * to be shared.
 */
int cli_registry_turn(
	struct cli *cli, struct kz_line_grant *grant, int64_t *until_s);

/* Tell kizukid that a server refused; it is left alone then until *until_s. */
int cli_registry_refused(
	struct cli *cli, const struct kz_turn_told *told, int64_t *until_s);

/* registry_ask.c: ask the registry of a domain or an address, and print. */
int cli_registry_ask(struct cli *cli, const char *text);

/* The commands: argv holds their arguments alone. */
typedef int cli_command(struct cli *cli, int argc, char **argv);
cli_command cli_check, cli_show, cli_findings, cli_import, cli_allow, cli_deny,
	cli_pardon, cli_forget, cli_recheck, cli_list, cli_status, cli_config,
	cli_db, cli_doctor, cli_fact, cli_logscan, cli_org, cli_registry,
	cli_symptoms;

#endif
