/* SPDX-License-Identifier: ISC */
/*
 * result - the one way a kizuki function says how it went
 *
 * What:   every function that can fail returns enum kz_result and hands its
 *         value back through a pointer.  KZ_OK is 0; nothing else is success.
 * Rule:   KZ_MUST_CHECK stands on each such prototype.  A result dropped on
 *         purpose goes through KZ_IGNORE with the reason as its second word.
 * Errors: on any result but KZ_OK an output argument is left untouched,
 *         unless its own comment says otherwise.
 */
#ifndef KIZUKI_BASE_RESULT_H
#define KIZUKI_BASE_RESULT_H

/*
 * One list makes the enum and the texts.  Add at the end: the numbers cross
 * the socket to clients of another version.
 */
#define KZ_RESULT_LIST(X)                                                      \
	X(KZ_OK, "ok")                                                         \
	X(KZ_NOT_FOUND, "not found")                                           \
	X(KZ_EINVAL, "argument out of range")                                  \
	X(KZ_ETRUNC, "input too short or buffer too small")                    \
	X(KZ_EVERSION, "record of an unknown version")                         \
	X(KZ_ENOMEM, "out of memory")                                          \
	X(KZ_EIO, "input/output error")                                        \
	X(KZ_ETIMEOUT, "timed out")                                            \
	X(KZ_EBUSY, "deadlock or lock refused, try again")                     \
	X(KZ_EFULL, "a bound is reached")                                      \
	X(KZ_EFORMAT, "not of the expected form")

#define KZ_RESULT_ENUM(name, text) name,
enum kz_result { KZ_RESULT_LIST(KZ_RESULT_ENUM) };
#undef KZ_RESULT_ENUM

#define KZ_MUST_CHECK __attribute__((warn_unused_result))

/* Drop a result in the open; why is a string literal kept for the reader. */
#define KZ_IGNORE(call, why)                                                   \
	do {                                                                   \
		enum kz_result kz_ignored_ = (call);                           \
		(void)kz_ignored_;                                             \
		(void)sizeof("" why);                                          \
	} while (0)

/* Text for logs, static storage, never NULL (also for a number unknown). */
const char *kz_result_text(enum kz_result result);

#endif
