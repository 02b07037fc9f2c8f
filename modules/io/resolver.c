/* SPDX-License-Identifier: ISC */
#include "kizuki/io/resolver.h"

#include <stdlib.h>

#include "resolver_priv.h"

void
kz_resolver_close(struct kz_resolver **resolver)
{
	if (*resolver == NULL)
		return;
	(*resolver)->ops->close(*resolver);
	*resolver = NULL;
}

enum kz_result
kz_resolver_ask(struct kz_resolver *resolver, const struct kz_name *name,
	uint16_t rrtype, kz_resolver_done *done, void *arg,
	struct kz_resolver_job **job)
{
	struct kz_resolver_job *made = calloc(1, resolver->ops->job_size);

	if (made == NULL)
		return KZ_ENOMEM;
	made->resolver = resolver;
	made->name = *name;
	made->rrtype = rrtype;
	made->done = done;
	made->arg = arg;
	resolver->ops->start(made);
	if (job != NULL)
		*job = made;
	return KZ_OK;
}

void
kz_resolver_cancel(struct kz_resolver_job **job)
{
	if (*job == NULL)
		return;
	(*job)->resolver->ops->cancel(*job);
	*job = NULL;
}
