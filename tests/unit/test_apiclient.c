/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "canned_http.h"
#include "kizuki/io/apiclient.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Length: "

static char asked[CANNED_REQUEST];

static struct kz_api_answer
ask(const struct canned *canned, const struct kz_api_request *request,
	uint32_t limit_ms)
{
	struct kz_api *api = NULL;
	struct kz_api_answer answer = {0};

	assert_int_equal(
		kz_api_open(canned->socket.sun_path, limit_ms, &api), KZ_OK);
	assert_int_equal(kz_api_ask(api, request, &answer), KZ_OK);
	kz_api_close(&api);
	assert_null(api);
	return answer;
}

static void
an_answer_comes_with_status_and_body(void **state)
{
	static const char *const answers[] = {
		"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello",
		NULL};
	const struct kz_api_request get = {
		.method = "GET", .path = "/v1/sites/example1.jp?if=lasts"};
	struct canned canned;
	struct kz_api_answer answer;

	(void)state;
	canned_start(&canned, answers);
	answer = ask(&canned, &get, 5000);
	canned_stop(&canned, asked, sizeof(asked), false);
	assert_int_equal(answer.state, KZ_API_ANSWERED);
	assert_int_equal(answer.status, 404);
	assert_string_equal(answer.body, "hello");
	assert_int_equal(answer.len, 5);
	kz_api_answer_free(&answer);
	assert_non_null(
		strstr(asked, "GET /v1/sites/example1.jp?if=lasts HTTP/1.1"));
}

static void
a_body_is_posted_and_an_empty_answer_is_one(void **state)
{
	static const char *const answers[] = {
		OK_HEAD "0\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n", NULL};
	const struct kz_api_request post = {.method = "POST",
		.path = "/v1/x",
		.body = KZ_STR("{\"why\":\"known\"}")};
	const struct kz_api_request withdraw = {
		.method = "DELETE", .path = "/v1/x"};
	struct canned canned;
	struct kz_api_answer answer;

	(void)state;
	canned_start(&canned, answers);
	answer = ask(&canned, &post, 5000);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "");
	kz_api_answer_free(&answer);
	answer = ask(&canned, &withdraw, 5000);
	assert_int_equal(answer.status, 204);
	kz_api_answer_free(&answer);
	canned_stop(&canned, asked, sizeof(asked), false);
	assert_non_null(strstr(asked, "Content-Type: application/json\r\n"));
	assert_non_null(
		strstr(asked, "\r\n\r\n{\"why\":\"known\"}DELETE /v1/x"));
}

struct pieces {
	size_t len;
	char text[64];
	bool enough;
};

static bool
collect(void *arg, const char *bytes, size_t len)
{
	struct pieces *pieces = arg;

	assert_true(pieces->len + len < sizeof(pieces->text));
	memcpy(pieces->text + pieces->len, bytes, len);
	pieces->len += len;
	return !pieces->enough;
}

static void
a_file_goes_up_and_an_answer_comes_in_pieces(void **state)
{
	static const char *const answers[] = {OK_HEAD "6\r\n\r\nab\ncd\n",
		OK_HEAD "2\r\n\r\nab",
		"HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nno", NULL};
	char text[] = "line one\nline two\n";
	struct pieces pieces = {0};
	struct kz_api_request request = {.method = "POST",
		.path = "/v1/findings",
		.type = "application/x-ndjson",
		.take = collect,
		.arg = &pieces};
	struct canned canned;
	struct kz_api_answer answer;

	(void)state;
	canned_start(&canned, answers);
	request.upload = fmemopen(text, strlen(text), "r");
	assert_non_null(request.upload);
	answer = ask(&canned, &request, 5000);
	(void)fclose(request.upload);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.len, 0);
	assert_string_equal(pieces.text, "ab\ncd\n");
	kz_api_answer_free(&answer);
	/* who has enough ends it */
	request = (struct kz_api_request){.method = "GET",
		.path = "/v1/findings",
		.take = collect,
		.arg = &pieces};
	pieces.enough = true;
	answer = ask(&canned, &request, 5000);
	assert_int_equal(answer.state, KZ_API_BROKEN);
	/* an error's text is kept whole */
	answer = ask(&canned, &request, 5000);
	assert_int_equal(answer.status, 400);
	assert_string_equal(answer.body, "no");
	kz_api_answer_free(&answer);
	canned_stop(&canned, asked, sizeof(asked), false);
	assert_non_null(strstr(asked, "application/x-ndjson"));
	assert_non_null(strstr(asked, "line one\nline two\n"));
}

static void
failures_of_the_connection_are_told_apart(void **state)
{
	static const char *const answers[] = {"what is this",
		"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "silence",
		NULL};
	const struct kz_api_request get = {.method = "GET", .path = "/v1/x"};
	struct canned canned;

	(void)state;
	canned_start(&canned, answers);
	assert_int_equal(ask(&canned, &get, 5000).state, KZ_API_BROKEN);
	assert_int_equal(ask(&canned, &get, 5000).state, KZ_API_BROKEN);
	assert_int_equal(ask(&canned, &get, 50).state, KZ_API_TIMEOUT);
	/* root has every right: be nobody for a moment */
	assert_int_equal(chmod(canned.folder, 0700), 0);
	if (geteuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	else
		assert_int_equal(chmod(canned.folder, 0), 0);
	assert_int_equal(ask(&canned, &get, 5000).state, KZ_API_FORBIDDEN);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(canned.folder, 0700), 0);
	kill(canned.pid, SIGKILL);
	waitpid(canned.pid, NULL, 0);
	/* nobody listens, but the socket is still there */
	assert_int_equal(ask(&canned, &get, 5000).state, KZ_API_ABSENT);
	canned_stop(&canned, asked, sizeof(asked), true);
	assert_int_equal(ask(&canned, &get, 5000).state, KZ_API_ABSENT);
}

static void
an_endless_answer_is_cut(void **state)
{
	static char huge[(16 << 20) + 1024];
	const char *const answers[] = {huge, NULL};
	const struct kz_api_request get = {.method = "GET", .path = "/v1/x"};
	struct canned canned;

	(void)state;
	memset(huge, 'x', sizeof(huge) - 1);
	(void)snprintf(huge, 64, "HTTP/1.1 200 OK\r\n\r\n");
	huge[strlen(huge)] = 'x';
	canned_start(&canned, answers);
	assert_int_equal(ask(&canned, &get, 20000).state, KZ_API_TOO_LONG);
	canned_stop(&canned, asked, sizeof(asked), false);
}

static void
odd_requests_are_refused(void **state)
{
	char path[200];
	struct kz_api *api = NULL;
	struct kz_api_answer answer = {0};
	const struct kz_api_request get = {.method = "GET", .path = "v1"};

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(kz_api_open(path, 5000, &api), KZ_EINVAL);
	assert_int_equal(kz_api_open("/nonexistent/s", 5000, &api), KZ_OK);
	assert_int_equal(kz_api_ask(api, &get, &answer), KZ_EINVAL);
	kz_api_close(&api);
	kz_api_close(&api);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_comes_with_status_and_body),
		cmocka_unit_test(a_body_is_posted_and_an_empty_answer_is_one),
		cmocka_unit_test(a_file_goes_up_and_an_answer_comes_in_pieces),
		cmocka_unit_test(failures_of_the_connection_are_told_apart),
		cmocka_unit_test(an_endless_answer_is_cut),
		cmocka_unit_test(odd_requests_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
