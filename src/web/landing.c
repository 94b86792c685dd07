/* The one page: which node this is, and where its document lies. No script, nothing of anyone. */
#include "web/private.h"

void landing_write(const struct web *web, struct buffer *out)
{
    buffer_format(out,
                  "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                  "<title>Besa %s</title></head><body>\n<h1>Besa: node %s</h1>\n",
                  web->options.party, web->options.party);
    if (web->options.is_training)
        buffer_text(out, "<p><strong>TRAINING. Nothing here is real.</strong></p>\n");
    buffer_text(out, "<p>The node runs and answers.</p>\n"
                     "<p>Its programming interface: "
                     "<a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a></p>\n"
                     "</body></html>\n");
}
