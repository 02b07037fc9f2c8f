/* SPDX-License-Identifier: ISC */
#include "httpd_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "accept_priv.h"
#include "httpd_answer_priv.h"
#include "kizuki/io/clock.h"
#include <event2/event.h>

/* A client without progress holds one of few places. */
#define SILENCE_S 30
/* For one connection: its headers, and pieces of its body. */
#define MEMORY ((size_t)64 << 10)

struct kz_httpd {
	struct kz_httpd_options options;
	struct MHD_Daemon *mhd;
	struct event *ready;
	struct event *timer;
	/* Whose calls go on when others had their turn; suspended. */
	struct event *turn;
	size_t later_count;
	struct MHD_Connection *later[KZ_HTTPD_CONNECTIONS];
	size_t acceptor_count;
	struct kz_acceptor *acceptors[KZ_LISTEN_MAX];
};

static void
work(struct kz_httpd *httpd)
{
	MHD_UNSIGNED_LONG_LONG wait_ms = 0;
	struct timeval wait = {0};

	(void)MHD_run(httpd->mhd);
	(void)event_del(httpd->timer);
	if (MHD_get_timeout(httpd->mhd, &wait_ms) == MHD_YES) {
		wait.tv_sec = (time_t)(wait_ms / 1000);
		wait.tv_usec = (suseconds_t)(wait_ms % 1000) * 1000;
		(void)event_add(httpd->timer, &wait);
	}
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	work(arg);
}

static void
take(void *arg, int fd, const struct sockaddr *peer, socklen_t peer_len)
{
	struct kz_httpd *httpd = arg;

	/* Where it has too many it closes fd itself. */
	(void)MHD_add_connection(httpd->mhd, fd, peer, peer_len);
	work(httpd);
}

static bool
make_room(void *arg)
{
	const struct kz_httpd *httpd = arg;

	return httpd->options.make_room(httpd->options.arg);
}

static enum MHD_Result
add_arg(void *arg, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct kz_call_request *request = arg;

	(void)kind;
	if (request->arg_count == KZ_CALL_ARGS)
		return MHD_NO;
	request->args[request->arg_count].key = key;
	request->args[request->arg_count].value = value == NULL ? "" : value;
	request->arg_count++;
	return MHD_YES;
}

/*
 * The loop commits and answers MTAs before an event without delay comes: the
 * call goes on then.  It cannot have been taken in twice: it is suspended.
 */
static enum MHD_Result
go_on_later(struct kz_httpd *httpd, struct MHD_Connection *connection)
{
	const struct timeval at_once = {0};

	MHD_suspend_connection(connection);
	httpd->later[httpd->later_count++] = connection;
	(void)event_add(httpd->turn, &at_once);
	return MHD_YES;
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval at_once = {0};
	struct kz_httpd *httpd = arg;
	struct MHD_Connection *first = httpd->later[0];

	(void)fd;
	(void)what;
	/* One at a time, so that many imports hold nobody up either. */
	httpd->later_count--;
	for (size_t i = 0; i < httpd->later_count; i++)
		httpd->later[i] = httpd->later[i + 1];
	MHD_resume_connection(first);
	if (httpd->later_count > 0)
		(void)event_add(httpd->turn, &at_once);
	work(httpd);
}

static enum MHD_Result
finish(struct kz_httpd *httpd, struct MHD_Connection *connection,
	struct kz_call **call)
{
	const struct kz_now now = {
		.wall_s = kz_clock_now_s(), .mono_ms = kz_clock_mono_ms()};
	struct kz_call_program program = {0};
	struct kz_call_answer answer = {0};

	httpd->options.describe(httpd->options.arg, &program);
	if (kz_call_finish(*call, &program, &now, &answer) != KZ_OK)
		return MHD_NO;
	if (answer.later)
		return go_on_later(httpd, connection);
	if (answer.changed)
		kz_engine_commit(httpd->options.engine, &now);
	if (!answer.more)
		return kz_httpd_answer(connection, &answer);
	return kz_httpd_stream(connection, call, &answer);
}

/* Said before the body comes, so that nobody sends it in vain. */
static bool
announced_too_long(
	struct MHD_Connection *connection, const char *method, const char *path)
{
	const char *text = MHD_lookup_connection_value(
		connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
	char *end = NULL;
	unsigned long long len = 0;

	if (text == NULL)
		return false;
	errno = 0;
	len = strtoull(text, &end, 10);
	return errno != 0 || end == text ||
		len > kz_call_body_max(method, path);
}

static enum MHD_Result
begin(struct kz_httpd *httpd, struct MHD_Connection *connection,
	const char *path, const char *method, void **state)
{
	struct kz_call_request request = {.method = method, .path = path};
	struct kz_call *call = NULL;
	struct kz_call_answer answer = {
		.status = 413, .type = "application/json"};

	if (announced_too_long(connection, method, path)) {
		answer.body = strdup("{\"error\":\"the body is too long\"}");
		if (answer.body == NULL)
			return MHD_NO;
		answer.len = strlen(answer.body);
		return kz_httpd_answer(connection, &answer);
	}
	(void)MHD_get_connection_values(
		connection, MHD_GET_ARGUMENT_KIND, add_arg, &request);
	if (kz_call_open(httpd->options.engine, &request, &call) != KZ_OK)
		return MHD_NO;
	*state = call;
	return MHD_YES;
}

static enum MHD_Result
/* NOLINTNEXTLINE(readability-function-size): libmicrohttpd's parameters */
on_request(void *arg, struct MHD_Connection *connection, const char *path,
	const char *method, const char *version, const char *bytes, size_t *len,
	void **state)
{
	struct kz_call *call = NULL;
	enum MHD_Result result = MHD_NO;

	(void)version;
	if (*state == NULL)
		return begin(arg, connection, path, method, state);
	if (*len > 0) {
		const bool taken =
			kz_call_feed(*state, (struct kz_str){bytes, *len});

		*len = 0;
		return taken ? MHD_YES : MHD_NO;
	}
	call = *state;
	result = finish(arg, connection, &call);
	*state = call;
	return result;
}

static void
on_completed(void *arg, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode how)
{
	struct kz_call *call = *state;

	(void)arg;
	(void)connection;
	(void)how;
	kz_call_close(&call);
	*state = NULL;
}

static bool
start(struct kz_httpd *httpd)
{
	const union MHD_DaemonInfo *info = NULL;

	httpd->mhd = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET |
			MHD_ALLOW_SUSPEND_RESUME,
		0, NULL, NULL, on_request, httpd, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, NULL, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)KZ_HTTPD_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)SILENCE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY,
		MHD_OPTION_END);
	if (httpd->mhd == NULL)
		return false;
	info = MHD_get_daemon_info(httpd->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	if (info == NULL)
		return false;
	httpd->ready = event_new(httpd->options.base, info->epoll_fd,
		EV_READ | EV_PERSIST, on_event, httpd);
	httpd->timer = evtimer_new(httpd->options.base, on_event, httpd);
	httpd->turn = evtimer_new(httpd->options.base, on_turn, httpd);
	return httpd->ready != NULL && httpd->timer != NULL &&
		httpd->turn != NULL && event_add(httpd->ready, NULL) == 0;
}

enum kz_result
kz_httpd_open(const struct kz_httpd_options *options,
	const struct kz_listen *set, struct kz_httpd **httpd)
{
	struct kz_httpd *made = calloc(1, sizeof(*made));
	const struct kz_accept_hooks hooks = {
		.take = take, .make_room = make_room, .arg = made};
	bool good = made != NULL;

	if (good) {
		made->options = *options;
		good = start(made);
	}
	for (size_t i = 0; i < set->count && good; i++) {
		if (set->sockets[i].kind != KZ_LISTEN_API)
			continue;
		good = kz_accept_open(options->base, set->sockets[i].fd, &hooks,
			       options->log,
			       &made->acceptors[made->acceptor_count]) == KZ_OK;
		made->acceptor_count += good ? 1 : 0;
	}
	if (!good) {
		kz_log_format(options->log, KZ_LOG_ALERT,
			"the HTTP server cannot be started: %s",
			strerror(errno));
		kz_httpd_close(&made);
		return KZ_EIO;
	}
	*httpd = made;
	return KZ_OK;
}

void
kz_httpd_close(struct kz_httpd **httpd)
{
	struct kz_httpd *old = *httpd;

	if (old == NULL)
		return;
	for (size_t i = 0; i < old->acceptor_count; i++)
		kz_accept_close(&old->acceptors[i]);
	if (old->ready != NULL)
		event_free(old->ready);
	if (old->timer != NULL)
		event_free(old->timer);
	if (old->turn != NULL)
		event_free(old->turn);
	/* It ends no connection that is suspended. */
	for (size_t i = 0; i < old->later_count; i++)
		MHD_resume_connection(old->later[i]);
	if (old->mhd != NULL)
		MHD_stop_daemon(old->mhd);
	free(old);
	*httpd = NULL;
}
