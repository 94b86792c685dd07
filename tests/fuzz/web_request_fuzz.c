/*
 * A request to the API as a stranger may send it: whatever stands in path, query, fields and body, there is exactly one
 * answer, of a known status, and nothing comes to the writer that is no sound JSON. Lines of the input: route, path, query,
 * cookie, reason, case, key, origin, type; the rest is the body.
 */
#include "web/private.h"

#include "base/text.h"

#include <stdlib.h>

static unsigned answers;

static void must(bool claim)
{
    if (!claim)
        abort();
}

static void answer_take(void *context, const struct http_answer *answer)
{
    (void)context;
    answers++;
    must(answer->status >= 200 && answer->status < 600);
    must(answer->status != 500 && text_is_utf8(answer->body));
}

/* Who comes this far has a cookie of the right form and arguments that were parsed. */
static bool door_submit(void *context, struct job *job, struct error *err)
{
    const struct web_job *request = (const struct web_job *)job;
    (void)context;

    must(request->token.size == LOGIN_TOKEN_SIZE && request->json != NULL);
    must(text_is_utf8(buffer_span(&request->text)));
    must(request->access.reason.data == NULL || text_is_plain(request->access.reason));
    return error_set(err, ERROR_BUSY, "no writer here");
}

static struct span line_of(struct span *rest)
{
    size_t end = 0;

    while (end < rest->size && rest->data[end] != '\n')
        end++;
    struct span line = span_part(*rest, 0, end);
    *rest = span_part(*rest, end + 1, rest->size);
    return line.size == 0 ? span_make(NULL, 0) : line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct web *web;
    struct web_options options = {
        .env = env_real(), .door = {.submit = door_submit}, .party = "ro", .is_training = true};
    struct span rest = span_make(data, size);
    struct error err = {0};

    if (web == NULL && !web_make(&options, &web, &err))
        return 0;
    struct span first = line_of(&rest);
    const struct web_route *route =
        &web_routes[first.size == 0 ? 0 : (first.data[0] - 'A') % web_route_count];
    if (first.size == 0 || first.data[0] < 'A' || route->kind == WEB_LOGIN)
        return 0; /* a log-in waits for a thread */
    struct web_call call = {.route = route, .host = span_text("node:1"), .answer = answer_take};
    call.path = line_of(&rest);
    call.query = line_of(&rest);
    call.cookie = line_of(&rest);
    call.reason = line_of(&rest);
    call.case_number = line_of(&rest);
    call.key = line_of(&rest);
    call.origin = line_of(&rest);
    call.content_type = line_of(&rest);
    call.body = rest;
    answers = 0;
    web_serve(web, &call);
    must(answers == 1);
    return 0;
}
