/* SPDX-License-Identifier: ISC */
/* Clients, senders and recipients whose mail is never delayed. */
#include <err.h>
#include <string.h>
#include <sysexits.h>

#include "cli_priv.h"
#include "kizuki/core/allow.h"
#include "kizuki/io/idn.h"

#define SUBJECT_COLUMNS 40

static int
bad_subject(const char *text)
{
	fputs("kizuki: ", stderr);
	cli_put(stderr, text);
	fputs(": expected client:ADDRESS, client:NETWORK/BITS (no bits behind "
	      "them),\nsender:USER@DOMAIN, sender:@DOMAIN, "
	      "recipient:USER@DOMAIN, recipient:@DOMAIN\nor recipient:USER@\n",
		stderr);
	return EX_DATAERR;
}

/* The domain of an address in A-labels; what is none stays as it is. */
static bool
to_a_labels(const char *text, char made[KZ_ALLOW_SUBJECT_MAX + 1])
{
	const char *at = strrchr(text, '@');
	struct kz_name name;
	struct kz_text out = kz_text_make(made, KZ_ALLOW_SUBJECT_MAX + 1);

	if (at == NULL || at[1] == '\0' ||
		kz_idn_name((struct kz_str){at + 1, strlen(at + 1)}, &name) !=
			KZ_OK) {
		kz_text_word(&out, text);
		return !out.cut;
	}
	kz_text_put(&out, (struct kz_str){text, (size_t)(at + 1 - text)});
	kz_text_put(&out, kz_name_str(&name));
	return !out.cut;
}

bool
cli_is_subject(const char *text)
{
	struct kz_allow_subject subject;

	return kz_allow_parse((struct kz_str){text, strlen(text)}, &subject) !=
		KZ_NOT_FOUND;
}

int
cli_allow_subject(struct cli *cli, const char *text)
{
	char given[KZ_ALLOW_SUBJECT_MAX + 1];
	char told[CLI_TOLD_SIZE];
	struct kz_allow_subject subject;
	int64_t until_s = 0;
	json_t *body;
	json_t *answer = NULL;
	int status = 0;

	if (!to_a_labels(text, given) ||
		kz_allow_parse((struct kz_str){given, strlen(given)},
			&subject) != KZ_OK)
		return bad_subject(text);
	if (cli->until != NULL && !cli->withdraw)
		status = cli_until(cli, cli->until, &until_s);
	if (status != 0)
		return status;
	body = json_pack("{s:s, s:I, s:s}", "subject", subject.text, "until",
		(json_int_t)until_s, "why", cli->why == NULL ? "" : cli->why);
	if (body == NULL) {
		warnx("--why and the subject: expected UTF-8");
		return EX_USAGE;
	}
	status = cli_ask(cli, "POST",
		cli->withdraw ? "/v1/allowed/withdraw" : "/v1/allowed", body,
		&answer);
	json_decref(body);
	if (status == 0 && cli->json)
		status = cli_dump(stdout, answer);
	else if (status == 0) {
		cli_put(stdout, subject.text);
		printf(": %s\n",
			cli->withdraw ? "withdrawn"
				      : cli_until_words("never delayed",
						until_s, told));
	}
	json_decref(answer);
	return status;
}

static void
print_row(const json_t *row)
{
	const char *subject = cli_text(row, "subject");
	char since[CLI_MOMENT_SIZE];
	char until[CLI_MOMENT_SIZE];
	int64_t until_s = cli_number(row, "until");
	int pad = SUBJECT_COLUMNS - (int)strlen(subject);

	cli_put(stdout, subject);
	printf("%*s  %-16s  %-16s  ", pad > 0 ? pad : 0, "",
		cli_moment(cli_number(row, "since"), since),
		until_s == 0 ? "withdrawn" : cli_moment(until_s, until));
	cli_put(stdout, cli_text(row, "why"));
	fputc('\n', stdout);
}

int
cli_list_allowed(struct cli *cli)
{
	json_t *answer = NULL;
	json_t *row;
	size_t i;
	int status = cli_ask(cli, "GET", "/v1/allowed", NULL, &answer);

	if (status != 0)
		return status;
	if (cli->json) {
		status = cli_dump(stdout, answer);
	} else {
		printf("%-*s  %-16s  %-16s  %s\n", SUBJECT_COLUMNS, "ALLOWED",
			"SINCE (UTC)", "UNTIL", "WHY");
		json_array_foreach (json_object_get(answer, "allowed"), i, row)
			print_row(row);
	}
	json_decref(answer);
	return status;
}
