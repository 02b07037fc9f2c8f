/* SPDX-License-Identifier: ISC */
#include "kizuki/io/web.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>
#include <event2/event.h>
#include <sodium.h>

#include "dial_priv.h"
#include "web_priv.h"

#define DEFAULT_CONNECT_MS 15000
#define DEFAULT_LIMIT_MS   30000
/* Debian's file of all authorities has 200 KiB. */
#define TRUSTED_MAX (4U << 20)

static void
finish(struct kz_web_job *job, CURLcode code)
{
	struct kz_web *web = job->web;
	struct kz_web_result result = {0};

	kz_web_result(job, code, &result);
	(void)curl_multi_remove_handle(web->multi, job->easy);
	LIST_REMOVE(job, link);
	job->done(job->arg, &result);
	kz_web_job_free(job);
}

/* Whatever ended meanwhile is told. */
static void
tell(struct kz_web *web)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(web->multi, &left)) != NULL) {
		char *job = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(
			message->easy_handle, CURLINFO_PRIVATE, &job);
		finish((struct kz_web_job *)(void *)job, message->data.result);
	}
}

static void
act(struct kz_web *web, curl_socket_t fd, int what)
{
	int running;

	(void)curl_multi_socket_action(web->multi, fd, what, &running);
	tell(web);
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	act(arg, fd,
		((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
			((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0));
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int
set_timer(CURLM *multi, long wait_ms, void *arg)
{
	struct kz_web *web = arg;
	struct timeval span = {wait_ms / 1000, wait_ms % 1000 * 1000};

	(void)multi;
	if (wait_ms < 0)
		return event_del(web->timer);
	return event_add(web->timer, &span);
}

static int
watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct kz_web *web = arg;
	struct event *event = known;
	short wanted = EV_PERSIST;

	(void)easy;
	if (event != NULL)
		event_free(event);
	if (what == CURL_POLL_REMOVE)
		return curl_multi_assign(web->multi, fd, NULL);
	if (what != CURL_POLL_OUT)
		wanted |= EV_READ;
	if (what != CURL_POLL_IN)
		wanted |= EV_WRITE;
	event = event_new(web->base, fd, wanted, on_ready, web);
	if (event == NULL || event_add(event, NULL) != 0)
		return -1;
	return curl_multi_assign(web->multi, fd, event);
}

/* What is trusted, in memory: a sandbox has no files. */
static void
read_trusted(struct kz_web *web, const char *path)
{
	int fd = path == NULL || path[0] == '\0'
		? -1
		: open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = 1;

	if (fd < 0)
		return;
	web->trusted = malloc(TRUSTED_MAX);
	while (web->trusted != NULL && got > 0 &&
		web->trusted_len < TRUSTED_MAX) {
		got = read(fd, web->trusted + web->trusted_len,
			TRUSTED_MAX - web->trusted_len);
		if (got > 0)
			web->trusted_len += (size_t)got;
	}
	(void)close(fd);
}

enum kz_result
kz_web_open(struct event_base *base, const struct kz_web_options *options,
	struct kz_web **web)
{
	struct kz_web *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return KZ_ENOMEM;
	/* Both read a file the first time, which a sandbox forbids. */
	tzset();
	LIST_INIT(&made->jobs);
	made->base = base;
	made->options = *options;
	if (made->options.connect_ms == 0)
		made->options.connect_ms = DEFAULT_CONNECT_MS;
	if (made->options.limit_ms == 0)
		made->options.limit_ms = DEFAULT_LIMIT_MS;
	(void)snprintf(made->agent, sizeof(made->agent), "%s", options->agent);
	read_trusted(made, options->trusted);
	made->timer = evtimer_new(base, on_timer, made);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		made->multi = curl_multi_init();
	if (made->timer == NULL || made->multi == NULL) {
		kz_web_close(&made);
		return KZ_ENOMEM;
	}
	(void)curl_multi_setopt(made->multi, CURLMOPT_SOCKETFUNCTION, watch);
	(void)curl_multi_setopt(made->multi, CURLMOPT_SOCKETDATA, made);
	(void)curl_multi_setopt(made->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	(void)curl_multi_setopt(made->multi, CURLMOPT_TIMERDATA, made);
	*web = made;
	return KZ_OK;
}

void
kz_web_close(struct kz_web **web)
{
	struct kz_web *closed = *web;
	struct kz_web_job *job;

	if (closed == NULL)
		return;
	while ((job = LIST_FIRST(&closed->jobs)) != NULL) {
		LIST_REMOVE(job, link);
		(void)curl_multi_remove_handle(closed->multi, job->easy);
		kz_web_job_free(job);
	}
	if (closed->multi != NULL)
		(void)curl_multi_cleanup(closed->multi);
	if (closed->timer != NULL)
		event_free(closed->timer);
	free(closed->trusted);
	free(closed);
	*web = NULL;
}

enum kz_result
kz_web_ask(struct kz_web *web, const struct kz_web_request *request,
	kz_web_done *done, void *arg)
{
	struct kz_web_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return KZ_ENOMEM;
	job->web = web;
	job->request = *request;
	job->done = done;
	job->arg = arg;
	if (!kz_web_job_fill(job) ||
		curl_multi_add_handle(web->multi, job->easy) != CURLM_OK) {
		kz_web_job_free(job);
		return KZ_ENOMEM;
	}
	LIST_INSERT_HEAD(&web->jobs, job, link);
	return KZ_OK;
}
