/* SPDX-License-Identifier: ISC */
#include "bootstrap_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "probe_priv.h"

struct bootstrap {
	json_t *dns, *ipv4, *ipv6; /* NULL: none */
};

static json_t *
load(const char *folder, const char *name)
{
	char path[512];
	json_t *root;
	int len = snprintf(path, sizeof(path), "%s/%s", folder, name);

	if (len < 0 || (size_t)len >= sizeof(path))
		return NULL;
	root = json_load_file(path, 0, NULL);
	/* kizuki doctor tells of one that is not there. */
	if (root == NULL && access(path, F_OK) == 0)
		fprintf(stderr, "kizuki-probe: %s: cannot be read\n", path);
	return root;
}

struct bootstrap *
bootstrap_open(const char *folder)
{
	struct bootstrap *made = calloc(1, sizeof(*made));

	if (made == NULL)
		probe_no_memory();
	if (folder[0] == '\0')
		return made;
	made->dns = load(folder, "dns.json");
	made->ipv4 = load(folder, "ipv4.json");
	made->ipv6 = load(folder, "ipv6.json");
	return made;
}

void
bootstrap_close(struct bootstrap **bootstrap)
{
	if (*bootstrap == NULL)
		return;
	json_decref((*bootstrap)->dns);
	json_decref((*bootstrap)->ipv4);
	json_decref((*bootstrap)->ipv6);
	free(*bootstrap);
	*bootstrap = NULL;
}

/* How well an entry fits what is looked for; -1: not at all. */
typedef int fit(const char *entry, const void *wanted);

static int
fit_domain(const char *entry, const void *wanted)
{
	struct kz_name zone;

	if (kz_name_parse((struct kz_str){entry, strlen(entry)}, &zone) !=
			KZ_OK ||
		!kz_name_within(wanted, &zone))
		return -1;
	return (int)kz_name_labels(&zone);
}

static int
fit_addr(const char *entry, const void *wanted)
{
	struct kz_net net;

	if (kz_net_parse((struct kz_str){entry, strlen(entry)}, &net) !=
			KZ_OK ||
		!kz_net_has(&net, wanted))
		return -1;
	return net.prefix;
}

/* The first URL by https, else the first. */
static const char *
url_of(const json_t *urls)
{
	for (size_t i = 0; i < json_array_size(urls); i++) {
		const char *url = json_string_value(json_array_get(urls, i));

		if (url != NULL && strncmp(url, "https://", 8) == 0)
			return url;
	}
	return json_string_value(json_array_get(urls, 0));
}

static const char *
look(const json_t *root, fit *fits, const void *wanted)
{
	const json_t *services = json_object_get(root, "services");
	const char *url = NULL;
	int best = -1;

	for (size_t i = 0; i < json_array_size(services); i++) {
		const json_t *service = json_array_get(services, i);
		const json_t *entries = json_array_get(service, 0);

		for (size_t at = 0; at < json_array_size(entries); at++) {
			const char *entry =
				json_string_value(json_array_get(entries, at));
			int now = entry != NULL ? fits(entry, wanted) : -1;

			if (now <= best)
				continue;
			best = now;
			url = url_of(json_array_get(service, 1));
		}
	}
	return url;
}

const char *
bootstrap_domain(
	const struct bootstrap *bootstrap, const struct kz_name *domain)
{
	return look(bootstrap->dns, fit_domain, domain);
}

const char *
bootstrap_addr(const struct bootstrap *bootstrap, const struct kz_addr *addr)
{
	return look(
		addr->family == KZ_ADDR_V4 ? bootstrap->ipv4 : bootstrap->ipv6,
		fit_addr, addr);
}
