/* SPDX-License-Identifier: ISC */
#include "kizuki/core/spfcheck.h"

#include <string.h>

#include "kizuki/base/addr.h"

#define BLOCK UINT32_C(0x1000000) /* addresses with one first octet */
#define HALF  (UINT64_C(1) << 31)

static const char too_many[] = "more than 10 look-ups";
static const char syntax[] = "syntax error";

void
kz_spfcheck_begin(struct kz_spfcheck *check, const struct kz_name *domain)
{
	memset(check, 0, sizeof(*check));
	check->names[0] = *domain;
	check->passes[0] = true;
	check->count = 1;
}

bool
kz_spfcheck_next(const struct kz_spfcheck *check, struct kz_name *name)
{
	if (check->fault != NULL || check->next == check->count)
		return false;
	*name = check->names[check->next];
	return true;
}

static int
lower(char octet)
{
	return octet >= 'A' && octet <= 'Z' ? octet - 'A' + 'a' : octet;
}

/* The word at the start of text, in any case. */
static bool
starts(struct kz_str text, const char *word)
{
	size_t len = strlen(word);

	if (text.len < len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (lower(text.ptr[i]) != word[i])
			return false;
	}
	return true;
}

static struct kz_str
skip(struct kz_str text, size_t len)
{
	return (struct kz_str){text.ptr + len, text.len - len};
}

static void
blame(struct kz_spfcheck *check, const char *fault)
{
	if (check->fault != NULL)
		return;
	check->fault = fault;
	check->fault_at = check->names[check->next];
}

/* A decimal number up to most, all of text. */
static bool
number(struct kz_str text, uint32_t most, uint32_t *value)
{
	uint32_t made = 0;

	if (text.len == 0 || text.len > 3)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		made = made * 10 + (uint32_t)(text.ptr[i] - '0');
	}
	*value = made;
	return made <= most;
}

static size_t
find(struct kz_str text, char octet)
{
	const char *at =
		text.len == 0 ? NULL : memchr(text.ptr, octet, text.len);

	return at == NULL ? text.len : (size_t)(at - text.ptr);
}

/* One more term that costs look-ups. */
static void
count_term(struct kz_spfcheck *check)
{
	if (++check->terms > KZ_SPFCHECK_TERMS)
		blame(check, too_many);
}

static void
follow(struct kz_spfcheck *check, struct kz_str domain, bool passes)
{
	struct kz_name name;

	if (check->fault != NULL)
		return;
	if (find(domain, '%') < domain.len) {
		check->unsure = true;
		return;
	}
	if (kz_name_parse(domain, &name) != KZ_OK || name.len == 0) {
		blame(check, syntax);
		return;
	}
	if (check->count > KZ_SPFCHECK_TERMS) {
		blame(check, too_many);
		return;
	}
	check->names[check->count] = name;
	check->passes[check->count++] = passes;
}

/* "/24", "//64", "/24//64" behind a or mx. */
static bool
cidr_good(struct kz_str text)
{
	size_t second;
	uint32_t value;

	if (text.len == 0)
		return true;
	if (starts(text, "//"))
		return number(skip(text, 2), 128, &value);
	if (text.ptr[0] != '/')
		return false;
	text = skip(text, 1);
	second = find(text, '/');
	if (!number((struct kz_str){text.ptr, second}, 32, &value))
		return false;
	text = skip(text, second);
	return text.len == 0 ||
		(starts(text, "//") && number(skip(text, 2), 128, &value));
}

/* A name with or without macros; empty is none. */
static bool
domain_good(struct kz_str text)
{
	struct kz_name name;

	if (find(text, '%') < text.len)
		return true;
	return text.len > 0 && kz_name_parse(text, &name) == KZ_OK;
}

/* What follows "a", "mx" or "ptr". */
static void
take_host(struct kz_spfcheck *check, struct kz_str rest, bool cidr)
{
	size_t slash = find(rest, '/');
	struct kz_str domain = {rest.ptr, slash};

	count_term(check);
	if ((slash < rest.len && !cidr) || !cidr_good(skip(rest, slash)) ||
		(domain.len > 0 &&
			(domain.ptr[0] != ':' ||
				!domain_good(skip(domain, 1)))))
		blame(check, syntax);
}

static void
cover(struct kz_spfcheck *check, const struct kz_addr *addr, uint32_t prefix)
{
	uint32_t first = addr->bytes[0];
	uint32_t blocks = prefix < 8 ? UINT32_C(1) << (8 - prefix) : 1;
	uint32_t size = prefix < 8 ? BLOCK : UINT32_C(1) << (32 - prefix);

	first &= ~(blocks - 1);
	for (uint32_t i = first; i < first + blocks && i < 256; i++)
		check->covered[i] = BLOCK - check->covered[i] < size
			? BLOCK
			: check->covered[i] + size;
}

static void
take_net(struct kz_spfcheck *check, struct kz_str rest, uint8_t family,
	bool passes)
{
	uint32_t most = family == KZ_ADDR_V4 ? 32 : 128;
	size_t slash = find(rest, '/');
	struct kz_addr addr;
	uint32_t prefix = most;

	if (kz_addr_parse((struct kz_str){rest.ptr, slash}, &addr) != KZ_OK ||
		/* "::ffff:10.0.0.1" is an IPv4 address to us, and legal. */
		(addr.family != family && family == KZ_ADDR_V4) ||
		(slash < rest.len &&
			!number(skip(rest, slash + 1), most, &prefix))) {
		blame(check, syntax);
		return;
	}
	if (passes && family == KZ_ADDR_V4)
		cover(check, &addr, prefix);
	else if (passes && prefix <= 1)
		check->all = true;
}

/* How one record is read. */
struct reading {
	bool passes; /* a match passes the mail */
	bool ended;  /* behind "all" nothing is evaluated any more */
	bool exp;    /* seen */
	bool redirect;
	struct kz_str target;
};

static void
take_all(struct kz_spfcheck *check, struct reading *reading, bool plus)
{
	if (!reading->ended && plus && reading->passes)
		check->all = true;
	reading->ended = true;
}

/* A term whose look-ups nobody makes is only read. */
static void
take_mechanism(struct kz_spfcheck *check, struct reading *reading,
	struct kz_str term, bool plus)
{
	unsigned terms = check->terms;
	size_t end = find(term, ':') < find(term, '/') ? find(term, ':')
						       : find(term, '/');
	struct kz_str word = {term.ptr, end};
	struct kz_str rest = skip(term, end);
	bool passes = plus && reading->passes && !reading->ended;

	if (word.len == 3 && starts(word, "all") && rest.len == 0) {
		take_all(check, reading, plus);
	} else if (word.len == 7 && starts(word, "include") && rest.len > 1 &&
		rest.ptr[0] == ':') {
		if (reading->ended)
			return;
		count_term(check);
		follow(check, skip(rest, 1), passes);
	} else if ((word.len == 1 && starts(word, "a")) ||
		(word.len == 2 && starts(word, "mx"))) {
		take_host(check, rest, true);
	} else if (word.len == 3 && starts(word, "ptr")) {
		take_host(check, rest, false);
	} else if (word.len == 3 && starts(word, "ip4") && rest.len > 1) {
		take_net(check, skip(rest, 1), KZ_ADDR_V4, passes);
	} else if (word.len == 3 && starts(word, "ip6") && rest.len > 1) {
		take_net(check, skip(rest, 1), KZ_ADDR_V6, passes);
	} else if (word.len == 6 && starts(word, "exists") && rest.len > 1 &&
		rest.ptr[0] == ':' && domain_good(skip(rest, 1))) {
		count_term(check);
	} else {
		blame(check, syntax);
	}
	if (reading->ended && check->fault == too_many && terms <= 10)
		check->fault = NULL;
	if (reading->ended)
		check->terms = terms;
}

static bool
modifier_name(struct kz_str name)
{
	for (size_t i = 0; i < name.len; i++) {
		int octet = lower(name.ptr[i]);
		bool letter = octet >= 'a' && octet <= 'z';

		if (!letter &&
			(i == 0 ||
				!((octet >= '0' && octet <= '9') ||
					octet == '-' || octet == '_' ||
					octet == '.')))
			return false;
	}
	return name.len > 0;
}

static void
take_modifier(struct kz_spfcheck *check, struct reading *reading,
	struct kz_str term, size_t equals)
{
	struct kz_str name = {term.ptr, equals};
	struct kz_str value = skip(term, equals + 1);

	if (!modifier_name(name)) {
		blame(check, syntax);
	} else if (name.len == 8 && starts(name, "redirect")) {
		if (reading->redirect || !domain_good(value))
			blame(check, syntax);
		reading->redirect = true;
		reading->target = value;
	} else if (name.len == 3 && starts(name, "exp")) {
		if (reading->exp || !domain_good(value))
			blame(check, syntax);
		reading->exp = true;
	}
}

static void
take_term(
	struct kz_spfcheck *check, struct reading *reading, struct kz_str term)
{
	size_t equals = find(term, '=');
	bool plus = true;

	/* "=" behind ":" or "/" belongs to a name. */
	if (equals < find(term, ':') && equals < find(term, '/') &&
		equals < term.len) {
		take_modifier(check, reading, term, equals);
		return;
	}
	if (term.ptr[0] == '+' || term.ptr[0] == '-' || term.ptr[0] == '~' ||
		term.ptr[0] == '?') {
		plus = term.ptr[0] == '+';
		term = skip(term, 1);
	}
	take_mechanism(check, reading, term, plus);
}

static void
take_record(struct kz_spfcheck *check, struct kz_str record)
{
	struct reading reading = {.passes = check->passes[check->next]};

	record = skip(record, strlen("v=spf1"));
	while (record.len > 0 && check->fault == NULL) {
		size_t end = find(record, ' ');

		if (end > 0)
			take_term(check, &reading,
				(struct kz_str){record.ptr, end});
		record = skip(record, end < record.len ? end + 1 : end);
	}
	/* With "all" there is no way to the redirection. */
	if (!reading.redirect || reading.ended || check->fault != NULL)
		return;
	count_term(check);
	if (check->fault == NULL)
		follow(check, reading.target, reading.passes);
}

static bool
is_spf(struct kz_str record)
{
	static const char version[] = "v=spf1";
	size_t len = sizeof(version) - 1;

	return starts(record, version) &&
		(record.len == len || record.ptr[len] == ' ');
}

void
kz_spfcheck_answer(struct kz_spfcheck *check, bool failed,
	const struct kz_str *records, size_t count)
{
	const struct kz_str *found = NULL;
	size_t seen = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_spf(records[i]))
			continue;
		found = &records[i];
		seen++;
	}
	if (failed)
		check->unsure = true;
	else if (seen > 1)
		blame(check, "more than one record");
	else if (seen == 0 && check->next > 0)
		blame(check, "include or redirect without a record");
	if (check->next == 0)
		check->present = seen > 0;
	if (!failed && seen == 1)
		take_record(check, *found);
	check->next++;
}

bool
kz_spfcheck_allows_all(const struct kz_spfcheck *check)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < 256; i++)
		sum += check->covered[i];
	return check->all || sum >= HALF;
}
