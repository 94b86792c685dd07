/* Prints the demonstration's request under a reference, for tests in shell. usage: sample_request REFERENCE */
#include "cmd/command.h"
#include "cmd/demo_data.h"
#include "crypto/secret.h"

#include <stdio.h>
#include <time.h>

/* The program's own table is in main.c, which a library cannot hold. */
const struct command commands[] = {{.name = NULL}};

int main(int argc, char **argv)
{
    struct buffer body = buffer_make(1024 * 1024);
    struct timespec now;
    struct error err = {0};

    crypto_start();
    clock_gettime(CLOCK_REALTIME, &now);
    if (argc != 2 || !demo_request(argv[1], (int64_t)now.tv_sec * 1000, &body, &err)) {
        fprintf(stderr, "sample_request: %s\n", argc == 2 ? err.text : "one reference is wanted");
        return 1;
    }
    fwrite(body.data, 1, body.size, stdout);
    buffer_free(&body);
    return 0;
}
