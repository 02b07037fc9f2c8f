/* SPDX-License-Identifier: ISC */
#include "kizuki/io/logrules.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfastjson/json.h>
#include <liblognorm.h>

#include <bsd/string.h>

#define PATH_SIZE   512
#define MARKER_SIZE 80
/* Files of an administrator's for one format. */
#define FILES_MAX 64

struct marker {
	size_t len;
	char text[MARKER_SIZE];
};

struct rule_set {
	ln_ctx context;
	size_t marker_count;
	struct marker markers[KZ_LOGRULES_MARKERS];
};

struct kz_logrules {
	struct rule_set sets[KZ_LOGFORMAT_COUNT];
	struct json_object *fields; /* of the line applied last */
	void (*say)(void *arg, const char *message);
	void *arg;
	const char *file; /* being read */
	bool complained;
	char message[KZ_LOGRULES_MESSAGE + 1];
};

static void
say(struct kz_logrules *rules, const char *path, const char *why)
{
	char message[PATH_SIZE + 256];

	if (snprintf(message, sizeof(message), "%s: %s", path, why) > 0)
		rules->say(rules->arg, message);
}

/* liblognorm goes on after a rule that it does not understand. */
static void
on_complaint(void *cookie, const char *message, size_t len)
{
	struct kz_logrules *rules = cookie;
	char why[256];

	(void)len;
	(void)strlcpy(why, message, sizeof(why));
	rules->complained = true;
	say(rules, rules->file, why);
}

static void
take_marker(struct rule_set *set, char *words)
{
	struct marker *marker;

	words[strcspn(words, "\r\n")] = '\0';
	if (set->marker_count == KZ_LOGRULES_MARKERS || words[0] == '\0')
		return;
	marker = &set->markers[set->marker_count++];
	marker->len = strlcpy(marker->text, words, sizeof(marker->text));
	if (marker->len >= sizeof(marker->text))
		marker->len = sizeof(marker->text) - 1;
}

static enum kz_result
read_markers(struct rule_set *set, const char *path)
{
	static const char word[] = "# marker: ";
	FILE *file = fopen(path, "re");
	char line[256];

	if (file == NULL)
		return KZ_NOT_FOUND;
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, word, sizeof(word) - 1) == 0)
			take_marker(set, line + sizeof(word) - 1);
	}
	(void)fclose(file); /* it was only read */
	return KZ_OK;
}

static enum kz_result
load(struct kz_logrules *rules, struct rule_set *set, const char *path)
{
	if (read_markers(set, path) != KZ_OK) {
		say(rules, path, "cannot be read");
		return KZ_NOT_FOUND;
	}
	rules->file = path;
	rules->complained = false;
	if (ln_loadSamples(set->context, path) != 0 || rules->complained) {
		say(rules, path, "is no rule base of liblognorm");
		return KZ_EFORMAT;
	}
	return KZ_OK;
}

static int
by_name(const void *left, const void *right)
{
	return strcmp(left, right);
}

/* FORMAT.rb and FORMAT-*.rb of the administrator's folder. */
static enum kz_result
load_local(
	struct kz_logrules *rules, enum kz_logformat format, const char *folder)
{
	char(*names)[256] = calloc(FILES_MAX, sizeof(*names));
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	char path[PATH_SIZE], pattern[32];
	enum kz_result result = KZ_OK;
	size_t count = 0;

	(void)snprintf(
		pattern, sizeof(pattern), "%s-*.rb", kz_logformat_text(format));
	(void)snprintf(path, sizeof(path), "%s.rb", kz_logformat_text(format));
	while (names != NULL && dir != NULL && count < FILES_MAX &&
		(entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, path) == 0 ||
			fnmatch(pattern, entry->d_name, 0) == 0)
			(void)strlcpy(
				names[count++], entry->d_name, sizeof(*names));
	}
	if (dir != NULL)
		(void)closedir(dir);
	if (names == NULL)
		return KZ_ENOMEM;
	qsort(names, count, sizeof(*names), by_name);
	for (size_t i = 0; i < count && result == KZ_OK; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", folder, names[i]) <
			(int)sizeof(path))
			result = load(rules, &rules->sets[format], path);
	}
	free(names);
	return result;
}

static enum kz_result
load_set(struct kz_logrules *rules, enum kz_logformat format, const char *data,
	const char *local)
{
	struct rule_set *set = &rules->sets[format];
	char path[PATH_SIZE];
	enum kz_result result;

	set->context = ln_initCtx();
	if (set->context == NULL)
		return KZ_ENOMEM;
	/* liblognorm 2.0.6 hands complaints the cookie of its debug texts. */
	if (ln_setErrMsgCB(set->context, on_complaint, rules) != 0 ||
		ln_setDebugCB(set->context, NULL, rules) != 0 ||
		snprintf(path, sizeof(path), "%s/%s.rb", data,
			kz_logformat_text(format)) >= (int)sizeof(path))
		return KZ_EFORMAT;
	result = load(rules, set, path);
	return result == KZ_OK ? load_local(rules, format, local) : result;
}

enum kz_result
kz_logrules_open(const char *data, const char *local,
	void (*say_)(void *arg, const char *message), void *arg,
	struct kz_logrules **rules)
{
	struct kz_logrules *made = calloc(1, sizeof(*made));
	enum kz_result result = KZ_OK;

	if (made == NULL)
		return KZ_ENOMEM;
	made->say = say_;
	made->arg = arg;
	for (int i = KZ_LOGFORMAT_AUTO + 1;
		i < KZ_LOGFORMAT_COUNT && result == KZ_OK; i++)
		result = load_set(made, (enum kz_logformat)i, data, local);
	if (result != KZ_OK) {
		kz_logrules_close(&made);
		return result;
	}
	*rules = made;
	return KZ_OK;
}

void
kz_logrules_close(struct kz_logrules **rules)
{
	struct kz_logrules *old = *rules;

	if (old == NULL)
		return;
	for (int i = 0; i < KZ_LOGFORMAT_COUNT; i++) {
		if (old->sets[i].context != NULL)
			(void)ln_exitCtx(old->sets[i].context);
	}
	if (old->fields != NULL)
		(void)json_object_put(old->fields);
	free(old);
	*rules = NULL;
}

bool
kz_logrules_want(const struct kz_logrules *rules, const struct kz_loghead *head)
{
	const struct rule_set *set = &rules->sets[head->format];

	if (kz_loghead_matters(head))
		return true;
	for (size_t i = 0; i < set->marker_count; i++) {
		if (memmem(head->message.ptr, head->message.len,
			    set->markers[i].text, set->markers[i].len) != NULL)
			return true;
	}
	return false;
}

/* The first tag that means something to us. */
static bool
take_kind(struct json_object *fields, struct kz_logline *line)
{
	struct json_object *tags = NULL;

	if (!json_object_object_get_ex(fields, "event.tags", &tags))
		return false;
	for (int i = 0; i < (int)json_object_array_length(tags); i++) {
		const char *tag = json_object_get_string(
			json_object_array_get_idx(tags, i));

		if (tag != NULL &&
			kz_logline_kind_find((struct kz_str){tag, strlen(tag)},
				&line->kind) == KZ_OK)
			return true;
	}
	return false;
}

static void
take_fields(struct json_object *fields, struct kz_logline *line)
{
	const struct {
		const char *name;
		struct kz_str *field;
	} known[] = {
		{"queue", &line->queue},
		{"to", &line->to},
		{"host", &line->host},
		{"addr", &line->addr},
		{"port", &line->port},
		{"relay", &line->relay},
		{"status", &line->status},
		{"number", &line->number},
		{"xdelay", &line->xdelay},
		{"name", &line->name},
		{"text", &line->text},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct json_object *value = NULL;
		const char *text;

		if (!json_object_object_get_ex(fields, known[i].name, &value))
			continue;
		text = json_object_get_string(value);
		if (text != NULL)
			*known[i].field = (struct kz_str){text, strlen(text)};
	}
}

bool
kz_logrules_apply(struct kz_logrules *rules, const struct kz_loghead *head,
	struct kz_logline *line)
{
	struct rule_set *set = &rules->sets[head->format];
	size_t len = head->message.len < KZ_LOGRULES_MESSAGE
		? head->message.len
		: KZ_LOGRULES_MESSAGE;
	const struct kz_str none = {"", 0};

	if (rules->fields != NULL)
		(void)json_object_put(rules->fields);
	rules->fields = NULL;
	/* liblognorm takes a length and yet reads on to a NUL. */
	memcpy(rules->message, head->message.ptr, len);
	rules->message[len] = '\0';
	if (set->context == NULL || strlen(rules->message) != len ||
		ln_normalize(set->context, rules->message, len,
			&rules->fields) != 0 ||
		rules->fields == NULL)
		return false;
	*line = (struct kz_logline){.when_s = line->when_s,
		.process = head->process,
		.queue = head->queue,
		.to = none,
		.host = none,
		.addr = none,
		.port = none,
		.relay = none,
		.status = none,
		.number = none,
		.xdelay = none,
		.name = none,
		.text = none};
	if (!take_kind(rules->fields, line))
		return false;
	take_fields(rules->fields, line);
	return true;
}
