/* SPDX-License-Identifier: ISC */
/* What is known of a message from its first try to its end. */
#include <string.h>

#include "logscan_priv.h"

struct kz_logscan_message *
kz_logscan_message(const struct logscan_in *in, bool make)
{
	size_t set = (size_t)in->queue % (KZ_LOGSCAN_MESSAGES / 4) * 4;
	struct kz_logscan_message *oldest = &in->scan->messages[set];

	if (in->queue == 0)
		return NULL;
	for (size_t i = set; i < set + 4; i++) {
		struct kz_logscan_message *message = &in->scan->messages[i];

		if (message->key == in->queue)
			return message;
		if (message->last_s < oldest->last_s)
			oldest = message;
	}
	if (!make)
		return NULL;
	*oldest = (struct kz_logscan_message){
		.key = in->queue, .last_s = in->when_s};
	return oldest;
}

void
kz_logscan_message_note(
	const struct logscan_in *in, const struct kz_logsaid *said, bool tried)
{
	bool dead = said->fate == KZ_LOGFATE_DEAD && tried;
	/* What was taken at the first try is of no further interest. */
	struct kz_logscan_message *message =
		kz_logscan_message(in, said->fate != KZ_LOGFATE_SENT);

	if (message == NULL)
		return;
	message->last_s = in->when_s;
	if (!dead || said->domain.len == 0 ||
		(message->domain.len > 0 &&
			!kz_name_equal(&message->domain, &said->domain))) {
		message->spoiled = true;
		return;
	}
	message->failed = message->failed || said->reach != KZ_REACH_OURS;
	message->domain = said->domain;
}

void
kz_logscan_message_expired(const struct logscan_in *in)
{
	struct kz_logscan_message *message = kz_logscan_message(in, false);
	struct kz_finding finding;

	if (message == NULL)
		return;
	/* Its last attempt is told while it is known whose report it is. */
	kz_logscan_attempts_close(in, in->queue);
	if (message->failed && !message->spoiled) {
		finding = kz_logscan_finding(in, &message->domain,
			KZ_SYM_LOG_QUEUE_EXPIRED, &message->domain);
		finding.outcome = KZ_OUTCOME_BAD;
		finding.weight = kz_symptom_info(finding.symptom)->points;
		memcpy(finding.why, "expired", 8);
		kz_logscan_tell(in, &finding);
	}
	*message = (struct kz_logscan_message){0};
}
