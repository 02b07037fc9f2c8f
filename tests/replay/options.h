/* SPDX-License-Identifier: ISC */
/*
 * options - what a replay's "set" changes in the configuration
 *
 * What:   a few options by KEY=VALUE; what is none ends the program.
 */
#ifndef KIZUKI_TESTS_REPLAY_OPTIONS_H
#define KIZUKI_TESTS_REPLAY_OPTIONS_H

#include "kizuki/io/config.h"

/* home is a folder of ours: what stands beside it begins with its name. */
void set_option(struct kz_config *config, const char *home, const char *word);

#endif
