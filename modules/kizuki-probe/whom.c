/* SPDX-License-Identifier: ISC */
#include "whom_priv.h"

#include <stdio.h>
#include <string.h>

#include "rdap_priv.h"
#include "whoislist_priv.h"

bool
whom_below_jp(const struct kz_name *domain)
{
	static const struct kz_name jp = {2, "jp"};

	return kz_name_within(domain, &jp);
}

bool
whom_ask_jp(struct group *group, const struct whom_jp *question,
	registry_done *done, void *arg, uint32_t tag)
{
	char query[KZ_NAME_MAX + 1];
	int len = snprintf(query, sizeof(query), "%s%s/e", question->before,
		question->what);
	const struct registry_question asked = {.server = question->server,
		.query = {query, (size_t)len},
		.addr = question->addr};

	if (len <= 0 || (size_t)len >= sizeof(query))
		return false;
	ask_registry(group, &asked, done, arg, tag);
	return true;
}

bool
whom_ask_rdap(struct group *group, struct whom *whom, registry_done *done,
	void *arg, uint32_t tag)
{
	const struct whoislist_row *row =
		whoislist_find(group->probe->whoislist, &whom->domain);

	if (row != NULL) {
		memcpy(whom->server, row->server, sizeof(row->server));
		memcpy(whom->words, row->words, sizeof(row->words));
	}
	return ask_rdap_domain(group, &whom->domain, done, arg, tag);
}

bool
whom_ask_iana(struct group *group, const struct whom *whom, registry_done *done,
	void *arg, uint32_t tag)
{
	const char *dot = strrchr(whom->domain.text, '.');
	const struct registry_question question = {.server = REGISTRY_OTHER,
		.name = group->probe->config.registry.iana,
		.query = {dot != NULL ? dot + 1 : "",
			dot != NULL ? strlen(dot + 1) : 0},
		.refer = true};

	if (dot == NULL || question.name[0] == '\0')
		return false;
	ask_registry(group, &question, done, arg, tag);
	return true;
}

void
whom_refer(const struct probe *probe, struct whom *whom,
	const struct kz_registry_answer *answer)
{
	/* Once: a server that is named is asked, and names nobody. */
	if (answer->outcome == KZ_REGISTRY_FOUND &&
		strcmp(answer->server, probe->config.registry.iana) != 0)
		memcpy(whom->server, answer->server, sizeof(whom->server));
}

bool
whom_ask_whois(struct group *group, const struct whom *whom,
	registry_done *done, void *arg, uint32_t tag)
{
	char query[KZ_NAME_MAX + 1];
	int len = snprintf(
		query, sizeof(query), "%s%s", whom->words, whom->domain.text);
	const struct registry_question question = {.server = REGISTRY_OTHER,
		.name = whom->server,
		.query = {query, (size_t)len}};

	if (whom->server[0] == '\0' || len <= 0 || (size_t)len >= sizeof(query))
		return false;
	ask_registry(group, &question, done, arg, tag);
	return true;
}
