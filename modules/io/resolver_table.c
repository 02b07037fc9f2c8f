/* SPDX-License-Identifier: ISC */
#include <bsd/sys/queue.h>
#include <stdbool.h> /* before ldns, which has a bool of its own */
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <ldns/ldns.h>

#include "resolver_priv.h"

struct table_row {
	struct kz_name name;
	uint16_t rrtype;
	enum kz_answer_state state;
	bool secure;
	uint8_t *packet; /* owned; NULL for a state without one */
	size_t len;
};

struct table_job {
	struct kz_resolver_job common;
	TAILQ_ENTRY(table_job) link;
};

struct table {
	struct kz_resolver common;
	struct event *answer;
	TAILQ_HEAD(, table_job) jobs;
	struct table_row *rows;
	size_t count;
};

/* Another type of the same name exists; else nothing of that name does. */
static const struct table_row *
row_of(const struct table *table, const struct kz_resolver_job *job,
	bool *known)
{
	*known = false;
	for (size_t i = 0; i < table->count; i++) {
		const struct table_row *row = &table->rows[i];

		if (!kz_name_equal(&row->name, &job->name))
			continue;
		*known = true;
		if (row->rrtype == job->rrtype)
			return row;
	}
	return NULL;
}

/* An answer a turn: the call-back may ask again or cancel the next. */
static void
answer_one(evutil_socket_t fd, short what, void *arg)
{
	struct table *table = arg;
	struct table_job *job = TAILQ_FIRST(&table->jobs);
	struct kz_answer answer = {0};
	const struct table_row *row;
	bool known;

	(void)fd;
	(void)what;
	if (job == NULL)
		return;
	TAILQ_REMOVE(&table->jobs, job, link);
	if (!TAILQ_EMPTY(&table->jobs))
		event_active(table->answer, 0, 0);
	row = row_of(table, &job->common, &known);
	if (row != NULL)
		answer = (struct kz_answer){.state = row->state,
			.secure = row->secure,
			.packet = row->packet,
			.len = row->len};
	else
		answer.state = known ? KZ_ANSWER_NODATA : KZ_ANSWER_NXDOMAIN;
	job->common.done(job->common.arg, &answer);
	free(job);
}

static void
table_start(struct kz_resolver_job *common)
{
	struct table *table = (struct table *)common->resolver;

	TAILQ_INSERT_TAIL(&table->jobs, (struct table_job *)common, link);
	event_active(table->answer, 0, 0);
}

static void
table_cancel(struct kz_resolver_job *common)
{
	struct table *table = (struct table *)common->resolver;

	TAILQ_REMOVE(&table->jobs, (struct table_job *)common, link);
	free(common);
}

static void
table_close(struct kz_resolver *common)
{
	struct table *table = (struct table *)common;
	struct table_job *job;
	struct table_job *next;

	TAILQ_FOREACH_SAFE (job, &table->jobs, link, next)
		free(job);
	for (size_t i = 0; i < table->count; i++)
		free(table->rows[i].packet);
	free(table->rows);
	if (table->answer != NULL)
		event_free(table->answer);
	free(table);
}

/* Zone file lines into the answer section. */
static bool
add_records(ldns_pkt *packet, const char *lines)
{
	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n");
		char *line = strndup(lines, len);
		ldns_rr *record = NULL;
		bool taken = line != NULL &&
			(*line == '\0' ||
				(ldns_rr_new_frm_str(&record, line, 0, NULL,
					 NULL) == LDNS_STATUS_OK &&
					ldns_pkt_push_rr(packet,
						LDNS_SECTION_ANSWER, record)));

		free(line);
		if (!taken)
			return false;
		lines += len + (lines[len] == '\n');
	}
	return true;
}

static bool
build_packet(const struct kz_resolver_row *from, struct table_row *row)
{
	ldns_pkt *packet = NULL;
	bool built = false;
	uint8_t rcode = from->state == KZ_ANSWER_NXDOMAIN ? LDNS_RCODE_NXDOMAIN
							  : LDNS_RCODE_NOERROR;

	if (ldns_pkt_query_new_frm_str(&packet,
		    row->name.len == 0 ? "." : row->name.text,
		    (ldns_rr_type)from->rrtype, LDNS_RR_CLASS_IN,
		    LDNS_RD) != LDNS_STATUS_OK)
		return false;
	ldns_pkt_set_qr(packet, true);
	ldns_pkt_set_ra(packet, true);
	ldns_pkt_set_rcode(packet, rcode);
	if (from->records == NULL || add_records(packet, from->records))
		built = ldns_pkt2wire(&row->packet, packet, &row->len) ==
			LDNS_STATUS_OK;
	ldns_pkt_free(packet);
	return built;
}

static enum kz_result
take_row(const struct kz_resolver_row *from, struct table_row *row)
{
	struct kz_str name = {from->name, strlen(from->name)};

	if (kz_name_parse(name, &row->name) != KZ_OK)
		return KZ_EFORMAT;
	row->rrtype = from->rrtype;
	row->state = from->state;
	row->secure = from->secure;
	switch (from->state) {
	case KZ_ANSWER_DATA:
	case KZ_ANSWER_NODATA:
	case KZ_ANSWER_NXDOMAIN:
		return build_packet(from, row) ? KZ_OK : KZ_EFORMAT;
	case KZ_ANSWER_FAILED:
	case KZ_ANSWER_BOGUS:
	case KZ_ANSWER_TIMEOUT:
		break;
	}
	return KZ_OK;
}

static const struct kz_resolver_ops table_ops = {
	.job_size = sizeof(struct table_job),
	.start = table_start,
	.cancel = table_cancel,
	.close = table_close};

enum kz_result
kz_resolver_open_table(struct event_base *base,
	const struct kz_resolver_row *rows, size_t count,
	struct kz_resolver **resolver)
{
	enum kz_result result = KZ_ENOMEM;
	struct table *table = calloc(1, sizeof(*table));

	if (table == NULL)
		return KZ_ENOMEM;
	table->common.ops = &table_ops;
	TAILQ_INIT(&table->jobs);
	table->rows = calloc(count + 1, sizeof(*table->rows));
	table->answer = event_new(base, -1, 0, answer_one, table);
	if (table->rows != NULL && table->answer != NULL) {
		result = KZ_OK;
		table->count = count;
	}
	for (size_t i = 0; result == KZ_OK && i < count; i++)
		result = take_row(&rows[i], &table->rows[i]);
	if (result != KZ_OK) {
		table_close(&table->common);
		return result;
	}
	*resolver = &table->common;
	return KZ_OK;
}
