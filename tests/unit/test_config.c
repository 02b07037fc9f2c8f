/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kizuki/io/config.h"

#define SAID_MAX 16

struct said {
	size_t count;
	char lines[SAID_MAX][1200];
};

struct scene {
	char path[64];
	struct said said;
	struct kz_config config;
	enum kz_result result;
};

static void
remember(void *arg, const char *message)
{
	struct said *said = arg;

	assert_true(said->count < SAID_MAX);
	assert_true(strlen(message) < sizeof(said->lines[0]));
	(void)snprintf(said->lines[said->count++], sizeof(said->lines[0]), "%s",
		message);
}

static void
read_text(struct scene *scene, const char *text, size_t len)
{
	int fd;

	memset(scene, 0, sizeof(*scene));
	(void)snprintf(scene->path, sizeof(scene->path), "/tmp/kizuki.XXXXXX");
	fd = mkstemp(scene->path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
	scene->result = kz_config_read(
		scene->path, remember, &scene->said, &scene->config);
	unlink(scene->path);
}

/* The text is good. */
static void
accept(struct scene *scene, const char *text)
{
	read_text(scene, text, strlen(text));
	if (scene->said.count > 0)
		print_message("%s\n", scene->said.lines[0]);
	assert_int_equal(scene->result, KZ_OK);
	assert_int_equal(scene->said.count, 0);
}

/* It is refused, and a message has this line and these words. */
static void
refuse(const char *text, int line, const char *words)
{
	struct scene scene;
	char head[96];
	bool found = false;

	read_text(&scene, text, strlen(text));
	assert_int_equal(scene.result, KZ_EFORMAT);
	if (line > 0)
		(void)snprintf(head, sizeof(head), "%s:%d: ", scene.path, line);
	else
		(void)snprintf(head, sizeof(head), "%s: ", scene.path);
	for (size_t i = 0; i < scene.said.count; i++) {
		const char *said = scene.said.lines[i];

		found = found ||
			(strncmp(said, head, strlen(head)) == 0 &&
				strstr(said + strlen(head), words) != NULL);
	}
	if (!found)
		print_error("%d: %s\nnot in: %s\n", line, words,
			scene.said.lines[0]);
	assert_true(found);
}

static bool
nets_hold(const struct kz_nets *nets, const char *text)
{
	struct kz_addr addr;

	assert_int_equal(
		kz_addr_parse((struct kz_str){text, strlen(text)}, &addr),
		KZ_OK);
	return kz_nets_have(nets, &addr);
}

static void
defaults_are_the_documented_numbers(void **state)
{
	struct kz_config config;
	const struct kz_persistence *rule;

	(void)state;
	assert_int_equal(kz_config_defaults(&config), KZ_OK);
	assert_int_equal(config.profile, KZ_PROFILE_PAPER);
	assert_int_equal(config.mode, KZ_MODE_OBSERVE);
	assert_false(config.nolisting_convicts);
	assert_false(config.durability_sync);
	assert_string_equal(config.state_dir, "/var/lib/kizuki");
	assert_string_equal(config.run_dir, "/run/kizuki");
	assert_int_equal(kz_config_find_probe(&config), KZ_OK);
	assert_non_null(strstr(config.probe_path, "kizuki-probe"));
	assert_string_equal(config.user, "kizuki");
	assert_int_equal(config.helo_wait_ms, 200);
	assert_int_equal(config.cache_bytes, 64 << 20);
	assert_int_equal(config.greylist.scope, KZ_SCOPE_BROKEN);
	assert_int_equal(config.greylist.forget, KZ_FORGET_MTA);
	assert_int_equal(config.greylist.delay_s, 300);
	assert_int_equal(config.greylist.window_s, 12 * 3600);
	assert_int_equal(config.greylist.open_s, 2 * 3600);
	assert_int_equal(config.greylist.max_delay_s, 3 * 3600);
	assert_int_equal(config.greylist.keep_s, 35 * 86400);
	assert_int_equal(config.greylist.allow_after, 5);
	assert_int_equal(config.limits.smtp_per_addr_s, 6 * 3600);
	assert_int_equal(config.limits.verifications, 100000);
	assert_int_equal(config.limits.request_bytes, 65536);
	assert_int_equal(config.probe.connect_timeout_ms, 15000);
	assert_int_equal(config.probe.banner_timeout_ms, 60000);
	assert_int_equal(config.canary[KZ_NET_DNSSEC_BAD].rule.fresh_s, 300);
	assert_int_equal(config.canary[KZ_NET_SMTP25_V4].rule.hold_s, 900);
	assert_int_equal(config.canary[KZ_NET_SMTP25_V4].rule.settle_s, 900);
	rule = &config.persistence[KZ_CLASS_N];
	assert_int_equal(rule->count, 8);
	assert_int_equal(rule->span_s, 14 * 86400);
	assert_int_equal(rule->quarters, 3);
	assert_int_equal(rule->weekdays, 1);
	assert_int_equal(rule->slot_s, 3600);
	assert_int_equal(rule->max_age_s, 72 * 3600);
	rule = &config.persistence[KZ_CLASS_C];
	assert_int_equal(rule->count, 4);
	assert_int_equal(rule->span_s, 7 * 86400);
	assert_int_equal(rule->ttl_factor, 2);
	assert_int_equal(rule->quarters, 0);
	rule = &config.persistence[KZ_CLASS_R];
	assert_int_equal(rule->count, 2);
	assert_int_equal(rule->max_age_s, 45 * 86400);
	rule = &config.persistence[KZ_CLASS_L];
	assert_int_equal(rule->max_age_s, 7 * 86400);
	assert_int_equal(config.persistence[KZ_CLASS_O].count, 1);
	assert_true(nets_hold(&config.network.own, "127.0.0.1"));
	assert_true(nets_hold(&config.network.own, "::1"));
	assert_int_equal(config.network.scope.global.count, 0);
	kz_config_free(&config);
	assert_null(config.state_dir);
}

static void
every_type_is_read(void **state)
{
	struct scene scene;
	const struct kz_config *config = &scene.config;

	(void)state;
	accept(&scene,
		"profile = cautious\nmode=enforce # here\n"
		"max_delay = 0\nhelo_wait = 50ms\n"
		"nolisting = convict\ndurability = power\ncache = 128M\n"
		"why_url = https://mx.jikocho.jp/why\nstate_dir = "
		"\"/tmp/a-b\"\n"
		"user = \"\"\nprobe_path = /opt/kizuki-probe\n"
		"listen = { \"10.0.0.1:10040\", \"[2001:db8::1]:10041\" }\n"
		"resolver { trust_anchor = \"\" in_flight = 7 limit = 2 }\n"
		"network {\n\town = { 10.0.0.0/8, 2001:db8::/32 }\n"
		"\tnever_probe = 192.0.2.1\n}\n"
		"greylist { scope = unknown forget = message delay = 10m\n"
		"window = 6h open = 7d }\n"
		"persistence network { count = 2 span = 1d }\n"
		"persistence registry { max_age = 3600 }\n"
		"probe { source_v4 = 10.0.0.9 source_v6 = \"2001:db8::9\"\n"
		"watch_names = { Tokkyo.Example3.jp. } }\n"
		"canary smtp25_v4 { targets = { 10.20.0.25 } fresh = 10 }\n"
		"canary dns53udp-v6 { settle = 0 }\n");
	assert_int_equal(config->profile, KZ_PROFILE_CAUTIOUS);
	assert_int_equal(config->mode, KZ_MODE_ENFORCE);
	assert_int_equal(config->greylist.max_delay_s, 0);
	assert_int_equal(config->helo_wait_ms, 50);
	assert_true(config->nolisting_convicts);
	assert_true(config->durability_sync);
	assert_int_equal(config->cache_bytes, 128 << 20);
	assert_string_equal(config->why_url, "https://mx.jikocho.jp/why");
	assert_string_equal(config->state_dir, "/tmp/a-b");
	assert_string_equal(config->user, "");
	assert_string_equal(config->probe_path, "/opt/kizuki-probe");
	assert_int_equal(config->listen_count, 2);
	assert_int_equal(config->listen[0].port, 10040);
	assert_int_equal(config->listen[1].addr.family, KZ_ADDR_V6);
	assert_string_equal(config->resolver.trust_anchor, "");
	assert_int_equal(config->resolver.limit_ms, 2000);
	assert_int_equal(config->resolver.in_flight, 7);
	assert_true(nets_hold(&config->network.own, "10.1.2.3"));
	assert_true(nets_hold(&config->network.own, "127.0.0.1"));
	assert_true(nets_hold(&config->network.never_probe, "192.0.2.1"));
	assert_int_equal(config->greylist.scope, KZ_SCOPE_UNKNOWN);
	assert_int_equal(config->greylist.forget, KZ_FORGET_MESSAGE);
	assert_int_equal(config->greylist.delay_s, 600);
	assert_int_equal(config->greylist.window_s, 6 * 3600);
	assert_int_equal(config->greylist.open_s, 7 * 86400);
	assert_int_equal(config->persistence[KZ_CLASS_N].count, 2);
	assert_int_equal(config->persistence[KZ_CLASS_L].count, 8);
	assert_int_equal(config->persistence[KZ_CLASS_R].max_age_s, 3600);
	assert_int_equal(config->probe.source_v4.bytes[3], 9);
	assert_int_equal(config->probe.source_v6.family, KZ_ADDR_V6);
	assert_string_equal(
		config->probe.watch_names.list[0].text, "tokkyo.example3.jp");
	assert_int_equal(config->canary[KZ_NET_SMTP25_V4].target_count, 1);
	assert_int_equal(config->canary[KZ_NET_SMTP25_V4].rule.fresh_s, 10);
	assert_int_equal(config->canary[KZ_NET_DNS53UDP_V6].rule.settle_s, 0);
	kz_config_free(&scene.config);
}

static void
sockets_elsewhere_are_read(void **state)
{
	struct scene scene;
	const struct kz_config *config = &scene.config;

	(void)state;
	accept(&scene,
		"socketmap_listen = \"127.0.0.1:10042\"\n"
		"socketmap_group = smmsp\n"
		"policy_sockets = { /var/spool/postfix/private/kizuki,"
		" /run/a.sock }\n");
	assert_int_equal(config->socketmap_listen_count, 1);
	assert_int_equal(config->socketmap_listen[0].port, 10042);
	assert_int_equal(config->policy_socket_count, 2);
	assert_string_equal(config->policy_sockets[0].text,
		"/var/spool/postfix/private/kizuki");
	assert_string_equal(config->policy_sockets[1].text, "/run/a.sock");
	assert_string_equal(config->socketmap_group, "smmsp");
	kz_config_free(&scene.config);
}

static void
errors_name_file_line_key_and_what_was_expected(void **state)
{
	(void)state;
	refuse("# c\n/* d\n*/ // e\nmode = stern\n", 4,
		"mode: expected observe or enforce; not \"stern\"");
	refuse("\nmax_delay = 31d\n", 2,
		"max_delay: expected a duration from 0 to 30d, as 300");
	refuse("helo_wait = 200\n", 1, "expected a duration from 0 to 10s");
	refuse("max_delay = -1\n", 1, "max_delay: expected a duration");
	refuse("max_delay = 1h30m\n", 1, "not \"1h30m\"");
	refuse("max_delay = 1500ms\n", 1, "max_delay: expected");
	refuse("max_delay = 99999999999999999999\n", 1, "max_delay: expected");
	refuse("cache = 1k\n", 1, "cache: expected octets from 1M to 64G");
	refuse("state_dir = var\n", 1, "state_dir: expected a path from the");
	refuse("why_url = ftp://x\n", 1, "why_url: expected http://");
	refuse("why_url = \"https://x\\r\\ny\"\n", 1, "not \"https://x\\x0d");
	refuse("user = \"a b\"\n", 1, "user: expected a word");
	refuse("probe { source_v4 = \"::1\" }\n", 1, "an IPv4 address");
	refuse("network {\n\n own = 10.0.0.1/8 }\n", 3,
		"network own: expected networks without host bits");
	refuse("listen = { 10.0.0.1 }\n", 1, "listen: expected ADDRESS:PORT");
	refuse("listen = { \"10.0.0.1:0\" }\n", 1, "listen: expected");
	refuse("listen = { \"::1:25\" }\n", 1, "[ADDRESS]:PORT");
	refuse("policy_sockets = private/kizuki\n", 1,
		"policy_sockets: expected paths from the root");
	refuse("policy_sockets = \"/a b\"\n", 1, "policy_sockets: expected");
	refuse("policy_sockets = "
	       "/12345678901234567890123456789012345678901234567890123456789"
	       "01234567890123456789012345678901234567890123456789\n",
		1, "each up to 107 octets");
	refuse("probe { watch_names = \"a..b\" }\n", 1, "domain names");
	refuse("canary smtp25_v4 { targets = x.jp }\n", 1, "smtp25-v4 targets");
	refuse("persistence network {\n count = 0\n}\n", 2,
		"persistence network count: expected a number from 1 to 1000");
	refuse("mode = observe\nmode = enforce\n", 2,
		"given before, on line 1");
}

static void
unknown_keys_sections_and_titles_are_errors(void **state)
{
	(void)state;
	refuse("\nmood = enforce\n", 2,
		"mood: unknown; expected one of profile");
	refuse("greylist {\n\n\tdelya = 3\n}\n", 3,
		"greylist delya: unknown; expected one of scope, delay");
	refuse("grylist {\n\tdelay = 3\n}\n", 1, "grylist: unknown; expected");
	refuse("canary smtp26_v4 {\n}\n", 2,
		"canary smtp26_v4: unknown; expected one of smtp25-v4");
	refuse("persistence { count = 3 }\n", 1, "missing title");
	refuse("mode = observe\n}\n", 2, "unexpected closing brace");
	refuse("mode = \"observe\n\n", 3, "premature end of file");
	refuse("include(\"/etc/passwd\")\n", 1, "include: unknown");
	refuse("\"<reading>\" = 3\n", 1, "unknown");
	/* the values behind an unknown key are looked at all the same */
	refuse("mood = x\n# c\nmode = stern\n", 3, "mode: expected");
	refuse("mood = x\n# c\nmode = stern\n", 1, "mood: unknown");
	refuse("grey {\n a = { 1, 2 }\n}\nprobe { jobs = 0 }\n", 4,
		"probe jobs: expected");
}

static void
options_that_contradict_each_other_are_errors(void **state)
{
	struct scene scene;

	(void)state;
	refuse("persistence network {\n span = 1199\n}\n", 2,
		"persistence network span: expected at least 4 times");
	refuse("\npersistence log { span = 1m }\n", 2, "persistence log span");
	refuse("canary dns53tcp_v6 {\n fresh = 1d }\npersistence network "
	       "{ span = 4d }\npersistence log { span = 3d }\n",
		4, "so 345600s for canary dns53tcp-v6");
	accept(&scene,
		"persistence network { span = 1200 }\n"
		"persistence content { span = 0 }\n"
		"canary whois43 { fresh = 1d }\n");
	kz_config_free(&scene.config);
	refuse("schedule { recheck_suspect_min = 19h }\n", 1,
		"recheck_suspect_min: expected at most");
	refuse("greylist {\nwindow = 1m }\n", 2, "greylist delay: expected at");
}

static void
a_short_recheck_bounds_the_other_intervals(void **state)
{
	struct scene scene;

	(void)state;
	accept(&scene, "schedule { recheck = 5s retry = 1s }\n");
	assert_int_equal(scene.config.schedule.recheck_sound_s, 5);
	assert_int_equal(scene.config.schedule.recheck_suspect_min_s, 5);
	assert_int_equal(scene.config.schedule.recheck_suspect_max_s, 5);
	assert_int_equal(scene.config.schedule.recheck_broken_s, 5);
	assert_int_equal(scene.config.schedule.retry_s, 1);
	kz_config_free(&scene.config);
	accept(&scene, "schedule { recheck = 7d }\n");
	assert_int_equal(scene.config.schedule.recheck_suspect_max_s, 64800);
	kz_config_free(&scene.config);
}

static void
paper_numbering_stands_for_its_networks(void **state)
{
	struct scene scene;
	struct kz_addr_scope *scope = &scene.config.network.scope;

	(void)state;
	accept(&scene,
		"network { treat_as_global = { paper_numbering, 100.64.0.0/10 }"
		" treat_as_private = paper_numbering }");
	assert_true(nets_hold(&scope->global, "10.224.31.110"));
	assert_true(nets_hold(&scope->global, "2001:db8:268::1"));
	assert_true(nets_hold(&scope->global, "100.64.0.1"));
	assert_int_equal(scope->global.count, 3);
	assert_true(nets_hold(&scope->private, "192.168.1.1"));
	assert_true(nets_hold(&scope->private, "fd00::1"));
	kz_config_free(&scene.config);
	refuse("network { own = paper_numbering }", 1, "network own: expected");
}

static void
sections_given_twice_add_up(void **state)
{
	struct scene scene;

	(void)state;
	accept(&scene,
		"greylist { delay = 1m }\ngreylist { open = 1m }\n"
		"canary smtp25_v4 { fresh = 1 }\n"
		"canary smtp25-v4 { hold = 2 }\n");
	assert_int_equal(scene.config.greylist.delay_s, 60);
	assert_int_equal(scene.config.greylist.open_s, 60);
	assert_int_equal(scene.config.canary[KZ_NET_SMTP25_V4].rule.fresh_s, 1);
	assert_int_equal(scene.config.canary[KZ_NET_SMTP25_V4].rule.hold_s, 2);
	kz_config_free(&scene.config);
}

static void
odd_files_are_told_apart(void **state)
{
	struct scene scene;
	struct said said = {0};
	char *big = malloc(2 << 20);

	(void)state;
	assert_int_equal(kz_config_read("/nonexistent/kizuki.conf", remember,
				 &said, &scene.config),
		KZ_NOT_FOUND);
	assert_int_equal(said.count, 0);
	assert_int_equal(
		kz_config_read("/tmp", remember, &said, &scene.config), KZ_EIO);
	assert_string_equal(said.lines[0], "/tmp: Is a directory");
	assert_non_null(big);
	memset(big, '\n', 2 << 20);
	read_text(&scene, big, 2 << 20);
	assert_int_equal(scene.result, KZ_EIO);
	free(big);
	read_text(&scene, "mode\0=", 6);
	assert_int_equal(scene.result, KZ_EIO);
	accept(&scene, "");
	kz_config_free(&scene.config);
	accept(&scene, "mode = enforce\r\n# x\r\n");
	kz_config_free(&scene.config);
	accept(&scene, "why_url = http://x/#a\nstate_dir = \"/a#b//c\"\n");
	assert_string_equal(scene.config.state_dir, "/a#b//c");
	kz_config_free(&scene.config);
	accept(&scene, "why_url = 'http://x/\\'#'\n");
	kz_config_free(&scene.config);
}

/* The sample with its options uncommented says what the defaults are. */
static void
the_sample_holds_every_default(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct scene scene;
	struct kz_config defaults;

	(void)state;
	assert_non_null(out);
	kz_config_sample(out);
	assert_int_equal(fclose(out), 0);
	accept(&scene, text);
	kz_config_free(&scene.config);
	for (size_t i = 0; i + 1 < len; i++)
		if (text[i] == '#' && text[i + 1] != ' ' && text[i + 1] != '\n')
			text[i] = ' ';
	accept(&scene, text);
	free(text);
	assert_int_equal(kz_config_defaults(&defaults), KZ_OK);
	assert_memory_equal(&scene.config.greylist, &defaults.greylist,
		sizeof(defaults.greylist));
	assert_memory_equal(scene.config.persistence, defaults.persistence,
		sizeof(defaults.persistence));
	assert_memory_equal(&scene.config.limits, &defaults.limits,
		sizeof(defaults.limits));
	assert_memory_equal(&scene.config.schedule, &defaults.schedule,
		sizeof(defaults.schedule));
	assert_int_equal(
		scene.config.network.own.count, defaults.network.own.count);
	assert_string_equal(scene.config.run_dir, defaults.run_dir);
	kz_config_free(&scene.config);
	kz_config_free(&defaults);
}

static void
help_and_manual_hold_every_option(void **state)
{
	static const char *const names[] = {"max_delay", "persistence log span",
		"canary smtp25-v4 settle", "ceiling percent", "greylist scope"};
	static const char *const cells[] = {"`max_delay`", "`settle`",
		"network `8`, content `4`, registry `2`, log `8`"};
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	kz_config_help(out);
	assert_int_equal(fclose(out), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_non_null(strstr(text, names[i]));
	free(text);
	out = open_memstream(&text, &len);
	assert_non_null(out);
	kz_config_manual(out);
	assert_int_equal(fclose(out), 0);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		assert_non_null(strstr(text, cells[i]));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_the_documented_numbers),
		cmocka_unit_test(every_type_is_read),
		cmocka_unit_test(sockets_elsewhere_are_read),
		cmocka_unit_test(
			errors_name_file_line_key_and_what_was_expected),
		cmocka_unit_test(unknown_keys_sections_and_titles_are_errors),
		cmocka_unit_test(options_that_contradict_each_other_are_errors),
		cmocka_unit_test(a_short_recheck_bounds_the_other_intervals),
		cmocka_unit_test(paper_numbering_stands_for_its_networks),
		cmocka_unit_test(sections_given_twice_add_up),
		cmocka_unit_test(odd_files_are_told_apart),
		cmocka_unit_test(the_sample_holds_every_default),
		cmocka_unit_test(help_and_manual_hold_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
