/* SPDX-License-Identifier: ISC */
#include "kizuki/base/addr.h"

#include <arpa/inet.h>
#include <bsd/stdlib.h>
#include <bsd/string.h>
#include <stdio.h>
#include <string.h>

#include "kizuki/base/text.h"

#define V4_OCTETS 4
#define V6_OCTETS 16

static const uint8_t mapped_prefix[12] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};

/*
 * IANA IPv4 and IPv6 special-purpose address registries.  In IPv6 everything
 * outside 2000::/3 is special.
 */
static const struct kz_net special_v4[] = {
	{{KZ_ADDR_V4, {0}}, 8},
	{{KZ_ADDR_V4, {10}}, 8},
	{{KZ_ADDR_V4, {100, 64}}, 10},
	{{KZ_ADDR_V4, {127}}, 8},
	{{KZ_ADDR_V4, {169, 254}}, 16},
	{{KZ_ADDR_V4, {172, 16}}, 12},
	{{KZ_ADDR_V4, {192, 0, 0}}, 24},
	{{KZ_ADDR_V4, {192, 0, 2}}, 24},
	{{KZ_ADDR_V4, {192, 31, 196}}, 24},
	{{KZ_ADDR_V4, {192, 52, 193}}, 24},
	{{KZ_ADDR_V4, {192, 88, 99}}, 24},
	{{KZ_ADDR_V4, {192, 168}}, 16},
	{{KZ_ADDR_V4, {192, 175, 48}}, 24},
	{{KZ_ADDR_V4, {198, 18}}, 15},
	{{KZ_ADDR_V4, {198, 51, 100}}, 24},
	{{KZ_ADDR_V4, {203, 0, 113}}, 24},
	{{KZ_ADDR_V4, {224}}, 4},
	{{KZ_ADDR_V4, {240}}, 4},
};
static const struct kz_net special_v6[] = {
	{{KZ_ADDR_V6, {0}}, 3},
	{{KZ_ADDR_V6, {0x40}}, 2},
	{{KZ_ADDR_V6, {0x80}}, 1},
	{{KZ_ADDR_V6, {0x20, 0x01}}, 23},
	{{KZ_ADDR_V6, {0x20, 0x01, 0x0d, 0xb8}}, 32},
	{{KZ_ADDR_V6, {0x20, 0x02}}, 16},
	{{KZ_ADDR_V6, {0x26, 0x20, 0x00, 0x4f, 0x80}}, 48},
	{{KZ_ADDR_V6, {0x3f, 0xff}}, 20},
};

#define SPECIAL_V4 (sizeof(special_v4) / sizeof(special_v4[0]))
#define SPECIAL_V6 (sizeof(special_v6) / sizeof(special_v6[0]))

/* RFC 5737, RFC 5771, RFC 1112 section 4; RFC 3849, RFC 9637, RFC 4291. */
static const struct kz_net reserved[] = {
	{{KZ_ADDR_V4, {192, 0, 2}}, 24},
	{{KZ_ADDR_V4, {198, 51, 100}}, 24},
	{{KZ_ADDR_V4, {203, 0, 113}}, 24},
	{{KZ_ADDR_V4, {224}}, 4},
	{{KZ_ADDR_V4, {240}}, 4},
	{{KZ_ADDR_V6, {0x20, 0x01, 0x0d, 0xb8}}, 32},
	{{KZ_ADDR_V6, {0x3f, 0xff}}, 20},
	{{KZ_ADDR_V6, {0xff}}, 8},
};

static size_t
octets(uint8_t family)
{
	return family == KZ_ADDR_V4 ? V4_OCTETS : V6_OCTETS;
}

enum kz_result
kz_addr_from_bytes(const uint8_t *bytes, size_t len, struct kz_addr *addr)
{
	struct kz_addr made = {0};

	if (len == V6_OCTETS &&
		memcmp(bytes, mapped_prefix, sizeof(mapped_prefix)) == 0) {
		bytes += sizeof(mapped_prefix);
		len = V4_OCTETS;
	}
	if (len != V4_OCTETS && len != V6_OCTETS)
		return KZ_EINVAL;
	made.family = len == V4_OCTETS ? KZ_ADDR_V4 : KZ_ADDR_V6;
	memcpy(made.bytes, bytes, len);
	*addr = made;
	return KZ_OK;
}

enum kz_result
kz_addr_parse(struct kz_str text, struct kz_addr *addr)
{
	char word[INET6_ADDRSTRLEN];
	uint8_t bytes[V6_OCTETS];

	if (text.len == 0 || text.len >= sizeof(word) ||
		memchr(text.ptr, '\0', text.len) != NULL)
		return KZ_EINVAL;
	memcpy(word, text.ptr, text.len);
	word[text.len] = '\0';
	if (inet_pton(AF_INET, word, bytes) == 1)
		return kz_addr_from_bytes(bytes, V4_OCTETS, addr);
	if (inet_pton(AF_INET6, word, bytes) == 1)
		return kz_addr_from_bytes(bytes, V6_OCTETS, addr);
	return KZ_EINVAL;
}

/* Each decision's log line has one: inet_ntop goes through printf for it. */
static void
format_v4(const uint8_t bytes[V4_OCTETS], char text[KZ_ADDR_TEXT_SIZE])
{
	struct kz_text words = kz_text_make(text, KZ_ADDR_TEXT_SIZE);

	for (size_t i = 0; i < V4_OCTETS; i++) {
		if (i > 0)
			kz_text_word(&words, ".");
		kz_text_number(&words, bytes[i]);
	}
}

const char *
kz_addr_format(const struct kz_addr *addr, char text[KZ_ADDR_TEXT_SIZE])
{
	if (addr->family == KZ_ADDR_V4)
		format_v4(addr->bytes, text);
	else if (addr->family == KZ_ADDR_NONE ||
		inet_ntop(AF_INET6, addr->bytes, text, KZ_ADDR_TEXT_SIZE) ==
			NULL)
		(void)strlcpy(text, "none", KZ_ADDR_TEXT_SIZE);
	return text;
}

int
kz_addr_compare(const struct kz_addr *left, const struct kz_addr *right)
{
	if (left->family != right->family)
		return left->family < right->family ? -1 : 1;
	return memcmp(left->bytes, right->bytes, sizeof(left->bytes));
}

static void
clear_behind(struct kz_addr *addr, uint8_t prefix)
{
	for (size_t i = 0; i < sizeof(addr->bytes); i++) {
		size_t bit = i * 8;

		if (bit >= prefix)
			addr->bytes[i] = 0;
		else if (prefix - bit < 8)
			addr->bytes[i] &=
				(uint8_t)(0xff << (8 - (prefix - bit)));
	}
}

enum kz_result
kz_net_parse(struct kz_str text, struct kz_net *net)
{
	const char *slash = memchr(text.ptr, '/', text.len);
	struct kz_str head = text;
	struct kz_net made = {0};
	struct kz_addr cleared;

	if (slash != NULL)
		head.len = (size_t)(slash - text.ptr);
	if (kz_addr_parse(head, &made.addr) != KZ_OK)
		return KZ_EINVAL;
	made.prefix = (uint8_t)(octets(made.addr.family) * 8);
	if (slash != NULL) {
		char digits[4];
		size_t len = text.len - head.len - 1;
		const char *error = NULL;

		if (len == 0 || len >= sizeof(digits))
			return KZ_EINVAL;
		memcpy(digits, slash + 1, len);
		digits[len] = '\0';
		made.prefix = (uint8_t)strtonum(digits, 0, made.prefix, &error);
		if (error != NULL)
			return KZ_EINVAL;
	}
	cleared = made.addr;
	clear_behind(&cleared, made.prefix);
	if (kz_addr_compare(&cleared, &made.addr) != 0)
		return KZ_EINVAL;
	*net = made;
	return KZ_OK;
}

const char *
kz_net_format(const struct kz_net *net, char text[KZ_ADDR_TEXT_SIZE])
{
	char addr[KZ_ADDR_TEXT_SIZE];

	/* An address of 45 octets, a slash and three digits always fit. */
	(void)snprintf(text, KZ_ADDR_TEXT_SIZE, "%.45s/%u",
		kz_addr_format(&net->addr, addr), net->prefix);
	return text;
}

struct kz_net
kz_net_of(const struct kz_addr *addr, uint8_t v4_prefix, uint8_t v6_prefix)
{
	struct kz_net net = {.addr = *addr};

	net.prefix = addr->family == KZ_ADDR_V4 ? v4_prefix : v6_prefix;
	clear_behind(&net.addr, net.prefix);
	return net;
}

bool
kz_net_has(const struct kz_net *net, const struct kz_addr *addr)
{
	struct kz_addr cleared = *addr;

	if (net->addr.family != addr->family)
		return false;
	clear_behind(&cleared, net->prefix);
	return kz_addr_compare(&cleared, &net->addr) == 0;
}

bool
kz_net_equal(const struct kz_net *left, const struct kz_net *right)
{
	return left->prefix == right->prefix &&
		kz_addr_compare(&left->addr, &right->addr) == 0;
}

bool
kz_nets_have(const struct kz_nets *nets, const struct kz_addr *addr)
{
	for (size_t i = 0; i < nets->count; i++)
		if (kz_net_has(&nets->list[i], addr))
			return true;
	return false;
}

static bool
listed(const struct kz_net *nets, size_t count, const struct kz_addr *addr)
{
	for (size_t i = 0; i < count; i++)
		if (kz_net_has(&nets[i], addr))
			return true;
	return false;
}

bool
kz_addr_special(const struct kz_addr *addr, const struct kz_addr_scope *scope)
{
	if (addr->family == KZ_ADDR_NONE)
		return true;
	if (kz_nets_have(&scope->global, addr))
		return false;
	if (kz_nets_have(&scope->private, addr))
		return true;
	if (addr->family == KZ_ADDR_V4)
		return listed(special_v4, SPECIAL_V4, addr);
	return listed(special_v6, SPECIAL_V6, addr);
}

bool
kz_addr_special_net(size_t index, struct kz_net *net)
{
	if (index >= SPECIAL_V4 + SPECIAL_V6)
		return false;
	*net = index < SPECIAL_V4 ? special_v4[index]
				  : special_v6[index - SPECIAL_V4];
	return true;
}

bool
kz_addr_reserved(const struct kz_addr *addr)
{
	return listed(reserved, sizeof(reserved) / sizeof(reserved[0]), addr);
}
