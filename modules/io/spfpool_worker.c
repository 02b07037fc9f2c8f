/* SPDX-License-Identifier: ISC */
/*
 * The processes of the pool: a keeper, which reads nothing foreign and makes
 * workers, and the workers, which do nothing else than evaluate.
 */
#include "spfpool_priv.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>
#include <ldns/ldns.h>

#include "kizuki/io/sandbox.h"

#define MEMORY_MAX (512UL << 20)

/* Octets of record data taken from one answer. */
#define DATA_MAX 65536

struct worker {
	struct event_base *base;
	struct kz_resolver *resolver;
	struct kz_spf_answer *answer; /* of the look-up under way */
	uint16_t rrtype;
	size_t used;
	uint8_t data[DATA_MAX];
};

/* The fields of a record one behind the other, as they were on the wire. */
static void
take_record(struct worker *worker, const ldns_rr *rr)
{
	struct kz_spf_answer *answer = worker->answer;
	size_t start = worker->used;

	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *field = ldns_rr_rdf(rr, i);
		size_t len = ldns_rdf_size(field);

		if (len > sizeof(worker->data) - worker->used)
			return;
		memcpy(worker->data + worker->used, ldns_rdf_data(field), len);
		worker->used += len;
	}
	answer->records[answer->count].bytes = worker->data + start;
	answer->records[answer->count++].len = worker->used - start;
}

static void
take_packet(struct worker *worker, const uint8_t *bytes, size_t len)
{
	ldns_pkt *packet = NULL;
	const ldns_rr_list *list;

	if (ldns_wire2pkt(&packet, bytes, len) != LDNS_STATUS_OK)
		return;
	worker->answer->state = KZ_ANSWER_DATA;
	list = ldns_pkt_answer(packet);
	for (size_t i = 0; i < ldns_rr_list_rr_count(list) &&
		worker->answer->count < KZ_SPF_RECORDS;
		i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		if ((uint16_t)ldns_rr_get_type(rr) == worker->rrtype)
			take_record(worker, rr);
	}
	ldns_pkt_free(packet);
}

static void
on_answer(void *arg, const struct kz_answer *answer)
{
	struct worker *worker = arg;

	if (answer->state == KZ_ANSWER_DATA)
		take_packet(worker, answer->packet, answer->len);
	else
		worker->answer->state = answer->state;
	(void)event_base_loopbreak(worker->base);
}

static void
look_up(void *arg, const char *text, uint16_t rrtype,
	struct kz_spf_answer *answer)
{
	struct worker *worker = arg;
	struct kz_name name;

	*answer = (struct kz_spf_answer){.state = KZ_ANSWER_FAILED};
	/* what is no name cannot be there */
	if (kz_name_parse((struct kz_str){text, strlen(text)}, &name) !=
		KZ_OK) {
		answer->state = KZ_ANSWER_NXDOMAIN;
		return;
	}
	worker->answer = answer;
	worker->rrtype = rrtype;
	worker->used = 0;
	if (kz_resolver_ask(worker->resolver, &name, rrtype, on_answer, worker,
		    NULL) == KZ_OK)
		(void)event_base_dispatch(worker->base);
}

/* One question; false: there will be none any more. */
static bool
serve(int fd, struct kz_spf *spf)
{
	struct spf_question question;
	struct spf_reply reply = {.outcome = KZ_VERIFY_UNKNOWN};
	ssize_t got = recv(fd, &question, sizeof(question), 0);

	if (got < 0)
		return errno == EINTR;
	if (got != (ssize_t)sizeof(question))
		return false;
	reply.id = question.id;
	/* SIGALRM ends this process; the keeper makes another */
	(void)alarm(SPF_LIMIT_S);
	reply.outcome = (uint8_t)kz_spf_evaluate(
		spf, &question.client, &question.domain);
	(void)alarm(0);
	return send(fd, &reply, sizeof(reply), MSG_NOSIGNAL) ==
		(ssize_t)sizeof(reply);
}

/*
 * All workers together ask as much as one resolver may.  None waits for a
 * domain's turn: the others' questions would wait with it.
 */
static struct kz_resolver_options
part_of(const struct kz_resolver_options *options)
{
	struct kz_resolver_options part = *options;

	part.zone_rate = (options->zone_rate + SPF_WORKERS - 1) / SPF_WORKERS;
	part.domain_rate =
		(options->domain_rate + SPF_WORKERS - 1) / SPF_WORKERS;
	part.domain_wait_ms = 0;
	return part;
}

static _Noreturn void
work(int fd, const struct kz_resolver_options *options)
{
	const struct kz_resolver_options part = part_of(options);
	static struct worker worker;
	const struct rlimit memory = {MEMORY_MAX, MEMORY_MAX};
	struct kz_spf *spf = NULL;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)signal(SIGALRM, SIG_DFL);
	(void)setrlimit(RLIMIT_AS, &memory);
	worker.base = event_base_new();
	if (worker.base == NULL ||
		kz_resolver_open(worker.base, &part, &worker.resolver) !=
			KZ_OK ||
		kz_spf_open(look_up, &worker, &spf) != KZ_OK ||
		kz_sandbox_enter() != KZ_OK)
		_exit(EX_OSERR);
	while (serve(fd, spf))
		continue;
	_exit(EX_OK);
}

/* Where a worker dies at once, the next one waits: no loop without a pause. */
static void
pause_a_second(void)
{
	struct timespec second = {.tv_sec = 1};

	(void)nanosleep(&second, NULL);
}

_Noreturn void
spf_keep(int fd, const struct kz_resolver_options *options)
{
	pid_t workers[SPF_WORKERS] = {0};
	int status;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)prctl(PR_SET_NAME, "kizuki-spf", 0, 0, 0);
	for (;;) {
		pid_t ended;

		for (size_t i = 0; i < SPF_WORKERS; i++) {
			if (workers[i] > 0)
				continue;
			workers[i] = fork();
			if (workers[i] == 0)
				work(fd, options);
		}
		ended = waitpid(-1, &status, 0);
		/* asked to end: the socket is closed, for all of them */
		if (ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
			_exit(EX_OK);
		for (size_t i = 0; i < SPF_WORKERS; i++)
			if (workers[i] == ended)
				workers[i] = 0;
		pause_a_second();
	}
}
