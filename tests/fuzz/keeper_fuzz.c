/*
 * Arbitrary requests to a keeper over a memory env: the input is a run of frames (u16 size, bytes). Every reply must be
 * readable, and no log or custody may shrink.
 */
#include "keeper/support/memory_env.c" /* fuzz targets link no test support */

#include "keeper/client.h"
#include "keeper/keeper.h"
#include "keeper/messages.h"

#include <stdio.h>
#include <stdlib.h>

#define FRAME_COUNT_MAX 64

static const char *const origins[] = {"ro/a/to/al/0", "al/a/to/ro/0", "al/domestic/0"};
static const enum keeper_slot kinds[] = {KEEPER_LOG, KEEPER_CUSTODY, KEEPER_WITNESS};

static void must(bool claim, const char *what)
{
    if (claim)
        return;
    fprintf(stderr, "not so: %s\n", what);
    abort();
}

/* The keeper lives on from input to input: opening costs a pass phrase. What one input leaves behind the next meets. */
static struct keeper *keeper_once(struct memory_env *memory)
{
    static struct keeper *keeper;
    struct error err = {0};
    struct keeper_options options = {.env = &memory->env,
                                     .directory = "keeper",
                                     .passphrase = span_text("fuzz"),
                                     .cost = SECRET_COST_FAST};
    if (keeper != NULL)
        return keeper;
    crypto_start();
    memory_env_start(memory, INT64_C(1728000000000), 1);
    must(keeper_create(&options, span_text("ro"), &err), "create");
    must(keeper_open(&options, &keeper, &err), "open");
    struct keeper_client client = keeper_client_direct(keeper);
    for (size_t i = 0; i < ARRAY_COUNT(origins); i++)
        must(keeper_register(&client, kinds[i], span_text(origins[i]), &err), "register");
    return keeper;
}

static void ask(struct keeper *keeper, struct span frame, struct buffer *reply)
{
    struct cursor fields;
    uint64_t number;
    struct error err = {0};

    keeper_answer(keeper, frame, reply);
    bool ok = keeper_reply_read(buffer_span(reply), &fields, &number, &err);
    must(ok || (err.kind != ERROR_BUG && err.text[0] != '\0'), "the reply is readable");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct memory_env memory;
    static uint64_t held[ARRAY_COUNT(origins)];
    struct keeper *keeper = keeper_once(&memory);
    struct keeper_client client = keeper_client_direct(keeper);
    struct buffer reply = buffer_make(KEEPER_REPLY_SIZE_MAX);
    struct cursor from = cursor_make(span_make(data, size));

    for (size_t i = 0; i < FRAME_COUNT_MAX && from.rest.size > 0; i++) {
        struct span frame = cursor_span(&from, cursor_u16(&from));
        ask(keeper, from.failed ? from.rest : frame, &reply);
        if (from.failed)
            break;
    }
    for (size_t i = 0; i < ARRAY_COUNT(origins); i++) {
        struct keeper_state state = {0};
        struct error err = {0};
        must(keeper_state(&client, kinds[i], span_text(origins[i]), &state, &err), "the log stays");
        must(state.size >= held[i], "no log shrinks");
        held[i] = state.size;
    }
    buffer_free(&reply);
    return 0;
}
