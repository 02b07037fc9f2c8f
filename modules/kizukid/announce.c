/* SPDX-License-Identifier: ISC */
#include "daemon_priv.h"

#include "kizuki/base/text.h"

static void
say_nets(const struct kz_daemon *daemon, const char *key,
	const struct kz_nets *nets)
{
	char line[KZ_LOG_LINE_SIZE];
	char text[KZ_ADDR_TEXT_SIZE];
	struct kz_text said = kz_text_make(line, sizeof(line));

	if (nets->count == 0)
		return;
	kz_text_word(&said, "network { ");
	kz_text_word(&said, key);
	kz_text_word(&said, " } is set, which is for laboratories only:");
	for (size_t i = 0; i < nets->count && !said.cut; i++) {
		kz_text_word(&said, " ");
		kz_text_word(&said, kz_net_format(&nets->list[i], text));
	}
	kz_log_say(&daemon->log, KZ_LOG_WARNING, line);
}

void
kz_daemon_announce(const struct kz_daemon *daemon)
{
	const struct kz_config *config = &daemon->config;
	const struct kz_log *log = &daemon->log;
	char text[KZ_ADDR_TEXT_SIZE];

	kz_log_format(log, KZ_LOG_INFO,
		"started mode=%s profile=%s config=%s state_dir=%s run_dir=%s",
		config->mode == KZ_MODE_ENFORCE ? "enforce" : "observe",
		kz_profile_text(config->profile), daemon->config_path,
		config->state_dir, config->run_dir);
	for (size_t i = 0; i < config->listen_count; i++)
		kz_log_format(log, KZ_LOG_INFO,
			"listening address=%s port=%u for own networks",
			kz_addr_format(&config->listen[i].addr, text),
			config->listen[i].port);
	if (config->mode == KZ_MODE_OBSERVE)
		kz_log_say(log, KZ_LOG_INFO,
			"mode observe: every mail is let in; the log says what "
			"enforce would do");
	if (config->greylist.max_delay_s == 0)
		kz_log_say(log, KZ_LOG_WARNING,
			"max_delay = 0: mail of a broken site can wait without "
			"a bound, as in the paper");
	say_nets(daemon, "treat_as_global", &config->network.scope.global);
	say_nets(daemon, "treat_as_private", &config->network.scope.private);
}
