/* SPDX-License-Identifier: ISC */
/* Whatever a server sends: what comes out are names, and lists in bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kizuki/io/dnsmsg.h"

#define MAX 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
insist(bool fact)
{
	if (!fact)
		abort();
}

/* The root, or what kz_name_parse gives back unchanged. */
static void
insist_on_name(const struct kz_name *name)
{
	struct kz_name again;

	insist(name->len == strlen(name->text));
	if (name->len == 0)
		return;
	insist(kz_name_parse(kz_name_str(name), &again) == KZ_OK);
	insist(kz_name_equal(name, &again));
}

static void
insist_on_names(const struct kz_name *list, size_t count)
{
	insist(count <= MAX);
	for (size_t i = 0; i < count; i++)
		insist_on_name(&list[i]);
}

/* Everything that can be asked about one owner. */
static void
ask_all(const struct kz_dnsmsg *message, const struct kz_name *owner)
{
	struct kz_name names[MAX];
	struct kz_addr addrs[MAX];
	struct kz_dns_mx mx[MAX];
	size_t count;
	bool cut;

	count = kz_dnsmsg_mx(message, owner, mx, MAX, &cut);
	insist(count <= MAX);
	for (size_t i = 0; i < count; i++) {
		insist_on_name(&mx[i].host);
		insist(!mx[i].host_odd || mx[i].host.len == 0);
	}
	insist_on_names(names, kz_dnsmsg_ptr(message, owner, names, MAX, &cut));
	insist_on_names(names, kz_dnsmsg_cname(message, owner, names) ? 1 : 0);
	for (int i = KZ_DNS_ANSWER; i <= KZ_DNS_ADDITIONAL; i++) {
		enum kz_dns_section section = (enum kz_dns_section)i;

		insist_on_names(names,
			kz_dnsmsg_ns(
				message, section, owner, names, MAX, &cut));
		insist(kz_dnsmsg_addrs(message, section, owner, addrs, MAX,
			       &cut) <= MAX);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kz_dnsmsg *message = NULL;
	struct kz_name owner = {0};
	struct kz_dns_soa soa;

	if (kz_dnsmsg_parse(data, size, &message) != KZ_OK)
		return 0;
	ask_all(message, &owner);
	insist(kz_name_parse(KZ_STR("example1.jp"), &owner) == KZ_OK);
	ask_all(message, &owner);
	/* owners and targets that the message itself names */
	for (int i = KZ_DNS_ANSWER; i <= KZ_DNS_ADDITIONAL; i++) {
		enum kz_dns_section section = (enum kz_dns_section)i;

		if (kz_dnsmsg_soa(message, section, &soa) == KZ_OK) {
			insist_on_name(&soa.owner);
			insist_on_name(&soa.mname);
			insist_on_name(&soa.rname);
			ask_all(message, &soa.owner);
			ask_all(message, &soa.mname);
		}
		if (kz_dnsmsg_ns_owner(message, section, &owner) == KZ_OK) {
			insist_on_name(&owner);
			ask_all(message, &owner);
		}
	}
	kz_dnsmsg_free(&message);
	return 0;
}
