/* SPDX-License-Identifier: ISC */
/* What an examination of the registration begins with. */
#include <string.h>

#include "kizuki/core/exam_reg.h"

#include "exam_priv.h"

#define GROUP_DIGITS 8

bool
kz_exam_reg_group(const char *handle)
{
	if (strlen(handle) != 2 + GROUP_DIGITS || memcmp(handle, "JP", 2) != 0)
		return false;
	for (const char *at = handle + 2; *at != '\0'; at++) {
		if (*at < '0' || *at > '9')
			return false;
	}
	return true;
}

static bool
settled(enum kz_registry_outcome outcome)
{
	return outcome == KZ_REGISTRY_FOUND || outcome == KZ_REGISTRY_MISSING;
}

bool
kz_exam_reg_ask_jprs(const struct kz_exam_reg_contact *contact)
{
	return contact->japanese && contact->contact.handle[0] != '\0' &&
		!kz_exam_reg_group(contact->contact.handle) &&
		!settled(contact->at_jprs) &&
		contact->at_jpnic != KZ_REGISTRY_FOUND;
}

bool
kz_exam_reg_ask_jpnic(const struct kz_exam_reg_contact *contact)
{
	return contact->japanese && contact->contact.handle[0] != '\0' &&
		!settled(contact->at_jpnic) &&
		contact->at_jprs != KZ_REGISTRY_FOUND;
}

static void
add_contact(struct kz_exam_reg *exam, const struct kz_registry_contact *contact,
	bool japanese)
{
	struct kz_exam_reg_contact *made;

	for (size_t i = 0; i < exam->contact_count; i++) {
		const struct kz_registry_contact *have =
			&exam->contacts[i].contact;

		if (strcmp(have->handle, contact->handle) == 0 &&
			kz_name_equal(&have->mail, &contact->mail))
			return;
	}
	if (exam->contact_count == KZ_EXAM_REG_CONTACTS)
		return;
	made = &exam->contacts[exam->contact_count++];
	memset(made, 0, sizeof(*made));
	made->contact = *contact;
	made->japanese = japanese && contact->handle[0] != '\0';
}

void
kz_exam_reg_contacts(
	struct kz_exam_reg *exam, bool domain_japanese, bool network_japanese)
{
	/* Hidden data is never held against anybody. */
	for (size_t i = 0;
		i < exam->answer.contact_count && !exam->answer.redacted; i++)
		add_contact(exam, &exam->answer.contacts[i], domain_japanese);
	for (size_t i = 0;
		i < exam->network.contact_count && !exam->network.redacted; i++)
		add_contact(exam, &exam->network.contacts[i], network_japanese);
}

static void
take_set(
	const struct kz_exam *zone, uint64_t hosts, struct kz_exam_reg_set *set)
{
	uint8_t list[KZ_EXAM_HOSTS];
	size_t count = kz_exam_sorted(zone, hosts, list);

	if (count == 0 || count > KZ_REGISTRY_SERVERS)
		return;
	set->known = true;
	set->count = count;
	for (size_t i = 0; i < count; i++)
		set->list[i] = zone->hosts[list[i]].name;
}

void
kz_exam_reg_sets(struct kz_exam_reg *exam, const struct kz_exam *zone)
{
	uint8_t served = kz_exam_agreed(zone, FIELD_NS);

	if (!zone->zone_known || !kz_name_equal(&zone->zone, &exam->domain) ||
		zone->hosts_cut)
		return;
	if (zone->parent == KZ_EXAM_PARENT_AGREED)
		take_set(zone, zone->parent_ns, &exam->delegated);
	if (served != KZ_EXAM_NONE && !zone->nss[served].cut)
		take_set(zone, zone->nss[served].hosts, &exam->served);
}
