/* SPDX-License-Identifier: ISC */
/*
 * web_priv - the parts of a fetch
 *
 * What:   web.c drives libcurl from the event loop; web_job.c makes one fetch
 *         and reads what came of it.
 */
#ifndef KIZUKI_IO_WEB_PRIV_H
#define KIZUKI_IO_WEB_PRIV_H

#include <bsd/sys/queue.h>

#include <curl/curl.h>

#include "kizuki/io/web.h"

struct event;

struct kz_web {
	struct event_base *base;
	struct kz_web_options options;
	char agent[256];
	CURLM *multi;
	struct event *timer;
	LIST_HEAD(, kz_web_job) jobs;
	char *trusted;
	size_t trusted_len;
};

struct kz_web_job {
	LIST_ENTRY(kz_web_job) link;
	struct kz_web *web;
	struct kz_web_request request;
	kz_web_done *done;
	void *arg;
	CURL *easy;
	struct curl_slist *resolved;
	char place[KZ_NAME_MAX + 1]; /* the host of the URL */
	bool special;   /* the address was refused on the sockaddr */
	bool connected; /* a TCP connection stood */
	bool full;      /* no more is read */
	size_t len;
	char body[KZ_WEB_BODY_MAX];
};

/* False: no memory. */
bool kz_web_job_fill(struct kz_web_job *job);
void kz_web_job_free(struct kz_web_job *job);

/* What a fetch came to; points into the job. */
void kz_web_result(
	struct kz_web_job *job, CURLcode code, struct kz_web_result *result);

#endif
