/* SPDX-License-Identifier: ISC */
/*
 * kizuki - what Exim's ${dlfunc calls
 *
 * What:   kz_ready, kz_check, kz_text, kz_header and kz_commit, called by the
 *         fragments in exim-conf/.  Each returns OK with a word of our own:
 *         any other result would make Exim answer 451 (measured, 4.96).
 * Errors: whatever goes wrong, the word is "accept"; one log line for each
 *         connection says why, and the rest of it is not delayed again.
 * Not:    no local_scan: Exim refuses all mail when it cannot load one.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DLFUNC_IMPL
#include <local_scan.h>

#include "ask_priv.h"

/* Resolved in Exim's process; absent where a test loads us. */
#pragma weak expand_string
#pragma weak log_write
#pragma weak sender_host_name

#define PAUSE_S    30 /* after a failure this process does not ask for so long */
#define HELO_SHOWN 255

#pragma GCC visibility push(default)
exim_dlfunc_t kz_ready, kz_check, kz_text, kz_header, kz_commit;
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
} here;

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

/*
 * argv: socket, options, stage, message number.  False: the answer is accept,
 * whatever the reason.
 */
static bool
ask(const char *state, int argc, uschar *argv[], struct kz_ask_answer *answer)
{
	struct kz_ask_request request = {.len = 0};
	struct kz_ask_service service;
	int64_t since_ms = monotonic_ms();
	const char *why;

	if (time(NULL) < here.pause_until)
		return false;
	why = kz_ask_service_parse(
		(const char *)argv[0], (const char *)argv[1], &service);
	if (why == NULL) {
		kz_ask_attribute(&request, "request", "smtpd_access_policy");
		kz_ask_attribute(&request, "protocol_state", state);
		kz_ask_attribute(
			&request, "policy_context", (const char *)argv[2]);
		add_instance(&request, (const char *)argv[3]);
		add_session(&request);
		kz_ask_attribute(&request, "recipient",
			argc > 4 ? (const char *)argv[4] : NULL);
		if (argc > 5)
			kz_ask_attribute(
				&request, "kz_spf", (const char *)argv[5]);
		if (argc > 6)
			kz_ask_attribute(
				&request, "kz_dnswl", (const char *)argv[6]);
		why = kz_ask(&service, &request, answer);
	}
	if (why != NULL)
		give_up(why, since_ms);
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

/*
 * ${dlfunc{SO}{kz_check}{SOCKET}{OPTIONS}{STAGE}{MESSAGE}{RECIPIENT}
 * {SPF}{DNSWL}}: "accept" or "defer"
 */
int
kz_check(uschar **yield, int argc, uschar *argv[])
{
	struct kz_ask_answer answer = {0};
	char helo[HELO_SHOWN + 1];

	begin();
	*yield = word("accept");
	if (argc < 5 || expand("$sender_host_address")[0] == '\0')
		return OK;
	if (strcmp(here.let_in, (const char *)argv[3]) != 0)
		here.header[0] = '\0';
	if (!ask("RCPT", argc, argv, &answer))
		return OK;
	if (answer.defer) {
		show_helo(helo);
		(void)snprintf(here.reply, sizeof(here.reply),
			"<%s>: Helo command rejected: %s", helo, answer.text);
		*yield = word("defer");
		return OK;
	}
	(void)snprintf(
		here.let_in, sizeof(here.let_in), "%s", (const char *)argv[3]);
	if (answer.header[0] != '\0')
		memcpy(here.header, answer.header, sizeof(here.header));
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
 * ${dlfunc{SO}{kz_commit}{SOCKET}{OPTIONS}{STAGE}{MESSAGE}}: "".  Tells
 * kizukid that the mail came to its end; silent where nobody had asked, as
 * for a mail to postmaster alone.
 */
int
kz_commit(uschar **yield, int argc, uschar *argv[])
{
	struct kz_ask_answer answer = {0};

	begin();
	*yield = word("");
	if (argc < 4 || here.let_in[0] == '\0' ||
		strcmp(here.let_in, (const char *)argv[3]) != 0)
		return OK;
	here.let_in[0] = '\0';
	(void)ask("END-OF-MESSAGE", 4, argv, &answer);
	return OK;
}
