/* Asking the nodes of the demonstration: see demo.h. */
#include "cmd/demo.h"

#include "base/attributes.h"
#include "base/text.h"
#include "cmd/demo_run.h"
#include "cmd/session.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- asking a node --- */

void result_free(struct result **result)
{
    if (*result == NULL)
        return;
    json_free(&(*result)->json);
    arena_free(&(*result)->arena);
    buffer_free(&(*result)->text);
    free(*result);
    *result = NULL;
}

struct result *result_make(struct error *err)
{
    struct result *result = calloc(1, sizeof *result);

    if (result == NULL) {
        error_set(err, ERROR_LIMIT, "out of memory");
        return NULL;
    }
    result->text = buffer_make(RESULT_SIZE);
    result->arena = arena_make(RESULT_SIZE);
    return result;
}

/* A list is read as the field `list` of an object. */
bool result_parse(struct result *result, struct error *err)
{
    struct buffer whole CLEANUP(buffer_free) = buffer_make(RESULT_SIZE + 64);
    struct span text = buffer_span(&result->text);
    bool is_list = text.size > 0 && text.data[0] == '[';

    buffer_text(&whole, is_list ? "{\"list\":" : "");
    buffer_add(&whole, text);
    buffer_text(&whole, is_list ? "}" : "");
    if (!json_parse(buffer_span(&whole), &result->json, err))
        return false;
    json_object_begin(&result->object, json_root(result->json), &result->arena, &result->problems);
    return true;
}

bool place_ask(const struct place *place, const struct asking *asking, struct result **result,
               struct error *err)
{
    struct options options = {.home = place->home,
                              .officer = asking->officer,
                              .approver = asking->approver,
                              .reason = asking->reason == NULL ? "exercise" : asking->reason,
                              .case_number = place->case_number,
                              .is_json = true};
    struct problems problems = {.count = 0};
    struct session session = {.options = &options};

    result_free(result);
    *result = result_make(err);
    bool ok = *result != NULL && session_open(&options, &session, err) &&
              session_ask(&session, asking->act,
                          asking->arguments.size == 0 ? span_text("{}") : asking->arguments,
                          asking->body, asking->fd, NULL, &(*result)->text, &problems, err);
    session_close(&session);
    if (!ok && problems.count > 0)
        problems_to_error(&problems, err);
    return (ok && result_parse(*result, err)) || error_add(err, "%s, %s", place->city, asking->act);
}

bool place_show(const struct place *place, const char *item, struct result **result,
                struct error *err)
{
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(256);

    buffer_format(&arguments, "{\"item\":\"%s\"}", item);
    struct asking asking = {.officer = place->officer,
                            .act = "item-show",
                            .arguments = buffer_span(&arguments),
                            .fd = -1};
    return place_ask(place, &asking, result, err);
}

/* A text field copied out; false when it is not there. */
bool result_field(struct json_object *object, const char *name, char *out, size_t size)
{
    if (!json_has(object, name))
        return false;
    struct span text = json_get_text_optional(object, name, size - 1);
    snprintf(out, size, "%.*s", SPAN_ARG(text));
    return text.size > 0;
}

/* Asks again and again until `is_so`, or the step's time is over. */
bool demo_wait(struct demo *demo, bool (*is_so)(struct demo *demo, struct error *err),
               int64_t timeout_ms, const char *what, struct error *err)
{
    int64_t end = clock_ms() + timeout_ms;

    while (!demo_is_interrupted) {
        error_clear(err);
        if (is_so(demo, err))
            return true;
        if (err->kind != ERROR_NONE && err->kind != ERROR_MISSING && err->kind != ERROR_BUSY)
            return false;
        if (!run_is_alive(&demo->ro.pid) || !run_is_alive(&demo->al.pid))
            return error_set(err, ERROR_LINK, "a node ended; see %s/*.log", DEMO_DIRECTORY);
        if (clock_ms() > end)
            return error_set(err, ERROR_LINK, "%s: not within %" PRId64 " s", what,
                             timeout_ms / 1000);
        run_sleep_ms(POLL_MS);
    }
    return error_set(err, ERROR_BUSY, "interrupted");
}
