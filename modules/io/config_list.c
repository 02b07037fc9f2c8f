/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/stdlib.h>

#include "config_priv.h"
#include "kizuki/io/idn.h"

struct kz_str
config_view(const char *text)
{
	return (struct kz_str){text, strlen(text)};
}

bool
config_str_is(struct kz_str str, const char *text)
{
	return strlen(text) == str.len && memcmp(str.ptr, text, str.len) == 0;
}

/* The common beginning of every list in struct kz_config. */
struct list {
	void *start;
	size_t count;
};

static enum kz_result
list_add(const struct option *option, struct list *list, const void *element,
	size_t size)
{
	void *longer;

	if ((int64_t)list->count >= option->max)
		return KZ_EFULL;
	longer = reallocarray(list->start, list->count + 1, size);
	if (longer == NULL)
		return KZ_ENOMEM;
	memcpy((char *)longer + list->count * size, element, size);
	list->start = longer;
	list->count++;
	return KZ_OK;
}

static enum kz_result
net_add(const struct option *option, struct kz_str text, struct list *list)
{
	struct kz_net net;

	if (kz_net_parse(text, &net) != KZ_OK)
		return KZ_EINVAL;
	for (size_t i = 0; i < list->count; i++)
		if (kz_net_equal((struct kz_net *)list->start + i, &net))
			return KZ_OK; /* once is enough */
	return list_add(option, list, &net, sizeof(net));
}

/* A network, or the option's word for several. */
static enum kz_result
nets_add(const struct option *option, const char *text, struct list *list)
{
	enum kz_result result = KZ_OK;
	struct kz_str preset = option_word(option->words, 0);

	if (preset.len == 0 || !config_str_is(preset, text))
		return net_add(option, config_view(text), list);
	for (size_t i = 1; result == KZ_OK; i++) {
		struct kz_str net = option_word(option->words, i);

		if (net.len == 0)
			break;
		result = net_add(option, net, list);
	}
	return result;
}

/* 10.0.0.1:10040 or [2001:db8::1]:10040 */
static enum kz_result
endpoint_add(const struct option *option, const char *text, struct list *list)
{
	struct kz_endpoint endpoint;
	const char *colon = strrchr(text, ':');
	const char *error = NULL;
	struct kz_str addr;
	enum kz_addr_family family = KZ_ADDR_V4;

	if (colon == NULL || !isdigit((unsigned char)colon[1]))
		return KZ_EINVAL;
	addr = (struct kz_str){text, (size_t)(colon - text)};
	if (addr.len > 2 && text[0] == '[' && colon[-1] == ']') {
		addr = (struct kz_str){text + 1, addr.len - 2};
		family = KZ_ADDR_V6;
	}
	endpoint.port = (uint16_t)strtonum(colon + 1, 1, UINT16_MAX, &error);
	if (error != NULL || kz_addr_parse(addr, &endpoint.addr) != KZ_OK ||
		endpoint.addr.family != family)
		return KZ_EINVAL;
	return list_add(option, list, &endpoint, sizeof(endpoint));
}

static enum kz_result
socket_add(const struct option *option, const char *text, struct list *list)
{
	struct kz_config_socket socket = {0};
	const struct option path = {
		.type = OPTION_PATH, .min = 2, .max = sizeof(socket.text) - 1};

	if (!option_text_good(&path, text))
		return KZ_EINVAL;
	memcpy(socket.text, text, strlen(text));
	return list_add(option, list, &socket, sizeof(socket));
}

static enum kz_result
element_add(const struct option *option, const char *text, struct list *list)
{
	struct kz_name name;
	struct kz_addr addr;

	switch (option->type) {
	case OPTION_NETS:
		return nets_add(option, text, list);
	case OPTION_ENDPOINTS:
		return endpoint_add(option, text, list);
	case OPTION_SOCKETS:
		return socket_add(option, text, list);
	case OPTION_NAMES:
		if (kz_idn_name(config_view(text), &name) != KZ_OK ||
			name.len == 0)
			return KZ_EINVAL;
		return list_add(option, list, &name, sizeof(name));
	default:
		if (kz_addr_parse(config_view(text), &addr) != KZ_OK)
			return KZ_EINVAL;
		return list_add(option, list, &addr, sizeof(addr));
	}
}

enum kz_result
option_list_add(const struct option *option, const char *text, void *place)
{
	struct list list;
	enum kz_result result;

	/* the list's own type is unknown here; its shape is the same */
	memcpy(&list, place, sizeof(list));
	result = element_add(option, text, &list);
	memcpy(place, &list, sizeof(list));
	return result;
}
