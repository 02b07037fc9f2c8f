/* SPDX-License-Identifier: ISC */
/* What a resolver complains of: reasons to look, never evidence. */
#include <string.h>

#include "logline_priv.h"
#include "logscan_priv.h"

void
kz_logscan_hint(const struct logscan_in *in, const struct kz_name *domain,
	enum kz_symptom symptom)
{
	struct kz_finding finding =
		kz_logscan_finding(in, domain, symptom, domain);

	if (domain->len > 0)
		kz_logscan_tell(in, &finding);
}

/* What the resolver complains of; about whom is the zone's to say. */
bool
kz_logscan_server(const struct logscan_in *in, const struct kz_logline *line)
{
	static const struct kz_str lame = KZ_STR_INIT("unexpected RCODE");
	struct kz_logsaid said = {.fate = KZ_LOGFATE_NOTHING};
	struct kz_finding finding;
	enum kz_symptom symptom = KZ_SYM_LOG_NS_UNREACHABLE;
	struct kz_str text = line->text;
	char addr[KZ_ADDR_TEXT_SIZE];

	if (kz_name_parse(line->name, &said.domain) != KZ_OK ||
		said.domain.len == 0)
		return false;
	for (size_t i = 0; i + lame.len <= text.len; i++)
		if (memcmp(text.ptr + i, lame.ptr, lame.len) == 0)
			symptom = KZ_SYM_LOG_NS_LAME;
	if (text.len >= 11 && memcmp(text.ptr, "lame server", 11) == 0)
		symptom = KZ_SYM_LOG_NS_LAME;
	/* Our own line, whoever is asked. */
	if (text.len >= 19 && memcmp(text.ptr, "network unreachable", 19) == 0)
		return false;
	if (line->addr.len > 0 &&
		kz_addr_parse(line->addr, &said.addr) != KZ_OK)
		return false;
	finding = kz_logscan_finding(in, &said.domain, symptom, &said.domain);
	if (said.addr.family != KZ_ADDR_NONE) {
		(void)kz_addr_format(&said.addr, addr);
		memcpy(finding.object, addr, strlen(addr) + 1);
	}
	kz_logscan_tell(in, &finding);
	return true;
}

/* What stands between begin and the next blank; empty: begin is not there. */
static struct kz_str
word_behind(struct kz_str text, struct kz_str begin)
{
	size_t at = kz_logline_find(text, begin);

	if (at == text.len)
		return (struct kz_str){"", 0};
	at += begin.len;
	return kz_logline_until(
		(struct kz_str){text.ptr + at, text.len - at}, ' ');
}

/*
 * Unbound: "validation failure", "at zone ZONE. from ADDR got REFUSED", "at
 * zone ZONE. upstream server timeout"; what it only remembers is not told.
 */
bool
kz_logscan_servfail(const struct logscan_in *in, const struct kz_logline *line)
{
	struct kz_str zone = word_behind(line->text, KZ_STR(" at zone "));
	struct kz_str server = word_behind(line->text, KZ_STR(". from "));
	struct kz_logline told = {.kind = KZ_LOGLINE_SERVER,
		.name = zone.len > 0 ? zone : line->name,
		.text = line->text};
	struct kz_name name;

	if (kz_logline_begins(line->text, KZ_STR("validation failure"))) {
		if (kz_name_parse(line->name, &name) != KZ_OK || name.len == 0)
			return false;
		kz_logscan_hint(in, &name, KZ_SYM_DNSSEC_BOGUS);
		return true;
	}
	if (kz_logline_find(line->text, KZ_STR(" got ")) < line->text.len) {
		told.text = KZ_STR("unexpected RCODE");
		told.addr = server;
	} else if (kz_logline_find(line->text, KZ_STR("timeout")) ==
		line->text.len) {
		return false;
	}
	return kz_logscan_server(in, &told);
}
