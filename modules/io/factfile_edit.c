/* SPDX-License-Identifier: ISC */
/* Changing the file of facts: a new one in the place of the old one. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kizuki/io/factfile.h"

struct edit {
	const char *path;
	char temporary[PATH_MAX];
	FILE *old; /* NULL: there was none */
	FILE *new;
};

static void
abandon(struct edit *edit)
{
	int error = errno;

	if (edit->old != NULL)
		(void)fclose(edit->old);
	if (edit->new != NULL) {
		(void)fclose(edit->new);
		(void)unlink(edit->temporary);
	}
	errno = error;
}

static bool
like_the_old(struct edit *edit)
{
	struct stat found;
	int fd = fileno(edit->new);

	if (edit->old == NULL)
		return fchmod(fd, 0644) == 0;
	return fstat(fileno(edit->old), &found) == 0 &&
		fchmod(fd, found.st_mode & 07777) == 0 &&
		fchown(fd, found.st_uid, found.st_gid) == 0;
}

static bool
begin(struct edit *edit, const char *path)
{
	int fd, len;

	*edit = (struct edit){.path = path};
	len = snprintf(
		edit->temporary, sizeof(edit->temporary), "%s.XXXXXX", path);
	if (len < 0 || (size_t)len >= sizeof(edit->temporary)) {
		errno = ENAMETOOLONG;
		return false;
	}
	edit->old = fopen(path, "re");
	if (edit->old == NULL && errno != ENOENT)
		return false;
	fd = mkostemp(edit->temporary, O_CLOEXEC);
	edit->new = fd < 0 ? NULL : fdopen(fd, "w");
	if (edit->new == NULL || !like_the_old(edit)) {
		abandon(edit);
		return false;
	}
	return true;
}

static enum kz_result
finish(struct edit *edit)
{
	if (fflush(edit->new) != 0 || ferror(edit->new) ||
		fsync(fileno(edit->new)) != 0 ||
		rename(edit->temporary, edit->path) != 0) {
		abandon(edit);
		return KZ_EIO;
	}
	if (edit->old != NULL)
		(void)fclose(edit->old);
	(void)fclose(edit->new);
	return KZ_OK;
}

enum kz_result
kz_factfile_add(const char *path, const struct kz_fact *fact)
{
	char buffer[KZ_FACT_LINE_MAX + 1];
	struct kz_text line = kz_text_make(buffer, sizeof(buffer));
	struct edit edit;
	int octet, last = '\n';

	kz_fact_print(fact, &line);
	if (!begin(&edit, path))
		return KZ_EIO;
	while (edit.old != NULL && (octet = getc(edit.old)) != EOF) {
		(void)putc(octet, edit.new);
		last = octet;
	}
	if (last != '\n')
		(void)putc('\n', edit.new);
	fprintf(edit.new, "%s\n", buffer);
	return finish(&edit);
}

struct removing {
	const struct kz_name *domain;
	const enum kz_symptom *symptom;
	bool pardon;
};

/* Whether the line is one of those to be removed, also when it is over. */
static bool
wanted(const struct removing *removing, const char *text, size_t len)
{
	struct kz_str line = {text, len};
	struct kz_fact fact;
	const char *why = NULL;

	while (line.len > 0 && line.ptr[line.len - 1] == '\n')
		line.len--;
	/* from the end of time on, no day is too far ahead */
	if (kz_fact_parse(line, INT64_MAX / 2, &fact, &why) != KZ_OK)
		return false;
	return fact.pardon == removing->pardon &&
		kz_name_equal(&fact.domain, removing->domain) &&
		(removing->symptom == NULL ||
			fact.symptom == *removing->symptom);
}

enum kz_result
kz_factfile_remove(const char *path, const struct kz_name *domain,
	const enum kz_symptom *symptom, bool pardon, size_t *count)
{
	const struct removing removing = {domain, symptom, pardon};
	struct edit edit;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	*count = 0;
	if (!begin(&edit, path))
		return KZ_EIO;
	while (edit.old != NULL &&
		(len = getline(&line, &size, edit.old)) > 0) {
		if (wanted(&removing, line, (size_t)len))
			(*count)++;
		else
			(void)fwrite(line, 1, (size_t)len, edit.new);
	}
	free(line);
	if (*count > 0)
		return finish(&edit);
	abandon(&edit);
	return KZ_NOT_FOUND;
}
