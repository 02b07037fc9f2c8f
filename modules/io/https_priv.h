/* SPDX-License-Identifier: ISC */
/*
 * https_priv - the insides of the client for https
 */
#ifndef KIZUKI_IO_HTTPS_PRIV_H
#define KIZUKI_IO_HTTPS_PRIV_H

#include <bsd/sys/queue.h>

#include <curl/curl.h>

#include "kizuki/io/https.h"

struct event;

struct https_get {
	LIST_ENTRY(https_get) link;
	struct kz_https *client;
	kz_https_done *done;
	void *arg;
	CURL *curl;
	struct curl_slist *hosts, *headers;
	struct event *begin;
	bool cut;
	size_t used;
	char *text; /* KZ_HTTPS_TEXT_MAX octets */
};

struct kz_https {
	struct event_base *base;
	struct kz_addr_scope scope;
	bool insecure;
	long limit_ms;
	char *authorities; /* certificates in PEM */
	size_t authorities_len;
	CURLM *multi;
	struct event *timer;
	LIST_HEAD(, https_get) gets;
};

/* Read the certificates of authorities. */
KZ_MUST_CHECK enum kz_result kz_https_authorities(
	const char *path, struct kz_https *client);

#endif
