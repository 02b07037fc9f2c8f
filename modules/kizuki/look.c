/* SPDX-License-Identifier: ISC */
/* From the findings of one look to the verdict, if what they say lasts. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli_priv.h"
#include "kizuki/core/evidence.h"
#include "kizuki/core/verdict.h"
#include "kizuki/front/line.h"
#include "kizuki/front/report.h"

#define FINDINGS_MAX 4096 /* of one look; the prober's caps lie far below */

/* The families that every examination covers. */
static const enum kz_family covered[] = {
	KZ_FAMILY_MX, KZ_FAMILY_DEL, KZ_FAMILY_CON};
#define COVERED (sizeof(covered) / sizeof(covered[0]))

static int
no_memory(void)
{
	warnx("out of memory");
	return EX_OSERR;
}

int
cli_look_add(struct cli_look *look, const struct kz_finding *finding)
{
	struct kz_finding *longer;

	if (look->count >= FINDINGS_MAX)
		return 0;
	longer = reallocarray(
		look->findings, look->count + 1, sizeof(*look->findings));
	if (longer == NULL)
		return no_memory();
	look->findings = longer;
	look->findings[look->count++] = *finding;
	return 0;
}

/*
 * Addresses failed, which may convict alone, but the failure may be our own:
 * what stays unknown for another reason rests on no address.
 */
static bool
in_doubt(const struct kz_finding *finding)
{
	const struct kz_symptom_info *info = kz_symptom_info(finding->symptom);
	const struct kz_reason bad = {.symptom = finding->symptom,
		.points = info->points,
		.convicts = info->convicts,
		.fate = KZ_REASON_COUNTS};

	return finding->outcome == KZ_OUTCOME_UNKNOWN &&
		finding->rest_count > 0 &&
		kz_verdict_alone(KZ_PROFILE_PAPER, &bad);
}

/*
 * Whether a family was really looked at: completely, and neither all of it
 * stayed unknown (our port 25 is closed, every address is rate-limited) nor
 * what would convict.
 */
static bool
family_told(const struct cli_look *look, enum kz_family family)
{
	size_t unknown = 0;
	size_t told = 0;

	for (size_t i = 0; i < look->count; i++) {
		const struct kz_finding *finding = &look->findings[i];

		if (kz_symptom_info(finding->symptom)->family != family)
			continue;
		if (in_doubt(finding))
			return false;
		unknown += finding->outcome == KZ_OUTCOME_UNKNOWN ? 1 : 0;
		told += finding->outcome != KZ_OUTCOME_UNKNOWN ? 1 : 0;
	}
	return look->complete[family] && (told > 0 || unknown == 0);
}

static bool
look_told(const struct cli_look *look)
{
	bool told = look->done;

	for (size_t i = 0; i < COVERED; i++)
		told = told && family_told(look, covered[i]);
	return told;
}

/* Bads as evidence, one for each (symptom, object); rows point into them. */
static size_t
gather(const struct cli *cli, const struct cli_look *look,
	struct kz_evidence *evidence, struct kz_evidence_row *rows)
{
	size_t count = 0;

	for (size_t i = 0; i < look->count; i++) {
		const struct kz_finding *finding = &look->findings[i];
		enum kz_class class = kz_symptom_info(finding->symptom)->class;
		size_t at = 0;

		if (finding->outcome != KZ_OUTCOME_BAD)
			continue;
		while (at < count &&
			(rows[at].symptom != finding->symptom ||
				strcmp(rows[at].object, finding->object) != 0))
			at++;
		if (at == count) {
			evidence[at] = kz_evidence_make();
			rows[at] = (struct kz_evidence_row){
				.symptom = finding->symptom,
				.object = finding->object,
				.evidence = &evidence[at],
			};
			count++;
		}
		(void)kz_evidence_add(&evidence[at], finding,
			&cli->config.persistence[class], cli->now_s);
	}
	return count;
}

static int
verdict_json(const struct cli *cli, const struct cli_look *look,
	const struct kz_evidence_row *rows, size_t row_count, json_t **json)
{
	struct kz_verdict verdict;
	const struct kz_verdict_input input = {
		.profile = cli->config.profile,
		.rules = cli->config.persistence,
		.nolisting_convicts = cli->config.nolisting_convicts,
		.examined = look_told(look),
		.if_this_lasts = true,
		.now_s = cli->now_s,
		.rows = rows,
		.row_count = row_count,
	};
	const struct kz_report report = {
		.site = &look->site,
		.language = cli->language,
		.profile = cli->config.profile,
		.rules = cli->config.persistence,
		.verdict = &verdict,
		.rows = rows,
	};

	kz_verdict_make(&input, &verdict);
	return kz_report_make(&report, json) == KZ_OK ? 0 : no_memory();
}

static json_t *
finding_json(const struct kz_finding *finding)
{
	struct kz_line *line = malloc(sizeof(*line));
	char *text = malloc(KZ_LINE_MAX);
	json_t *json = NULL;
	size_t len;

	if (line != NULL && text != NULL) {
		line->kind = KZ_LINE_FINDING;
		line->u.finding = *finding;
		if (kz_line_print(line, text, KZ_LINE_MAX, &len) == KZ_OK)
			json = json_loadb(text, len, 0, NULL);
	}
	free(line);
	free(text);
	return json;
}

static json_t *
findings_json(const struct cli_look *look)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < look->count; i++)
		if (json_array_append_new(
			    list, finding_json(&look->findings[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *
complete_json(const struct cli_look *look)
{
	json_t *list = json_array();

	for (int i = 0; list != NULL && i < KZ_FAMILY_COUNT; i++)
		if (look->complete[i] &&
			json_array_append_new(list,
				json_string(kz_family_text(
					(enum kz_family)i))) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

int
cli_look_json(const struct cli *cli, const struct cli_look *look, json_t **site)
{
	struct kz_evidence *evidence =
		calloc(look->count + 1, sizeof(*evidence));
	struct kz_evidence_row *rows = calloc(look->count + 1, sizeof(*rows));
	json_t *verdict = NULL;
	int status = EX_OSERR;

	if (evidence != NULL && rows != NULL)
		status = verdict_json(cli, look, rows,
			gather(cli, look, evidence, rows), &verdict);
	free(evidence);
	free(rows);
	if (status != 0)
		return status;
	*site = json_pack("{s:i, s:s, s:b, s:o, s:o, s:o}", "v", 1, "site",
		look->site.text, "if_this_lasts", 1, "verdict", verdict,
		"complete", complete_json(look), "findings",
		findings_json(look));
	return *site != NULL ? 0 : no_memory();
}

int
cli_look_status(const json_t *site)
{
	const char *state = cli_text(json_object_get(site, "verdict"), "state");

	if (strcmp(state, "broken") == 0)
		return CLI_CONVICTED;
	if (strcmp(state, "suspect") == 0)
		return CLI_NOT_CONVICTED;
	return strcmp(state, "sound") == 0 ? CLI_NOTHING_BAD : CLI_CANNOT_TELL;
}
