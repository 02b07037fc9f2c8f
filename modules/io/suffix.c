/* SPDX-License-Identifier: ISC */
#include "kizuki/io/suffix.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libpsl.h>

struct kz_suffix {
	psl_ctx_t *list;
};

enum kz_result
kz_suffix_open(const char *path, struct kz_suffix **suffix)
{
	struct kz_suffix *made = calloc(1, sizeof(*made));

	if (made == NULL)
		return KZ_ENOMEM;
	if (path != NULL && path[0] != '\0')
		made->list = psl_load_file(path);
	else
		made->list = psl_latest(NULL);
	if (made->list == NULL) {
		free(made);
		return KZ_EIO;
	}
	*suffix = made;
	return KZ_OK;
}

int64_t
kz_suffix_made_s(const char *path)
{
	const char *file =
		path != NULL && path[0] != '\0' ? path : psl_dist_filename();
	struct stat info;

	if (stat(file, &info) == 0)
		return (int64_t)info.st_mtim.tv_sec;
	return file == path ? 0 : (int64_t)psl_builtin_file_time();
}

void
kz_suffix_close(struct kz_suffix **suffix)
{
	if (*suffix == NULL)
		return;
	psl_free((*suffix)->list);
	free(*suffix);
	*suffix = NULL;
}

/* "192.0.2.1": no top-level domain is all digits (RFC 3696 section 2). */
static bool
ends_in_number(const struct kz_name *name)
{
	const char *dot = strrchr(name->text, '.');
	const char *top = dot == NULL ? name->text : dot + 1;

	return top[0] != '\0' && top[strspn(top, "0123456789")] == '\0';
}

bool
kz_suffix_public(const struct kz_suffix *suffix, const struct kz_name *name)
{
	return name->len == 0 || ends_in_number(name) ||
		psl_is_public_suffix2(suffix->list, name->text, PSL_TYPE_ANY) !=
		0;
}

enum kz_result
kz_suffix_registrable(const struct kz_suffix *suffix,
	const struct kz_name *name, struct kz_name *registrable)
{
	const char *found = NULL;

	if (!ends_in_number(name))
		found = psl_registrable_domain(suffix->list, name->text);
	if (found == NULL)
		return KZ_NOT_FOUND;
	return kz_name_parse(
		(struct kz_str){found, strlen(found)}, registrable);
}
