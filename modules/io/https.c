/* SPDX-License-Identifier: ISC */
#include "kizuki/io/https.h"

#include <bsd/sys/queue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>
#include <event2/event.h>

#include "dial_priv.h"
#include "https_priv.h"

#define DEFAULT_LIMIT_MS 20000

static void
free_get(struct https_get *get)
{
	LIST_REMOVE(get, link);
	if (get->curl != NULL) {
		(void)curl_multi_remove_handle(get->client->multi, get->curl);
		curl_easy_cleanup(get->curl);
	}
	if (get->begin != NULL)
		event_free(get->begin);
	curl_slist_free_all(get->hosts);
	curl_slist_free_all(get->headers);
	free(get->text);
	free(get);
}

static void
finish(struct https_get *get, bool answered)
{
	struct kz_https_result result = {.text = KZ_STR("")};
	char *redirect = NULL;
	curl_off_t retry_s = 0;

	if (answered || get->cut) {
		(void)curl_easy_getinfo(
			get->curl, CURLINFO_RESPONSE_CODE, &result.status);
		(void)curl_easy_getinfo(
			get->curl, CURLINFO_REDIRECT_URL, &redirect);
		(void)curl_easy_getinfo(
			get->curl, CURLINFO_RETRY_AFTER, &retry_s);
		result.text = (struct kz_str){get->text, get->used};
	}
	result.cut = get->cut;
	result.redirect = redirect;
	result.retry_s = retry_s;
	get->done(get->arg, &result);
	free_get(get);
}

/* Transfers that ended, one way or the other. */
static void
collect(struct kz_https *client)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
		struct https_get *get = NULL;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(
			message->easy_handle, CURLINFO_PRIVATE, &get);
		finish(get, code == CURLE_OK);
	}
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct kz_https *client = arg;
	int running;
	int action = ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
		((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0);

	(void)curl_multi_socket_action(client->multi, fd, action, &running);
	collect(client);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct kz_https *client = arg;
	int running;

	(void)fd;
	(void)what;
	(void)curl_multi_socket_action(
		client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(client);
}

/* libcurl: what to watch a socket for. */
static int
watch(CURL *curl, curl_socket_t fd, int what, void *arg, void *old)
{
	struct kz_https *client = arg;
	struct event *event = old;
	short events = EV_PERSIST;

	(void)curl;
	if (event != NULL)
		event_free(event);
	if (what == CURL_POLL_REMOVE) {
		(void)curl_multi_assign(client->multi, fd, NULL);
		return 0;
	}
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= EV_READ;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= EV_WRITE;
	event = event_new(client->base, fd, events, on_socket, client);
	(void)curl_multi_assign(client->multi, fd, event);
	return event == NULL || event_add(event, NULL) != 0 ? -1 : 0;
}

static int
set_timer(CURLM *multi, long wait_ms, void *arg)
{
	struct kz_https *client = arg;
	struct timeval span;

	(void)multi;
	if (wait_ms < 0)
		return event_del(client->timer);
	span = kz_dial_span((uint32_t)wait_ms);
	return event_add(client->timer, &span);
}

static size_t
take(char *bytes, size_t size, size_t count, void *arg)
{
	struct https_get *get = arg;
	size_t len = size * count;

	if (len > KZ_HTTPS_TEXT_MAX - get->used) {
		get->cut = true;
		return 0;
	}
	memcpy(get->text + get->used, bytes, len);
	get->used += len;
	return len;
}

/* The last word on an address, right before it is connected to. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	const struct https_get *get = arg;
	struct sockaddr_storage storage = {0};

	(void)purpose;
	if (to->addrlen > sizeof(storage))
		return CURL_SOCKET_BAD;
	memcpy(&storage, &to->addr, to->addrlen);
	if (kz_dial_forbidden(&storage, &get->client->scope))
		return CURL_SOCKET_BAD;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static void
begin(evutil_socket_t fd, short what, void *arg)
{
	struct https_get *get = arg;

	(void)fd;
	(void)what;
	if (curl_multi_add_handle(get->client->multi, get->curl) != CURLM_OK)
		finish(get, false);
}

/* Nothing of the environment, nothing that would open a file. */
static bool
set_up(struct https_get *get, const char *url)
{
	CURL *curl = get->curl;
	struct kz_https *client = get->client;
	const char *schemes = client->insecure ? "http,https" : "https";
	struct curl_blob blob = {
		client->authorities, client->authorities_len, CURL_BLOB_NOCOPY};

	return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, schemes) ==
		CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob) ==
		CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) ==
		CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, client->limit_ms) ==
		CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_RESOLVE, get->hosts) ==
		CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, get->headers) ==
		CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_USERAGENT, "kizuki") ==
		CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION,
			open_socket) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, get) ==
		CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) ==
		CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, get) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_PRIVATE, get) == CURLE_OK;
}

static bool
prepare(struct https_get *get, const struct kz_https_place *place,
	const struct kz_addr *server)
{
	char host[512];
	char shown[KZ_ADDR_TEXT_SIZE];
	int len = snprintf(host, sizeof(host), "%s:%u:%s%s%s", place->host,
		place->port, server->family == KZ_ADDR_V6 ? "[" : "",
		kz_addr_format(server, shown),
		server->family == KZ_ADDR_V6 ? "]" : "");

	if (len < 0 || (size_t)len >= sizeof(host))
		return false;
	get->curl = curl_easy_init();
	get->text = malloc(KZ_HTTPS_TEXT_MAX);
	get->hosts = curl_slist_append(NULL, host);
	get->headers = curl_slist_append(NULL, "Accept: application/rdap+json");
	get->begin = evtimer_new(get->client->base, begin, get);
	return get->curl != NULL && get->text != NULL && get->hosts != NULL &&
		get->headers != NULL && get->begin != NULL;
}

enum kz_result
kz_https_get(struct kz_https *client, const char *url,
	const struct kz_addr *server, kz_https_done *done, void *arg)
{
	struct kz_https_place place;
	struct https_get *get;

	if (kz_https_place(url, client->insecure, &place) != KZ_OK)
		return KZ_EINVAL;
	get = calloc(1, sizeof(*get));
	if (get == NULL)
		return KZ_ENOMEM;
	get->client = client;
	get->done = done;
	get->arg = arg;
	LIST_INSERT_HEAD(&client->gets, get, link);
	if (!prepare(get, &place, server) || !set_up(get, url)) {
		free_get(get);
		return KZ_ENOMEM;
	}
	event_active(get->begin, EV_TIMEOUT, 0);
	return KZ_OK;
}

void
kz_https_close(struct kz_https **client)
{
	struct https_get *get, *next;

	if (*client == NULL)
		return;
	LIST_FOREACH_SAFE(get, &(*client)->gets, link, next)
	free_get(get);
	if ((*client)->multi != NULL)
		(void)curl_multi_cleanup((*client)->multi);
	if ((*client)->timer != NULL)
		event_free((*client)->timer);
	free((*client)->authorities);
	free(*client);
	*client = NULL;
}

static bool
start(struct kz_https *client)
{
	client->multi = curl_multi_init();
	client->timer = evtimer_new(client->base, on_timer, client);
	return client->multi != NULL && client->timer != NULL &&
		curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION,
			watch) == CURLM_OK &&
		curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client) ==
		CURLM_OK &&
		curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION,
			set_timer) == CURLM_OK &&
		curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client) ==
		CURLM_OK;
}

enum kz_result
kz_https_open(struct event_base *base, const struct kz_https_options *options,
	struct kz_https **client)
{
	struct kz_https *made = calloc(1, sizeof(*made));
	enum kz_result result;

	if (made == NULL)
		return KZ_ENOMEM;
	LIST_INIT(&made->gets);
	/* Whoever asks for local time opens the file of the zone, once. */
	tzset();
	made->base = base;
	made->scope = options->scope;
	made->insecure = options->insecure;
	made->limit_ms =
		options->limit_ms != 0 ? options->limit_ms : DEFAULT_LIMIT_MS;
	result = kz_https_authorities(options->authorities, made);
	if (result == KZ_OK &&
		(curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
			!start(made)))
		result = KZ_EIO;
	if (result != KZ_OK)
		kz_https_close(&made);
	else
		*client = made;
	return result;
}
