/* SPDX-License-Identifier: ISC */
/*
 * httpd_answer_priv - an answer of kizuki/front/api.h becomes libmicrohttpd's
 *
 * What:   short ones leave as a whole, long ones are worded while they leave.
 * Owner:  the answer's body is taken over, whatever the result is.
 */
#ifndef KIZUKID_HTTPD_ANSWER_PRIV_H
#define KIZUKID_HTTPD_ANSWER_PRIV_H

#include <microhttpd.h>

#include "kizuki/front/api.h"

enum MHD_Result kz_httpd_answer(
	struct MHD_Connection *connection, const struct kz_call_answer *answer);

/*
 * The answer is the first of several pieces.  The call becomes the stream's:
 * *call is NULL then.
 */
enum MHD_Result kz_httpd_stream(struct MHD_Connection *connection,
	struct kz_call **call, const struct kz_call_answer *answer);

#endif
