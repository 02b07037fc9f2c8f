/* SPDX-License-Identifier: ISC */
/*
 * daemon_priv - all parts of a running kizukid
 *
 * What:   the one struct in which main.c, daemon.c and loop.c put together
 *         what the other files make.
 */
#ifndef KIZUKID_DAEMON_PRIV_H
#define KIZUKID_DAEMON_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "facts_priv.h"
#include "httpd_priv.h"
#include "kizuki/base/result.h"
#include "kizuki/engine/engine.h"
#include "kizuki/io/config.h"
#include "listen_priv.h"
#include "log_priv.h"
#include "policyd_priv.h"
#include "prober_priv.h"

#define KZ_PATH_SIZE 4096

struct event;
struct event_base;
struct kz_store;
struct pidfh;

struct kz_daemon {
	struct kz_log log;
	struct kz_config config;
	char config_path[KZ_PATH_SIZE]; /* absolute: the prober reads it */
	int64_t started_s;
	struct kz_listen listen;
	struct event_base *base;
	struct kz_store *store;
	struct kz_engine *engine;
	struct kz_prober *prober;
	struct kz_policyd *policyd;
	struct kz_httpd *httpd;
	struct pidfh *pidfile;
	/* of the loop */
	struct event *signals[3];
	struct event *tick;
	struct kz_facts_seen facts;
	int alive_fd; /* run_dir/alive; -1: none */
	bool stop;
};

/*
 * With rights dropped: open store, engine, servers.  KZ_OK, or the result that
 * decides the exit status; said.
 */
KZ_MUST_CHECK enum kz_result kz_daemon_open(struct kz_daemon *daemon);

/* Say what an administrator must know at start. */
void kz_daemon_announce(const struct kz_daemon *daemon);

/* Commit and close all; what is not open is left out. */
void kz_daemon_close(struct kz_daemon *daemon);

/* Signals and ticks.  KZ_ENOMEM. */
KZ_MUST_CHECK enum kz_result kz_loop_open(struct kz_daemon *daemon);
void kz_loop_close(struct kz_daemon *daemon);

/* Serve until a signal ends it. */
void kz_loop_run(struct kz_daemon *daemon);

#endif
