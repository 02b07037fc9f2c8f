/* SPDX-License-Identifier: ISC */
/* The catalogue as a page in Markdown, or one symptom of it. */
#include <err.h>
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "cli_priv.h"
#include "kizuki/core/symptom.h"

/* In the order of enum kz_language. */
#define LANGUAGES 2

static const char *const family_titles[KZ_FAMILY_COUNT][LANGUAGES] = {
	[KZ_FAMILY_MX] = {"mail exchangers", "メールの受信"},
	[KZ_FAMILY_DEL] = {"delegation, SOA and name servers",
		"委任、SOA、ネームサーバ"},
	[KZ_FAMILY_CON] = {"consistency of answers", "応答の整合性"},
	[KZ_FAMILY_SEC] = {"DNSSEC", "DNSSEC"},
	[KZ_FAMILY_RDNS] = {"names of the connecting host",
		"接続元ホストの名前"},
	[KZ_FAMILY_REG] = {"registration data", "登録情報"},
	[KZ_FAMILY_LOG] = {"our own logs", "受信側のログ"},
	[KZ_FAMILY_POL] = {"policy records", "ポリシーレコード"},
	[KZ_FAMILY_WEB] = {"web", "ウェブ"},
};

static const char *const class_titles[KZ_CLASS_COUNT][LANGUAGES] = {
	[KZ_CLASS_N] = {"network", "ネットワーク"},
	[KZ_CLASS_C] = {"content", "内容"},
	[KZ_CLASS_R] = {"registry", "登録情報"},
	[KZ_CLASS_L] = {"log", "ログ"},
	[KZ_CLASS_O] = {"operator's fact", "運用者の記録"},
};

static const char *const object_titles[][LANGUAGES] = {
	[KZ_OBJECT_DOMAIN] = {"the domain", "ドメイン"},
	[KZ_OBJECT_HOST] = {"a host", "ホスト"},
	[KZ_OBJECT_ADDR] = {"an address", "アドレス"},
	[KZ_OBJECT_HANDLE] = {"a contact handle", "連絡先ハンドル"},
};

static const char *const page_begin[LANGUAGES] = {
	"# Symptoms\n\n"
	"This page is made from the catalogue in "
	"`include/kizuki/core/symptom_list.h` by `kizuki symptoms`; [the same "
	"in Japanese](symptoms.ja.md).\n\n"
	"Each symptom is one fault that anybody can test from outside. What "
	"one look sees is a finding: bad, ok, or unknown, and unknown counts "
	"for nothing. Findings of one site, symptom and object add up to "
	"evidence, and only persistent evidence counts in a verdict. One ok "
	"ends persistence at once. [Questions and answers](questions.md) has "
	"the cases that confuse.\n\n"
	"## When evidence is persistent\n\n"
	"The numbers are defaults; `persistence` in "
	"[kizuki.conf](configuration.md) changes them.\n\n"
	"| class | bad findings | first to last | quarters of the day | "
	"on a weekday | of our messages | newest no older than "
	"|\n|---|---|---|---|---|---|---|\n",
	"# 症状一覧\n\n"
	"このページは `include/kizuki/core/symptom_list.h` の表から "
	"`kizuki --lang ja symptoms` で生成されています（[英語版]"
	"(symptoms.md)）。\n\n"
	"症状はいずれも、誰でも外部から確認できる一つの不備です。一回の確認の"
	"結果は bad、ok、unknown のいずれかで、unknown は数えません。"
	"同じサイト・症状・対象の結果を積み重ね、恒常的と認められたものだけが"
	"判定に使われます。一度でも ok になれば、恒常的とはみなされなくなりま"
	"す。\n\n"
	"## 恒常的と認める条件\n\n"
	"数値は既定値で、[kizuki.conf](configuration.md) の `persistence` で"
	"変更できます。\n\n"
	"| 種別 | bad の回数 | 最初から最後まで | 一日の四分区 | 平日 | "
	"異なるメール | "
	"最新の bad の有効期間 |\n|---|---|---|---|---|---|---|\n",
};

static const char *const page_points[LANGUAGES] = {
	"\nAn operator's fact counts at once, until the day that it names.\n\n"
	"Profile `paper` convicts by one persistent symptom that *convicts "
	"alone* and was seen with all its points. Profile `cautious`, and "
	"`paper` too, convict by 8 points with two families of 2 each, by one "
	"symptom of 8, or by three causes of one family with 8 together "
	"(RDNS, POL and WEB only as the second family). Symptoms with the "
	"same cause count once.\n",
	"\n運用者の記録は直ちに有効となり、記された日まで続きます。\n\n"
	"プロファイル `paper` では「単独で判定」の症状が満点で恒常的になれば"
	"判定されます。`cautious`（および `paper`）では、合計 8 点以上かつ "
	"2 点以上の分類が二つ、または 8 点以上の症状一つ、または一つの分類で"
	"原因が三つ以上かつ合計 8 点以上（RDNS・POL・WEB は二つ目の分類として"
	"のみ）で判定されます。原因が同じ症状は一度だけ数えます。\n",
};

static const char *const page_end[LANGUAGES] = {
	"\n## A second oracle\n\n"
	"`make check` lets zonemaster-cli, where it is installed, judge the "
	"zones of the laboratory too. Both agree on nearly all pairs of a zone "
	"and an aspect (dead, lame, single and identical name servers, the "
	"SOA's primary, delegation, glue, SOA serials, aliases as MX, DNSSEC). "
	"They differ where kizuki means another thing:\n\n"
	"* `ns-same-host`: Zonemaster reports each address that two names "
	"share. kizuki reports a zone all of whose name servers are one "
	"machine: two names for each of two machines are redundant enough.\n"
	"* `ns-tcp-dead`: Zonemaster tests TCP at every server. kizuki judges "
	"TCP at servers that answer by UDP; one that is silent altogether is "
	"one fault, `ns-dead` or `ns-family-dead`.\n"
	"* Zonemaster calls private and documentation addresses errors, and "
	"those are what the laboratory is made of; kizuki's tests have a "
	"switch for it.\n"
	"* Zonemaster judges at once and by one look; kizuki counts what "
	"lasts. Style (reverse names of name servers, long signatures) is "
	"no neglect and not looked at.\n",
	"\n## 第二の判定者\n\n"
	"`make check` は、zonemaster-cli があれば実験環境のゾーンをそれでも判"
	"定します。停止・権威なし・単一・同一のネームサーバ、SOA のプライマリ、"
	"委任、グルー、シリアル、MX の別名、DNSSEC について両者はほぼ一致しま"
	"す。異なるのは次の点です。\n\n"
	"* `ns-same-host`: Zonemaster は二つの名前が共有するアドレスをすべて報"
	"告します。kizuki は全ネームサーバが一台である場合だけを報告します。\n"
	"* `ns-tcp-dead`: kizuki は UDP に応答するサーバの TCP だけを判定しま"
	"す。まったく応答しない場合は `ns-dead` または `ns-family-dead` として"
	"一度だけ数えます。\n"
	"* Zonemaster はプライベートアドレスと文書用アドレスをエラーとします"
	"が、実験環境はそれらで作られています。\n"
	"* Zonemaster は一回の確認で判定し、kizuki は続く不備だけを数えます。"
	"ネームサーバの逆引きなどの作法は放置の証拠ではないため見ません。\n",
};
static const char *const alone[LANGUAGES] = {
	" · convicts alone", " · 単独で判定"};

static void
print_span(uint32_t seconds, enum kz_language language)
{
	static const char *const days[LANGUAGES] = {"d", "日"};
	static const char *const hours[LANGUAGES] = {"h", "時間"};

	if (seconds % 86400 == 0)
		printf(" %" PRIu32 " %s |", seconds / 86400, days[language]);
	else
		printf(" %" PRIu32 " %s |", seconds / 3600, hours[language]);
}

static void
print_least(uint32_t count)
{
	if (count == 0)
		printf(" - |");
	else
		printf(" %" PRIu32 " |", count);
}

static void
print_classes(const struct kz_config *config, enum kz_language language)
{
	for (int i = 0; i < KZ_CLASS_O; i++) {
		const struct kz_persistence *rule = &config->persistence[i];

		printf("| %s | %" PRIu32 " |", class_titles[i][language],
			(uint32_t)rule->count);
		print_span((uint32_t)rule->span_s, language);
		print_least(rule->quarters);
		print_least(rule->weekdays);
		print_least(rule->queues);
		print_span((uint32_t)rule->max_age_s, language);
		putchar('\n');
	}
}

static void
print_symptom(enum kz_symptom symptom, enum kz_language language)
{
	const struct kz_symptom_info *info = kz_symptom_info(symptom);
	const char *class = class_titles[info->class][language];
	const char *object = object_titles[info->object][language];
	const char *how = info->convicts ? alone[language] : "";
	unsigned points = info->points;

	printf("\n### `%s`\n\n", info->id);
	if (language == KZ_LANGUAGE_JA)
		printf("%u 点%s · 種別: %s · 対象: %s\n\n> %s\n\n対処: %s\n",
			points, how, class, object, info->japanese,
			info->fix_japanese);
	else
		printf("%u point%s%s · evidence: %s · about: %s\n\n> %s\n\n"
		       "Remedy: %s\n",
			points, points == 1 ? "" : "s", how, class, object,
			info->english, info->fix_english);
}

static void
print_family(enum kz_family family, enum kz_language language)
{
	const char *title = family_titles[family][language];
	unsigned cap = kz_family_cap(family);

	printf("\n## %s: %s", kz_family_text(family), title);
	if (language == KZ_LANGUAGE_JA)
		printf("（最大 %u 点）\n", cap);
	else
		printf(" (at most %u points)\n", cap);
}

static void
print_page(enum kz_language language)
{
	struct kz_config defaults = {0};
	int family = -1;

	fputs(page_begin[language], stdout);
	if (kz_config_defaults(&defaults) != KZ_OK)
		errx(EX_OSERR, "out of memory");
	print_classes(&defaults, language);
	kz_config_free(&defaults);
	fputs(page_points[language], stdout);
	for (int i = 0; i < KZ_SYMPTOM_COUNT; i++) {
		const struct kz_symptom_info *info = kz_symptom_info(i);

		if ((int)info->family != family)
			print_family(info->family, language);
		family = (int)info->family;
		print_symptom(i, language);
	}
	fputs(page_end[language], stdout);
}

int
cli_symptoms(struct cli *cli, int argc, char **argv)
{
	enum kz_symptom symptom;

	if (argc == 0) {
		print_page(cli->language);
		return 0;
	}
	if (kz_symptom_find((struct kz_str){argv[0], strlen(argv[0])},
		    &symptom) != KZ_OK) {
		fputs("kizuki: ", stderr);
		cli_put(stderr, argv[0]);
		fputs(": no such symptom; kizuki symptoms lists them\n",
			stderr);
		return EX_USAGE;
	}
	print_symptom(symptom, cli->language);
	return 0;
}
