/* SPDX-License-Identifier: ISC */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <sodium.h>

#include "dial_priv.h"
#include "web_priv.h"

static size_t
take_body(char *octets, size_t size, size_t count, void *arg)
{
	struct kz_web_job *job = arg;
	size_t len = size * count;
	size_t room = sizeof(job->body) - job->len;

	if (len > room) {
		job->full = true;
		len = room;
	}
	memcpy(job->body + job->len, octets, len);
	job->len += len;
	/* Less than was offered ends the fetch: what is there is enough. */
	return job->full ? 0 : size * count;
}

/* The address that is really dialled decides, not the one that was meant. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct kz_web_job *job = arg;
	const struct sockaddr_in *v4 = (const void *)&to->addr;
	const struct sockaddr_in6 *v6 = (const void *)&to->addr;
	struct kz_addr addr = {0};
	enum kz_result result = KZ_EINVAL;

	(void)purpose;
	if (to->family == AF_INET)
		result = kz_addr_from_bytes(
			(const void *)&v4->sin_addr, 4, &addr);
	else if (to->family == AF_INET6)
		result = kz_addr_from_bytes(
			(const void *)&v6->sin6_addr, 16, &addr);
	if (result != KZ_OK ||
		kz_addr_special(&addr, &job->web->options.scope)) {
		job->special = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
		to->protocol);
}

/* The name leads to the address that stands in its place so far. */
static bool
set_name(struct kz_web_job *job)
{
	char entry[2 * sizeof(job->place) + 16];

	(void)snprintf(entry, sizeof(entry), "%s:%d:%s", job->request.host.text,
		job->request.plain ? 80 : 443, job->place);
	(void)snprintf(
		job->place, sizeof(job->place), "%s", job->request.host.text);
	job->resolved = curl_slist_append(NULL, entry);
	return job->resolved != NULL &&
		curl_easy_setopt(job->easy, CURLOPT_RESOLVE, job->resolved) ==
		CURLE_OK;
}

static bool
set_address(struct kz_web_job *job)
{
	const struct kz_web_options *options = &job->web->options;
	const struct kz_addr *source = job->request.addr.family == KZ_ADDR_V4
		? &options->source_v4
		: &options->source_v6;
	bool v6 = job->request.addr.family == KZ_ADDR_V6;
	char text[KZ_ADDR_TEXT_SIZE], entry[KZ_NAME_MAX + 64];

	kz_addr_format(&job->request.addr, text);
	(void)snprintf(job->place, sizeof(job->place), "%s%s%s", v6 ? "[" : "",
		text, v6 ? "]" : "");
	/* Without a name the address stands in its place. */
	if (job->request.host.len > 0 && !set_name(job))
		return false;
	if (source->family == KZ_ADDR_NONE)
		return true;
	kz_addr_format(source, text);
	(void)snprintf(entry, sizeof(entry), "host!%s", text);
	return curl_easy_setopt(job->easy, CURLOPT_INTERFACE, entry) ==
		CURLE_OK;
}

static void
set_trust(struct kz_web_job *job)
{
	struct curl_blob blob = {
		job->web->trusted, job->web->trusted_len, CURL_BLOB_NOCOPY};
	CURL *easy = job->easy;

	(void)curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	(void)curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	if (blob.len > 0)
		(void)curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
	(void)curl_easy_setopt(
		easy, CURLOPT_SSL_VERIFYPEER, job->request.verify ? 1L : 0L);
	(void)curl_easy_setopt(
		easy, CURLOPT_SSL_VERIFYHOST, job->request.verify ? 2L : 0L);
	(void)curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
}

bool
kz_web_job_fill(struct kz_web_job *job)
{
	const struct kz_web_options *options = &job->web->options;
	char url[KZ_NAME_MAX + 128];
	CURL *easy = curl_easy_init();

	job->easy = easy;
	if (easy == NULL || !set_address(job))
		return false;
	(void)snprintf(url, sizeof(url), "%s://%s%s",
		job->request.plain ? "http" : "https", job->place,
		job->request.path);
	set_trust(job);
	(void)curl_easy_setopt(easy, CURLOPT_PRIVATE, job);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	(void)curl_easy_setopt(
		easy, CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_ms);
	(void)curl_easy_setopt(
		easy, CURLOPT_TIMEOUT_MS, (long)options->limit_ms);
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, job->web->agent);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, job);
	(void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	(void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, job);
	return curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK;
}

void
kz_web_job_free(struct kz_web_job *job)
{
	if (job->easy != NULL)
		curl_easy_cleanup(job->easy);
	curl_slist_free_all(job->resolved);
	free(job);
}

static enum kz_reach
reach_of(const struct kz_web_job *job, CURLcode code, long error)
{
	curl_off_t connect_us = 0;

	if (job->special)
		return KZ_REACH_SPECIAL;
	if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && job->full))
		return KZ_REACH_ALIVE;
	(void)curl_easy_getinfo(
		job->easy, CURLINFO_CONNECT_TIME_T, &connect_us);
	if (connect_us > 0)
		return KZ_REACH_NOISE;
	if (code == CURLE_OPERATION_TIMEDOUT)
		return KZ_REACH_TIMEOUT;
	return code == CURLE_COULDNT_CONNECT && error != 0
		? kz_dial_reach((int)error)
		: KZ_REACH_OURS;
}

/* The server's own certificate stands first; lines are "NAME:VALUE". */
static void
read_certificate(struct kz_web_job *job, struct kz_web_result *result)
{
	static const char end[] = "Expire date:", whole[] = "Cert:";
	struct curl_certinfo *chain = NULL;
	uint8_t digest[crypto_generichash_BYTES];

	if (curl_easy_getinfo(job->easy, CURLINFO_CERTINFO, &chain) !=
			CURLE_OK ||
		chain == NULL || chain->num_of_certs < 1)
		return;
	for (const struct curl_slist *line = chain->certinfo[0]; line != NULL;
		line = line->next) {
		if (strncasecmp(line->data, end, sizeof(end) - 1) == 0) {
			time_t until = curl_getdate(
				line->data + sizeof(end) - 1, NULL);

			result->until_s = until > 0 ? until : 0;
		} else if (strncmp(line->data, whole, sizeof(whole) - 1) == 0) {
			(void)crypto_generichash(digest, sizeof(digest),
				(const uint8_t *)line->data, strlen(line->data),
				NULL, 0);
			memcpy(&result->certificate, digest,
				sizeof(result->certificate));
		}
	}
}

void
kz_web_result(
	struct kz_web_job *job, CURLcode code, struct kz_web_result *result)
{
	long status = 0, error = 0;
	char *location = NULL;

	(void)curl_easy_getinfo(job->easy, CURLINFO_OS_ERRNO, &error);
	(void)curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(job->easy, CURLINFO_REDIRECT_URL, &location);
	result->reach = reach_of(job, code, error);
	result->untrusted = code == CURLE_PEER_FAILED_VERIFICATION;
	result->status = (unsigned)status;
	result->body = (struct kz_str){job->body, job->len};
	if (location != NULL && strlen(location) < sizeof(result->location))
		memcpy(result->location, location, strlen(location) + 1);
	read_certificate(job, result);
}
