/*
 * Arbitrary bytes as the head of a request, through the library and our checks on it, as the server applies them: what is
 * let through is, by a plain reading of the bytes themselves, one strict head; so no bytes have a second meaning for
 * whoever reads them behind or before us. The library gets each input by a socket pair, without TLS.
 */
#include "fuzz/support/body_fuzz.h"

#include "base/text.h"
#include "http/head.h"

#include <ctype.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_SIZE_MAX                                                                             \
    (32u * 1024) /* fits the socket's buffer, and half of a connection's memory */

/* What the library and request_head_read make of one input. */
struct made {
    char uri[INPUT_SIZE_MAX + 1];
    bool has_uri;
    bool is_called;
    bool is_accepted;
    struct head head;
    char method[INPUT_SIZE_MAX + 1];
};
static struct made made;

static void *begin(void *context, const char *uri, struct MHD_Connection *line)
{
    (void)context;
    (void)line;
    if (!made.has_uri)
        snprintf(made.uri, sizeof made.uri, "%s", uri == NULL ? "" : uri);
    made.has_uri = true;
    return NULL;
}

static size_t unescape_nothing(void *context, struct MHD_Connection *line, char *text)
{
    (void)context;
    (void)line;
    return strlen(text);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *line, const char *url,
                              const char *method, const char *version, const char *bytes,
                              size_t *size, void **slot)
{
    struct error err = {0};
    (void)context;
    (void)bytes;
    (void)size;
    (void)slot;

    if (!made.is_called) {
        made.is_called = true;
        made.is_accepted =
            request_head_read(line, method, url, version, span_text(made.uri), &made.head, &err);
        body_must(made.is_accepted || err.kind == ERROR_INPUT, "a refusal says why");
        snprintf(made.method, sizeof made.method, "%s", method);
        /* The library's memory ends with the connection. */
        made.head.host = made.head.content_type = span_make(NULL, 0);
    }
    return MHD_NO; /* nothing behind this head is read */
}

static struct MHD_Daemon *daemon_get(void)
{
    static struct MHD_Daemon *daemon;

    if (daemon == NULL)
        daemon = MHD_start_daemon(MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL,
                                  NULL, answer, NULL,                                    /* */
                                  MHD_OPTION_STRICT_FOR_CLIENT, 1,                       /* */
                                  MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)64 * 1024, /* */
                                  MHD_OPTION_UNESCAPE_CALLBACK, unescape_nothing, NULL,  /* */
                                  MHD_OPTION_URI_LOG_CALLBACK, begin, NULL,              /* */
                                  MHD_OPTION_END);
    body_must(daemon != NULL, "the library starts");
    return daemon;
}

static void library_read(const uint8_t *data, size_t size)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    char rest[4096];
    int ends[2];

    made.has_uri = made.is_called = made.is_accepted = false;
    body_must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0, "a socket pair");
    body_must(write(ends[0], data, size) == (ssize_t)size, "the input fits the socket");
    shutdown(ends[0], SHUT_WR);
    body_must(MHD_add_connection(daemon_get(), ends[1], (struct sockaddr *)&address,
                                 sizeof address) == MHD_YES,
              "the library takes the connection");
    /* Until it has closed its end. */
    for (int round = 0; round < 200; round++) {
        MHD_run(daemon_get());
        ssize_t got = recv(ends[0], rest, sizeof rest, 0);
        if (got == 0)
            break;
    }
    close(ends[0]);
    MHD_run(daemon_get());
}

/* ---- the same bytes, read plainly ---- */

static bool is_token(struct span text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] >= 0x7f ||
            (!isalnum(text.data[i]) &&
             (text.data[i] == 0 || strchr("!#$%&'*+-.^_`|~", text.data[i]) == NULL)))
            return false;
    return text.size > 0;
}

static bool name_is(struct span name, const char *wanted)
{
    return name.size == strlen(wanted) &&
           strncasecmp((const char *)name.data, wanted, name.size) == 0;
}

/* Up to the next CR LF, without it; a CR or LF that stands alone, a NUL, or no end: false. */
static bool line_cut(struct span *rest, struct span *line)
{
    for (size_t i = 0; i < rest->size; i++) {
        uint8_t byte = rest->data[i];
        if (byte == 0 || byte == '\n')
            return false;
        if (byte != '\r')
            continue;
        if (i + 1 == rest->size || rest->data[i + 1] != '\n')
            return false;
        *line = span_part(*rest, 0, i);
        *rest = span_part(*rest, i + 2, rest->size);
        return true;
    }
    return false;
}

static struct span blanks_cut(struct span text)
{
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = span_part(text, 1, text.size);
    while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
        text = span_part(text, 0, text.size - 1);
    return text;
}

struct counted {
    unsigned hosts;
    unsigned sizes;
    unsigned encodings;
    struct span size;
};

static bool field_is_strict(struct span line, struct counted *counted)
{
    const uint8_t *colon = memchr(line.data, ':', line.size);

    if (colon == NULL)
        return false;
    struct span name = span_part(line, 0, (size_t)(colon - line.data));
    struct span value = blanks_cut(span_part(line, name.size + 1, line.size));
    counted->hosts += name_is(name, "host");
    counted->encodings += name_is(name, "transfer-encoding");
    if (name_is(name, "content-length")) {
        counted->sizes++;
        counted->size = value;
    }
    for (size_t i = 0; i < value.size; i++)
        if ((value.data[i] < 0x20 && value.data[i] != '\t') || value.data[i] == 0x7f)
            return false;
    return is_token(name);
}

/* One method, one target, one version, single spaces. */
static bool first_is_strict(struct span line)
{
    static const char version[] = " HTTP/1.1";
    const uint8_t *space = memchr(line.data, ' ', line.size);

    size_t method_size = space == NULL ? line.size : (size_t)(space - line.data);
    if (line.size <= method_size + 1 + strlen(version))
        return false;
    size_t target_end = line.size - strlen(version);
    struct span target = span_part(line, method_size + 1, target_end - method_size - 1);
    return span_is(span_part(line, target_end, line.size), version) && target.data[0] == '/' &&
           memchr(target.data, ' ', target.size) == NULL &&
           memchr(target.data, '\t', target.size) == NULL &&
           is_token(span_part(line, 0, method_size)) &&
           span_is(span_part(line, 0, method_size), made.method) && span_is(target, made.uri);
}

/* RFC 9112 2.2: empty lines before the request line are passed over. To the library a line is empty there that has nothing
 * or begins with NUL, and LF ends it, with or without CR. */
static struct span empty_lines_pass(struct span rest)
{
    for (;;) {
        const uint8_t *end = rest.size == 0 ? NULL : memchr(rest.data, '\n', rest.size);
        bool is_empty = end != NULL && (rest.data == end || rest.data[0] == '\0' ||
                                        (rest.data[0] == '\r' && rest.data + 1 == end));
        if (!is_empty)
            return rest;
        rest = span_part(rest, (size_t)(end - rest.data) + 1, rest.size);
    }
}

static bool is_strict(struct span rest)
{
    struct counted counted = {0};
    struct span line;
    uint64_t size = 0;

    rest = empty_lines_pass(rest);
    if (!line_cut(&rest, &line) || !first_is_strict(line))
        return false;
    do {
        if (!line_cut(&rest, &line) || (line.size > 0 && !field_is_strict(line, &counted)))
            return false;
    } while (line.size > 0);
    bool is_sized = counted.sizes == 1;
    return counted.hosts == 1 && counted.sizes <= 1 && counted.encodings * counted.sizes == 0 &&
           is_sized == made.head.has_size && (counted.encodings > 0) == made.head.has_encoding &&
           (!is_sized || (number_read(counted.size, &size) && size == made.head.size));
}

/* The line ends that leave no trace in the library's memory (docs/http.md). They would be found here again and again. */
static bool is_known(const uint8_t *data, size_t size)
{
    static const struct span known[] = {
        {(const uint8_t *)"\0\n", 2},     {(const uint8_t *)"\n:\n", 3},
        {(const uint8_t *)"\n:\r\n", 4},  {(const uint8_t *)"\n\0\r\n", 4},
        {(const uint8_t *)"\0\r\n\n", 4},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (memmem(data, size, known[i].data, known[i].size) != NULL)
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > INPUT_SIZE_MAX || is_known(data, size))
        return 0;
    library_read(data, size);
    if (made.is_accepted)
        body_must(is_strict(span_make(data, size)), "what is let through is one strict head");
    return 0;
}
