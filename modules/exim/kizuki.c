/* SPDX-License-Identifier: ISC */
/*
 * kizuki - what Exim's ${dlfunc and its local_scan call
 *
 * What:   kz_ready, kz_check, kz_text, kz_header and kz_commit, called by the
 *         fragments in exim-conf/.  Each returns OK with a word of our own:
 *         any other result would make Exim answer 451 (measured, 4.96).
 *         local_scan, called where local_scan_path names this library, does
 *         what kz_commit and kz_header do in the DATA ACL.
 * Errors: whatever goes wrong, the word is "accept"; one log line for each
 *         connection says why, and the rest of it is not delayed again.
 *         local_scan accepts always: it is no place for an opinion.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DLFUNC_IMPL
#define LOCAL_SCAN
#include <local_scan.h>

#include "ask_priv.h"

/* Resolved in Exim's process; absent where a test loads us. */
#pragma weak expand_string
#pragma weak header_add
#pragma weak host_checking
#pragma weak log_write
#pragma weak sender_host_name

#define PAUSE_S     30 /* after a failure this process does not ask for so long */
#define HELO_SHOWN  255
#define STAGE_SIZE  16  /* of the longest word, and more */
#define HEADER_TYPE ' ' /* Exim's word for a header of no special kind */

#pragma GCC visibility push(default)
exim_dlfunc_t kz_ready, kz_check, kz_text, kz_header, kz_commit;
int local_scan_version_major(void);
int local_scan_version_minor(void);
#pragma GCC visibility pop

/* One process serves one connection: this is what we know of it. */
static struct {
	pid_t pid; /* of whom all this is true */
	int64_t began_us;
	bool logged;
	time_t pause_until;
	char let_in[24]; /* the message of which kizukid let in a recipient */
	char reply[HELO_SHOWN + 64 + KZ_ASK_TEXT_SIZE];
	char header[KZ_ASK_TEXT_SIZE];
	/* Whom kz_check asked, for local_scan: it is given no arguments. */
	struct kz_ask_service service;
	char stage[STAGE_SIZE];
} here;

/* What one question says beside the session. */
struct question {
	const char *state;
	const char *stage;
	const char *message;
	const char *recipient; /* NULL: none */
	const char *spf;       /* NULL: nothing said, as dnswl */
	const char *dnswl;
};

static void
begin(void)
{
	struct timespec t;

	if (here.pid == getpid())
		return;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	memset(&here, 0, sizeof(here));
	here.pid = getpid();
	here.began_us = (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* A constant as Exim's type of string, which has no const. */
static uschar *
word(const char *text)
{
	union {
		const char *in;
		uschar *out;
	} cast = {.in = text};

	return cast.out;
}

static const char *
expand(const char *what)
{
	uschar *value;

	if (expand_string == NULL)
		return "";
	value = expand_string(word(what));
	return value == NULL ? "" : (const char *)value;
}

static int64_t
monotonic_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
give_up(const char *why, int64_t since_ms)
{
	here.pause_until = time(NULL) + PAUSE_S;
	if (here.logged || log_write == NULL)
		return;
	here.logged = true;
	log_write(0, LOG_MAIN, "kizuki: not asked, mail goes on: %s (%ld ms)",
		why, (long)(monotonic_ms() - since_ms));
}

/* Host, process, its start and the message's number name a message. */
static void
add_instance(struct kz_ask_request *request, const char *message)
{
	char instance[300];

	(void)snprintf(instance, sizeof(instance), "%.200s.%ld.%llx.%.20s",
		expand("$primary_hostname"), (long)here.pid,
		(unsigned long long)here.began_us, message);
	kz_ask_attribute(request, "instance", instance);
}

static void
add_session(struct kz_ask_request *request)
{
	const uschar *name = NULL;

	kz_ask_attribute(
		request, "client_address", expand("$sender_host_address"));
	kz_ask_attribute(request, "helo_name", expand("$sender_helo_name"));
	kz_ask_attribute(request, "sender", expand("$sender_address"));
	/*
	 * Not expanded: that would make Exim look the name up now.  Where it
	 * has one, it has confirmed it (host_lookup).
	 */
	if (&sender_host_name != NULL)
		name = sender_host_name;
	kz_ask_attribute(request, "client_name", (const char *)name);
	kz_ask_attribute(request, "sasl_username", expand("$authenticated_id"));
}

/* False: the answer is accept, whatever the reason. */
static bool
ask(const struct kz_ask_service *service, const struct question *question,
	struct kz_ask_answer *answer)
{
	struct kz_ask_request request = {.len = 0};
	int64_t since_ms = monotonic_ms();
	const char *why;

	if (time(NULL) < here.pause_until)
		return false;
	kz_ask_attribute(&request, "request", "smtpd_access_policy");
	kz_ask_attribute(&request, "protocol_state", question->state);
	kz_ask_attribute(&request, "policy_context", question->stage);
	add_instance(&request, question->message);
	add_session(&request);
	kz_ask_attribute(&request, "recipient", question->recipient);
	if (question->spf != NULL)
		kz_ask_attribute(&request, "kz_spf", question->spf);
	if (question->dnswl != NULL)
		kz_ask_attribute(&request, "kz_dnswl", question->dnswl);
	why = kz_ask(service, &request, answer);
	if (why != NULL)
		give_up(why, since_ms);
	return why == NULL;
}

/* argv: socket, options.  False: they name nobody who could be asked. */
static bool
find_service(uschar *argv[], struct kz_ask_service *service)
{
	const char *why = kz_ask_service_parse(
		(const char *)argv[0], (const char *)argv[1], service);

	if (why != NULL)
		give_up(why, monotonic_ms());
	return why == NULL;
}

/* The HELO name as a reply may show it: nothing of it is taken on trust. */
static void
show_helo(char shown[HELO_SHOWN + 1])
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789._:[]-";
	const char *helo = expand("$sender_helo_name");
	size_t i;

	for (i = 0; i < HELO_SHOWN && helo[i] != '\0'; i++) {
		shown[i] = helo[i];
		if (strchr(allowed, shown[i]) == NULL)
			shown[i] = '?';
	}
	shown[i] = '\0';
}

/* ${dlfunc{SO}{kz_ready}}: "*", so that a host list can tell that we load. */
int
kz_ready(uschar **yield, int argc, uschar *argv[])
{
	(void)argc;
	(void)argv;
	*yield = word("*");
	return OK;
}

static void
make_reply(const char *text)
{
	char helo[HELO_SHOWN + 1];

	show_helo(helo);
	(void)snprintf(here.reply, sizeof(here.reply),
		"<%s>: Helo command rejected: %s", helo, text);
}

/* Remember whom to tell of the end of this message. */
static void
let_in(const struct kz_ask_service *service, const struct question *question,
	const char *header)
{
	here.service = *service;
	(void)snprintf(here.stage, sizeof(here.stage), "%s", question->stage);
	(void)snprintf(
		here.let_in, sizeof(here.let_in), "%s", question->message);
	if (header[0] != '\0')
		memcpy(here.header, header, sizeof(here.header));
}

/*
 * ${dlfunc{SO}{kz_check}{SOCKET}{OPTIONS}{STAGE}{MESSAGE}{RECIPIENT}
 * {SPF}{DNSWL}}: "accept" or "defer"
 */
int
kz_check(uschar **yield, int argc, uschar *argv[])
{
	struct kz_ask_answer answer = {0};
	struct kz_ask_service service;
	struct question question = {.state = "RCPT"};

	begin();
	*yield = word("accept");
	if (argc < 5 || expand("$sender_host_address")[0] == '\0')
		return OK;
	question.stage = (const char *)argv[2];
	question.message = (const char *)argv[3];
	question.recipient = (const char *)argv[4];
	question.spf = argc > 5 ? (const char *)argv[5] : NULL;
	question.dnswl = argc > 6 ? (const char *)argv[6] : NULL;
	if (strcmp(here.let_in, question.message) != 0)
		here.header[0] = '\0';
	if (!find_service(argv, &service) || !ask(&service, &question, &answer))
		return OK;
	if (answer.defer) {
		make_reply(answer.text);
		*yield = word("defer");
	} else {
		let_in(&service, &question, answer.header);
	}
	return OK;
}

/* ${dlfunc{SO}{kz_text}}: the words of the last "defer", after "450 4.7.1 " */
int
kz_text(uschar **yield, int argc, uschar *argv[])
{
	(void)argc;
	(void)argv;
	begin();
	*yield = word(
		here.reply[0] != '\0' ? here.reply : "Please try again later");
	return OK;
}

/* ${dlfunc{SO}{kz_header}}: a header line that kizukid wants added, or "" */
int
kz_header(uschar **yield, int argc, uschar *argv[])
{
	(void)argc;
	(void)argv;
	begin();
	*yield = word(here.header);
	return OK;
}

/*
 * Whether kizukid let in a recipient of this message and was not told of its
 * end; a mail to postmaster alone is none of its business.  exim -bh only
 * plays: its message is thrown away.
 */
static bool
to_be_told(const char *message)
{
	if (here.let_in[0] == '\0' || strcmp(here.let_in, message) != 0 ||
		(&host_checking != NULL && host_checking))
		return false;
	here.let_in[0] = '\0';
	return true;
}

/*
 * ${dlfunc{SO}{kz_commit}{SOCKET}{OPTIONS}{STAGE}{MESSAGE}}: "".  Tells
 * kizukid that the mail came to its end.
 */
int
kz_commit(uschar **yield, int argc, uschar *argv[])
{
	struct question question = {.state = "END-OF-MESSAGE"};
	struct kz_ask_answer answer = {0};
	struct kz_ask_service service;

	begin();
	*yield = word("");
	if (argc < 4 || !to_be_told((const char *)argv[3]) ||
		!find_service(argv, &service))
		return OK;
	question.stage = (const char *)argv[2];
	question.message = (const char *)argv[3];
	(void)ask(&service, &question, &answer);
	return OK;
}

/* Exim calls nothing of a library of another major number, or a newer minor. */
int
local_scan_version_major(void)
{
	return LOCAL_SCAN_ABI_VERSION_MAJOR;
}

int
local_scan_version_minor(void)
{
	return LOCAL_SCAN_ABI_VERSION_MINOR;
}

/*
 * Called after the DATA ACL; where that has told kizukid already, nothing is
 * left to do.  Exim resets the message's number with each message, and so one
 * that never came to its end is not taken for the next.
 */
int
local_scan(int fd, uschar **return_text)
{
	struct question question = {
		.state = "END-OF-MESSAGE",
		.stage = here.stage,
		.message = expand("$acl_m_kz_message"),
	};
	struct kz_ask_answer answer = {0};

	(void)fd;
	(void)return_text;
	begin();
	if (!to_be_told(question.message))
		return LOCAL_SCAN_ACCEPT;
	if (here.header[0] != '\0' && header_add != NULL)
		header_add(HEADER_TYPE, "%s\n", here.header);
	(void)ask(&here.service, &question, &answer);
	return LOCAL_SCAN_ACCEPT;
}
