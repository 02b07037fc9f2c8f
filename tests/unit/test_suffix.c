/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kizuki/io/idn.h"
#include "kizuki/io/suffix.h"
#include "name_kit.h"

static void
suffixes_of_both_sections_are_public(void **state)
{
	static const struct {
		const char *name;
		bool public;
	} rows[] = {
		{"", true},
		{"jp", true},
		{"co.jp", true},
		{"lg.jp", true},
		{"osaka.jp", true},
		{"github.io", true},
		{"nosuchtopleveldomain", true},
		{"192.0.2.1", true},
		{"1.example", false},
		{"example1.jp", false},
		{"example.co.jp", false},
		{"pref.osaka.jp", false},
		{"town.taishi.osaka.lg.jp", false},
		{"someone.github.io", false},
		{"city.kawasaki.jp", false}, /* an exception of the list */
		{"xn--wgv71a119e.jp", false},
	};
	struct kz_suffix *suffix = NULL;

	(void)state;
	assert_int_equal(kz_suffix_open(NULL, &suffix), KZ_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kz_name name = kit_name(rows[i].name);

		if (kz_suffix_public(suffix, &name) != rows[i].public)
			fail_msg("%s", rows[i].name);
	}
	kz_suffix_close(&suffix);
	assert_null(suffix);
	kz_suffix_close(&suffix);
}

static void
a_registrable_domain_is_one_label_more(void **state)
{
	static const struct {
		const char *name, *registrable; /* NULL: none */
	} rows[] = {
		{"www.example1.jp", "example1.jp"},
		{"example1.jp", "example1.jp"},
		{"a.b.example.co.jp", "example.co.jp"},
		{"mx.town.taishi.osaka.lg.jp", "osaka.lg.jp"},
		{"www.city.kawasaki.jp", "city.kawasaki.jp"},
		{"someone.github.io", "someone.github.io"},
		{"a.nosuchtopleveldomain", "a.nosuchtopleveldomain"},
		{"co.jp", NULL},
		{"192.0.2.1", NULL},
		{"192.0.2.1.example", "1.example"},
		{"jp", NULL},
		{"", NULL},
	};
	struct kz_suffix *suffix = NULL;

	(void)state;
	assert_int_equal(kz_suffix_open(NULL, &suffix), KZ_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kz_name name = kit_name(rows[i].name), found = {0};
		enum kz_result result =
			kz_suffix_registrable(suffix, &name, &found);

		if (rows[i].registrable == NULL)
			assert_int_equal(result, KZ_NOT_FOUND);
		else
			assert_string_equal(found.text, rows[i].registrable);
	}
	kz_suffix_close(&suffix);
}

static void
a_list_of_ones_own_is_taken(void **state)
{
	char path[] = "/tmp/kz-suffix-XXXXXX";
	struct kz_suffix *suffix = NULL;
	struct kz_name own = kit_name("own.example");
	struct kz_name other = kit_name("co.jp");
	int fd = mkstemp(path);
	FILE *file;

	(void)state;
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	(void)fputs("// ===BEGIN ICANN DOMAINS===\nexample\n"
		    "own.example\njp\n// ===END ICANN DOMAINS===\n",
		file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(kz_suffix_open(path, &suffix), KZ_OK);
	assert_true(kz_suffix_public(suffix, &own));
	assert_false(kz_suffix_public(suffix, &other));
	kz_suffix_close(&suffix);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(kz_suffix_open(path, &suffix), KZ_EIO);
	assert_null(suffix);
}

static void
names_as_people_write_them(void **state)
{
	static const struct {
		const char *text, *name; /* NULL: refused */
	} rows[] = {
		{"Example1.JP", "example1.jp"},
		{"example1.jp.", "example1.jp"},
		{"日本語.jp", "xn--wgv71a119e.jp"},
		{"日本語。jp", "xn--wgv71a119e.jp"}, /* the ideographic stop */
		{"BÜCHER.example", "xn--bcher-kva.example"},
		{"faß.example", "xn--fa-hia.example"}, /* IDNA2008, not 2003 */
		{"_dmarc.example", "_dmarc.example"},
		{"\xff\xfe.example", NULL}, /* not UTF-8 */
		{"☃.example", NULL},        /* a symbol: not IDNA2008 */
		{"", NULL},
		{"a b", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kz_name name = {0};
		struct kz_str text = {rows[i].text, strlen(rows[i].text)};
		enum kz_result result = kz_idn_name(text, &name);

		if (rows[i].name == NULL)
			assert_int_equal(result, KZ_EINVAL);
		else
			assert_string_equal(name.text, rows[i].name);
	}
}

static void
odd_lengths_and_octets_are_refused(void **state)
{
	char text[2000];
	struct kz_name name;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "\xc3\xbc", 2);
	assert_int_equal(
		kz_idn_name((struct kz_str){text, sizeof(text)}, &name),
		KZ_EINVAL);
	assert_int_equal(
		kz_idn_name((struct kz_str){text, 100}, &name), KZ_EINVAL);
	text[5] = '\0';
	assert_int_equal(
		kz_idn_name((struct kz_str){text, 10}, &name), KZ_EINVAL);
	assert_int_equal(
		kz_idn_name((struct kz_str){"a\0b.jp", 6}, &name), KZ_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suffixes_of_both_sections_are_public),
		cmocka_unit_test(a_registrable_domain_is_one_label_more),
		cmocka_unit_test(a_list_of_ones_own_is_taken),
		cmocka_unit_test(names_as_people_write_them),
		cmocka_unit_test(odd_lengths_and_octets_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
