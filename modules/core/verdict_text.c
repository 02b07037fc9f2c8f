/* SPDX-License-Identifier: ISC */
/* The words of verdicts. */
#include "kizuki/core/verdict.h"

const char *
kz_withheld_text(enum kz_withheld withheld)
{
	switch (withheld) {
	case KZ_WITHHELD_NO:
		return "counts";
	case KZ_WITHHELD_NEW:
		return "observes";
	case KZ_WITHHELD_CEILING:
		return "ceiling";
	}
	return "?";
}

const char *
kz_verdict_state_text(enum kz_verdict_state state)
{
	switch (state) {
	case KZ_VERDICT_UNKNOWN:
		return "unknown";
	case KZ_VERDICT_SOUND:
		return "sound";
	case KZ_VERDICT_SUSPECT:
		return "suspect";
	case KZ_VERDICT_BROKEN:
		return "broken";
	}
	return "?";
}

const char *
kz_profile_text(enum kz_profile profile)
{
	switch (profile) {
	case KZ_PROFILE_PAPER:
		return "paper";
	case KZ_PROFILE_CAUTIOUS:
		return "cautious";
	}
	return "?";
}
