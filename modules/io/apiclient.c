/* SPDX-License-Identifier: ISC */
#include "kizuki/io/apiclient.h"

#include <bsd/string.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include <curl/curl.h>

/* The host of the URL is never looked up: the socket's path replaces it. */
#define URL_BASE        "http://kizukid"
#define URL_SIZE        1024
#define CONNECT_MS      5000L
#define BODY_FIRST      4096
#define IDLE_OCTETS     1L /* a second: fewer is "nothing moves" */
#define UPLOAD_PATIENCE 10

struct kz_api {
	CURL *curl;
	char socket[sizeof(((struct sockaddr_un *)0)->sun_path)];
	uint32_t limit_ms;
};

/* One exchange while it runs. */
struct exchange {
	struct kz_api *api;
	const struct kz_api_request *request;
	char *body;
	size_t len, size;
	bool no_memory;
	bool too_long;
};

enum kz_result
kz_api_open(const char *socket, uint32_t limit_ms, struct kz_api **api)
{
	struct kz_api *fresh = calloc(1, sizeof(*fresh));

	if (fresh == NULL)
		return KZ_ENOMEM;
	if (strlcpy(fresh->socket, socket, sizeof(fresh->socket)) >=
		sizeof(fresh->socket)) {
		free(fresh);
		return KZ_EINVAL;
	}
	fresh->limit_ms = limit_ms;
	fresh->curl = curl_easy_init();
	if (fresh->curl == NULL) {
		free(fresh);
		return KZ_ENOMEM;
	}
	*api = fresh;
	return KZ_OK;
}

void
kz_api_close(struct kz_api **api)
{
	if (*api == NULL)
		return;
	curl_easy_cleanup((*api)->curl);
	free(*api);
	*api = NULL;
}

static bool
keep(struct exchange *exchange, const char *bytes, size_t len)
{
	size_t size = exchange->size == 0 ? BODY_FIRST : exchange->size;
	char *larger;

	if (len > KZ_API_BODY_MAX - exchange->len) {
		exchange->too_long = true;
		return false;
	}
	while (size < exchange->len + len + 1)
		size *= 2;
	if (exchange->body == NULL || size > exchange->size) {
		larger = realloc(exchange->body, size);
		if (larger == NULL) {
			exchange->no_memory = true;
			return false;
		}
		exchange->body = larger;
		exchange->size = size;
	}
	memcpy(exchange->body + exchange->len, bytes, len);
	exchange->len += len;
	exchange->body[exchange->len] = '\0';
	return true;
}

/* libcurl: anything but the octets given ends the transfer. */
static size_t
on_body(char *bytes, size_t one, size_t len, void *arg)
{
	struct exchange *exchange = arg;
	const struct kz_api_request *request = exchange->request;
	long status = 0;
	bool fine;

	(void)one; /* always 1 */
	if (curl_easy_getinfo(exchange->api->curl, CURLINFO_RESPONSE_CODE,
		    &status) != CURLE_OK)
		return 0;
	if (request->take != NULL && status / 100 == 2)
		fine = request->take(request->arg, bytes, len);
	else
		fine = keep(exchange, bytes, len);
	return fine ? len : 0;
}

static size_t
on_upload(char *buffer, size_t one, size_t size, void *arg)
{
	struct exchange *exchange = arg;
	size_t len = fread(buffer, one, size, exchange->request->upload);

	return ferror(exchange->request->upload) ? CURL_READFUNC_ABORT : len;
}

static bool
set_limits(struct exchange *exchange)
{
	CURL *curl = exchange->api->curl;
	long limit_ms = (long)exchange->api->limit_ms;
	long idle_s = limit_ms / 1000 + 1;
	CURLcode code;

	/* The answer comes when all is worked off and on disk. */
	if (exchange->request->upload != NULL)
		idle_s *= UPLOAD_PATIENCE;

	if (exchange->request->upload == NULL &&
		exchange->request->take == NULL)
		code = curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, limit_ms);
	else if ((code = curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT,
			  IDLE_OCTETS)) == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, idle_s);
	return code == CURLE_OK;
}

static bool
set_body(struct exchange *exchange)
{
	CURL *curl = exchange->api->curl;
	const struct kz_api_request *request = exchange->request;
	bool fine = true;

	if (strcmp(request->method, "POST") != 0)
		return true;
	fine = curl_easy_setopt(curl, CURLOPT_POST, 1L) == CURLE_OK;
	if (request->upload != NULL)
		return fine &&
			curl_easy_setopt(curl, CURLOPT_READFUNCTION,
				on_upload) == CURLE_OK &&
			curl_easy_setopt(curl, CURLOPT_READDATA, exchange) ==
			CURLE_OK;
	return fine &&
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.ptr) ==
		CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
			(curl_off_t)request->body.len) == CURLE_OK;
}

static bool
set_up(struct exchange *exchange, const char *url, struct curl_slist *headers)
{
	CURL *curl = exchange->api->curl;

	curl_easy_reset(curl);
	return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH,
			exchange->api->socket) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http") ==
		CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_NOPROXY, "*") == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS) ==
		CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST,
			exchange->request->method) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) ==
		CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body) ==
		CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange) ==
		CURLE_OK &&
		set_body(exchange) && set_limits(exchange);
}

static enum kz_api_state
state_of(const struct exchange *exchange, CURLcode code)
{
	long cause = 0;

	switch (code) {
	case CURLE_OK:
		return KZ_API_ANSWERED;
	case CURLE_OPERATION_TIMEDOUT:
		return KZ_API_TIMEOUT;
	case CURLE_COULDNT_CONNECT:
		if (curl_easy_getinfo(exchange->api->curl, CURLINFO_OS_ERRNO,
			    &cause) != CURLE_OK)
			return KZ_API_ABSENT;
		return cause == EACCES || cause == EPERM ? KZ_API_FORBIDDEN
							 : KZ_API_ABSENT;
	default:
		return exchange->too_long ? KZ_API_TOO_LONG : KZ_API_BROKEN;
	}
}

static enum kz_result
run(struct exchange *exchange, struct kz_api_answer *answer)
{
	CURLcode code = curl_easy_perform(exchange->api->curl);
	struct kz_api_answer fresh = {.state = state_of(exchange, code)};

	if (exchange->no_memory || code == CURLE_OUT_OF_MEMORY)
		return KZ_ENOMEM;
	if (fresh.state == KZ_API_ANSWERED &&
		curl_easy_getinfo(exchange->api->curl, CURLINFO_RESPONSE_CODE,
			&fresh.status) != CURLE_OK)
		fresh.state = KZ_API_BROKEN;
	if (fresh.state == KZ_API_ANSWERED) {
		if (exchange->body == NULL && !keep(exchange, "", 0))
			return KZ_ENOMEM;
		fresh.body = exchange->body;
		fresh.len = exchange->len;
		exchange->body = NULL;
	}
	*answer = fresh;
	return KZ_OK;
}

static bool
add_header(struct curl_slist **headers, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*headers, line);

	if (longer == NULL)
		return false;
	*headers = longer;
	return true;
}

/* Without "Expect:" libcurl waits a second for leave to send a long body. */
static enum kz_result
make_headers(const struct kz_api_request *request, struct curl_slist **headers)
{
	char type[128] = "Content-Type: ";

	if (strlcat(type,
		    request->type == NULL ? "application/json" : request->type,
		    sizeof(type)) >= sizeof(type))
		return KZ_EINVAL;
	if (!add_header(headers, type) || !add_header(headers, "Expect:"))
		return KZ_ENOMEM;
	if (request->upload != NULL &&
		!add_header(headers, "Transfer-Encoding: chunked"))
		return KZ_ENOMEM;
	return KZ_OK;
}

enum kz_result
kz_api_ask(struct kz_api *api, const struct kz_api_request *request,
	struct kz_api_answer *answer)
{
	struct exchange exchange = {.api = api, .request = request};
	struct curl_slist *headers = NULL;
	char url[URL_SIZE] = URL_BASE;
	enum kz_result result;

	if (request->path[0] != '/' ||
		strlcat(url, request->path, sizeof(url)) >= sizeof(url))
		return KZ_EINVAL;
	result = make_headers(request, &headers);
	if (result == KZ_OK)
		result = set_up(&exchange, url, headers)
			? run(&exchange, answer)
			: KZ_ENOMEM;
	free(exchange.body);
	curl_slist_free_all(headers);
	return result;
}

void
kz_api_answer_free(struct kz_api_answer *answer)
{
	free(answer->body);
	answer->body = NULL;
	answer->len = 0;
}
