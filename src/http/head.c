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
 * it would be noticed at once, and nothing be let in.
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
    unsigned host_count;
    unsigned size_count;
    unsigned encoding_count;
    unsigned type_count;
    bool is_good;
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

static bool field_read(struct head_reading *reading, const char *name, size_t name_size,
                       const char *value, size_t value_size)
{
    struct span text = span_make(value, value_size);

    if (field_is(name, name_size, "Host") && ++reading->host_count > 1)
        return error_set(reading->err, ERROR_INPUT, "Host stands twice");
    if (field_is(name, name_size, "Content-Length")) {
        if (++reading->size_count > 1)
            return error_set(reading->err, ERROR_INPUT, "Content-Length stands twice");
        /* number_read refuses signs, spaces and leading zeros. */
        if (!number_read(text, &reading->head->size))
            return error_set(reading->err, ERROR_INPUT, "Content-Length is no number");
        reading->head->has_size = true;
    }
    if (field_is(name, name_size, "Transfer-Encoding")) {
        if (++reading->encoding_count > 1)
            return error_set(reading->err, ERROR_INPUT, "Transfer-Encoding stands twice");
        if (!field_is(value, value_size, "chunked"))
            return error_set(reading->err, ERROR_INPUT, "Transfer-Encoding is not chunked");
        reading->head->is_chunked = true;
    }
    if (field_is(name, name_size, "Content-Type")) {
        if (++reading->type_count > 1)
            return error_set(reading->err, ERROR_INPUT, "Content-Type stands twice");
        reading->head->content_type = text;
    }
    return true;
}

/* One "name: value CRLF", in the order received. */
static enum MHD_Result field_take(void *context, enum MHD_ValueKind kind, const char *name,
                                  size_t name_size, const char *value, size_t value_size)
{
    struct head_reading *reading = context;
    (void)kind;
    reading->is_good = false;
    if (name != reading->at || value == NULL || value < name + name_size + 1) {
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
    if (!field_read(reading, name, name_size, value, value_size))
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
    if (size == NULL || method + size->header_size != reading.at + 2)
        return error_set(err, ERROR_INPUT, "a head line is folded or badly ended");
    if (reading.host_count != 1)
        return error_set(err, ERROR_INPUT, "Host is missing");
    if (out->is_chunked && out->has_size)
        return error_set(err, ERROR_INPUT, "Transfer-Encoding together with Content-Length");
    return true;
}
