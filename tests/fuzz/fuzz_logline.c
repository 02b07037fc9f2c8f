/* SPDX-License-Identifier: ISC */
/*
 * Log lines hold strangers' text.  The first octet says how the rest is taken:
 * as lines of a file, or as entries of the journal.  Whatever is told must be
 * a line that kizukid takes.
 */
#include <assert.h>
#include <stdint.h>

#include "../unit/log_kit.h"
#include "kizuki/front/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct log_kit *kit;

static void
check(const struct kz_line *line)
{
	static char buffer[KZ_LINE_MAX];
	static struct kz_line again;
	const char *why = "";
	size_t len = 0;

	assert(kz_line_print(line, buffer, sizeof(buffer), &len) == KZ_OK);
	assert(kz_line_parse((struct kz_str){buffer, len}, &again, &why) ==
		KZ_OK);
}

static void
take_entry(struct kz_str text)
{
	static const struct kz_str programs[] = {KZ_STR_INIT("postfix/smtp"),
		KZ_STR_INIT("postfix/qmgr"), KZ_STR_INIT("exim4"),
		KZ_STR_INIT("sm-mta"), KZ_STR_INIT("named"),
		KZ_STR_INIT("unbound")};
	struct kz_logline line = {.when_s = 1709200861};
	struct kz_loghead head;
	uint8_t which = 0;

	if (text.len > 0) {
		which = (uint8_t)text.ptr[0];
		text.ptr++;
		text.len--;
	}
	if (kz_loghead_entry(programs[which % 6], KZ_STR("9"), text,
		    KZ_LOGFORMAT_AUTO, &head) &&
		kz_logrules_want(kit->rules, &head) &&
		kz_logrules_apply(kit->rules, &head, &line))
		(void)kz_logscan_take(kit->scan, &line, &kit->out);
}

static void
take_line(struct kz_str text)
{
	struct kz_logline line = {.when_s = 0};
	struct kz_loghead head;

	kz_logtime_glance(&kit->time, text);
	kz_logtime_pass(&kit->time, text);
	if (!kz_loghead_split(text, KZ_LOGFORMAT_AUTO, &head))
		return;
	(void)kz_loghead_matters(&head);
	if (kz_logtime_read(&kit->time, head.time, &line.when_s) == KZ_OK &&
		kz_logrules_apply(kit->rules, &head, &line))
		(void)kz_logscan_take(kit->scan, &line, &kit->out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kz_str rest = {(const char *)data, size};
	bool entries;

	if (kit == NULL)
		kit = log_kit_open();
	assert(kit != NULL);
	if (size == 0)
		return 0;
	entries = rest.ptr[0] == 'j';
	rest.ptr++;
	rest.len--;
	while (rest.len > 0) {
		const char *end = memchr(rest.ptr, '\n', rest.len);
		struct kz_str line = {rest.ptr,
			end != NULL ? (size_t)(end - rest.ptr) : rest.len};

		if (entries)
			take_entry(line);
		else
			take_line(line);
		rest.ptr += line.len + (end != NULL);
		rest.len -= line.len + (end != NULL);
	}
	log_kit_end(kit);
	for (size_t i = 0; i < kit->count; i++) {
		struct kz_line line = {.kind = KZ_LINE_FINDING};

		line.u.finding = kit->findings[i];
		check(&line);
	}
	for (size_t i = 0; i < kit->touch_count; i++) {
		struct kz_line line = {.kind = KZ_LINE_TOUCHED};

		line.u.touch = kit->touches[i];
		check(&line);
	}
	kit->count = 0;
	kit->touch_count = 0;
	return 0;
}
