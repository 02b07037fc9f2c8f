/* SPDX-License-Identifier: ISC */
/*
 * whom_priv - whom to ask of a domain
 *
 * What:   JPRS below jp; elsewhere RDAP, and where nobody answers by it WHOIS:
 *         the server of a list, else the one that IANA names.  For a site and
 *         for who asks by hand.
 * Errors: false: nobody was asked.
 */
#ifndef KIZUKI_PROBE_WHOM_PRIV_H
#define KIZUKI_PROBE_WHOM_PRIV_H

#include "registry_priv.h"

struct whom {
	struct kz_name domain;
	char server[KZ_NAME_MAX + 1]; /* WHOIS; "": nobody known yet */
	char words[64];               /* before the name in a question to it */
};

/* It is registered at JPRS. */
bool whom_below_jp(const struct kz_name *domain);

/* A question to JPRS or JPNIC, in English: "DOM example.jp/e". */
struct whom_jp {
	enum registry_server server;
	const char *before, *what;
	const struct kz_addr *addr; /* as in a struct registry_question */
};
bool whom_ask_jp(struct group *group, const struct whom_jp *question,
	registry_done *done, void *arg, uint32_t tag);

/*
 * Begin with a domain, outside jp: look it up in the list, and ask by RDAP.
 * False: ask IANA where whom->server is empty, then that server.
 */
bool whom_ask_rdap(struct group *group, struct whom *whom, registry_done *done,
	void *arg, uint32_t tag);

/* Who knows its top-level domain; tell whom_refer the answer. */
bool whom_ask_iana(struct group *group, const struct whom *whom,
	registry_done *done, void *arg, uint32_t tag);
void whom_refer(const struct probe *probe, struct whom *whom,
	const struct kz_registry_answer *answer);

/* The registry's own WHOIS alone is asked: it refers to nobody further. */
bool whom_ask_whois(struct group *group, const struct whom *whom,
	registry_done *done, void *arg, uint32_t tag);

#endif
