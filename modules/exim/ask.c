/* SPDX-License-Identifier: ISC */
#include "ask_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_MS    1000  /* default; a session waits so much at worst */
#define LIMIT_MAX   60000 /* no mail client waits gladly for longer */
#define ALIVE_AGE_S 5     /* kizukid touches its file each second */
#define ANSWER_SIZE 2048  /* twice what kizukid ever sends */

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Digits at *s, moving it past them; -1: none, or more than max. */
static long
number(const char **s, long max)
{
	const char *start = *s;
	long n = 0;

	while (**s >= '0' && **s <= '9') {
		n = n * 10 + (*(*s)++ - '0');
		if (n > max)
			return -1;
	}
	return *s == start ? -1 : n;
}

static const char *
parse_inet(const char *text, struct kz_ask_service *service)
{
	static const char why[] = "expected inet:ADDRESS:PORT";
	const char *colon = strrchr(text, ':'), *port_text;
	char host[INET6_ADDRSTRLEN];
	struct sockaddr_in in4 = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	size_t len;
	long port;

	if (colon == NULL)
		return why;
	port_text = colon + 1;
	port = number(&port_text, 65535);
	len = (size_t)(colon - text);
	if (port < 1 || *port_text != '\0')
		return why;
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len >= sizeof(host))
		return why;
	memcpy(host, text, len);
	host[len] = '\0';
	in4.sin_port = in6.sin6_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, host, &in4.sin_addr) == 1) {
		memcpy(&service->address, &in4, sizeof(in4));
		service->address_len = sizeof(in4);
	} else if (inet_pton(AF_INET6, host, &in6.sin6_addr) == 1) {
		memcpy(&service->address, &in6, sizeof(in6));
		service->address_len = sizeof(in6);
	} else {
		return why;
	}
	return NULL;
}

static const char *
parse_path(const char *path, struct kz_ask_service *service)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	const char *slash = strrchr(path, '/');
	int len;

	if (path[0] != '/' || strlen(path) >= sizeof(un.sun_path))
		return "expected the path of a socket";
	memcpy(un.sun_path, path, strlen(path) + 1);
	memcpy(&service->address, &un, sizeof(un));
	service->address_len = sizeof(un);
	len = snprintf(service->alive, sizeof(service->alive), "%.*s/alive",
		(int)(slash - path), path);
	return len < (int)sizeof(service->alive) ? NULL : "path is too long";
}

/* One word of the options, len octets. */
static bool
parse_option(const char *word, size_t len, struct kz_ask_service *service)
{
	const char *at = word + 5;
	long n;

	if (len > 5 && memcmp(word, "time=", 5) == 0) {
		n = number(&at, LIMIT_MAX);
		len -= (size_t)(at - word);
		if (len == 1 && *at == 's')
			n *= 1000;
		else if (len != 2 || memcmp(at, "ms", 2) != 0)
			return false;
		service->limit_ms = n;
		return n > 0 && n <= LIMIT_MAX;
	}
	if (len > 6 && memcmp(word, "alive=", 6) == 0) {
		word += 6;
		len -= 6;
		if (len >= sizeof(service->alive))
			return false;
		memcpy(service->alive, word, len);
		service->alive[len] = '\0';
		if (strcmp(service->alive, "none") == 0)
			service->alive[0] = '\0';
		return true;
	}
	return false;
}

const char *
kz_ask_service_parse(
	const char *socket, const char *options, struct kz_ask_service *service)
{
	const char *why;
	size_t len;

	memset(service, 0, sizeof(*service));
	service->limit_ms = LIMIT_MS;
	if (strncmp(socket, "inet:", 5) == 0)
		why = parse_inet(socket + 5, service);
	else
		why = parse_path(socket, service);
	if (why != NULL)
		return why;
	for (;; options += len) {
		options += strspn(options, " \t");
		len = strcspn(options, " \t");
		if (len == 0)
			return NULL;
		if (!parse_option(options, len, service))
			return "options: expected time=N[m]s or alive=PATH";
	}
}

static void
append(struct kz_ask_request *request, const char *bytes, size_t len)
{
	if (request->too_long || len > sizeof(request->bytes) - request->len) {
		request->too_long = true;
		return;
	}
	memcpy(request->bytes + request->len, bytes, len);
	request->len += len;
}

void
kz_ask_attribute(
	struct kz_ask_request *request, const char *name, const char *value)
{
	size_t start, i;

	append(request, name, strlen(name));
	append(request, "=", 1);
	start = request->len;
	if (value != NULL)
		append(request, value, strlen(value));
	/* a line end in a name that a client chose must not become ours */
	for (i = start; i < request->len; i++)
		if ((unsigned char)request->bytes[i] < 0x20 ||
			request->bytes[i] == 0x7f)
			request->bytes[i] = '?';
	append(request, "\n", 1);
}

/* The socket's next blocking call ends at the deadline; false: it has passed */
static bool
bound(int fd, int option, int64_t deadline_ms)
{
	int64_t left_ms = deadline_ms - now_ms();
	struct timeval t = {
		.tv_sec = left_ms / 1000, .tv_usec = left_ms % 1000 * 1000};

	/* zero would mean: for ever */
	return left_ms > 0 &&
		setsockopt(fd, SOL_SOCKET, option, &t, sizeof(t)) == 0;
}

/* What a call that failed means. */
static const char *
reason(int error)
{
	/* how the kernel says that a bound has passed: EINPROGRESS for connect
	 */
	if (error == EAGAIN || error == EINPROGRESS || error == EALREADY)
		return "no answer in time";
	return strerrordesc_np(error);
}

/*
 * Blocking, with SO_SNDTIMEO: a unix socket whose queue is full is waited for
 * by the kernel, where a non-blocking one would have to be tried in a loop.
 */
static const char *
open_connection(
	const struct kz_ask_service *service, int64_t deadline_ms, int fd)
{
	while (bound(fd, SO_SNDTIMEO, deadline_ms)) {
		if (connect(fd, (const struct sockaddr *)&service->address,
			    service->address_len) == 0 ||
			errno == EISCONN)
			return NULL;
		if (errno != EINTR)
			return reason(errno);
	}
	return reason(EAGAIN);
}

static const char *
send_all(int fd, const char *bytes, size_t len, int64_t deadline_ms)
{
	ssize_t n;

	while (len > 0) {
		if (!bound(fd, SO_SNDTIMEO, deadline_ms))
			return reason(EAGAIN);
		n = send(fd, bytes, len, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR)
			return reason(errno);
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
	return NULL;
}

/* Up to the blank line, which is cut off; buffer becomes a string. */
static const char *
read_answer(int fd, char *buffer, int64_t deadline_ms)
{
	size_t len = 0;
	ssize_t n;
	char *end;

	while (len < ANSWER_SIZE - 1) {
		if (!bound(fd, SO_RCVTIMEO, deadline_ms))
			return reason(EAGAIN);
		n = recv(fd, buffer + len, ANSWER_SIZE - 1 - len, 0);
		if (n == 0)
			return "closed before the answer was whole";
		if (n < 0 && errno != EINTR)
			return reason(errno);
		if (n > 0)
			len += (size_t)n;
		buffer[len] = '\0';
		if (strlen(buffer) != len)
			return "nonsense instead of an answer";
		end = strstr(buffer, "\n\n");
		if (end != NULL) {
			*end = '\0';
			return NULL;
		}
	}
	return "the answer does not end";
}

/* RFC 5321 section 4.2: what may stand in a reply. */
static bool
copy_printable(const char *from, char to[KZ_ASK_TEXT_SIZE])
{
	size_t len = strlen(from), i;

	for (i = 0; i < len; i++)
		if (from[i] < 0x20 || from[i] > 0x7e)
			return false;
	if (len == 0 || len >= KZ_ASK_TEXT_SIZE)
		return false;
	memcpy(to, from, len + 1);
	return true;
}

static const char *
parse_answer(const char *answer_text, struct kz_ask_answer *answer)
{
	static const char action[] = "action=", later[] = "450 4.7.1 ",
			  prepend[] = "PREPEND ";
	struct kz_ask_answer parsed = {0};
	const char *what = answer_text + sizeof(action) - 1;
	bool sane = true;

	if (strncmp(answer_text, action, sizeof(action) - 1) != 0)
		return "nonsense instead of an answer";
	if (strncmp(what, later, sizeof(later) - 1) == 0) {
		parsed.defer = true;
		sane = copy_printable(what + sizeof(later) - 1, parsed.text);
	} else if (strncmp(what, prepend, sizeof(prepend) - 1) == 0) {
		what += sizeof(prepend) - 1;
		sane = strncmp(what, "X-Kizuki: ", 10) == 0 &&
			copy_printable(what, parsed.header);
	}
	/* an unknown action lets mail through, as DUNNO does */
	if (!sane)
		return "nonsense instead of an answer";
	*answer = parsed;
	return NULL;
}

static const char *
converse(const struct kz_ask_service *service,
	const struct kz_ask_request *request, struct kz_ask_answer *answer)
{
	int64_t deadline_ms = now_ms() + service->limit_ms;
	char buffer[ANSWER_SIZE];
	const char *why;
	int fd;

	fd = socket(service->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return reason(errno);
	why = open_connection(service, deadline_ms, fd);
	if (why == NULL)
		why = send_all(fd, request->bytes, request->len, deadline_ms);
	if (why == NULL)
		why = read_answer(fd, buffer, deadline_ms);
	(void)close(fd);
	return why != NULL ? why : parse_answer(buffer, answer);
}

/* A hung daemon costs nothing where its file says so.  A file that cannot be
 * looked at says nothing. */
static bool
looks_dead(const char *alive)
{
	struct stat st;

	return alive[0] != '\0' && stat(alive, &st) == 0 &&
		time(NULL) - st.st_mtim.tv_sec > ALIVE_AGE_S;
}

const char *
kz_ask(const struct kz_ask_service *service, struct kz_ask_request *request,
	struct kz_ask_answer *answer)
{
	append(request, "\n", 1);
	if (request->too_long)
		return "the question is too long";
	if (looks_dead(service->alive))
		return "no sign of life for some seconds";
	return converse(service, request, answer);
}
