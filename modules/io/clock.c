/* SPDX-License-Identifier: ISC */
#include "kizuki/io/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bsd/string.h>

#define BOOT_FILE "/proc/sys/kernel/random/boot_id"

int64_t
kz_clock_now_s(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

int64_t
kz_clock_mono_ms(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *
kz_clock_boot(char id[KZ_CLOCK_BOOT_SIZE])
{
	const char *told = getenv("KIZUKI_BOOT");
	FILE *in;

	id[0] = '\0';
	if (told != NULL) {
		(void)strlcpy(id, told, KZ_CLOCK_BOOT_SIZE);
		return id;
	}
	in = fopen(BOOT_FILE, "re");
	if (in == NULL)
		return id;
	if (fgets(id, KZ_CLOCK_BOOT_SIZE, in) == NULL)
		id[0] = '\0';
	id[strcspn(id, "\n")] = '\0';
	(void)fclose(in);
	return id;
}
