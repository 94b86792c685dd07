/* The console's files and how they are given out: see console.h. */
#include "web/console.h"

#include "base/attributes.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "web/console_files.inc"

/*
 * The page runs its own script, shows its own style and talks to its own node, and nothing else: no script or style that
 * stands in a text, no frame, no form that goes anywhere, no text that becomes markup (Trusted Types).
 */
static const char page_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

static const char kept[] = "public, max-age=31536000, immutable";
static const char asked_anew[] = "no-cache";

const struct console_file *console_find(const char *path)
{
    for (size_t i = 0; i < ARRAY_COUNT(console_files); i++)
        if (strcmp(console_files[i].path, path) == 0)
            return &console_files[i];
    return NULL;
}

static struct span trim(struct span text)
{
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = span_part(text, 1, text.size);
    while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
        text.size--;
    return text;
}

/* Takes what stands before the next `mark` off the list. */
static struct span piece_take(struct span *list, uint8_t mark)
{
    size_t end = 0;

    while (end < list->size && list->data[end] != mark)
        end++;
    struct span piece = trim(span_part(*list, 0, end));
    *list = end < list->size ? span_part(*list, end + 1, list->size) : span_part(*list, end, end);
    return piece;
}

/* "q=0" and "q=0.000" say: not this one. */
static bool is_refused(struct span quality)
{
    if (!span_starts_with(quality, "q=0"))
        return false;
    for (size_t i = 3; i < quality.size; i++)
        if (quality.data[i] != '.' && quality.data[i] != '0')
            return false;
    return true;
}

static bool accepts(struct span field, const char *encoding)
{
    while (field.size > 0) {
        struct span one = piece_take(&field, ',');
        struct span name = piece_take(&one, ';');
        if (span_is(name, encoding))
            return !is_refused(piece_take(&one, ';'));
    }
    return false;
}

static bool etag_is_among(struct span list, const char *etag)
{
    while (list.size > 0) {
        struct span one = piece_take(&list, ',');
        if (span_starts_with(one, "W/"))
            one = span_part(one, 2, one.size);
        if (span_is(one, etag))
            return true;
    }
    return false;
}

static bool is_named_by_digest(const struct console_file *file, struct span query)
{
    return span_starts_with(query, "v=") && span_is(span_part(query, 2, query.size), file->digest);
}

void console_answer(const struct console_file *file, const struct console_ask *asked,
                    struct console_answer *out)
{
    const struct console_bytes *bytes = &file->plain;
    bool is_page = strcmp(file->path, "/console") == 0;

    *out = (struct console_answer){.status = 200};
    if (accepts(asked->accept_encoding, "br")) {
        out->encoding = "br";
        bytes = &file->brotli;
    } else if (accepts(asked->accept_encoding, "gzip")) {
        out->encoding = "gzip";
        bytes = &file->gzip;
    }
    snprintf(out->etag, sizeof out->etag, "\"%s%s%s\"", file->digest,
             out->encoding == NULL ? "" : "-", out->encoding == NULL ? "" : out->encoding);
    out->cache = !is_page && is_named_by_digest(file, asked->query) ? kept : asked_anew;
    out->policy = is_page ? page_policy : NULL;
    if (etag_is_among(asked->if_none_match, out->etag))
        out->status = 304;
    else
        out->body = span_make(bytes->data, bytes->size);
}
