/* SPDX-License-Identifier: ISC */
/*
 * log_kit - log lines in, findings out
 *
 * What:   reads lines by the shipped rule bases, as kizuki logscan does, and
 *         keeps what came of them.
 */
#ifndef KIZUKI_TEST_LOG_KIT_H
#define KIZUKI_TEST_LOG_KIT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kizuki/core/logscan.h"
#include "kizuki/io/logrules.h"

#define LOG_KIT_MAX 64

struct log_kit {
	struct kz_logrules *rules;
	struct kz_logscan *scan;
	struct kz_logscan_out out;
	struct kz_logtime time;
	size_t count, touch_count;
	struct kz_finding findings[LOG_KIT_MAX];
	struct kz_touch touches[LOG_KIT_MAX];
};

static inline void
log_kit_say(void *arg, const char *message)
{
	(void)arg;
	fprintf(stderr, "%s\n", message);
}

static inline void
log_kit_finding(void *arg, const struct kz_finding *finding)
{
	struct log_kit *kit = arg;

	if (kit->count < LOG_KIT_MAX)
		kit->findings[kit->count++] = *finding;
}

static inline void
log_kit_touch(void *arg, const struct kz_touch *touch)
{
	struct log_kit *kit = arg;

	if (kit->touch_count < LOG_KIT_MAX)
		kit->touches[kit->touch_count++] = *touch;
}

/* NULL: the rule bases are not there. */
static inline struct log_kit *
log_kit_open(void)
{
	struct log_kit *kit = calloc(1, sizeof(*kit));

	kit->scan = calloc(1, sizeof(*kit->scan));
	kit->scan->rules.slot_s = 3600;
	kit->time.newest_s = 1709251200; /* 1 March 2024 */
	kit->out = (struct kz_logscan_out){
		.finding = log_kit_finding, .touch = log_kit_touch, .arg = kit};
	if (kz_logrules_open("data/logrules", "", log_kit_say, NULL,
		    &kit->rules) != KZ_OK)
		return NULL;
	return kit;
}

static inline void
log_kit_close(struct log_kit *kit)
{
	kz_logrules_close(&kit->rules);
	free(kit->scan);
	free(kit);
}

/* True: the line says something. */
static inline bool
log_kit_line(struct log_kit *kit, const char *text)
{
	struct kz_str bytes = {text, strlen(text)};
	struct kz_loghead head;
	struct kz_logline line = {.when_s = 0};

	return kz_loghead_split(bytes, KZ_LOGFORMAT_AUTO, &head) &&
		kz_logrules_want(kit->rules, &head) &&
		kz_logtime_read(&kit->time, head.time, &line.when_s) == KZ_OK &&
		kz_logrules_apply(kit->rules, &head, &line) &&
		kz_logscan_take(kit->scan, &line, &kit->out);
}

static inline void
log_kit_end(struct log_kit *kit)
{
	kz_logscan_flush(kit->scan, &kit->out);
}

/* The only finding of that kind on that object; NULL: none, or several. */
static inline const struct kz_finding *
log_kit_find(const struct log_kit *kit, enum kz_symptom symptom,
	enum kz_outcome outcome, const char *object)
{
	const struct kz_finding *found = NULL;

	for (size_t i = 0; i < kit->count; i++) {
		const struct kz_finding *finding = &kit->findings[i];

		if (finding->symptom != symptom ||
			finding->outcome != outcome ||
			strcmp(finding->object, object) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = finding;
	}
	return found;
}

#endif
