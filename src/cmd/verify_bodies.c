/* Bodies and parts of the own books: see verify_bodies.h. */
#include "cmd/verify_bodies.h"

#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/secret.h"
#include "journal/attachment.h"
#include "message/answer.h"
#include "message/head.h"
#include "message/request.h"
#include "store/part_rows.h"

#include <inttypes.h>

#define BODY_ROOM (16u * 1024u * 1024u) /* one body opened and read, with its parts */

/* Where a look is. */
struct looking {
    const struct books *books;
    const struct log_row *log;
    struct verify_report *report;
};

/* Opens what journal sealed: a key of its own, nonce zero, the salt bound in. */
static bool sealed_open(const struct books *books, struct span sealed, struct span wrapped,
                        struct span salt, struct arena *arena, struct span *out, struct error *err)
{
    static const uint8_t nonce[AEAD_NONCE_SIZE];
    uint8_t key[AEAD_KEY_SIZE];

    if (sealed.size < AEAD_TAG_SIZE || wrapped.size != KEEPER_WRAPPED_SIZE ||
        salt.size != SALT_SIZE)
        return error_set(err, ERROR_STORE, "it is cut");
    if (!keeper_unwrap(books->keeper, wrapped.data, key, err))
        return error_set(err, ERROR_STORE, "its key cannot be unwrapped");
    uint8_t *plain = arena_alloc(arena, sealed.size);
    bool ok = plain != NULL && aead_open(key, nonce, salt, sealed, plain);
    secret_wipe(key, sizeof key);
    if (ok)
        *out = span_make(plain, sealed.size - AEAD_TAG_SIZE);
    return ok || error_set(err, ERROR_STORE, "it does not open: it, its salt or its key changed");
}

static void part_bytes_check(struct looking *at, const struct entry_row *entry,
                             const struct part_row *part, struct arena *arena)
{
    struct span bytes = {NULL, 0};
    uint8_t digest[DIGEST_SIZE];
    struct error err = {0};

    bool ok = sealed_open(at->books, part->bytes, part->part_key, part->salt, arena, &bytes, &err);
    if (ok) {
        digest_salted(part->salt.data, bytes, digest);
        ok = span_equal(part->digest, span_make(digest, sizeof digest)) ||
             error_set(&err, ERROR_STORE, "it is not what its digest says");
    }
    if (!ok)
        finding_add(at->report, FINDING_PART, "log %.*s, index %" PRId64 ", part %" PRId64 ": %s",
                    SPAN_ARG(at->log->origin), entry->index, part->number, err.text);
}

/* Every segment opened, against its hash, and the whole against SHA-256. */
static bool attachment_bytes_check(struct looking *at, const struct part_row *part,
                                   uint8_t sha256[DIGEST_SIZE], struct error *err)
{
    struct attachment_place place = {at->books->env, at->books->home, at->books->keeper};
    struct arena arena CLEANUP(arena_free) = arena_make(2 * SEGMENT_SIZE);
    uint8_t *segment = arena_alloc(&arena, SEGMENT_SIZE);
    struct digest *whole = digest_begin();
    uint64_t count = attachment_segments(part->size);
    bool ok = segment != NULL && whole != NULL && part->segments.size == count * DIGEST_SIZE;

    if (!ok)
        error_set(err, ERROR_STORE, "its list of segments is cut");
    for (uint64_t i = 0; ok && i < count; i++) {
        uint8_t digest[DIGEST_SIZE];
        size_t got = 0;
        ok = attachment_read(&place, part->file.data, part->part_key.data, part->size, i, segment,
                             &got, err);
        if (!ok)
            break;
        struct span bytes = span_make(segment, got);
        digest_sha256(bytes, digest);
        digest_add(whole, bytes);
        at->report->attachment_bytes += got;
        ok = span_equal(span_part(part->segments, (size_t)i * DIGEST_SIZE, DIGEST_SIZE),
                        span_make(digest, sizeof digest)) ||
             error_set(err, ERROR_STORE, "segment %" PRIu64 " is not what its hash says", i);
    }
    if (ok)
        digest_end(whole, sha256);
    else
        digest_drop(&whole);
    return ok;
}

static void attachment_check(struct looking *at, const struct entry_row *entry,
                             const struct part_row *part)
{
    struct attachment attachment = {.size = part->size, .segment_hashes = part->segments};
    uint8_t digest[DIGEST_SIZE];
    struct error err = {0};

    bool ok = (part->file.size == ATTACHMENT_ID_SIZE &&
               part->part_key.size == KEEPER_WRAPPED_SIZE && part->salt.size == SALT_SIZE) ||
              error_set(&err, ERROR_STORE, "its row is cut");
    ok = ok && attachment_bytes_check(at, part, attachment.sha256, &err);
    if (ok && !span_equal(part->sha256, span_make(attachment.sha256, DIGEST_SIZE)))
        ok = error_set(&err, ERROR_STORE, "the file is not what its SHA-256 says");
    if (ok) {
        part_digest_attachment(part->salt.data, &attachment, digest);
        ok = span_equal(part->digest, span_make(digest, sizeof digest)) ||
             error_set(&err, ERROR_STORE, "it is not what its digest says");
    }
    if (!ok)
        finding_add(at->report, FINDING_ATTACHMENT,
                    "log %.*s, index %" PRId64 ", attachment %" PRId64 ": %s",
                    SPAN_ARG(at->log->origin), entry->index, part->number, err.text);
}

/* The parts that a body names; count 0 for types without. */
static struct part_list parts_of_body(const struct entry_row *entry, struct span body,
                                      struct arena *arena)
{
    struct problems *problems = arena_alloc(arena, sizeof *problems);
    const struct attachment_list *attachments = NULL;
    const struct part_list *parts = NULL;
    enum message_type type = (enum message_type)entry->type;

    if (problems == NULL)
        return (struct part_list){.count = 0};
    problems_clear(problems);
    const void *read = message_read(type, body, arena, problems);
    return read != NULL && message_parts(type, read, &parts, &attachments)
               ? *parts
               : (struct part_list){.count = 0};
}

/* A row's digest is the one that the body names. */
static bool part_named_check(struct looking *at, const struct entry_row *entry,
                             const struct part_row *row, const struct part_list *named)
{
    const struct part *part = row->number > 0 && row->number <= UINT16_MAX
                                  ? part_list_find(named, (uint16_t)row->number)
                                  : NULL;
    if (part != NULL && span_equal(row->digest, span_make(part->digest, DIGEST_SIZE)))
        return true;
    finding_add(at->report, FINDING_PART,
                "log %.*s, index %" PRId64 ", part %" PRId64 ": the body names %s",
                SPAN_ARG(at->log->origin), entry->index, row->number,
                part == NULL ? "no such part" : "another digest");
    return false;
}

static bool parts_check_all(struct looking *at, const struct entry_row *entry,
                            const struct part_list *named, struct arena *arena, struct error *err)
{
    struct part_row *rows = arena_array(arena, PART_COUNT_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!part_list(at->books->db, arena, entry->id, rows, PART_COUNT_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!part_named_check(at, entry, &rows[i], named) || rows[i].state != PART_HELD)
            continue;
        if (rows[i].kind == PART_ROW_ATTACHMENT) {
            at->report->attachments++;
            attachment_check(at, entry, &rows[i]);
        } else {
            at->report->parts++;
            part_bytes_check(at, entry, &rows[i], arena);
        }
    }
    for (size_t i = 0; i < named->count; i++) {
        bool is_there = false;
        for (size_t k = 0; k < count; k++)
            is_there = is_there || rows[k].number == named->items[i].number;
        if (!is_there)
            finding_add(at->report, FINDING_PART,
                        "log %.*s, index %" PRId64 ", part %u: named by the body, not here",
                        SPAN_ARG(at->log->origin), entry->index, named->items[i].number);
    }
    return true;
}

bool verify_body(const struct books *books, const struct log_row *log,
                 const struct entry_row *entry, struct verify_report *report, struct error *err)
{
    struct looking here = {books, log, report};
    struct arena arena CLEANUP(arena_free) = arena_make(BODY_ROOM);
    uint8_t wanted[DIGEST_SIZE], found[DIGEST_SIZE];
    struct span body = {NULL, 0};
    struct error closed = {0};

    if (entry->body_state != BODY_HELD) {
        if (entry->body_state == BODY_NONE && entry->head.size > 0 &&
            head_look_body(entry->head, wanted))
            finding_add(report, FINDING_BODY,
                        "log %.*s, index %" PRId64 ": the head names a body, none is here",
                        SPAN_ARG(log->origin), entry->index);
        return true;
    }
    if (books->keeper == NULL) {
        report->unreadable++;
        return true;
    }
    report->bodies++;
    bool ok = sealed_open(books, entry->body, entry->body_key, entry->salt, &arena, &body, &closed);
    if (ok) {
        digest_salted(entry->salt.data, body, found);
        ok = (head_look_body(entry->head, wanted) && digest_is_equal(found, wanted)) ||
             error_set(&closed, ERROR_STORE, "it is not what the head's digest says");
    }
    if (!ok) {
        finding_add(report, FINDING_BODY, "log %.*s, index %" PRId64 ", body: %s",
                    SPAN_ARG(log->origin), entry->index, closed.text);
        return true;
    }
    struct part_list named = parts_of_body(entry, body, &arena);
    return parts_check_all(&here, entry, &named, &arena, err);
}
