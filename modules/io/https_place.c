/* SPDX-License-Identifier: ISC */
/* Where a URL leads, and whom we trust there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "https_priv.h"

#define AUTHORITIES     "/etc/ssl/certs/ca-certificates.crt"
#define AUTHORITIES_MAX ((size_t)4 << 20)

enum kz_result
kz_https_authorities(const char *path, struct kz_https *client)
{
	FILE *in = fopen(
		path != NULL && path[0] != '\0' ? path : AUTHORITIES, "re");
	char *text;

	if (in == NULL)
		return KZ_EIO;
	text = malloc(AUTHORITIES_MAX);
	if (text != NULL)
		client->authorities_len = fread(text, 1, AUTHORITIES_MAX, in);
	(void)fclose(in);
	client->authorities = text;
	if (text == NULL)
		return KZ_ENOMEM;
	return client->authorities_len > 0 ? KZ_OK : KZ_EIO;
}

/* One part of a URL into text; libcurl's own memory is given back. */
static bool
part(CURLU *url, CURLUPart what, unsigned flags, char *text, size_t size)
{
	char *found = NULL;
	bool fits = curl_url_get(url, what, &found, flags) == CURLUE_OK &&
		strlcpy(text, found, size) < size;

	curl_free(found);
	return fits;
}

static bool
take_place(CURLU *url, bool insecure, struct kz_https_place *place)
{
	char scheme[8], port[8];
	char *host = place->host;
	size_t len;

	if (!part(url, CURLUPART_SCHEME, 0, scheme, sizeof(scheme)) ||
		!part(url, CURLUPART_HOST, 0, host, sizeof(place->host)) ||
		!part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT, port,
			sizeof(port)))
		return false;
	if (strcmp(scheme, "https") != 0 &&
		(!insecure || strcmp(scheme, "http") != 0))
		return false;
	len = strlen(host);
	if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
		memmove(host, host + 1, len - 2);
		host[len - 2] = '\0';
	}
	place->port = (uint16_t)strtoul(port, NULL, 10);
	return place->port != 0;
}

enum kz_result
kz_https_place(const char *url, bool insecure, struct kz_https_place *place)
{
	CURLU *parsed;
	struct kz_https_place made = {.port = 0};
	bool good;

	if (strlen(url) > KZ_HTTPS_URL_MAX)
		return KZ_EINVAL;
	parsed = curl_url();
	if (parsed == NULL)
		return KZ_ENOMEM;
	/* Nobody gives us names and passwords. */
	good = curl_url_set(parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER) ==
			CURLUE_OK &&
		take_place(parsed, insecure, &made);
	curl_url_cleanup(parsed);
	if (!good)
		return KZ_EINVAL;
	*place = made;
	return KZ_OK;
}
