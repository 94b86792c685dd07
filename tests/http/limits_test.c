/* docs/http.md says the limits that the code has: every row, and no other. */
#include "check.h"
#include "base/limits.h"
#include "http/head.h"
#include "http/query.h"
#include "http/server_parts.h"

#include <stdarg.h>

static char *document;
static unsigned rows;

static void document_read(void)
{
    struct buffer text = buffer_make(1 << 20);
    struct error err = {0};
    if (!env_read_file(env_real(), BESA_SOURCE_DIR "/docs/http.md", 1 << 20, &text, &err) ||
        !buffer_byte(&text, 0)) {
        printf("%s\n", err.text);
        exit(1);
    }
    document = (char *)text.data;
}

static void row(const char *format, ...) PRINTF_LIKE(1, 2);
static void row(const char *format, ...)
{
    char wanted[256] = "\n";
    va_list list;
    va_start(list, format);
    vsnprintf(wanted + 1, sizeof wanted - 1, format, list);
    va_end(list);
    rows++;
    if (strstr(document, wanted) == NULL)
        printf("docs/http.md lacks: %s\n", wanted + 1);
    CHECK(strstr(document, wanted) != NULL);
}

static void rate_text(struct http_rate rate, char out[64])
{
    if (rate.per_s == 0)
        snprintf(out, 64, "none");
    else
        snprintf(out, 64, "%u/s, %u at once", rate.per_s, rate.burst);
}

static void row_rate(const char *name, struct http_rate desk, struct http_rate partner)
{
    char texts[2][64];
    rate_text(desk, texts[0]);
    rate_text(partner, texts[1]);
    row("| `%s` | %s | %s |", name, texts[0], texts[1]);
}

#define ROW_COUNT(name) row("| `" #name "` | %u | %u |", desk.name, partner.name)
#define ROW_MS(name)                                                                               \
    row("| `" #name "` | %" PRId64 " ms | %" PRId64 " ms |", desk.name, partner.name)
#define ROW_SIZE(name)                                                                             \
    row("| `" #name "` | %zu bytes | %zu bytes |", (size_t)(name), (size_t)(name))

CHECK_TEST(the_page_says_the_limits_of_the_code)
{
    struct http_server_limits desk = pace_limits((struct http_server_limits){0}, true);
    struct http_server_limits partner = pace_limits((struct http_server_limits){0}, false);
    ROW_COUNT(connection_count);
    ROW_COUNT(address_count);
    ROW_COUNT(stranger_count);
    row("| `peer_connection_count` | none | %u |", partner.peer_connection_count);
    CHECK(desk.peer_connection_count == 0);
    CHECK(desk.stranger_count < desk.connection_count / 2); /* most places are those of sessions */
    row_rate("accept_rate", desk.accept_rate, partner.accept_rate);
    row_rate("request_rate", desk.request_rate, partner.request_rate);
    row_rate("peer_rate", desk.peer_rate, partner.peer_rate);
    ROW_COUNT(stream_count);
    ROW_COUNT(transfer_count);
    row("| `peer_body_size` | none | %zu bytes |", partner.peer_body_size);
    CHECK(desk.peer_body_size == 0);
    /* What is said of shares: all of them fit beside the strangers. */
    CHECK(partner.stranger_count + PARTNER_COUNT_MAX * partner.peer_connection_count <=
          partner.connection_count);
    CHECK(PARTNER_COUNT_MAX * partner.peer_body_size <= partner.body_total_size);
    CHECK(partner.peer_body_size >= POST_SIZE_MAX + 4 * (size_t)SEGMENT_SIZE);
    row("| `body_total_size` | %zu bytes | %zu bytes |", desk.body_total_size,
        partner.body_total_size);
    ROW_MS(head_ms);
    ROW_MS(idle_ms);
    ROW_MS(body_ms);
    ROW_MS(grace_ms);
    row("| `body_rate_bytes_per_s` | %" PRId64 " bytes/s | %" PRId64 " bytes/s |",
        desk.body_rate_bytes_per_s, partner.body_rate_bytes_per_s);
    ROW_MS(answer_ms);
    ROW_MS(stall_ms);
    ROW_SIZE(HEAD_URI_SIZE_MAX);
    ROW_SIZE(HEAD_FIELD_SIZE_MAX);
    row("| `HTTP_SEGMENT_COUNT_MAX` | %u | %u |", HTTP_SEGMENT_COUNT_MAX, HTTP_SEGMENT_COUNT_MAX);
    ROW_SIZE(HTTP_SEGMENT_SIZE_MAX);
    row("| `HTTP_PARAMETER_COUNT_MAX` | %u | %u |", HTTP_PARAMETER_COUNT_MAX,
        HTTP_PARAMETER_COUNT_MAX);
    ROW_SIZE(HTTP_VALUE_SIZE_MAX);
    ROW_SIZE(TRANSFER_PIECE_SIZE);
}

CHECK_TEST(the_page_has_no_other_limit)
{
    unsigned found = 0;
    for (const char *at = strstr(document, "\n| `"); at != NULL; at = strstr(at + 1, "\n| `"))
        found++;
    CHECK_INT(found, rows);
}

int main(void)
{
    document_read();
    CHECK_RUN(the_page_says_the_limits_of_the_code);
    CHECK_RUN(the_page_has_no_other_limit);
    free(document);
    return check_end();
}
