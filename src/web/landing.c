/*
 * The one page: which node this is, whether it works, and where its document lies. No script, and nothing of anyone: it is
 * given to whoever asks, so it says no more than that one learns by asking (docs/http.md).
 */
#include "web/private.h"

#define STALL_MS INT64_C(10000) /* longer than any act that an officer waits for */

/* The writer was here a moment ago: what is asked is done. */
static bool is_moving(const struct web *web)
{
    const struct env *env = web->options.env;
    int64_t looked_ms = __atomic_load_n(&web->looked_ms, __ATOMIC_ACQUIRE);

    return looked_ms != 0 && env->monotonic_ms(env->context) - looked_ms < STALL_MS;
}

void landing_write(const struct web *web, struct buffer *out)
{
    buffer_format(out,
                  "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                  "<title>Besa %s</title></head><body>\n<h1>Besa: node %s</h1>\n",
                  web->options.party, web->options.party);
    if (web->options.is_training)
        buffer_text(out, "<p><strong>TRAINING. Nothing here is real.</strong></p>\n");
    buffer_text(out, is_moving(web)
                         ? "<p>State: running. It takes log-ins.</p>\n"
                         : "<p><strong>State: standing. The node answers, but its books do not "
                           "move: what is asked waits. Tell whoever runs it.</strong></p>\n");
    buffer_text(out, "<p>Partners, suspensions, a resume that waits and alarms are told after "
                     "log-in: /api/v1/status.</p>\n"
                     "<p>For officers: <a href=\"/console\">the console</a>, which needs "
                     "scripts.</p>\n"
                     "<p>Its programming interface: "
                     "<a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a></p>\n"
                     "</body></html>\n");
}
