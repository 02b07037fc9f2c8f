/* SPDX-License-Identifier: ISC */
/*
 * symptom_list - the rows of the catalogue
 *
 * What:   X(NAME, id, family, class, points, wave, object, convicts, english,
 *         japanese, fix in English, fix in Japanese), in catalogue order.
 *         Included by kizuki/core/symptom.h, which says what the words mean.
 */
#ifndef KIZUKI_CORE_SYMPTOM_LIST_H
#define KIZUKI_CORE_SYMPTOM_LIST_H

/* No sentence has more octets before its placeholders are filled. */
enum { KZ_SENTENCE_MAX = 320 };

/* clang-format off */
#define KZ_SYMPTOM_LIST(X) \
	X(MX_BEST_DEAD, "mx-best-dead", MX, N, 6, 1, DOMAIN, true, \
		"The highest-priority mail exchanger of {domain}, " \
		"{host} [{addr}], has not answered on port 25 " \
		"since {since} ({count} attempts over {days} " \
		"days); everyone who writes to you waits for " \
		"a time-out first.", \
		"{domain} の優先度が最も高いメールサーバ {host} " \
		"[{addr}] は {since} から {days} 日間（{count} " \
		"回）25番ポートに応答していません。貴組織宛の" \
		"メールは毎回タイムアウトを待たされています。", \
		"Bring {host} back, or delete its MX record and " \
		"raise the working one.", \
		"{host} を復旧するか、MX レコードを削除して稼" \
		"働中のサーバを最優先にしてください。") \
	X(MX_BEST_REFUSED, "mx-best-refused", MX, N, 4, 1, DOMAIN, false, \
		"{host}, the highest-priority MX of {domain}, " \
		"refuses every connection on port 25 since {since}. " \
		"If this is \"nolisting\", it costs every honest " \
		"sender a failed attempt.", \
		"{domain} の最優先 MX {host} は {since} 以降、" \
		"25番ポートへの接続をすべて拒否しています。意" \
		"図的な設定（nolisting）であっても、正当な送信" \
		"者に無駄な接続を強いています。", \
		"Start the SMTP service or remove the MX.", \
		"SMTP サービスを起動するか MX を削除してくださ" \
		"い。") \
	X(MX_ALL_DEAD, "mx-all-dead", MX, N, 10, 1, DOMAIN, true, \
		"None of the mail exchangers of {domain} has " \
		"answered since {since}; mail to you, including " \
		"error reports about your own mail, cannot be " \
		"delivered.", \
		"{domain} のメールサーバはすべて {since} 以降" \
		"応答がなく、貴組織宛のメール（貴組織発メール" \
		"のエラー通知を含む）を配送できません。", \
		"Repair the service, or publish a null MX (RFC " \
		"7505) if the domain takes no mail.", \
		"復旧するか、受信しないドメインであれば null " \
		"MX を公開してください。") \
	X(MX_SOME_DEAD, "mx-some-dead", MX, N, 3, 1, HOST, true, \
		"The backup mail exchanger {host} [{addr}] of " \
		"{domain} has been dead since {since}: you have " \
		"no redundancy.", \
		"{domain} の予備メールサーバ {host} [{addr}] " \
		"は {since} から停止しており、冗長性が失われて" \
		"います。", \
		"Repair or delete the MX record.", \
		"復旧するか、MX レコードを削除してください。") \
	X(MX_FAMILY_DEAD, "mx-family-dead", MX, N, 3, 1, HOST, false, \
		"{host} publishes {addr}, but that address has " \
		"not accepted mail since {since}; only the other " \
		"IP version works.", \
		"{host} が公開している {addr} は {since} から" \
		"メールを受け付けていません（もう一方の IP バ" \
		"ージョンのみ稼働）。", \
		"Make the address work or delete the AAAA (or " \
		"A) record.", \
		"到達性を確保するか、AAAA（A）レコードを削除し" \
		"てください。") \
	X(MX_TARGET_MISSING, "mx-target-missing", MX, C, 6, 1, HOST, true, \
		"The MX record of {domain} points to {host}, " \
		"a name that does not exist or has no address.", \
		"{domain} の MX が指す {host} は存在しないか、" \
		"アドレスがありません。", \
		"Correct or delete the MX record.", \
		"MX レコードを修正または削除してください。") \
	X(MX_TARGET_CNAME, "mx-target-cname", MX, C, 1, 2, HOST, false, \
		"The MX of {domain} points to an alias ({host} " \
		"is a CNAME), which RFC 2181 forbids.", \
		"{domain} の MX が別名（CNAME）の {host} を指" \
		"しています（RFC 2181 違反）。", \
		"Point the MX at the canonical name.", \
		"正規名を指定してください。") \
	X(MX_TARGET_IP, "mx-target-ip", MX, C, 3, 2, HOST, false, \
		"The MX of {domain} contains an IP address ({host}) " \
		"where a host name is required.", \
		"{domain} の MX にホスト名ではなく IP アドレス" \
		"（{host}）が書かれています。", \
		"Use a host name with A/AAAA records.", \
		"A/AAAA を持つホスト名を書いてください。") \
	X(MX_NO_BANNER, "mx-no-banner", MX, N, 3, 2, DOMAIN, false, \
		"{host} [{addr}] accepts connections on port " \
		"25 but does not speak SMTP.", \
		"{host} [{addr}] は25番ポートに接続できますが" \
		" SMTP の応答がありません。", \
		"Check the SMTP daemon or the middlebox before " \
		"it.", \
		"SMTP デーモンや手前の機器を確認してください。") \
	X(MX_IS_US, "mx-is-us", MX, C, 3, 2, HOST, false, \
		"The MX of {domain} names our server {host}, " \
		"which does not handle your mail.", \
		"{domain} の MX に当方のサーバ {host} が指定さ" \
		"れていますが、当方は貴ドメインを扱っていませ" \
		"ん。", \
		"Remove our host from your MX.", \
		"当方のホストを MX から削除してください。") \
	X(MX_IMPLICIT_DEAD, "mx-implicit-dead", MX, N, 3, 2, DOMAIN, false, \
		"{domain} sends mail but has no MX, and its own " \
		"address {addr} does not accept mail.", \
		"{domain} はメールを送信していますが、MX がな" \
		"く、{addr} でもメールを受信していません。", \
		"Publish a working MX.", \
		"稼働する MX を公開してください。") \
	X(SOA_MNAME_DEAD, "soa-mname-dead", DEL, N, 4, 1, HOST, true, \
		"The SOA record of {domain} names {host} as the " \
		"primary name server, but {host} [{addr}] has " \
		"not answered DNS since {since}.", \
		"{domain} の SOA（MNAME）が示すプライマリ {host} " \
		"[{addr}] は {since} からネームサーバとして応" \
		"答していません。", \
		"Put the name of the real primary into MNAME.", \
		"MNAME を実際のプライマリに直してください。") \
	X(SOA_MNAME_MISSING, "soa-mname-missing", DEL, C, 4, 1, HOST, true, \
		"The SOA record of {domain} names {host} as primary, " \
		"a name without a usable address.", \
		"{domain} の SOA（MNAME）にある {host} には有" \
		"効なアドレスがありません。", \
		"Correct MNAME.", \
		"MNAME を修正してください。") \
	X(SOA_MNAME_LAME, "soa-mname-lame", DEL, C, 2, 2, HOST, false, \
		"{host}, named as primary of {domain}, answers " \
		"but does not serve the zone.", \
		"{domain} のプライマリとされる {host} は応答し" \
		"ますが、このゾーンを保持していません。", \
		"Correct MNAME or load the zone.", \
		"MNAME を直すか、ゾーンを設定してください。") \
	X(NS_DEAD, "ns-dead", DEL, N, 5, 1, HOST, true, \
		"{host}, a published name server of {domain}, " \
		"has not answered since {since} ({count} attempts). " \
		"It seems retired.", \
		"{domain} のネームサーバとして公開されている " \
		"{host} は {since} から応答がありません（{count} " \
		"回）。引退したサーバではありませんか。", \
		"Remove it from the zone and from the registry, " \
		"or restore it.", \
		"ゾーンとレジストリの両方から削除するか、復旧" \
		"してください。") \
	X(NS_NAME_MISSING, "ns-name-missing", DEL, C, 6, 1, HOST, true, \
		"{host}, a published name server of {domain}, " \
		"does not exist in the DNS.", \
		"{domain} のネームサーバ {host} は名前解決でき" \
		"ません。", \
		"Remove or correct it — if its domain has lapsed, " \
		"a stranger can take over your zone.", \
		"削除または修正してください。ドメインが失効し" \
		"ている場合、第三者に乗っ取られる恐れがありま" \
		"す。") \
	X(NS_LAME, "ns-lame", DEL, C, 4, 2, HOST, false, \
		"{host} is published as a name server of {domain} " \
		"but does not serve the zone ({value}).", \
		"{host} は {domain} のネームサーバとして公開さ" \
		"れていますが、ゾーンを提供していません（{value}）" \
		"。", \
		"Configure the zone there or remove the NS.", \
		"ゾーンを設定するか NS を削除してください。") \
	X(NS_EFFECTIVELY_SINGLE, "ns-effectively-single", DEL, N, 6, 1, DOMAIN, true, \
		"{domain} lists several name servers but only " \
		"{host} works; when it stops, your domain disappears.", \
		"{domain} には複数の NS がありますが、機能して" \
		"いるのは {host} のみです。停電等で停止すると" \
		"、ドメイン自体が存在しないように見えます。", \
		"Restore a second server.", \
		"2台目を復旧してください。") \
	X(NS_SINGLE_LISTED, "ns-single-listed", DEL, C, 4, 1, DOMAIN, false, \
		"Only one name server ({host}) is delegated for " \
		"{domain}; at least two are required.", \
		"{domain} の委任先ネームサーバは {host} の1台" \
		"だけです（2台以上必要）。", \
		"Add a second one at another place.", \
		"別の場所に2台目を用意してください。") \
	X(NS_SAME_HOST, "ns-same-host", DEL, C, 3, 2, DOMAIN, false, \
		"All name servers of {domain} are the same machine " \
		"({addr}).", \
		"{domain} のネームサーバはすべて同一のアドレス" \
		" {addr} です。", \
		"Use distinct servers.", \
		"別々のサーバにしてください。") \
	X(DELEG_NS_MISMATCH, "deleg-ns-mismatch", DEL, C, 3, 1, DOMAIN, false, \
		"The registry delegates {domain} to {value}, " \
		"but the zone itself says {other}.", \
		"レジストリ側の委任（{value}）とゾーン内の NS（" \
		"{other}）が {domain} で一致していません。", \
		"Make both lists equal.", \
		"両者を一致させてください。") \
	X(GLUE_MISMATCH, "glue-mismatch", DEL, C, 3, 2, HOST, false, \
		"The glue address of {host} at the parent ({value}) " \
		"differs from the zone ({other}).", \
		"{host} の上位ゾーンのグルー（{value}）とゾー" \
		"ン内のアドレス（{other}）が異なります。", \
		"Update the host record at the registry.", \
		"レジストリのホスト情報を更新してください。") \
	X(NS_FAMILY_DEAD, "ns-family-dead", DEL, N, 2, 2, HOST, false, \
		"{host} publishes {addr}, but DNS over that IP " \
		"version has been dead since {since}.", \
		"{host} の {addr} では {since} から DNS の応答" \
		"がありません。", \
		"Repair it or delete the address record.", \
		"復旧するか、そのアドレスを削除してください。") \
	X(NS_TCP_DEAD, "ns-tcp-dead", DEL, N, 1, 3, DOMAIN, false, \
		"The name servers of {domain} do not answer over " \
		"TCP.", \
		"{domain} のネームサーバは TCP で応答しません" \
		"。", \
		"Open TCP/53.", \
		"TCP/53 を開放してください。") \
	X(NS_TARGET_CNAME, "ns-target-cname", DEL, C, 2, 3, HOST, false, \
		"{host}, a name server of {domain}, is an alias.", \
		"{domain} の NS {host} が別名（CNAME）です。", \
		"Use a canonical name.", \
		"正規名にしてください。") \
	X(SOA_TIMERS_BAD, "soa-timers-bad", DEL, C, 1, 3, DOMAIN, false, \
		"The SOA timers of {domain} ({value}) make secondaries " \
		"drop the zone too early.", \
		"{domain} の SOA タイマ（{value}）ではセカンダ" \
		"リが早期にゾーンを失います。", \
		"Use e.g. 10800/3600/2419200.", \
		"例: 10800/3600/2419200") \
	X(SOA_RNAME_UNDELIVERABLE, "soa-rname-undeliverable", DEL, C, 2, 2, DOMAIN, false, \
		"The hostmaster address {value} in the SOA of " \
		"{domain} cannot receive mail.", \
		"{domain} の SOA にある管理者アドレス {value} " \
		"にはメールが届きません。", \
		"Publish a mailbox somebody reads.", \
		"読まれているアドレスを設定してください。") \
	X(DNS_ALL_DEAD, "dns-all-dead", DEL, N, 8, 2, DOMAIN, false, \
		"No name server of {domain} has answered since " \
		"{since}.", \
		"{domain} のネームサーバはすべて {since} から" \
		"応答がありません。", \
		"Restore DNS.", \
		"DNS を復旧してください。") \
	X(DNS_SOA_SPLIT, "dns-soa-split", CON, C, 5, 1, DOMAIN, true, \
		"The name servers of {domain} disagree on who " \
		"is in charge: {value} versus {other}.", \
		"{domain} のネームサーバ間で SOA が食い違って" \
		"います（{value} と {other}）。", \
		"Decide on one primary and let the others transfer " \
		"from it.", \
		"一方を一次情報と定め、他方に反映してください" \
		"。") \
	X(DNS_MX_INCONSISTENT, "dns-mx-inconsistent", CON, C, 5, 1, DOMAIN, true, \
		"Mail for {domain} goes to {value} or to {other}, " \
		"depending on the name server asked.", \
		"{domain} 宛メールの配送先が、問い合わせるネー" \
		"ムサーバによって {value} または {other} にな" \
		"ります。", \
		"Synchronise the zone.", \
		"ゾーンの内容を一致させてください。") \
	X(DNS_SHADOW_AUTHORITY, "dns-shadow-authority", CON, C, 5, 1, ADDR, true, \
		"A second, different copy of the zone {domain} " \
		"is served at {addr} (SOA {value}); mail sent " \
		"from inside that provider may go astray.", \
		"{addr} に、内容の異なる {domain} のゾーン（SOA " \
		"{value}）が存在します。そのサーバの事業者内か" \
		"らのメール配送に支障が出る恐れがあります。", \
		"Delete the zone in the hosting panel or make " \
		"it a copy.", \
		"レンタルサーバ側のゾーンを削除するか、内容を" \
		"一致させてください。") \
	X(DNS_SERIAL_SKEW, "dns-serial-skew", CON, C, 2, 2, HOST, false, \
		"{host} serves an outdated copy of {domain} (serial " \
		"{value}, others {other}).", \
		"{host} の {domain} は古いままです（serial {value}、" \
		"他は {other}）。", \
		"Repair zone transfer.", \
		"ゾーン転送を直してください。") \
	X(DNS_ADDR_INCONSISTENT, "dns-addr-inconsistent", CON, C, 2, 2, HOST, false, \
		"{host} has an address on one name server and " \
		"none on another.", \
		"{host} のアドレスが、あるネームサーバにはあり" \
		"、別のネームサーバにはありません。", \
		"Synchronise the zone.", \
		"ゾーンを一致させてください。") \
	X(ADDR_PRIVATE_MX, "addr-private-mx", CON, C, 6, 1, HOST, true, \
		"The mail exchanger {host} of {domain} has the " \
		"private address {addr}; nobody outside can reach " \
		"it.", \
		"{domain} の MX {host} がプライベートアドレス" \
		" {addr} で公開されています。外部からは到達で" \
		"きません。", \
		"Publish a global address only.", \
		"グローバルアドレスのみを公開してください。") \
	X(ADDR_PRIVATE_NS, "addr-private-ns", CON, C, 4, 1, HOST, false, \
		"{host}, a name server of {domain}, has the private " \
		"address {addr}.", \
		"{domain} のネームサーバ {host} がプライベート" \
		"アドレス {addr} です。", \
		"Publish a global address.", \
		"グローバルアドレスを公開してください。") \
	X(ADDR_PRIVATE_PUBLISHED, "addr-private-published", CON, C, 3, 1, HOST, false, \
		"{host} is published with the private address " \
		"{addr}, which shows your inner network to everybody.", \
		"{host} がプライベートアドレス {addr} で公開さ" \
		"れ、内部ネットワークの情報が外部から見えてい" \
		"ます。", \
		"Move it to an internal view.", \
		"内部向け DNS（ビュー）に移してください。") \
	X(ADDR_DOC_OR_RESERVED, "addr-doc-or-reserved", CON, C, 3, 3, HOST, false, \
		"{host} has the reserved address {addr}.", \
		"{host} に予約済みアドレス {addr} が設定されて" \
		"います。", \
		"Correct the record.", \
		"修正してください。") \
	X(DNSSEC_BOGUS, "dnssec-bogus", SEC, N, 6, 2, DOMAIN, false, \
		"DNSSEC validation of {domain} fails ({value}) " \
		"since {since}: validating networks cannot see " \
		"your domain.", \
		"{domain} の DNSSEC 検証が {since} から失敗し" \
		"ています（{value}）。検証を行うネットワークか" \
		"らはドメインが見えません。", \
		"Repair the signatures or have the DS removed.", \
		"署名を直すか DS を削除してください。") \
	X(DNSSEC_SIG_EXPIRED, "dnssec-sig-expired", SEC, N, 5, 2, DOMAIN, false, \
		"The DNSSEC signatures of {domain} expired on " \
		"{date}.", \
		"{domain} の DNSSEC 署名は {date} に期限切れで" \
		"す。", \
		"Re-sign; automate it.", \
		"再署名し、自動化してください。") \
	X(DNSSEC_DS_ORPHAN, "dnssec-ds-orphan", SEC, C, 6, 2, DOMAIN, false, \
		"The registry holds a DS for {domain} that matches " \
		"no key of the zone.", \
		"レジストリの DS に対応する鍵が {domain} にあ" \
		"りません。", \
		"Update or remove the DS.", \
		"DS を更新または削除してください。") \
	X(DNSSEC_NS_UNSIGNED, "dnssec-ns-unsigned", SEC, C, 3, 3, DOMAIN, false, \
		"{host} serves {domain} without signatures although " \
		"the zone is signed.", \
		"{host} は署名済みゾーン {domain} を署名なしで" \
		"応答しています。", \
		"Reload the signed zone there.", \
		"署名済みゾーンを再読み込みしてください。") \
	X(RDNS_MISSING, "rdns-missing", RDNS, C, 3, 2, ADDR, false, \
		"Your mail server {addr} has no reverse DNS name.", \
		"送信サーバ {addr} に逆引きがありません。", \
		"Ask your provider for a PTR.", \
		"逆引き（PTR）を設定してください。") \
	X(RDNS_ZONE_BROKEN, "rdns-zone-broken", RDNS, N, 3, 2, ADDR, false, \
		"Reverse DNS for {addr} has been out of order " \
		"since {since}.", \
		"{addr} の逆引きゾーンが {since} から機能して" \
		"いません。", \
		"Repair the reverse delegation.", \
		"逆引きの委任を直してください。") \
	X(RDNS_UNCONFIRMED, "rdns-unconfirmed", RDNS, C, 2, 2, ADDR, false, \
		"The reverse name {host} of {addr} does not point " \
		"back to it.", \
		"{addr} の逆引き名 {host} の正引きが一致しませ" \
		"ん。", \
		"Make A/AAAA and PTR agree.", \
		"正引きと逆引きを一致させてください。") \
	X(HELO_UNRESOLVABLE, "helo-unresolvable", RDNS, C, 2, 2, HOST, false, \
		"Your server introduces itself as {host}, a name " \
		"that does not exist.", \
		"貴サーバは存在しない名前 {host} を名乗ってい" \
		"ます。", \
		"Set the HELO name to the host's real name.", \
		"HELO を実在するホスト名にしてください。") \
	X(HELO_NOT_FQDN, "helo-not-fqdn", RDNS, C, 2, 2, HOST, false, \
		"Your server introduces itself as \"{host}\", which " \
		"is not a full host name.", \
		"貴サーバの HELO \"{host}\" は完全なホスト名では" \
		"ありません。", \
		"Set the HELO name to the host's real name.", \
		"HELO を実在するホスト名にしてください。") \
	X(HELO_MISMATCH, "helo-mismatch", RDNS, C, 1, 3, HOST, false, \
		"The HELO name {host} does not belong to {addr}.", \
		"HELO 名 {host} は {addr} のものではありません" \
		"。", \
		"Set the HELO name to the host's real name.", \
		"HELO を実在するホスト名にしてください。") \
	X(REG_NS_MISMATCH, "reg-ns-mismatch", REG, R, 4, 1, DOMAIN, false, \
		"WHOIS lists {value} as name servers of {domain}; " \
		"the zone says {other}.", \
		"{domain} の WHOIS のネームサーバ（{value}）と" \
		"ゾーンの NS（{other}）が一致しません。", \
		"Update the registration.", \
		"登録情報を更新してください。") \
	X(REG_NS_SINGLE, "reg-ns-single", REG, R, 4, 1, DOMAIN, false, \
		"Only one name server is registered for {domain}: " \
		"{value}.", \
		"{domain} の登録ネームサーバは {value} の1台の" \
		"みです。", \
		"Register a second.", \
		"2台目を登録してください。") \
	X(REG_CONTACT_GONE, "reg-contact-gone", REG, R, 5, 1, HANDLE, true, \
		"The contact {value} registered for {domain} " \
		"no longer exists in the registry.", \
		"{domain} の連絡先 {value} はレジストリに存在" \
		"しません。", \
		"Register a current contact.", \
		"現在の担当者を登録してください。") \
	X(REG_CONTACT_RETIRED, "reg-contact-retired", REG, O, 6, 1, HANDLE, true, \
		"The registered contact of {domain} ({value}) " \
		"is reported to be no longer there; nobody can " \
		"be reached in an emergency.", \
		"{domain} の登録連絡先（{value}）は既に在籍し" \
		"ていないとのことです。緊急時に連絡が取れませ" \
		"ん。", \
		"Replace it, best by a role address.", \
		"部署等の共用連絡先に更新してください。") \
	X(REG_CONTACT_MAIL_DEAD, "reg-contact-mail-dead", REG, R, 4, 2, HANDLE, false, \
		"The contact address in the registration of {domain} " \
		"cannot receive mail.", \
		"{domain} の登録連絡先メールアドレスにメールが" \
		"届きません。", \
		"Correct it.", \
		"修正してください。") \
	X(REG_NET_STALE, "reg-net-stale", REG, R, 1, 1, HANDLE, false, \
		"The registration of {addr} was last changed " \
		"on {date}; please check whether the contacts " \
		"are still right.", \
		"{addr} の登録情報は {date} 以降更新されていま" \
		"せん。連絡先が正しいかご確認ください。", \
		"Review and re-confirm.", \
		"内容を確認・更新してください。") \
	X(REG_EXPIRED, "reg-expired", REG, R, 6, 2, DOMAIN, false, \
		"The registration of {domain} expired on {date}.", \
		"{domain} の登録は {date} に期限切れです。", \
		"Renew.", \
		"更新してください。") \
	X(REG_SUSPENDED, "reg-suspended", REG, R, 8, 2, DOMAIN, false, \
		"{domain} is in state \"{value}\".", \
		"{domain} の状態は「{value}」です。", \
		"Contact your registrar.", \
		"指定事業者に連絡してください。") \
	X(LOG_MX_UNREACHABLE, "log-mx-unreachable", LOG, L, 5, 1, HOST, true, \
		"Our own mail to {domain} could not reach {host} " \
		"since {since} ({count} attempts).", \
		"当方から {domain} 宛のメールは {since} 以降 " \
		"{host} に到達できていません（{count} 回）。", \
		"Bring {host} back, or delete its MX record and " \
		"raise the working one.", \
		"{host} を復旧するか、MX レコードを削除して稼" \
		"働中のサーバを最優先にしてください。") \
	X(LOG_HOST_LOOKUP_FAIL, "log-host-lookup-fail", LOG, L, 4, 1, DOMAIN, false, \
		"We cannot look up the mail servers of {domain} " \
		"since {since}.", \
		"{since} から {domain} のメールサーバを名前解" \
		"決できません。", \
		"Check your DNS.", \
		"DNS をご確認ください。") \
	X(LOG_QUEUE_EXPIRED, "log-queue-expired", LOG, L, 6, 1, DOMAIN, true, \
		"Mail from us to {domain} was returned undelivered " \
		"after {days} days.", \
		"当方から {domain} 宛のメールは {days} 日間配" \
		"送できず、差出人に返送されました。", \
		"Repair your MX.", \
		"MX を復旧してください。") \
	X(LOG_NS_UNREACHABLE, "log-ns-unreachable", LOG, L, 3, 1, HOST, false, \
		"Our resolver gets no answer from {host}, name " \
		"server of {domain}, since {since}.", \
		"{domain} のネームサーバ {host} は {since} か" \
		"ら当方のリゾルバに応答していません。", \
		"Remove it from the zone and from the registry, " \
		"or restore it.", \
		"ゾーンとレジストリの両方から削除するか、復旧" \
		"してください。") \
	X(LOG_NS_LAME, "log-ns-lame", LOG, L, 3, 1, HOST, false, \
		"{host} refuses to answer for {domain} ({value}).", \
		"{host} は {domain} への問い合わせを拒否してい" \
		"ます（{value}）。", \
		"Configure the zone there or remove the NS.", \
		"ゾーンを設定するか NS を削除してください。") \
	X(LOG_DSN_UNDELIVERABLE, "log-dsn-undeliverable", LOG, L, 4, 2, DOMAIN, false, \
		"Error reports for your own mail cannot be returned " \
		"to {domain}.", \
		"貴組織発メールのエラー通知を {domain} に返送" \
		"できません。", \
		"Accept mail for the sender domain.", \
		"送信元ドメインで受信できるようにしてください" \
		"。") \
	X(NULLMX_MIXED, "nullmx-mixed", POL, C, 3, 2, DOMAIN, false, \
		"{domain} says \"no mail\" (null MX) and lists " \
		"mail servers at the same time.", \
		"{domain} は null MX と通常の MX を同時に公開" \
		"しています。", \
		"Keep one.", \
		"どちらか一方にしてください。") \
	X(NULLMX_SENDER, "nullmx-sender", POL, C, 4, 2, DOMAIN, false, \
		"{domain} sends mail but declares that it accepts " \
		"none; errors cannot be reported to you.", \
		"{domain} はメールを送信していますが、受信しな" \
		"い（null MX）と宣言しています。", \
		"Use a sender domain that accepts mail.", \
		"受信できるドメインを差出人に使ってください。") \
	X(SPF_BROKEN, "spf-broken", POL, C, 2, 2, DOMAIN, false, \
		"The SPF record of {domain} is invalid: {value}.", \
		"{domain} の SPF レコードに誤りがあります（{value}）" \
		"。", \
		"Correct it.", \
		"修正してください。") \
	X(SPF_ALLOWS_ALL, "spf-allows-all", POL, C, 2, 2, DOMAIN, false, \
		"The SPF record of {domain} permits the whole " \
		"Internet to send in its name.", \
		"{domain} の SPF は全世界からの送信を許可して" \
		"います。", \
		"End it with -all or ~all.", \
		"-all か ~all にしてください。") \
	X(DMARC_BROKEN, "dmarc-broken", POL, C, 1, 3, DOMAIN, false, \
		"The DMARC record of {domain} is invalid: {value}.", \
		"{domain} の DMARC レコードに誤りがあります（" \
		"{value}）。", \
		"Correct it.", \
		"修正してください。") \
	X(MTA_STS_BROKEN, "mta-sts-broken", POL, C, 3, 3, DOMAIN, false, \
		"{domain} demands MTA-STS, but {value}.", \
		"{domain} は MTA-STS を宣言していますが、{value}。", \
		"Repair the policy host or withdraw it.", \
		"ポリシーを直すか取り下げてください。") \
	X(TLSA_BROKEN, "tlsa-broken", POL, C, 3, 3, HOST, false, \
		"The TLSA record of {host} does not match its " \
		"certificate.", \
		"{host} の TLSA と証明書が一致しません。", \
		"Publish the new key before rolling.", \
		"鍵更新前に TLSA を公開してください。") \
	X(MX_TLS_EXPIRED, "mx-tls-expired", POL, C, 1, 3, HOST, false, \
		"The certificate that the mail server {host} shows " \
		"expired on {date}.", \
		"メールサーバ {host} が提示する証明書は {date} に" \
		"期限切れです。", \
		"Renew it, and let a program renew the next.", \
		"更新し、以後の更新を自動化してください。") \
	X(WEB_V6_DEAD, "web-v6-dead", WEB, N, 2, 1, HOST, false, \
		"{host} publishes the IPv6 address {addr}, which " \
		"has not answered since {since}; visitors wait " \
		"for the fallback.", \
		"{host} の IPv6 アドレス {addr} は {since} か" \
		"ら応答せず、閲覧者はフォールバックを待たされ" \
		"ています。", \
		"Make IPv6 work or delete the AAAA record.", \
		"IPv6 を復旧するか AAAA を削除してください。") \
	X(WEB_V4V6_DIFFER, "web-v4v6-differ", WEB, C, 2, 1, HOST, false, \
		"{host} shows different sites over IPv4 (\"{value}\") " \
		"and IPv6 (\"{other}\").", \
		"{host} は IPv4（{value}）と IPv6（{other}）で" \
		"内容が異なります。", \
		"Serve the same site on both.", \
		"同一の内容にしてください。") \
	X(WEB_LINK_INTERNAL, "web-link-internal", WEB, C, 2, 1, HOST, false, \
		"The home page of {domain} links to {host}, which " \
		"only exists inside ({addr}).", \
		"{domain} のトップページから、内部専用の {host}（" \
		"{addr}）へリンクされています。", \
		"Do not publish such links.", \
		"外部に公開しないでください。") \
	X(WEB_TLS_EXPIRED, "web-tls-expired", WEB, C, 1, 3, HOST, false, \
		"The certificate of {host} expired on {date}.", \
		"{host} の証明書は {date} に期限切れです。", \
		"Renew.", \
		"更新してください。")
/* clang-format on */

#endif
