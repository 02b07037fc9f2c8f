/* SPDX-License-Identifier: ISC */
/*
 * logscan - from the lines of our own logs to findings
 *
 * What:   ties contacts that failed to the recipients they were made for,
 *         forgets what is told twice, and says of each delivery what it
 *         proves.  Lines come in the order of a log, several messages and
 *         several programs mixed.
 * Rules:  - The host that failed is named by the line of the contact, never
 *           by the summary of the message.  It is at fault for a recipient's
 *           domain only when none of its addresses took the mail in that
 *           attempt.  Postfix ties both by the process, Exim by the message;
 *           where an Exim message goes to several domains, only hosts below
 *           the domain are tied to it.
 *         - A bad is "judged" (our own side was well) when three other domains
 *           were delivered to over the same family in the same hour of UTC.  A
 *           family that never delivered in all that was read is left out where
 *           the host failed over the other family too.
 *         - A delivery is an ok.  A reply that is no delivery is an ok too
 *           where this reader has called the host bad before, else nothing: a
 *           greylisting peer or a full mailbox is no finding.
 *         - That a name could not be looked up is judged where a look-up for
 *           another domain succeeded in the same minute.
 *         - A message that expired is bad when all that is known of it are
 *           contacts that failed, and judged where three others went out.
 *         - What only the resolver says (no such name, a lame server) is
 *           unknown: a reason to look, not evidence.
 * Pure:   values in, values out.  A struct kz_logscan is some 10 MB, the
 *         caller's; all zero (but rules) is empty.
 * Foreign: bounded throughout; what does not fit is forgotten, oldest first.
 * Source: paper section 2.5.
 */
#ifndef KIZUKI_CORE_LOGSCAN_H
#define KIZUKI_CORE_LOGSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kizuki/core/finding.h"
#include "kizuki/core/logline.h"
#include "kizuki/core/netclass.h"

/* Attempts under way, a process's or a message's. */
#define KZ_LOGSCAN_ATTEMPTS 512
#define KZ_LOGSCAN_FAILS    8
#define KZ_LOGSCAN_RESULTS  4
/* Messages whose fate is not known yet; sets of four. */
#define KZ_LOGSCAN_MESSAGES 16384
/* Findings and touches of one hour that wait for its end. */
#define KZ_LOGSCAN_HELD    512
#define KZ_LOGSCAN_TOUCHES 4096
/* What was told in this hour, to be told once. */
#define KZ_LOGSCAN_TOLD 16384
/* Hosts called bad lately. */
#define KZ_LOGSCAN_BLAMED 4096

struct kz_logscan_fail {
	int64_t when_s;
	struct kz_name host;
	struct kz_addr addr;
	enum kz_reach reach;
};

struct kz_logscan_result {
	struct kz_name domain;
	struct kz_name alive; /* the host that took it or answered */
};

struct kz_logscan_attempt {
	uint64_t key; /* 0: free */
	bool by_process;
	bool crowded; /* more recipients' domains than there is room for */
	uint32_t queue;
	int64_t last_s;
	size_t fail_count;
	struct kz_logscan_fail fails[KZ_LOGSCAN_FAILS];
	size_t result_count;
	struct kz_logscan_result results[KZ_LOGSCAN_RESULTS];
};

struct kz_logscan_message {
	uint64_t key; /* 0: free */
	int64_t last_s;
	bool null_sender;
	bool ungreeted; /* its next line is of a host that did not greet */
	bool failed;    /* contacts failed */
	bool spoiled;   /* something else happened to it, or several domains */
	struct kz_name domain;
};

/* Domains that show that something worked: enough to have three others. */
struct kz_logscan_witness {
	uint64_t domains[4];
};

struct kz_logscan_rules {
	uint32_t slot_s;           /* told once in each */
	const struct kz_nets *own; /* hosts there are our own: passed over */
	const struct kz_addr_scope *scope; /* so are special-purpose ones;
					      NULL: only the loopback's */
};

struct kz_logscan {
	struct kz_logscan_rules rules;
	int64_t hour; /* of UTC, of the newest line */
	bool ever[2]; /* v4, v6: something was delivered */
	struct kz_logscan_witness sent[2];
	struct kz_logscan_witness looked_up[60]; /* by minute */
	size_t told_count;
	uint64_t told[KZ_LOGSCAN_TOLD];
	uint64_t blamed[KZ_LOGSCAN_BLAMED];
	struct kz_logscan_attempt attempts[KZ_LOGSCAN_ATTEMPTS];
	struct kz_logscan_message messages[KZ_LOGSCAN_MESSAGES];
	size_t held_count;
	struct kz_finding held[KZ_LOGSCAN_HELD];
	size_t touch_count;
	struct kz_touch touches[KZ_LOGSCAN_TOUCHES];
};

/* Both live during the call. */
struct kz_logscan_out {
	void (*finding)(void *arg, const struct kz_finding *finding);
	void (*touch)(void *arg, const struct kz_touch *touch);
	void *arg;
};

/*
 * Take one line.  Oks come out at once; touches and what may be bad at the end
 * of their hour.  False: the line says nothing that counts.
 */
bool kz_logscan_take(struct kz_logscan *scan, const struct kz_logline *line,
	const struct kz_logscan_out *out);

/* The log ends, or nothing came for a while: tell what is held. */
void kz_logscan_flush(
	struct kz_logscan *scan, const struct kz_logscan_out *out);

#endif
