/* SPDX-License-Identifier: ISC */
#include "kizuki/core/registry.h"

#include <string.h>

#include "registry_priv.h"

static struct kz_str
trim(struct kz_str text)
{
	while (text.len > 0 && strchr(" \t\r", text.ptr[0]) != NULL) {
		text.ptr++;
		text.len--;
	}
	while (text.len > 0 && strchr(" \t\r", text.ptr[text.len - 1]) != NULL)
		text.len--;
	return text;
}

void
kz_registry_referral(struct kz_str text, struct kz_registry_answer *answer)
{
	*answer = (struct kz_registry_answer){0};
	while (text.len > 0) {
		const char *end = memchr(text.ptr, '\n', text.len);
		size_t len = end != NULL ? (size_t)(end - text.ptr) : text.len;
		const char *colon = memchr(text.ptr, ':', len);
		struct kz_str key = {text.ptr,
			colon != NULL ? (size_t)(colon - text.ptr) : 0};
		struct kz_name name;

		key = trim(key);
		if (colon != NULL &&
			(kz_registry_same(key, KZ_STR("whois")) ||
				kz_registry_same(key, KZ_STR("refer"))) &&
			kz_name_parse(
				trim((struct kz_str){colon + 1,
					len - (size_t)(colon + 1 - text.ptr)}),
				&name) == KZ_OK &&
			kz_name_labels(&name) >= 2) {
			answer->outcome = KZ_REGISTRY_FOUND;
			memcpy(answer->server, name.text,
				sizeof(answer->server));
			return;
		}
		len += end != NULL ? 1 : 0;
		text.ptr += len;
		text.len -= len;
	}
}
