/* SPDX-License-Identifier: ISC */
#include "kizuki/base/name.h"

#include <string.h>

#define LABEL_MAX 63 /* RFC 1035 section 2.3.4 */

/* The octet in lower case; 0 where a name may not hold it. */
static char
folded(char octet)
{
	if ((octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') ||
		octet == '-' || octet == '_')
		return octet;
	if (octet >= 'A' && octet <= 'Z')
		return (char)(octet - 'A' + 'a');
	return '\0';
}

enum kz_result
kz_name_parse(struct kz_str text, struct kz_name *name)
{
	char made[KZ_NAME_MAX];
	size_t label = 0;

	if (text.len == 1 && text.ptr[0] == '.') {
		*name = (struct kz_name){0};
		return KZ_OK;
	}
	if (text.len > 0 && text.ptr[text.len - 1] == '.')
		text.len--;
	if (text.len == 0 || text.len > KZ_NAME_MAX)
		return KZ_EINVAL;
	for (size_t i = 0; i < text.len; i++) {
		char octet = text.ptr[i];

		if (octet == '.') {
			if (label == 0)
				return KZ_EINVAL;
			label = 0;
		} else {
			octet = folded(octet);
			if (octet == '\0' || ++label > LABEL_MAX)
				return KZ_EINVAL;
		}
		made[i] = octet;
	}
	if (label == 0)
		return KZ_EINVAL;
	/* Three a request: what is behind the name is not worth a zero. */
	name->len = (uint8_t)text.len;
	memcpy(name->text, made, text.len);
	name->text[text.len] = '\0';
	return KZ_OK;
}

bool
kz_name_equal(const struct kz_name *left, const struct kz_name *right)
{
	return left->len == right->len &&
		memcmp(left->text, right->text, left->len) == 0;
}

int
kz_name_compare(const struct kz_name *left, const struct kz_name *right)
{
	return strcmp(left->text, right->text);
}

bool
kz_name_within(const struct kz_name *name, const struct kz_name *zone)
{
	const char *tail;

	if (zone->len == 0)
		return true;
	if (name->len < zone->len)
		return false;
	tail = name->text + name->len - zone->len;
	if (memcmp(tail, zone->text, zone->len) != 0)
		return false;
	return tail == name->text || tail[-1] == '.';
}

struct kz_name
kz_name_parent(const struct kz_name *name)
{
	struct kz_name parent = {0};
	const char *dot = memchr(name->text, '.', name->len);

	if (dot == NULL)
		return parent;
	parent.len = (uint8_t)(name->len - (dot + 1 - name->text));
	memcpy(parent.text, dot + 1, parent.len);
	return parent;
}

size_t
kz_name_labels(const struct kz_name *name)
{
	size_t labels = name->len > 0 ? 1 : 0;

	for (size_t i = 0; i < name->len; i++)
		if (name->text[i] == '.')
			labels++;
	return labels;
}

struct kz_str
kz_name_str(const struct kz_name *name)
{
	return (struct kz_str){name->text, name->len};
}

struct kz_name
kz_name_reversed(const struct kz_name *name)
{
	struct kz_name reversed = {.len = name->len};
	size_t end = name->len; /* behind the label to be copied next */
	size_t used = 0;

	while (end > 0) {
		size_t start = end;

		while (start > 0 && name->text[start - 1] != '.')
			start--;
		memcpy(reversed.text + used, name->text + start, end - start);
		used += end - start;
		if (start > 0)
			reversed.text[used++] = '.';
		end = start > 0 ? start - 1 : 0;
	}
	return reversed;
}
