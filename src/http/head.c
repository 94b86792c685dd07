/*
 * Head: RFC 9112 without its leniences. libmicrohttpd 0.9.75, even with MHD_OPTION_STRICT_FOR_CLIENT, itself refuses
 * only: HTTP/1.1 without Host, a Content-Length that is no number, spaces in the URI, lines without colon. It takes
 * the first of two Content-Length or Host, prefers Transfer-Encoding to Content-Length, reads any other encoding
 * than chunked as "until closed", joins folded lines, accepts a bare LF, and cuts at a NUL. All that is refused here.
 *
 * Folding, bare LF and NUL leave no trace in the values. But the library takes a head apart where it was received:
 * method, URI, version, names and values still stand in their order in one piece of memory, and only a folded line is
 * moved out of it. So the head is what it seems exactly when its pieces, with single separators between, fill its
 * whole size without a gap. A library that laid its memory out differently would fail this test for every request:
 * it would be noticed at once, and nothing be let in. A few line ends look like CR LF there; docs/http.md names them and
 * says why they do no harm.
 *
 * A body says its size or is refused (411): chunked bodies are where servers differ most about where a request ends, the
 * library reads them leniently, and who sends to a node knows how much it sends.
 */
#include "http/head.h"

#include "base/attributes.h"
#include "base/text.h"

#include <ctype.h>
#include <strings.h>

#include <microhttpd.h>

struct head_reading {
    struct head *head;
    struct error *err;
    const char *at; /* where the next piece must stand */
    bool is_good;
};

/* The fields that handlers may ask for, by their lower-case names. */
static const char *const field_names[HTTP_FIELD_COUNT] = {
    [HTTP_COOKIE] = "cookie",
    [HTTP_AUTHORIZATION] = "authorization",
    [HTTP_IDEMPOTENCY_KEY] = "idempotency-key",
    [HTTP_SEC_FETCH_SITE] = "sec-fetch-site",
    [HTTP_ORIGIN] = "origin",
    [HTTP_BESA_CSRF] = "x-besa-csrf",
    [HTTP_BESA_REASON] = "x-besa-reason",
    [HTTP_BESA_CASE] = "x-besa-case",
    [HTTP_BESA_AUTOMATIC] = "x-besa-automatic",
    [HTTP_ACCEPT] = "accept",
    [HTTP_IF_NONE_MATCH] = "if-none-match",
    [HTTP_LAST_EVENT_ID] = "last-event-id",
    [HTTP_RANGE] = "range",
    [HTTP_ACCEPT_ENCODING] = "accept-encoding",
};

static bool name_is_token(const char *name, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c >= 0x7f || (!isalnum(c) && strchr("!#$%&'*+-.^_`|~", c) == NULL))
            return false;
    }
    return size > 0;
}

static bool value_is_clean(const char *value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)value[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static bool field_is(const char *name, size_t size, const char *wanted)
{
    return size == strlen(wanted) && strncasecmp(name, wanted, size) == 0;
}

/* Keeps a field that may stand only once. */
static bool field_keep(struct head_reading *reading, const char *name, struct span value,
                       struct span *slot)
{
    if (slot->data != NULL)
        return error_set(reading->err, ERROR_INPUT, "%s stands twice", name);
    *slot = value;
    return true;
}

static bool host_read(struct head_reading *reading, struct span value)
{
    if (!field_keep(reading, "Host", value, &reading->head->host))
        return false;
    if (value.size == 0 || value.size > HEAD_HOST_SIZE_MAX)
        return error_set(reading->err, ERROR_INPUT, "Host is empty or too long");
    for (size_t i = 0; i < value.size; i++) {
        if (!isalnum(value.data[i]) && memchr("-._:[]", value.data[i], 6) == NULL)
            return error_set(reading->err, ERROR_INPUT, "Host is no name and no address");
    }
    return true;
}

static bool size_read(struct head_reading *reading, struct span value)
{
    if (reading->head->has_size)
        return error_set(reading->err, ERROR_INPUT, "Content-Length stands twice");
    /* number_read refuses signs, spaces and leading zeros. */
    if (!number_read(value, &reading->head->size))
        return error_set(reading->err, ERROR_INPUT, "Content-Length is no number");
    reading->head->has_size = true;
    return true;
}

static bool field_read(struct head_reading *reading, const char *name, size_t name_size,
                       struct span value)
{
    if (field_is(name, name_size, "host"))
        return host_read(reading, value);
    if (field_is(name, name_size, "content-length"))
        return size_read(reading, value);
    if (field_is(name, name_size, "transfer-encoding")) {
        reading->head->has_encoding = true;
        return true;
    }
    if (field_is(name, name_size, "content-type"))
        return field_keep(reading, "Content-Type", value, &reading->head->content_type);
    for (size_t i = 0; i < HTTP_FIELD_COUNT; i++) {
        if (!field_is(name, name_size, field_names[i]))
            continue;
        if (value.size > HEAD_FIELD_SIZE_MAX)
            return error_set(reading->err, ERROR_INPUT, "%s is too long", field_names[i]);
        return field_keep(reading, field_names[i], value, &reading->head->fields[i]);
    }
    return true;
}

/* The library overwrites CR LF with two NULs. */
static bool line_ends_at(const char *at)
{
    return at[0] == '\0' && at[1] == '\0';
}

/* One "name: value CRLF", in the order received. */
static enum MHD_Result field_take(void *context, enum MHD_ValueKind kind, const char *name,
                                  size_t name_size, const char *value, size_t value_size)
{
    struct head_reading *reading = context;
    (void)kind;
    reading->is_good = false;
    if (name != reading->at || value == NULL || value < name + name_size + 1 ||
        !line_ends_at(value + value_size)) {
        error_set(reading->err, ERROR_INPUT, "a head line is folded or badly ended");
        return MHD_NO;
    }
    if (!name_is_token(name, name_size)) {
        error_set(reading->err, ERROR_INPUT, "a field name has forbidden characters");
        return MHD_NO;
    }
    if (!value_is_clean(value, value_size)) {
        error_set(reading->err, ERROR_INPUT, "a field value has control characters");
        return MHD_NO;
    }
    if (!field_read(reading, name, name_size, span_make(value, value_size)))
        return MHD_NO;
    reading->at = value + value_size + 2;
    reading->is_good = true;
    return MHD_YES;
}

bool request_head_read(struct MHD_Connection *connection, const char *method, const char *url,
                       const char *version, struct span uri, struct head *out, struct error *err)
{
    *out = (struct head){0};
    if (strcmp(version, "HTTP/1.1") != 0)
        return error_set(err, ERROR_INPUT, "the version is not HTTP/1.1");
    if (!name_is_token(method, strlen(method)))
        return error_set(err, ERROR_INPUT, "the method has forbidden characters");
    if (uri.size == 0 || uri.data[0] != '/' || !value_is_clean((const char *)uri.data, uri.size) ||
        memchr(uri.data, '\t', uri.size) != NULL)
        return error_set(err, ERROR_INPUT, "the path does not begin with '/'");
    if (url != method + strlen(method) + 1 || version != url + uri.size + 1)
        return error_set(err, ERROR_INPUT, "the request line has more than single spaces");

    struct head_reading reading = {
        .head = out, .err = err, .at = version + strlen(version) + 2, .is_good = true};
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, field_take, &reading);
    if (!reading.is_good)
        return false;
    const union MHD_ConnectionInfo *size =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (size == NULL || method + size->header_size != reading.at + 2 || !line_ends_at(reading.at))
        return error_set(err, ERROR_INPUT, "a head line is folded or badly ended");
    if (out->host.data == NULL)
        return error_set(err, ERROR_INPUT, "Host is missing");
    if (out->has_encoding && out->has_size)
        return error_set(err, ERROR_INPUT, "Transfer-Encoding together with Content-Length");
    return true;
}
