/* SPDX-License-Identifier: ISC */
#include <bsd/stdlib.h>
#include <stdbool.h> /* before ldns, which has a bool of its own */
#include <stdlib.h>
#include <string.h>

#include <ldns/ldns.h>

#include "nsquery_priv.h"

#define HEADER_SIZE 12
/* The OPT record of RFC 6891 section 6.1.2 without options. */
#define EDNS_SIZE 11

/* Random bits for a question: its ID and the case of each octet. */
struct dice {
	uint16_t id;
	uint8_t bits[KZ_NSQUERY_QUESTION_SIZE / 8 + 1];
};

/* Case of the letters; a label's length (at most 63) is no letter. */
static void
mix_case(uint8_t *name, size_t len, const struct dice *dice)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] >= 'a' && name[i] <= 'z' &&
			(dice->bits[i / 8] >> (i % 8) & 1) != 0)
			name[i] = (uint8_t)(name[i] - 'a' + 'A');
}

static uint8_t
lower(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet - 'A' + 'a')
					    : octet;
}

static bool
same_but_case(const uint8_t *left, const uint8_t *right, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (lower(left[i]) != lower(right[i]))
			return false;
	return true;
}

enum kz_result
kz_nsquery_write_question(struct kz_nsquery_job *job)
{
	enum kz_result result = KZ_EINVAL;
	const char *name = job->name.len == 0 ? "." : job->name.text;
	ldns_pkt *packet = NULL;
	uint8_t *wire = NULL;
	size_t len = 0;
	struct dice dice;

	if (ldns_pkt_query_new_frm_str(&packet, name, (ldns_rr_type)job->rrtype,
		    LDNS_RR_CLASS_IN, 0) != LDNS_STATUS_OK)
		return KZ_EINVAL;
	/* one call: arc4random of libbsd asks for the process at each */
	arc4random_buf(&dice, sizeof(dice));
	job->id = dice.id;
	ldns_pkt_set_id(packet, job->id);
	ldns_pkt_set_edns_udp_size(packet, KZ_NSQUERY_UDP_PAYLOAD);
	/* What is signed is seen by these two; the rest stays small. */
	ldns_pkt_set_edns_do(packet,
		job->rrtype == LDNS_RR_TYPE_SOA ||
			job->rrtype == LDNS_RR_TYPE_DNSKEY);
	if (ldns_pkt2wire(&wire, packet, &len) == LDNS_STATUS_OK &&
		len > HEADER_SIZE + EDNS_SIZE && len <= sizeof(job->question)) {
		memcpy(job->question, wire, len);
		job->edns_len = EDNS_SIZE;
		job->question_len = len - EDNS_SIZE;
		mix_case(job->question + HEADER_SIZE,
			job->question_len - HEADER_SIZE - 4, &dice);
		result = KZ_OK;
	}
	free(wire);
	ldns_pkt_free(packet);
	return result;
}

size_t
kz_nsquery_present_question(const struct kz_nsquery_job *job, bool with_edns,
	uint8_t question[KZ_NSQUERY_QUESTION_SIZE])
{
	size_t len = job->question_len + job->edns_len;

	memcpy(question, job->question, len);
	if (job->plain)
		for (size_t i = HEADER_SIZE; i < job->question_len - 4; i++)
			question[i] = lower(question[i]);
	if (with_edns)
		return len;
	question[11] = 0; /* ARCOUNT */
	return job->question_len;
}

enum kz_nsquery_match
kz_nsquery_compare(
	const struct kz_nsquery_job *job, const uint8_t *packet, size_t len)
{
	const uint8_t *asked = job->question + HEADER_SIZE;
	size_t asked_len = job->question_len - HEADER_SIZE;
	uint8_t rcode;
	bool questions_one;

	if (len < HEADER_SIZE || packet[0] != job->id >> 8 ||
		packet[1] != (job->id & 0xff) || /* ID */
		(packet[2] & 0xf8) != 0x80)      /* QR, OPCODE QUERY */
		return KZ_NSQUERY_GARBAGE;
	rcode = packet[3] & 0x0f;
	questions_one = packet[4] == 0 && packet[5] == 1;
	/* who cannot parse EDNS may send back the header alone */
	if ((rcode == LDNS_RCODE_FORMERR || rcode == LDNS_RCODE_NOTIMPL) &&
		!questions_one)
		return job->edns_refused ? KZ_NSQUERY_ANSWER
					 : KZ_NSQUERY_NO_EDNS;
	if (!questions_one || len < job->question_len)
		return KZ_NSQUERY_GARBAGE;
	if (!same_but_case(packet + HEADER_SIZE, asked, asked_len - 4) ||
		memcmp(packet + job->question_len - 4,
			job->question + job->question_len - 4, 4) != 0)
		return KZ_NSQUERY_GARBAGE;
	if ((rcode == LDNS_RCODE_FORMERR || rcode == LDNS_RCODE_NOTIMPL) &&
		!job->edns_refused)
		return KZ_NSQUERY_NO_EDNS;
	if (!job->plain && memcmp(packet + HEADER_SIZE, asked, asked_len) != 0)
		return KZ_NSQUERY_OTHER_CASE;
	return KZ_NSQUERY_ANSWER;
}
