/* SPDX-License-Identifier: ISC */
/* Whether the domain of a registered contact's address takes mail. */
#include "site_priv.h"

/* The resolver finds, it does not convict: all servers say the same. */
static void
on_proof(void *arg, uint32_t tag, const struct proof_reply *reply)
{
	struct site *site = arg;

	if (!reply->proven)
		return;
	site->reg->contacts[tag].mail = site->reg_mail;
}

static bool
null_mx(const struct kz_dnsmsg *message, const struct kz_name *owner)
{
	struct kz_dns_mx list[2];
	bool cut = false;
	size_t count = kz_dnsmsg_mx(message, owner, list, 2, &cut);

	return count == 1 && !list[0].host_odd && list[0].host.len == 0;
}

static void
on_mail(void *arg, uint32_t tag, const struct name_reply *reply)
{
	struct site *site = arg;
	struct kz_exam_reg_contact *contact = &site->reg->contacts[tag];
	struct confirm_claim claim = {.name = contact->contact.mail,
		.type = TYPE_MX,
		.oldest_s = site->oldest_s};

	if (reply->state == KZ_ANSWER_NXDOMAIN) {
		claim.missing = true;
		site->reg_mail = KZ_EXAM_REG_MAIL_NXDOMAIN;
	} else if (reply->state == KZ_ANSWER_DATA && reply->message != NULL &&
		null_mx(reply->message, &contact->contact.mail)) {
		claim.digest = kz_dnsmsg_digest(reply->message, TYPE_MX);
		site->reg_mail = KZ_EXAM_REG_MAIL_NULL;
	} else {
		/* No MX leaves the name's own address. */
		if (reply->state == KZ_ANSWER_DATA)
			contact->mail = KZ_EXAM_REG_MAIL_WORKS;
		return;
	}
	ask_confirm(&site->registry.group, &claim, on_proof, site, tag);
}

void
site_reg_mail(struct site *site, unsigned at)
{
	const struct kz_name *mail;

	if (at >= site->reg->contact_count)
		return;
	mail = &site->reg->contacts[at].contact.mail;
	if (mail->len > 0 && !kz_name_within(mail, &site->reg->domain))
		ask_name(&site->registry.group, mail, TYPE_MX, on_mail, site,
			at);
}
