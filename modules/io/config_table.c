/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <string.h>

#include "config_priv.h"
#include "kizuki/core/netclass.h"

/* of MILLIS */
#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
/* of SECONDS */
#define HOUR INT64_C(3600)
#define DAY  (24 * HOUR)
/* of BYTES and OCTETS */
#define KILO INT64_C(1024)
#define MEGA (1024 * KILO)
#define GIGA (1024 * MEGA)

#define AT(member)         offsetof(struct kz_config, member)
#define IN(struct, member) offsetof(struct, member)
/* clang-format off */
#define D1(text)                            { text, NULL, NULL, NULL }
#define D4(network, content, registry, log) { network, content, registry, log }
/* clang-format on */

#define X(section, name, type, defaults, min, max, words, member, text)        \
	{section, name, OPTION_##type, defaults, min, max, words, member, text},
const struct option config_options[] = {
#include "options.def"
};
#undef X
const size_t config_option_count =
	sizeof(config_options) / sizeof(config_options[0]);

/* A list in the table is a pointer followed by its length. */
#define LIST_SHAPE(list, count)                                                \
	_Static_assert(offsetof(struct kz_config, count) ==                    \
			offsetof(struct kz_config, list) + sizeof(void *),     \
		"a list is a pointer followed by its length")
LIST_SHAPE(listen, listen_count);
LIST_SHAPE(socketmap_listen, socketmap_listen_count);
LIST_SHAPE(policy_sockets, policy_socket_count);
LIST_SHAPE(network.own.list, network.own.count);
LIST_SHAPE(probe.ehlo.list, probe.ehlo.count);
LIST_SHAPE(probe.watch_names.list, probe.watch_names.count);
LIST_SHAPE(canary[0].targets, canary[0].target_count);

/* Words are stored as enums of this size. */
_Static_assert(sizeof(enum kz_profile) == sizeof(unsigned int) &&
		sizeof(enum kz_mode) == sizeof(unsigned int) &&
		sizeof(enum kz_grey_scope) == sizeof(unsigned int) &&
		sizeof(enum kz_grey_forget) == sizeof(unsigned int),
	"an option of type WORD has the size of an unsigned int");

static const char *
class_title(size_t i)
{
	static const char *const titles[CONFIG_CLASSES] = {
		[KZ_CLASS_N] = "network",
		[KZ_CLASS_C] = "content",
		[KZ_CLASS_R] = "registry",
		[KZ_CLASS_L] = "log",
	};

	return titles[i];
}

static const char *
canary_title(size_t i)
{
#define NETCLASS_TITLE(name, text) text,
	static const char *const titles[] = {KZ_NETCLASS_LIST(NETCLASS_TITLE)};
#undef NETCLASS_TITLE

	return titles[i];
}

const struct config_section config_sections[CONFIG_SECTIONS] = {
	{"", "Top level", 0, NULL, 0, 0},
	{"backup", "Copies of the database", 0, NULL, 0, 0},
	{"resolver", "Validated look-ups", 0, NULL, 0, 0},
	{"network", "Whose addresses are whose", 0, NULL, 0, 0},
	{"greylist", "How long mail waits", 0, NULL, 0, 0},
	{"persistence", "When a fault counts, by class of evidence",
		CONFIG_CLASSES, class_title,
		offsetof(struct kz_config, persistence),
		sizeof(struct kz_persistence)},
	{"schedule", "Which site is examined when", 0, NULL, 0, 0},
	{"limits", "Rates towards others, bounds of our own", 0, NULL, 0, 0},
	{"probe", "How sites are examined", 0, NULL, 0, 0},
	{"canary", "Whether our own line works, by service and family",
		KZ_NETCLASS_COUNT, canary_title,
		offsetof(struct kz_config, canary),
		sizeof(struct kz_config_canary)},
	{"breaker", "A sudden rise of failures everywhere", 0, NULL, 0, 0},
	{"ceiling", "When a symptom convicts too many", 0, NULL, 0, 0},
	{"history", "What time and other sites say of a fault", 0, NULL, 0, 0},
	{"registry", "Registration data of domains and networks", 0, NULL, 0,
		0},
};

const char *
option_default(const struct option *option, size_t title)
{
	return option->defaults[1] == NULL ? option->defaults[0]
					   : option->defaults[title];
}

const struct config_section *
config_section_named(const char *name)
{
	for (size_t i = 0; i < CONFIG_SECTIONS; i++)
		if (strcmp(config_sections[i].name, name) == 0)
			return &config_sections[i];
	return &config_sections[0];
}

const struct config_section *
config_section_of(const struct option *option)
{
	return config_section_named(option->section);
}

void *
option_place(
	const struct option *option, size_t title, struct kz_config *config)
{
	const struct config_section *section = config_section_of(option);

	return (char *)config + section->offset + title * section->stride +
		option->offset;
}

bool
config_title_find(
	const struct config_section *section, const char *text, size_t *title)
{
	for (size_t i = 0; i < section->titles; i++) {
		const char *have = section->title(i);
		size_t at = 0;

		while (have[at] != '\0' &&
			(have[at] == text[at] ||
				(have[at] == '-' && text[at] == '_')))
			at++;
		if (have[at] == '\0' && text[at] == '\0') {
			*title = i;
			return true;
		}
	}
	return false;
}

bool
option_is_list(const struct option *option)
{
	return option->type >= OPTION_ADDRS;
}
