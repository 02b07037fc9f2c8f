/* SPDX-License-Identifier: ISC */
/*
 * config - kizuki.conf as one struct, from one table of options
 *
 * What:   each option is one row of modules/io/options.def; the defaults, the
 *         parser (libconfuse), the range errors, --help-config, the sample
 *         file and docs/configuration.md come from it.
 * Owner:  a struct kz_config owns its lists; kz_config_free.
 * Units:  *_s seconds, *_ms milliseconds.  Durations are written 300, 10m, 6h,
 *         7d.
 * Errors: messages name file, line, key and what was expected.
 */
#ifndef KIZUKI_IO_CONFIG_H
#define KIZUKI_IO_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "kizuki/base/addr.h"
#include "kizuki/base/name.h"
#include "kizuki/base/result.h"
#include "kizuki/core/breaker.h"
#include "kizuki/core/evidence.h"
#include "kizuki/core/greylist.h"
#include "kizuki/core/health.h"
#include "kizuki/core/verdict.h"

#define KZ_CONFIG_FILE "/etc/kizuki/kizuki.conf"

enum kz_mode { KZ_MODE_OBSERVE, KZ_MODE_ENFORCE };

struct kz_config_names {
	struct kz_name *list;
	size_t count;
};

/* A TCP address to listen on. */
struct kz_endpoint {
	struct kz_addr addr;
	uint16_t port;
};

/* Where a Unix socket is to be; its path has 107 octets at most. */
struct kz_config_socket {
	char text[108];
};

struct kz_config_canary {
	struct kz_addr *targets;
	size_t target_count;
	struct kz_health_rule rule;
};

struct kz_config {
	enum kz_profile profile;
	enum kz_mode mode;
	bool nolisting_convicts;
	char *state_dir;
	char *run_dir;
	char *user;            /* "" : stay who we are */
	char *policy_group;    /* of policy.sock; "": the user's own */
	char *socketmap_group; /* of sendmail.sock */
	char *api_group;
	char *why_url;
	char *probe_path;     /* kizuki-probe; a reading finds it where empty */
	char *shared_senders; /* file, "" none */
	char *shared_senders_own;
	char *log_rules; /* folder; "": beside the program */
	char *log_rules_own;
	char *facts; /* file, "" none */
	uint32_t helo_wait_ms;
	bool durability_sync;
	uint64_t cache_bytes;
	struct kz_endpoint *listen;
	size_t listen_count;
	struct kz_endpoint *socketmap_listen;
	size_t socketmap_listen_count;
	struct kz_config_socket *policy_sockets;
	size_t policy_socket_count;

	struct { /* resolver */
		char *root_hints;
		char *trust_anchor;
		char *public_suffixes; /* "": libpsl's own */
		uint32_t limit_ms;
		uint32_t in_flight;
	} resolver;
	struct {                            /* network */
		struct kz_nets own;         /* never delayed; may use listen */
		struct kz_addr_scope scope; /* treat_as_global, _private */
		struct kz_nets never_probe;
		char *dnswl;                    /* zone, "" none */
		struct kz_nets own_mx;          /* our mail exchangers */
		struct kz_config_names domains; /* whose mail is ours */
	} network;
	struct {                  /* backup */
		uint32_t every_s; /* 0: none */
		uint32_t keep;
	} backup;
	struct kz_grey_policy greylist; /* scope delay window open forget ... */
	struct kz_persistence persistence[KZ_CLASS_COUNT]; /* O unused */
	struct {                                           /* schedule */
		uint32_t first_gap_s; /* TCP when seen again so much later */
		uint32_t recheck_sound_s;
		uint32_t recheck_suspect_min_s, recheck_suspect_max_s;
		uint32_t recheck_broken_s;
		uint32_t retry_s; /* a site at most so often, whoever asks */
		uint32_t idle_sound_s, idle_suspect_s, idle_broken_s;
		uint32_t new_per_net; /* new sites of a client's network, an
					 hour */
		uint32_t new_per_day;
		uint32_t queue; /* sites waiting; the oldest unknown drops */
		uint32_t jitter_percent;
	} schedule;
	struct {                          /* limits */
		uint32_t smtp_per_addr_s; /* one contact in so many seconds */
		uint32_t smtp_confirm_s;  /* as a canary, or to confirm */
		uint32_t reuse_s;         /* outcomes, at most */
		uint32_t smtp_per_addr_day;
		uint32_t smtp_per_net_s; /* /24, /48 */
		uint32_t smtp_per_net_hour;
		uint32_t dns_per_server_s; /* queries a second */
		uint32_t dns_per_zone_day; /* queries by (server, zone) */
		uint32_t web_per_host_s;   /* pages of a host and address */
		uint32_t site_conversations;
		uint32_t connections;   /* MTAs at once */
		uint32_t verifications; /* kept */
		uint32_t verified_yes_s, verified_no_s;
		uint32_t instances; /* messages under way */
		uint32_t request_bytes;
		uint32_t silence_s; /* a peer within a request */
	} limits;
	struct {               /* probe */
		uint32_t jobs; /* sites in flight under kizukid */
		uint32_t per_second;
		uint32_t connect_timeout_ms, banner_timeout_ms;
		uint32_t banner_confirm_ms; /* after a silent time */
		uint32_t site_ms, dns_ms;   /* wall time of one examination */
		struct kz_addr source_v4, source_v6;
		char *contact_url;
		bool web;                    /* look at web pages */
		char *web_authorities;       /* file, "" none */
		bool starttls;               /* look at TLS of exchangers */
		struct kz_config_names ehlo; /* our name there, at most one */
		struct kz_config_names watch_names;
	} probe;
	struct kz_config_canary canary[KZ_NETCLASS_COUNT];
	struct kz_breaker_rule breaker;
	struct { /* ceiling */
		uint32_t percent;
		uint32_t at_least;
		uint32_t seen_s;
		uint32_t observe_s;
	} ceiling;
	struct {                   /* history */
		uint32_t provider; /* subjects that name an address */
		uint32_t zones;    /* that name a server */
		uint32_t neglect_s, keep_s;
	} history;
	struct { /* registry */
		bool ask;
		char *jprs, *jpnic;      /* name or address */
		char *whois, *whois_own; /* files, "" none */
		char *iana;              /* name or address, "" none */
		char *rdap;              /* folder, "" none */
		char *authorities;
		bool rdap_insecure;
		uint32_t gap_s, gap_other_s, gap_rdap_s;
		uint32_t per_day, per_day_other;
		uint32_t back_off_s;
		uint32_t keep_s, recheck_bad_s, recheck_persistent_s;
		uint32_t stale_years;
	} registry;
};

/* Where a message about the configuration goes, one line without newline. */
typedef void kz_config_say(void *arg, const char *message);

/*
 * Read path into *config; every error is said, not only the first.
 * KZ_NOT_FOUND: there is no such file; nothing was said, for a program may do
 * without.  KZ_EIO: it cannot be read, said.  KZ_EFORMAT: errors were said; a
 * program ends with EX_CONFIG (78).  KZ_ENOMEM.
 */
KZ_MUST_CHECK enum kz_result kz_config_read(const char *path,
	kz_config_say *say, void *say_arg, struct kz_config *config);

/* The defaults alone. */
KZ_MUST_CHECK enum kz_result kz_config_defaults(struct kz_config *config);

/*
 * An empty probe_path becomes that of the probe which was installed with this
 * program, as it does for a file that is read.  KZ_ENOMEM.
 */
KZ_MUST_CHECK enum kz_result kz_config_find_probe(struct kz_config *config);

/* How often one registry's server may be asked. */
struct kz_turn_rule {
	uint32_t gap_s, per_day;
};

/* That of a WHOIS server, by name or address, or of an RDAP server. */
struct kz_turn_rule kz_config_turn_rule(
	const struct kz_config *config, const char *server, bool rdap);

/* Frees what is owned and makes all of it zero; zero is fine. */
void kz_config_free(struct kz_config *config);

/* --help-config: every option with default, range, unit and text. */
void kz_config_help(FILE *out);

/* A duration as in the file, up to 400 d.  KZ_EINVAL: it is none. */
KZ_MUST_CHECK enum kz_result kz_config_duration(
	const char *text, uint32_t *seconds);

/* The sample file and docs/configuration.md, from the same table. */
void kz_config_sample(FILE *out);
void kz_config_manual(FILE *out);

/* kizuki.conf(5) in the mdoc language. */
void kz_config_man(FILE *out);

#endif
