/* SPDX-License-Identifier: ISC */
/*
 * witness - writes down who is spoken to, whatever the speakers say of it
 *
 *   witness FILE        until SIGTERM; needs the right to open packet sockets
 *
 * A line for each TCP connection begun and each question of the DNS sent from
 * this network namespace, also to who never answers:
 *
 *   MILLISECONDS tcp/PORT SOURCE TARGET -
 *   MILLISECONDS udp/53 SOURCE TARGET NAME      the name that was asked for
 *   MILLISECONDS ask/53 SOURCE TARGET NAME      the same within a connection
 *
 * A connection attempt that the kernel repeats is one.  KZ_READY names a file
 * that is made once nothing is missed any more.  What the kernel could not
 * keep is an error: the count would be too small.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sysexits.h>
#include <unistd.h>

#define PACKET_MAX  65536
#define BUFFER_SIZE (64 << 20)
#define NAME_SIZE   1024
#define DNS_PORT    53
#define DNS_HEADER  12
/* Attempts that are remembered, to know a repeated one. */
#define ATTEMPTS 65536

/* IANA protocol numbers; RFC 9293 section 3.1. */
enum { TCP = 6, UDP = 17, UDP_HEADER = 8, SYN = 0x02, ACK = 0x10 };

struct packet {
	char source[INET6_ADDRSTRLEN], target[INET6_ADDRSTRLEN];
	long long when_ms; /* the kernel's */
	uint8_t protocol;
	const uint8_t *bytes; /* of the transport */
	size_t len;
};

static volatile sig_atomic_t ending;

static void
end(int signal_number)
{
	(void)signal_number;
	ending = 1;
}

static unsigned
word(const uint8_t *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

/* No options are sent here, and no extension headers. */
static bool
take_ip(const uint8_t *bytes, size_t len, struct packet *packet)
{
	size_t header;

	if (len >= 20 && bytes[0] >> 4 == 4) {
		header = (size_t)(bytes[0] & 15U) * 4;
		packet->protocol = bytes[9];
		(void)inet_ntop(
			AF_INET, bytes + 12, packet->source, INET6_ADDRSTRLEN);
		(void)inet_ntop(
			AF_INET, bytes + 16, packet->target, INET6_ADDRSTRLEN);
	} else if (len >= 40 && bytes[0] >> 4 == 6) {
		header = 40;
		packet->protocol = bytes[6];
		(void)inet_ntop(
			AF_INET6, bytes + 8, packet->source, INET6_ADDRSTRLEN);
		(void)inet_ntop(
			AF_INET6, bytes + 24, packet->target, INET6_ADDRSTRLEN);
	} else {
		return false;
	}
	if (len < header)
		return false;
	packet->bytes = bytes + header;
	packet->len = len - header;
	return true;
}

/* The name asked for, in small letters; what is none is "?". */
static void
question(const uint8_t *bytes, size_t len, char name[NAME_SIZE])
{
	size_t at = DNS_HEADER, used = 0;

	name[0] = '?';
	name[1] = '\0';
	while (at < len && bytes[at] != 0) {
		size_t label = bytes[at++];

		if (label > 63 || at + label >= len ||
			used + label + 1 >= NAME_SIZE)
			return;
		for (size_t i = 0; i < label; i++, at++) {
			int c = tolower(bytes[at]);

			name[used++] = '?';
			if (c > ' ' && c < 127)
				name[used - 1] = (char)c;
		}
		name[used++] = '.';
	}
	if (used == 0)
		name[used++] = '.';
	name[used > 1 ? used - 1 : used] = '\0';
}

static void
put(FILE *out, const char *service, unsigned port, const struct packet *packet,
	const char *name)
{
	fprintf(out, "%lld %s/%u %s %s %s\n", packet->when_ms, service, port,
		packet->source, packet->target, name);
}

/* Has this attempt been seen already? */
static bool
repeated(const uint8_t *tcp)
{
	static uint8_t seen[ATTEMPTS][8];
	size_t place = (word(tcp) ^ word(tcp + 4) ^ word(tcp + 6)) % ATTEMPTS;

	if (memcmp(seen[place], tcp, 8) == 0)
		return true;
	memcpy(seen[place], tcp, 8); /* ports and sequence number */
	return false;
}

static void
take_tcp(FILE *out, const struct packet *packet)
{
	const uint8_t *tcp = packet->bytes;
	char name[NAME_SIZE];
	size_t header;
	unsigned port;

	if (packet->len < 20)
		return;
	port = word(tcp + 2);
	header = (size_t)(tcp[12] >> 4) * 4;
	if ((tcp[13] & (SYN | ACK)) == SYN) {
		if (!repeated(tcp))
			put(out, "tcp", port, packet, "-");
	} else if (port == DNS_PORT && packet->len > header + 2 + DNS_HEADER &&
		word(tcp + header) == packet->len - header - 2) {
		question(tcp + header + 2, packet->len - header - 2, name);
		put(out, "ask", port, packet, name);
	}
}

static void
take_udp(FILE *out, const struct packet *packet)
{
	char name[NAME_SIZE];

	if (packet->len < UDP_HEADER + DNS_HEADER ||
		word(packet->bytes + 2) != DNS_PORT)
		return;
	question(packet->bytes + UDP_HEADER, packet->len - UDP_HEADER, name);
	put(out, "udp", DNS_PORT, packet, name);
}

static int
open_wire(void)
{
	struct sockaddr_ll all = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	struct timeval pause = {.tv_usec = 100000};
	int size = BUFFER_SIZE;
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size,
			sizeof(size)) != 0 ||
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &pause,
			sizeof(pause)) != 0 ||
		bind(fd, (const struct sockaddr *)&all, sizeof(all)) != 0)
		err(EX_OSERR, "packet socket");
	return fd;
}

static void
watch(int fd, FILE *out)
{
	static uint8_t bytes[PACKET_MAX];

	while (!ending) {
		struct sockaddr_ll from = {0};
		socklen_t from_len = sizeof(from);
		struct packet packet = {0};
		struct timeval when = {0};
		ssize_t len = recvfrom(fd, bytes, sizeof(bytes), 0,
			(struct sockaddr *)&from, &from_len);

		/* A pause: what was written down can be read now. */
		if (len < 0)
			(void)fflush(out);
		/* What stays on this machine comes by twice. */
		if (len <= 0 || from.sll_pkttype != PACKET_OUTGOING ||
			!take_ip(bytes, (size_t)len, &packet))
			continue;
		(void)ioctl(fd, SIOCGSTAMP, &when);
		packet.when_ms =
			(long long)when.tv_sec * 1000 + when.tv_usec / 1000;
		if (packet.protocol == TCP)
			take_tcp(out, &packet);
		else if (packet.protocol == UDP)
			take_udp(out, &packet);
	}
}

int
main(int argc, char **argv)
{
	struct sigaction ends = {.sa_handler = end};
	const char *ready = getenv("KZ_READY");
	struct tpacket_stats stats = {0};
	socklen_t stats_len = sizeof(stats);
	FILE *out;
	int fd, made;

	if (argc != 2)
		errx(EX_USAGE, "usage: witness FILE");
	(void)sigaction(SIGTERM, &ends, NULL);
	out = fopen(argv[1], "we");
	if (out == NULL)
		err(EX_CANTCREAT, "%s", argv[1]);
	fd = open_wire();
	if (ready != NULL) {
		made = open(ready, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		if (made < 0 || close(made) != 0)
			err(EX_CANTCREAT, "%s", ready);
	}
	watch(fd, out);
	if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &stats_len) !=
			0 ||
		stats.tp_drops != 0)
		errx(EX_IOERR, "%u packets were missed", stats.tp_drops);
	return fclose(out) == 0 ? EX_OK : EX_IOERR;
}
