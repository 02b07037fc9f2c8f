/* SPDX-License-Identifier: ISC */
#include "kizuki/io/spf.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <spf2/spf.h>
#include <spf2/spf_dns.h>

#define LOOKUPS_MAX 64
#define VOIDS_MAX   2 /* RFC 7208 section 4.6.4 */
#define TEXT_MAX    4096
#define NAME_SIZE   256

#define TYPE_A    1
#define TYPE_PTR  12
#define TYPE_MX   15
#define TYPE_TXT  16
#define TYPE_AAAA 28

struct kz_spf {
	kz_spf_lookup *lookup;
	void *arg;
	SPF_dns_server_t dns;
	SPF_server_t *server;
	unsigned lookups, voids; /* of this evaluation */
	bool failed;             /* a look-up that was made */
};

/* A name of the wire, not compressed, as text.  False: it is none. */
static bool
name_text(const uint8_t *wire, size_t len, char text[NAME_SIZE])
{
	size_t used = 0;

	while (len > 0 && wire[0] > 0) {
		size_t label = wire[0];

		if (label > 63 || label >= len || used + label + 2 > NAME_SIZE)
			return false;
		for (size_t i = 1; i <= label; i++)
			if (wire[i] <= ' ' || wire[i] > '~' || wire[i] == '.')
				return false;
		memcpy(text + used, wire + 1, label);
		used += label;
		text[used++] = '.';
		wire += label + 1;
		len -= label + 1;
	}
	if (len == 0 || used == 0)
		return false;
	text[used - 1] = '\0';
	return true;
}

/* The strings of a TXT record in one, RFC 7208 section 3.3. */
static size_t
txt_text(const uint8_t *wire, size_t len, char text[TEXT_MAX])
{
	size_t used = 0;

	while (len > 0) {
		size_t part = wire[0];

		if (part >= len || used + part >= TEXT_MAX)
			return 0;
		memcpy(text + used, wire + 1, part);
		used += part;
		wire += part + 1;
		len -= part + 1;
	}
	text[used] = '\0';
	return strlen(text) == used ? used : 0;
}

static bool
put_bytes(SPF_dns_rr_t *made, const void *bytes, size_t len)
{
	int at = made->num_rr;

	if (SPF_dns_rr_buf_realloc(made, at, len) != SPF_E_SUCCESS)
		return false;
	memcpy(made->rr[at], bytes, len);
	made->num_rr++;
	return true;
}

/* One record; what cannot be read is left out. */
static bool
put_record(SPF_dns_rr_t *made, uint16_t type, const uint8_t *wire, size_t len)
{
	char text[TEXT_MAX];

	switch (type) {
	case TYPE_A:
		return len != 4 || put_bytes(made, wire, len);
	case TYPE_AAAA:
		return len != 16 || put_bytes(made, wire, len);
	case TYPE_MX:
		return len < 3 || !name_text(wire + 2, len - 2, text) ||
			put_bytes(made, text, strlen(text) + 1);
	case TYPE_PTR:
		return !name_text(wire, len, text) ||
			put_bytes(made, text, strlen(text) + 1);
	case TYPE_TXT:
		len = txt_text(wire, len, text);
		return len == 0 || put_bytes(made, text, len + 1);
	default:
		return true;
	}
}

static SPF_dns_rr_t *
answer_make(SPF_dns_server_t *dns, const char *domain, ns_type type, int error)
{
	return SPF_dns_rr_new_init(dns, domain, type, 0, error);
}

static SPF_dns_rr_t *
lookup(SPF_dns_server_t *dns, const char *domain, ns_type type, int cache)
{
	struct kz_spf *spf = dns->hook;
	struct kz_spf_answer answer = {.state = KZ_ANSWER_FAILED};
	SPF_dns_rr_t *made;

	(void)cache;
	if (spf->lookups++ >= LOOKUPS_MAX || spf->voids > VOIDS_MAX)
		return answer_make(dns, domain, type, TRY_AGAIN);
	spf->lookup(spf->arg, domain, (uint16_t)type, &answer);
	switch (answer.state) {
	case KZ_ANSWER_DATA:
		break;
	case KZ_ANSWER_NODATA:
		spf->voids++;
		return answer_make(dns, domain, type, NO_DATA);
	case KZ_ANSWER_NXDOMAIN:
		spf->voids++;
		return answer_make(dns, domain, type, HOST_NOT_FOUND);
	default:
		spf->failed = true;
		return answer_make(dns, domain, type, TRY_AGAIN);
	}
	made = answer_make(dns, domain, type, NETDB_SUCCESS);
	for (size_t i = 0; made != NULL && i < answer.count; i++) {
		if (put_record(made, (uint16_t)type, answer.records[i].bytes,
			    answer.records[i].len))
			continue;
		SPF_dns_rr_free(made);
		return NULL;
	}
	return made;
}

enum kz_result
kz_spf_open(kz_spf_lookup *ask, void *arg, struct kz_spf **spf)
{
	struct kz_spf *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return KZ_ENOMEM;
	made->lookup = ask;
	made->arg = arg;
	/* no destroy: the layer is a part of ours */
	made->dns.lookup = lookup;
	made->dns.name = "kizuki";
	made->dns.hook = made;
	made->server = SPF_server_new_dns(&made->dns, 0);
	if (made->server == NULL) {
		free(made);
		return KZ_ENOMEM;
	}
	*spf = made;
	return KZ_OK;
}

void
kz_spf_close(struct kz_spf **spf)
{
	if (*spf == NULL)
		return;
	SPF_server_free((*spf)->server);
	free(*spf);
	*spf = NULL;
}

static bool
set_client(SPF_request_t *request, const struct kz_addr *client)
{
	struct in6_addr v6;
	struct in_addr v4;

	if (client->family == KZ_ADDR_V4) {
		memcpy(&v4, client->bytes, sizeof(v4));
		return SPF_request_set_ipv4(request, v4) == SPF_E_SUCCESS;
	}
	memcpy(&v6, client->bytes, sizeof(v6));
	return client->family == KZ_ADDR_V6 &&
		SPF_request_set_ipv6(request, v6) == SPF_E_SUCCESS;
}

static enum kz_verify_outcome
outcome_of(SPF_response_t *response)
{
	switch (SPF_response_result(response)) {
	case SPF_RESULT_PASS:
		return KZ_VERIFY_YES;
	case SPF_RESULT_TEMPERROR:
		return KZ_VERIFY_UNKNOWN;
	default:
		return KZ_VERIFY_NO;
	}
}

static enum kz_verify_outcome
evaluate(struct kz_spf *spf, const struct kz_addr *client,
	const struct kz_name *domain)
{
	char from[KZ_NAME_MAX + sizeof("postmaster@")];
	SPF_request_t *request = SPF_request_new(spf->server);
	SPF_response_t *response = NULL;
	enum kz_verify_outcome outcome = KZ_VERIFY_UNKNOWN;

	spf->lookups = spf->voids = 0;
	spf->failed = false;
	if (request == NULL)
		return KZ_VERIFY_UNKNOWN;
	(void)snprintf(from, sizeof(from), "postmaster@%s", domain->text);
	if (set_client(request, client) &&
		SPF_request_set_helo_dom(request, domain->text) ==
			SPF_E_SUCCESS &&
		SPF_request_set_env_from(request, from) == 0) {
		(void)SPF_request_query_mailfrom(request, &response);
		if (response != NULL)
			outcome = outcome_of(response);
	}
	if (response != NULL)
		SPF_response_free(response);
	SPF_request_free(request);
	/* the library takes some failed look-ups for errors of the record */
	if (spf->failed && outcome != KZ_VERIFY_YES)
		return KZ_VERIFY_UNKNOWN;
	/* too many void look-ups are one */
	return spf->voids > VOIDS_MAX ? KZ_VERIFY_NO : outcome;
}

/* RFC 5737 and RFC 3849: nobody sends from there. */
static struct kz_addr
nobody(const struct kz_addr *client)
{
	static const char v4[] = "192.0.2.1", v6[] = "2001:db8:ffff::1";
	struct kz_addr addr = {0};
	struct kz_str text = {v4, sizeof(v4) - 1};

	if (client->family == KZ_ADDR_V6)
		text = (struct kz_str){v6, sizeof(v6) - 1};
	KZ_IGNORE(kz_addr_parse(text, &addr), "a constant");
	return addr;
}

enum kz_verify_outcome
kz_spf_evaluate(struct kz_spf *spf, const struct kz_addr *client,
	const struct kz_name *domain)
{
	struct kz_addr control = nobody(client);
	enum kz_verify_outcome outcome = evaluate(spf, client, domain);

	if (outcome != KZ_VERIFY_YES)
		return outcome;
	/* where everybody passes, nobody is known by it */
	switch (evaluate(spf, &control, domain)) {
	case KZ_VERIFY_NO:
		return KZ_VERIFY_YES;
	case KZ_VERIFY_UNKNOWN:
		return KZ_VERIFY_UNKNOWN;
	case KZ_VERIFY_YES:
		break;
	}
	return KZ_VERIFY_NO;
}
