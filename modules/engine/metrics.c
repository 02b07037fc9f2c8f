/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "engine_priv.h"

static const struct {
	const char *name;
	const char *help;
} counters[KZ_COUNTER_COUNT] = {
#define KZ_COUNTER_ROW(name, text, help) {text, help},
	KZ_COUNTER_LIST(KZ_COUNTER_ROW)
#undef KZ_COUNTER_ROW
};

static void
put(struct kz_text *text, const char *type, const char *name, const char *help,
	uint64_t value)
{
	kz_text_word(text, "# HELP kizuki_");
	kz_text_word(text, name);
	kz_text_word(text, " ");
	kz_text_word(text, help);
	kz_text_word(text, "\n# TYPE kizuki_");
	kz_text_word(text, name);
	kz_text_word(text, " ");
	kz_text_word(text, type);
	kz_text_word(text, "\nkizuki_");
	kz_text_word(text, name);
	kz_text_word(text, " ");
	kz_text_number(text, (int64_t)value);
	kz_text_word(text, "\n");
}

static void
put_classes(struct kz_text *text, const struct kz_engine *engine)
{
	kz_text_word(text,
		"# HELP kizuki_class_suspended our own side is in doubt\n"
		"# TYPE kizuki_class_suspended gauge\n");
	for (unsigned i = 0; i < KZ_NETCLASS_COUNT; i++) {
		kz_text_word(text, "kizuki_class_suspended{class=\"");
		kz_text_word(text, kz_netclass_text((enum kz_netclass)i));
		kz_text_word(text, "\"} ");
		kz_text_number(text, engine->suspended >> i & 1);
		kz_text_word(text, "\n");
	}
}

static void
put_closed(struct kz_text *text, const struct kz_engine *engine)
{
	kz_text_word(text,
		"# HELP kizuki_class_closed nothing answers: closed to us\n"
		"# TYPE kizuki_class_closed gauge\n");
	for (unsigned i = 0; i < KZ_NETCLASS_COUNT; i++) {
		kz_text_word(text, "kizuki_class_closed{class=\"");
		kz_text_word(text, kz_netclass_text((enum kz_netclass)i));
		kz_text_word(text, "\"} ");
		kz_text_number(text, engine->doubt.closed >> i & 1);
		kz_text_word(text, "\n");
	}
}

/* Only those that do not count: there are many symptoms. */
static void
put_withheld(struct kz_text *text, const struct kz_engine *engine)
{
	kz_text_word(text,
		"# HELP kizuki_symptom_withheld it does not count\n"
		"# TYPE kizuki_symptom_withheld gauge\n");
	for (size_t i = 0; i < KZ_SYMPTOM_COUNT; i++) {
		enum kz_withheld why = engine->withholding.now[i];

		if (why == KZ_WITHHELD_NO)
			continue;
		kz_text_word(text, "kizuki_symptom_withheld{symptom=\"");
		kz_text_word(text, kz_symptom_info((enum kz_symptom)i)->id);
		kz_text_word(text, "\",why=\"");
		kz_text_word(text, kz_withheld_text(why));
		kz_text_word(text, "\"} 1\n");
	}
}

size_t
kz_engine_metrics(const struct kz_engine *engine, char *buffer, size_t size)
{
	struct kz_text text = kz_text_make(buffer, size);
	struct kz_store_state store;

	kz_store_state(engine->store, &store);
	for (size_t i = 0; i < KZ_COUNTER_COUNT; i++)
		put(&text, "counter", counters[i].name, counters[i].help,
			engine->counters[i]);
	put(&text, "gauge", "sites_cached", "sites with a verdict in memory",
		engine->memos.count);
	put(&text, "gauge", "verifications_cached", "verifications in memory",
		engine->trusts.count);
	put(&text, "gauge", "messages", "messages under way",
		engine->instances.count);
	put(&text, "gauge", "findings_held", "bads that wait for a canary",
		engine->holds.count);
	put(&text, "gauge", "sites_queued", "sites due", engine->queue.count);
	put(&text, "gauge", "sites_in_flight", "examinations under way",
		engine->flights.count);
	put(&text, "gauge", "store_failing", "the disk takes nothing",
		store.failing ? 1 : 0);
	put(&text, "gauge", "store_waiting", "rows in memory only",
		store.waiting);
	put(&text, "counter", "store_dropped", "rows that memory refused",
		store.dropped);
	put(&text, "counter", "store_commits", "transactions", store.commits);
	put(&text, "gauge", "sites_seen", "sites that sent mail lately",
		engine->withholding.sites);
	put_classes(&text, engine);
	put_closed(&text, engine);
	put_withheld(&text, engine);
	return text.used;
}
