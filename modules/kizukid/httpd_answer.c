/* SPDX-License-Identifier: ISC */
#include "httpd_answer_priv.h"

#include <stdlib.h>
#include <string.h>

#include "kizuki/io/clock.h"

/* Of a long answer, at a time. */
#define STREAM_BLOCK ((size_t)32 << 10)

static enum MHD_Result
queue_response(struct MHD_Connection *connection, unsigned status,
	const char *type, struct MHD_Response *response)
{
	enum MHD_Result result = MHD_NO;

	if (MHD_add_response_header(
		    response, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_YES &&
		MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
			"no-store") == MHD_YES)
		result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

/* A long answer: the piece that is leaving, and the call for the next. */
struct stream {
	struct kz_call *call;
	struct kz_call_answer piece;
	size_t sent; /* octets of the piece */
};

static ssize_t
read_stream(void *arg, uint64_t position, char *bytes, size_t size)
{
	struct stream *stream = arg;
	const struct kz_now now = {
		.wall_s = kz_clock_now_s(), .mono_ms = kz_clock_mono_ms()};
	size_t len = 0;

	(void)position;
	if (stream->sent == stream->piece.len) {
		if (!stream->piece.more)
			return MHD_CONTENT_READER_END_OF_STREAM;
		kz_call_answer_end(&stream->piece);
		stream->sent = 0;
		if (kz_call_more(stream->call, &now, &stream->piece) != KZ_OK)
			return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	len = stream->piece.len - stream->sent;
	if (len > size)
		len = size;
	if (len > 0)
		memcpy(bytes, stream->piece.body + stream->sent, len);
	stream->sent += len;
	return (ssize_t)len;
}

static void
free_stream(void *arg)
{
	struct stream *stream = arg;

	kz_call_answer_end(&stream->piece);
	kz_call_close(&stream->call);
	free(stream);
}

enum MHD_Result
kz_httpd_stream(struct MHD_Connection *connection, struct kz_call **call,
	const struct kz_call_answer *answer)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	struct MHD_Response *response = NULL;

	if (stream != NULL)
		response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN,
			STREAM_BLOCK, read_stream, stream, free_stream);
	if (response == NULL) {
		free(answer->body);
		free(stream);
		return MHD_NO;
	}
	stream->call = *call;
	stream->piece = *answer;
	*call = NULL;
	return queue_response(
		connection, answer->status, answer->type, response);
}

enum MHD_Result
kz_httpd_answer(
	struct MHD_Connection *connection, const struct kz_call_answer *answer)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		answer->len, answer->body, MHD_RESPMEM_MUST_FREE);

	if (response == NULL) {
		free(answer->body);
		return MHD_NO;
	}
	return queue_response(
		connection, answer->status, answer->type, response);
}
