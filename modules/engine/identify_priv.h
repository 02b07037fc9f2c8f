/* SPDX-License-Identifier: ISC */
/*
 * identify_priv - the names a session gives, and what they lead to
 */
#ifndef KIZUKI_ENGINE_IDENTIFY_PRIV_H
#define KIZUKI_ENGINE_IDENTIFY_PRIV_H

#include "kizuki/core/decision.h"
#include "kizuki/core/request.h"

#include "memo_priv.h"
#include "trust_priv.h"

struct kz_named {
	bool named; /* the session gives a name of this kind */
	bool yes;   /* and it is verified */
	struct kz_name name;
	struct kz_trust trust;
};

/* One request with everything that was found out about it. */
struct kz_scene {
	struct kz_named named[KZ_ID_COUNT];
	struct kz_memo *memos[KZ_ID_COUNT]; /* of the sites; NULL: none */
	bool shared; /* HELO or reverse name is of a shared sender, and not
			known to be a lie */
	bool helo_pending; /* of a shared sender, not verified yet */
	bool wait;         /* a pending verification can change the answer */
	bool open; /* HELO or MAIL FROM could not be verified either way:
		      the reverse name alone does not convict then */
};

/*
 * Look the names up; asks the prober where nothing is known.  *scene is empty
 * before.
 */
void kz_identify(struct kz_engine *engine, const struct kz_request *request,
	const struct kz_now *now, struct kz_scene *scene);

/* Sites and verdicts into the session. */
void kz_identify_fill(struct kz_engine *engine, struct kz_scene *scene,
	const struct kz_now *now, struct kz_session *session);

#endif
