/* SPDX-License-Identifier: ISC */
/* Why one look cannot tell, in Japanese; errno names stay as they are. */
#include <string.h>

#include "cli_priv.h"

static const struct {
	const char *why;
	const char *japanese;
} doubts[] = {
	{"another symptom applies", "別の症状に該当"},
	{"failed, but nothing else answered over this service either: it may "
	 "be our own line",
		"失敗したが、同じサービスでほかの応答もなく、こちらの回線の問題"
		"の"
		"可能性がある"},
	{"it is ns-dead", "ns-dead に該当"},
	{"it is ns-name-missing", "ns-name-missing に該当"},
	{"its TLSA records are not known", "TLSA レコードが不明"},
	{"more addresses than are looked at", "アドレスが確認の上限を超える"},
	{"more names than are looked at", "名前が確認の上限を超える"},
	{"neither family alone is dead",
		"どちらか一方の IP バージョンだけの停止ではない"},
	{"no answer", "応答なし"},
	{"no answer at all", "まったく応答なし"},
	{"no certificate to compare", "比較する証明書がない"},
	{"no certificate was shown", "証明書が提示されなかった"},
	{"no mail was seen from it",
		"このドメインからのメールを受信していない"},
	{"no mailbox that can be looked at", "確認できるメールアドレスがない"},
	{"no server signs", "署名を返すサーバがない"},
	{"no validation to rely on", "検証の前提が整っていない"},
	{"no worse exchanger is alive", "ほかに稼働するメールサーバがない"},
	{"not all connections failed", "失敗した接続は一部のみ"},
	{"not all contacts failed", "失敗した通信は一部のみ"},
	{"not all of it contradicts", "矛盾するのは一部のみ"},
	{"not all of it was seen", "一部しか確認できなかった"},
	{"not borne out by every server of the zone",
		"ゾーンの全サーバでは裏付けられない"},
	{"not read to the end", "最後まで読み取れなかった"},
	{"not silent", "無応答ではない"},
	{"not this family alone is dead",
		"この IP バージョンだけの停止ではない"},
	{"not to be told", "判別できない"},
	{"one of the lists is not known", "一方の一覧が不明"},
	{"one of the sides is not known", "一方の内容が不明"},
	{"one of them was not read", "一方を読み取れなかった"},
	{"our own side is in doubt", "こちら側の問題の可能性がある"},
	{"silent, or not to be told", "無応答、または判別できない"},
	{"some addresses answer or are silent",
		"応答するアドレスや無応答のアドレスがある"},
	{"the look-up failed", "名前解決に失敗"},
	{"the next contact waits longer", "次回はより長く待つ"},
	{"the parent's list is not known", "上位ゾーンの一覧が不明"},
	{"the servers differ", "サーバ間で異なる"},
	{"too few servers answer", "応答するサーバが不足"},
};

const char *
cli_doubt(const char *why, enum kz_language language)
{
	if (language != KZ_LANGUAGE_JA)
		return why;
	for (size_t i = 0; i < sizeof(doubts) / sizeof(doubts[0]); i++) {
		if (strcmp(doubts[i].why, why) == 0)
			return doubts[i].japanese;
	}
	return why;
}
