/* SPDX-License-Identifier: ISC */
/* What kizukid does not count at present, and why. */
#include <string.h>

#include "doctor_priv.h"

/* "smtp25-v4" as "port 25" and "IPv4"; false: a class of another kind. */
static bool
class_words(const char *name, const char **topic, const char **family)
{
	size_t len = strlen(name);

	if (len < 3 || name[len - 3] != '-')
		return false;
	*family = strcmp(name + len - 2, "v6") == 0 ? "IPv6" : "IPv4";
	if (strncmp(name, "smtp25", 6) == 0)
		*topic = "port 25";
	else if (strncmp(name, "dns53", 5) == 0)
		*topic = "port 53";
	else
		return false;
	return true;
}

static void
say_closed(struct doctor *doctor, const char *name)
{
	const char *topic = name, *family = "";
	bool words = class_words(name, &topic, &family);

	if (words && strcmp(topic, "port 25") == 0)
		doctor_say(doctor,
			strcmp(family, "IPv4") == 0 ? DOCTOR_TO_DO
						    : DOCTOR_CANNOT_TELL,
			topic,
			"%s: nobody has answered for a day: it is closed "
			"outwards, as at many providers. What rests on it is "
			"off, faults seen in DNS count; ask the provider to "
			"open it",
			family);
	else
		doctor_say(doctor, DOCTOR_TO_DO, topic,
			"%s: nobody has answered for a day: it is closed "
			"outwards; what rests on it is off",
			words ? family : name);
}

static void
say_class(struct doctor *doctor, const char *name, const char *state)
{
	const char *topic = name, *family = "";

	if (strcmp(state, "closed") == 0) {
		say_closed(doctor, name);
		return;
	}
	doctor_say(doctor, DOCTOR_CANNOT_TELL,
		class_words(name, &topic, &family) ? topic : "network",
		"%s is in doubt, our own line seems to fail: verdicts that "
		"rest on it are suspended until it works again",
		name);
}

static void
say_withheld(struct doctor *doctor, json_t *withheld)
{
	const char *symptom;
	json_t *why;
	unsigned observed = 0;

	json_object_foreach (withheld, symptom, why) {
		if (strcmp(json_is_string(why) ? json_string_value(why) : "",
			    "ceiling") != 0)
			observed++;
		else
			doctor_say(doctor, DOCTOR_TO_DO, "symptoms",
				"%s alone would convict more sites than the "
				"ceiling allows, and is suspended: is it our "
				"own side's fault, or a provider's? See kizuki "
				"findings",
				symptom);
	}
	if (observed > 0)
		doctor_say(doctor, DOCTOR_FINE, "symptoms",
			"%u are new with this version and only observe for "
			"two weeks; kizuki status names them",
			observed);
}

void
doctor_doubts(struct doctor *doctor, const json_t *status)
{
	json_t *classes = json_object_get(status, "classes");
	const char *name;
	json_t *state;

	json_object_foreach (classes, name, state)
		say_class(doctor, name,
			json_is_string(state) ? json_string_value(state) : "");
	say_withheld(doctor, json_object_get(status, "withheld"));
}
