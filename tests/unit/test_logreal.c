/* SPDX-License-Identifier: ISC */
/*
 * Logs that real programs wrote (tests/e2e/logscan-real.sh has them written
 * anew): tests/unit/logs/NAME.log, and what is told of it in NAME.ok.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#include "log_kit.h"

#define NOVEMBER_25 1795564800 /* 2026 */

static void
read_log(struct log_kit *kit, const char *path)
{
	char line[4096];

	for (int reading = 0; reading < 2; reading++) {
		FILE *file = fopen(path, "re");

		assert_non_null(file);
		while (fgets(line, sizeof(line), file) != NULL) {
			struct kz_str text = {line, strcspn(line, "\n")};

			line[text.len] = '\0';
			if (reading == 0) {
				kz_logtime_glance(&kit->time, text);
				continue;
			}
			kz_logtime_pass(&kit->time, text);
			(void)log_kit_line(kit, line);
		}
		(void)fclose(file);
	}
	log_kit_end(kit);
}

static void
says_what_is_written(const char *name)
{
	struct log_kit *kit = log_kit_open();
	char path[64], expected[256], told[1024];
	size_t count = 0;
	FILE *file;

	assert_non_null(kit);
	kit->time = (struct kz_logtime){.newest_s = NOVEMBER_25};
	(void)snprintf(path, sizeof(path), "tests/unit/logs/%s.log", name);
	read_log(kit, path);
	(void)snprintf(path, sizeof(path), "tests/unit/logs/%s.ok", name);
	file = fopen(path, "re");
	assert_non_null(file);
	for (size_t i = 0; i < kit->count; i++) {
		const struct kz_finding *finding = &kit->findings[i];

		assert_in_range(
			snprintf(told, sizeof(told), "%lld %s %s %s %s%s\n",
				(long long)finding->when_s,
				finding->subject.text,
				kz_symptom_info(finding->symptom)->id,
				finding->object,
				kz_outcome_text(finding->outcome),
				finding->judged ? " judged" : ""),
			1, sizeof(told) - 1);
		if (fgets(expected, sizeof(expected), file) == NULL)
			fail_msg("%s: too much: %s", name, told);
		assert_string_equal(told, expected);
		count++;
	}
	assert_null(fgets(expected, sizeof(expected), file));
	assert_true(count > 0);
	(void)fclose(file);
	log_kit_close(kit);
}

#define LOG(name)                                                              \
	static void name##_is_understood(void **state)                         \
	{                                                                      \
		(void)state;                                                   \
		says_what_is_written(#name);                                   \
	}
LOG(postfix)
LOG(exim)
LOG(sendmail)
LOG(named)
LOG(unbound)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(postfix_is_understood),
		cmocka_unit_test(exim_is_understood),
		cmocka_unit_test(sendmail_is_understood),
		cmocka_unit_test(named_is_understood),
		cmocka_unit_test(unbound_is_understood),
	};

	(void)setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
