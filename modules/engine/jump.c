/* SPDX-License-Identifier: ISC */
#include "jump_priv.h"

#include <string.h>

#include "engine_priv.h"
#include "kizuki/base/wire.h"

/* A clock that jumped is believed when it ran on for so long. */
#define BELIEVED_MS    86400000
#define RECORD_VERSION 1
#define RECORD_SIZE    42

static const char clock_key[] = "clock";

void
kz_jump_save(struct kz_engine *engine)
{
	const struct kz_jump *jump = &engine->jump;
	uint8_t record[RECORD_SIZE];
	struct kz_writer writer = kz_writer_make(record, sizeof(record));
	size_t len = 0;

	if (!jump->kept)
		return;
	kz_writer_put(&writer, 1, RECORD_VERSION);
	for (size_t i = 0; i < sizeof(jump->boot); i++)
		kz_writer_put(&writer, 1, jump->boot[i]);
	kz_writer_put(&writer, 8, (uint64_t)jump->clock_ms);
	kz_writer_put(&writer, 1, jump->jumped);
	kz_writer_put(&writer, 8, (uint64_t)jump->jumped_ms);
	kz_writer_put(&writer, 8, (uint64_t)jump->jumped_at_ms);
	if (kz_writer_finish(&writer, &len) == KZ_OK)
		kz_engine_put(engine, KZ_TABLE_META, (const uint8_t *)clock_key,
			sizeof(clock_key) - 1, record, len);
}

/* False: nothing is kept, or it is of another run of the machine. */
static bool
load(struct kz_engine *engine, const struct kz_now *now)
{
	struct kz_jump *jump = &engine->jump;
	struct kz_jump read = {.kept = true};
	uint8_t record[RECORD_SIZE];
	size_t len = 0;
	struct kz_reader reader;

	if (kz_store_get(engine->store, KZ_TABLE_META,
		    (const uint8_t *)clock_key, sizeof(clock_key) - 1, record,
		    sizeof(record), &len) != KZ_OK)
		return false;
	reader = kz_reader_make(record, len);
	if (kz_reader_take(&reader, 1) != RECORD_VERSION)
		return false;
	for (size_t i = 0; i < sizeof(read.boot); i++)
		read.boot[i] = (uint8_t)kz_reader_take(&reader, 1);
	read.clock_ms = (int64_t)kz_reader_take(&reader, 8);
	read.jumped = kz_reader_take(&reader, 1) != 0;
	read.jumped_ms = (int64_t)kz_reader_take(&reader, 8);
	read.jumped_at_ms = (int64_t)kz_reader_take(&reader, 8);
	if (kz_reader_finish(&reader) != KZ_OK ||
		read.jumped_at_ms > now->mono_ms ||
		memcmp(read.boot, jump->boot, sizeof(read.boot)) != 0)
		return false;
	*jump = read;
	return true;
}

void
kz_jump_open(struct kz_engine *engine, const struct kz_now *now)
{
	struct kz_jump *jump = &engine->jump;
	const char *boot = engine->hooks.boot;

	if (boot != NULL && boot[0] != '\0') {
		const struct kz_str part = {boot, strlen(boot)};

		kz_engine_digest(engine, &part, 1, jump->boot);
		jump->kept = true;
	}
	engine->hooks.boot = NULL;
	if (!jump->kept || !load(engine, now))
		jump->clock_ms = now->wall_s * 1000 - now->mono_ms;
}

/* Further apart than a slot of time is long. */
static bool
apart(const struct kz_engine *engine, int64_t left_ms, int64_t right_ms)
{
	int64_t slot_ms =
		(int64_t)engine->config->persistence[KZ_CLASS_N].slot_s * 1000;

	return left_ms - right_ms > slot_ms || right_ms - left_ms > slot_ms;
}

/* It changed: said, and kept. */
static void
change(struct kz_engine *engine, bool jumped, const char *what)
{
	char buffer[KZ_ENGINE_LINE];
	struct kz_text line = kz_text_make(buffer, sizeof(buffer));

	engine->jump.jumped = jumped;
	kz_text_word(&line, "clock ");
	kz_text_word(&line, what);
	kz_engine_log(engine, KZ_LOG_WARNING, &line);
	kz_jump_save(engine);
}

bool
kz_jump_clock(struct kz_engine *engine, const struct kz_now *now)
{
	struct kz_jump *jump = &engine->jump;
	int64_t clock_ms = now->wall_s * 1000 - now->mono_ms;

	if (!apart(engine, clock_ms, jump->clock_ms)) {
		/* Slewed by and by, or back. */
		jump->clock_ms = clock_ms;
		if (jump->jumped)
			change(engine, false,
				"came back: findings count again");
		return false;
	}
	if (!jump->jumped || apart(engine, clock_ms, jump->jumped_ms)) {
		jump->jumped_ms = clock_ms;
		jump->jumped_at_ms = now->mono_ms;
		change(engine, true,
			"jumped: nothing bad is recorded until it came back, "
			"or ran on for a day");
	}
	if (now->mono_ms - jump->jumped_at_ms < BELIEVED_MS)
		return true;
	jump->clock_ms = clock_ms;
	change(engine, false, "is believed now: findings count again");
	return false;
}
