/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "line_priv.h"

void
kz_line_fail(struct kz_line_in *in, const char *why)
{
	if (in->why == NULL)
		in->why = why;
}

bool
kz_line_has(const struct kz_line_in *in, const char *name)
{
	return json_object_get(in->root, name) != NULL;
}

/* NULL once bad, or where the value is missing or of another type. */
static const json_t *
take(struct kz_line_in *in, struct kz_line_key key, json_type type)
{
	const json_t *value = json_object_get(in->root, key.name);

	if (in->why == NULL && value != NULL && json_typeof(value) == type)
		return value;
	kz_line_fail(in, key.why);
	return NULL;
}

struct kz_str
kz_line_string(const json_t *value)
{
	if (!json_is_string(value))
		return KZ_STR("");
	return (struct kz_str){
		json_string_value(value), json_string_length(value)};
}

void
kz_line_take_name(
	struct kz_line_in *in, struct kz_line_key key, struct kz_name *name)
{
	struct kz_str text = kz_line_take_word(in, key);
	struct kz_name made;

	if (kz_name_parse(text, &made) == KZ_OK && made.len > 0)
		*name = made;
	else
		kz_line_fail(in, key.why);
}

void
kz_line_take_addr(
	struct kz_line_in *in, struct kz_line_key key, struct kz_addr *addr)
{
	if (kz_addr_parse(kz_line_take_word(in, key), addr) != KZ_OK)
		kz_line_fail(in, key.why);
}

int64_t
kz_line_take_number(struct kz_line_in *in, struct kz_line_key key,
	int64_t least, int64_t most)
{
	const json_t *value = take(in, key, JSON_INTEGER);
	json_int_t number = json_integer_value(value);

	if (value != NULL && number >= least && number <= most)
		return number;
	kz_line_fail(in, key.why);
	return 0;
}

bool
kz_line_take_flag(struct kz_line_in *in, struct kz_line_key key)
{
	const json_t *value = json_object_get(in->root, key.name);

	if (!json_is_boolean(value))
		kz_line_fail(in, key.why);
	return json_is_true(value);
}

struct kz_str
kz_line_take_word(struct kz_line_in *in, struct kz_line_key key)
{
	return kz_line_string(take(in, key, JSON_STRING));
}

static bool
has_control(struct kz_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char octet = (unsigned char)text.ptr[i];

		if (octet < ' ' || octet == 0x7f)
			return true;
	}
	return false;
}

void
kz_line_take_text(
	struct kz_line_in *in, struct kz_line_key key, char *text, size_t size)
{
	struct kz_str value = kz_line_take_word(in, key);

	if (value.len >= size || has_control(value)) {
		kz_line_fail(in, key.why);
		return;
	}
	memcpy(text, value.ptr, value.len);
	text[value.len] = '\0';
}

const json_t *
kz_line_take_list(struct kz_line_in *in, struct kz_line_key key, size_t most)
{
	const json_t *value = take(in, key, JSON_ARRAY);

	if (json_array_size(value) <= most)
		return value;
	kz_line_fail(in, key.why);
	return NULL;
}

void
kz_line_refuse(struct kz_line_out *out)
{
	if (out->result == KZ_OK)
		out->result = KZ_EINVAL;
}

static void
note_failure(struct kz_line_out *out, int failure)
{
	if (failure != 0 && out->result == KZ_OK)
		out->result = KZ_ENOMEM;
}

void
kz_line_put(struct kz_line_out *out, const char *name, json_t *value)
{
	note_failure(out, json_object_set_new(out->root, name, value));
}

void
kz_line_append(struct kz_line_out *out, json_t *list, json_t *value)
{
	note_failure(out, json_array_append_new(list, value));
}

void
kz_line_put_number(struct kz_line_out *out, const char *name, int64_t number)
{
	kz_line_put(out, name, json_integer(number));
}

void
kz_line_put_word(struct kz_line_out *out, const char *name, const char *word)
{
	kz_line_put(out, name, json_string(word));
}

void
kz_line_put_text(struct kz_line_out *out, const char *name, const char *text,
	size_t size)
{
	struct kz_str str = {text, strnlen(text, size)};
	json_t *value;

	if (str.len == size || has_control(str)) {
		kz_line_refuse(out);
		return;
	}
	/* Also NULL where it is not UTF-8. */
	value = json_stringn(str.ptr, str.len);
	if (value == NULL)
		kz_line_refuse(out);
	else
		kz_line_put(out, name, value);
}

void
kz_line_put_name(
	struct kz_line_out *out, const char *name, const struct kz_name *value)
{
	if (value->len == 0)
		kz_line_refuse(out);
	else
		kz_line_put_word(out, name, value->text);
}

void
kz_line_put_addr(
	struct kz_line_out *out, const char *name, const struct kz_addr *value)
{
	char text[KZ_ADDR_TEXT_SIZE];

	if (value->family == KZ_ADDR_NONE)
		kz_line_refuse(out);
	else
		kz_line_put_word(out, name, kz_addr_format(value, text));
}

void
kz_line_put_flag(struct kz_line_out *out, const char *name, bool flag)
{
	kz_line_put(out, name, json_boolean(flag));
}
