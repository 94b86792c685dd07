/* The bare peer, in a process of its own, built from its source beside the tree: see bench.h. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMMAND_SIZE (4 * BENCH_PATH_SIZE)

bool peer_build(void)
{
    const char *shared = getenv("BESA_SHARED");
    char source[BENCH_PATH_SIZE];
    char command[COMMAND_SIZE];

    snprintf(source, sizeof source, "%s/tools/exchange_peers/exchange_peers.c",
             shared == NULL ? BESA_SOURCE_DIR "/../shared" : shared);
    if (access(source, R_OK) != 0) {
        bench_say("NOT RUN: the bare peer (tools/exchange_peers below BESA_SHARED is not here)\n");
        return false;
    }
    /* As exchange_peers.sh builds it. */
    snprintf(
        command, sizeof command,
        "gcc -std=gnu17 -O2 -w -I/usr/include/postgresql '%s' -o '%s/exchange_peers' -lrabbitmq "
        "-lnats -lpq -lcurl -lcrypto -lpthread 2>'%s/exchange_peers.log'",
        source, bench_directory(), bench_directory());
    if (system(command) == 0)
        return true;
    bench_say("NOT RUN: the bare peer does not build (libnats-dev and librabbitmq-dev?)\n");
    return false;
}

static bool field_read(const char *line, const char *name, double *out)
{
    const char *at = strstr(line, name);
    char *end = NULL;

    if (at == NULL)
        return false;
    *out = strtod(at + strlen(name), &end);
    return end != at + strlen(name);
}

bool peer_run(const char *peer, unsigned window, unsigned seconds, struct peer_result *out)
{
    char command[COMMAND_SIZE];
    char line[512] = "";
    double bad = 0;
    double undelivered = 0;

    snprintf(command, sizeof command, "PEERS_DIR='%s' '%s/exchange_peers' %s %u %u",
             bench_directory(), bench_directory(), peer, window, seconds);
    FILE *pipe = popen(command, "r");
    if (pipe == NULL)
        return false;
    bool ok = fgets(line, sizeof line, pipe) != NULL;
    ok = pclose(pipe) == 0 && ok;
    return ok && field_read(line, "msgs_per_s=", &out->messages_per_s) &&
           field_read(line, "p50_ms=", &out->p50_ms) && field_read(line, "p99_ms=", &out->p99_ms) &&
           field_read(line, "undelivered=", &undelivered) && field_read(line, "bad=", &bad) &&
           undelivered == 0 && bad == 0;
}
