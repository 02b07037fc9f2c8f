/* SPDX-License-Identifier: ISC */
#include "kizuki/io/idn.h"

#include <stdbool.h>
#include <string.h>

#include <idn2.h>

/* A name of 253 octets in A-labels is shorter in characters than this. */
#define TEXT_MAX 1024

static bool
all_ascii(struct kz_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] >= 0x80)
			return false;
	}
	return true;
}

enum kz_result
kz_idn_name(struct kz_str text, struct kz_name *name)
{
	char copy[TEXT_MAX + 1];
	char *ascii = NULL;
	enum kz_result result;

	if (all_ascii(text))
		return kz_name_parse(text, name);
	if (text.len > TEXT_MAX || memchr(text.ptr, '\0', text.len) != NULL)
		return KZ_EINVAL;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	if (idn2_to_ascii_8z(copy, &ascii,
		    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return KZ_EINVAL;
	result = kz_name_parse((struct kz_str){ascii, strlen(ascii)}, name);
	idn2_free(ascii);
	return result;
}
