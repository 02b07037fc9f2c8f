/* SPDX-License-Identifier: ISC */
/* What a registry says, in kizuki's words. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli_priv.h"
#include "kizuki/core/registry.h"
#include "kizuki/front/rdap.h"
#include "kizuki/io/charset.h"

/* The longest name that is printed of who gave an answer. */
#define SERVER_MAX 255

/* *cut: the file is longer. */
static int
read_file(const char *path, char *text, size_t size, size_t *len, bool *cut)
{
	FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	bool failed;

	if (in == NULL) {
		warn("%s", path);
		return EX_NOINPUT;
	}
	/* What is longer is cut, as an answer from the network is. */
	*len = fread(text, 1, size, in);
	*cut = *len == size && getc(in) != EOF;
	failed = ferror(in) != 0;
	if (failed)
		warn("%s", path);
	if (in != stdin)
		(void)fclose(in);
	return failed ? EX_IOERR : 0;
}

static void
print_date(const char *what, const struct kz_registry_date *date)
{
	char buffer[40];
	struct kz_text text = kz_text_make(buffer, sizeof(buffer));

	if (date->when_s == 0)
		return;
	kz_registry_day(date, &text);
	printf("%s: %s", what, buffer);
}

static void
print_dates(const struct kz_registry_answer *answer)
{
	print_date("created", &answer->created);
	fputs(answer->created.when_s != 0 ? "\n" : "", stdout);
	print_date("updated", &answer->updated);
	if (answer->updated_by_rule)
		fputs(" (renewed by the registry itself)", stdout);
	fputs(answer->updated.when_s != 0 ? "\n" : "", stdout);
	print_date("expires", &answer->expires);
	fputs(answer->expires.when_s != 0 ? "\n" : "", stdout);
}

static void
print_contacts(const struct kz_registry_answer *answer)
{
	for (size_t i = 0; i < answer->contact_count; i++) {
		const struct kz_registry_contact *contact =
			&answer->contacts[i];
		char buffer[64];
		struct kz_text roles = kz_text_make(buffer, sizeof(buffer));

		kz_registry_roles(contact->roles, &roles);
		printf("contact: %s", buffer);
		if (contact->handle[0] != '\0')
			printf(" %s", contact->handle);
		if (contact->mail.len > 0)
			printf(" (mail at %s)", contact->mail.text);
		putchar('\n');
	}
}

static void
print_subject(const struct kz_registry_answer *answer)
{
	char buffer[2 * KZ_ADDR_TEXT_SIZE];
	struct kz_text range = kz_text_make(buffer, sizeof(buffer));

	printf("%s: ", kz_registry_kind_text(answer->kind));
	switch (answer->kind) {
	case KZ_REGISTRY_DOMAIN:
		puts(answer->domain.text);
		return;
	case KZ_REGISTRY_NETWORK:
		kz_registry_range(answer, &range);
		puts(buffer);
		return;
	case KZ_REGISTRY_HANDLE:
		puts(answer->handle[0] != '\0' ? answer->handle : "-");
		if (answer->phone[0] != '\0')
			printf("phone: %s\n", answer->phone);
		return;
	}
}

static void
print_answer(const struct kz_registry_answer *answer)
{
	if (answer->outcome != KZ_REGISTRY_FOUND) {
		printf("answer: %s\n",
			kz_registry_outcome_text(answer->outcome));
		return;
	}
	print_subject(answer);
	for (size_t i = 0; i < answer->state_count; i++)
		printf("status: %s\n", answer->states[i]);
	for (size_t i = 0; i < answer->server_count; i++)
		printf("name server: %s\n", answer->servers[i].text);
	print_contacts(answer);
	print_dates(answer);
	if (answer->redacted)
		puts("contacts: hidden by the registry");
	if (answer->cut)
		puts("note: there was more than is kept");
}

int
cli_registry_print(const struct cli *cli,
	const struct kz_registry_answer *answer, const char *server)
{
	char buffer[SERVER_MAX + 1];
	struct kz_text who = kz_text_make(buffer, sizeof(buffer));
	json_t *json = NULL;
	int status;

	if (server != NULL)
		kz_text_foreign(&who, (struct kz_str){server, strlen(server)},
			SERVER_MAX);
	if (!cli->json) {
		if (server != NULL)
			printf("server: %s\n", buffer);
		print_answer(answer);
		return 0;
	}
	if (kz_rdap_report(answer, &json) != KZ_OK ||
		(server != NULL &&
			json_object_set_new(
				json, "server", json_string(buffer)) != 0)) {
		json_decref(json);
		warnx("out of memory");
		return EX_OSERR;
	}
	status = cli_dump(stdout, json);
	json_decref(json);
	return status;
}

/* Blanks, and the mark that some editors put before UTF-8. */
static struct kz_str
without_front(struct kz_str text)
{
	static const char mark[] = "\357\273\277";
	size_t at = 0;

	if (text.len >= sizeof(mark) - 1 &&
		memcmp(text.ptr, mark, sizeof(mark) - 1) == 0)
		at = sizeof(mark) - 1;
	while (at < text.len && strchr(" \t\r\n", text.ptr[at]) != NULL)
		at++;
	return (struct kz_str){text.ptr + at, text.len - at};
}

/* The form shows in the text itself; only JSON begins with a brace. */
static enum kz_result
understand(struct kz_str text, struct kz_registry_answer *answer)
{
	struct kz_charset *charset = NULL;
	bool cut = text.len > KZ_REGISTRY_TEXT_MAX;
	char *utf8;

	text = without_front(text);
	if (text.len > 0 && text.ptr[0] == '{')
		return kz_rdap_read(text, answer);
	utf8 = malloc(KZ_REGISTRY_TEXT_MAX);
	if (utf8 == NULL || kz_charset_open(&charset) != KZ_OK) {
		free(utf8);
		return KZ_ENOMEM;
	}
	text = (struct kz_str){utf8,
		kz_charset_utf8(charset, text, utf8, KZ_REGISTRY_TEXT_MAX)};
	kz_registry_read(text, NULL, answer);
	answer->cut = answer->cut || cut;
	kz_charset_close(&charset);
	free(utf8);
	return KZ_OK;
}

static int
parse(struct cli *cli)
{
	struct kz_registry_answer answer;
	char *text = malloc(KZ_RDAP_TEXT_MAX);
	size_t len = 0;
	bool cut = false;
	int status;

	if (text == NULL) {
		warnx("out of memory");
		return EX_OSERR;
	}
	status = read_file(cli->parse, text, KZ_RDAP_TEXT_MAX, &len, &cut);
	if (status == 0 &&
		understand((struct kz_str){text, len}, &answer) != KZ_OK) {
		warnx("out of memory");
		status = EX_OSERR;
	}
	free(text);
	if (status != 0)
		return status;
	answer.cut = answer.cut || cut;
	status = cli_registry_print(cli, &answer, cli->server);
	if (status != 0 || answer.outcome == KZ_REGISTRY_FOUND)
		return status;
	return 1;
}

int
cli_registry(struct cli *cli, int argc, char **argv)
{
	if (cli->parse != NULL && argc == 0)
		return parse(cli);
	if (cli->parse == NULL && argc == 1)
		return cli_registry_ask(cli, argv[0]);
	warnx("usage: kizuki registry DOMAIN|ADDRESS, or --parse FILE");
	return EX_USAGE;
}
