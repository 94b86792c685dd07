/*
 * Lines of the control socket, both ways: a request that is read is written and read again, the same; an answer is
 * read, and what it brings is shown without a control character.
 */
#include "cmd/control.h"
#include "cmd/render.h"

#include "base/attributes.h"

#include <stdlib.h>

static void must(bool claim)
{
    if (!claim)
        abort();
}

static void request_try(struct span line)
{
    static struct control_reading first;
    static struct control_reading second;
    struct buffer written CLEANUP(buffer_free) = buffer_make(2 * CONTROL_LINE_SIZE_MAX);
    struct error err = {0};

    bool ok = control_request_read(line, &first, &err);
    must(ok || (err.kind != ERROR_NONE && err.kind != ERROR_BUG));
    if (ok && control_request_write(&first.request, &written)) {
        must(control_request_read(buffer_span(&written), &second, &err));
        must(span_equal(first.request.act, second.request.act));
        must(span_equal(first.request.reason, second.request.reason));
        must(span_equal(first.request.body, second.request.body));
        control_reading_end(&second);
    }
    control_reading_end(&first);
}

static void answer_try(struct span line)
{
    static struct problems problems;
    struct buffer result CLEANUP(buffer_free) = buffer_make(CONTROL_REPLY_SIZE_MAX);
    struct buffer shown CLEANUP(buffer_free) = buffer_make(CONTROL_REPLY_SIZE_MAX);
    struct error err = {0};
    bool is_last = false;
    int64_t done = 0;
    int64_t total = 0;

    problems_clear(&problems);
    bool ok = control_answer_read(line, &is_last, &done, &total, &result, &problems, &err);
    must(ok || err.kind != ERROR_NONE);
    must(!ok || is_last || (done >= 0 && total >= 0));
    if (!ok || !is_last || !render(buffer_span(&result), &shown, &err))
        return;
    for (size_t i = 0; i < shown.size; i++)
        must(shown.data[i] >= 0x20 || shown.data[i] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    request_try(span_make(data, size));
    answer_try(span_make(data, size));
    return 0;
}
