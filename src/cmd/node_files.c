/*
 * Files in and out of a node: sealed and opened segment by segment on the thread of whoever asked; only the rows are the
 * writer's work.
 */
#include "cmd/node.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/secret.h"
#include "desk/roles.h"
#include "store/local_rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct attachment_place place_of(struct node *node)
{
    return (struct attachment_place){
        .env = node->env, .home = node->home.path, .keeper = &node->keeper};
}

static void tell(const struct node_file *file, int64_t done, int64_t total)
{
    if (file->progress != NULL)
        file->progress(file->context, done, total);
}

/* --- upload --- */

struct upload {
    const struct node_file *file;
    struct span name;
    struct attachment_writer writer;
    uint8_t sha256[DIGEST_SIZE];
};

/* Before anything is sealed: who gives this file must be known here. */
static bool upload_check(struct node *node, void *context, struct error *err)
{
    struct upload *upload = context;
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct span id = upload->file->reading->request.officer;
    struct officer_row officer;

    if (!text_is_identifier(id, NAME_SIZE_MAX))
        return error_set(err, ERROR_INPUT, "upload: say who acts (--officer)");
    if (!officer_find(node->db, &arena, id, &officer, err))
        return error_add(err, "officer %.*s", SPAN_ARG(id));
    if (!officer.is_active)
        return error_set(err, ERROR_RULE, "officer %.*s is not active here", SPAN_ARG(id));
    return role_check(officer.role, "upload", err);
}

static bool upload_enter(struct node *node, void *context, struct error *err)
{
    struct upload *upload = context;
    const struct control_request *request = &upload->file->reading->request;
    struct desk_access access = {.officer = request->officer,
                                 .reason = request->reason,
                                 .case_number = request->case_number,
                                 .approver = request->approver};
    char hex[2 * ATTACHMENT_ID_SIZE + 1];
    struct span object = span_make(hex, 2 * ATTACHMENT_ID_SIZE);

    hex_write(span_make(upload->writer.id, ATTACHMENT_ID_SIZE), hex);
    return node_access(node, request, "upload", &object, 1, err) &&
           desk_upload_add(&node->journal, &access, upload->name, &upload->writer, upload->sha256,
                           err);
}

/* As many bytes as a segment holds, fewer only at the end of the file. */
static bool segment_read(int fd, uint8_t *out, size_t *size, struct error *err)
{
    *size = 0;
    while (*size < SEGMENT_SIZE) {
        ssize_t got = read(fd, out + *size, SEGMENT_SIZE - *size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(err, ERROR_INPUT, "the file cannot be read: %s", strerror(errno));
        if (got == 0)
            break;
        *size += (size_t)got;
    }
    return true;
}

static bool upload_seal(struct upload *upload, int64_t total, struct error *err)
{
    uint8_t *segment = malloc(SEGMENT_SIZE);
    size_t size = 0;

    if (segment == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    bool ok = true;
    do {
        ok = segment_read(upload->file->fd, segment, &size, err) &&
             (size == 0 || attachment_add(&upload->writer, span_make(segment, size), err));
        tell(upload->file, upload->writer.size, total);
    } while (ok && size == SEGMENT_SIZE);
    secret_wipe(segment, SEGMENT_SIZE);
    free(segment);
    if (ok && upload->writer.size == 0)
        return error_set(err, ERROR_INPUT, "the file is empty");
    return ok && attachment_finish(&upload->writer, upload->sha256, err);
}

static bool upload_run(struct upload *upload, int64_t total, struct error *err)
{
    const struct node_file *file = upload->file;
    struct attachment_place place = place_of(file->node);
    struct json_writer out = json_writer_make(file->result);

    if (!node_job(file->node, file->is_pumping, upload_check, upload, err) ||
        !attachment_begin(&place, &upload->writer, err))
        return false;
    bool ok = upload_seal(upload, total, err) &&
              node_job(file->node, file->is_pumping, upload_enter, upload, err);
    if (ok) {
        json_begin_object(&out);
        json_hex_field(&out, "upload", span_make(upload->writer.id, ATTACHMENT_ID_SIZE));
        json_text_field(&out, "name", upload->name);
        json_integer_field(&out, "size", upload->writer.size);
        json_hex_field(&out, "sha256", span_make(upload->sha256, DIGEST_SIZE));
        json_end_object(&out);
    }
    attachment_end(&upload->writer);
    return ok;
}

bool node_upload(const struct node_file *file, struct error *err)
{
    struct upload upload = {.file = file};
    struct stat st;

    upload.name = json_get_text(&file->reading->arguments, "name", 1, 255);
    json_object_end(&file->reading->arguments);
    if (!problems_to_error(&file->reading->problems, err))
        return false;
    if (fstat(file->fd, &st) != 0 || !S_ISREG(st.st_mode))
        return error_set(err, ERROR_INPUT, "upload: only a regular file can be attached");
    if (st.st_size > ATTACHMENT_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "upload: more than %" PRId64 " bytes",
                         ATTACHMENT_SIZE_MAX);
    return upload_run(&upload, st.st_size, err);
}

/* --- download --- */

struct found {
    int64_t size;
    uint8_t sha256[DIGEST_SIZE];
    uint8_t file[ATTACHMENT_ID_SIZE];
    uint8_t key[KEEPER_WRAPPED_SIZE];
};

/* What the desk's act attachment-find answers. */
static bool found_read(struct span text, struct found *out, struct error *err)
{
    struct json *json CLEANUP(json_free) = NULL;
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct problems problems = {.count = 0};
    struct json_object object;

    if (!json_parse(text, &json, err))
        return error_add(err, "attachment");
    json_object_begin(&object, json_root(json), &arena, &problems);
    out->size = json_get_integer(&object, "size", 1, ATTACHMENT_SIZE_MAX);
    json_get_hex(&object, "sha256", out->sha256, sizeof out->sha256);
    json_get_hex(&object, "file", out->file, sizeof out->file);
    json_get_hex(&object, "key", out->key, sizeof out->key);
    json_object_end(&object);
    return problems_to_error(&problems, err) || error_add(err, "attachment");
}

static bool bytes_write(int fd, struct span bytes, struct error *err)
{
    while (bytes.size > 0) {
        ssize_t put = write(fd, bytes.data, bytes.size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return error_set(err, ERROR_INPUT, "the file cannot be written: %s", strerror(errno));
        bytes = span_part(bytes, (size_t)put, bytes.size);
    }
    return true;
}

static bool segments_write(const struct node_file *file, const struct found *found,
                           uint8_t *segment, struct digest *digest, struct error *err)
{
    struct attachment_place place = place_of(file->node);

    for (uint64_t i = 0; i < attachment_segments(found->size); i++) {
        size_t size = 0;
        if (!attachment_read(&place, found->file, found->key, found->size, i, segment, &size,
                             err) ||
            !bytes_write(file->fd, span_make(segment, size), err))
            return false;
        digest_add(digest, span_make(segment, size));
        tell(file, (int64_t)(i * SEGMENT_SIZE + size), found->size);
    }
    return true;
}

static bool found_write(const struct node_file *file, const struct found *found, struct error *err)
{
    uint8_t sha256[DIGEST_SIZE];
    uint8_t *segment = malloc(SEGMENT_SIZE);
    struct digest *digest = digest_begin();

    bool ok = (segment != NULL && digest != NULL) || error_set(err, ERROR_LIMIT, "out of memory");
    ok = ok && segments_write(file, found, segment, digest, err);
    if (ok) {
        digest_end(digest, sha256);
        digest = NULL;
        ok = digest_is_equal(sha256, found->sha256) ||
             error_set(err, ERROR_STORE, "the attachment is not the one that was sent");
    }
    if (segment != NULL)
        secret_wipe(segment, SEGMENT_SIZE);
    free(segment);
    digest_drop(&digest);
    return ok;
}

bool node_attachment_get(const struct node_file *file, struct error *err)
{
    struct found found;
    struct json_writer out;

    file->reading->request.act = span_text("attachment-find");
    if (!node_act_read(file, err) || !found_read(buffer_span(file->result), &found, err))
        return false;
    buffer_clear(file->result);
    if (!found_write(file, &found, err))
        return false;
    out = json_writer_make(file->result);
    json_begin_object(&out);
    json_integer_field(&out, "size", found.size);
    json_hex_field(&out, "sha256", span_make(found.sha256, DIGEST_SIZE));
    json_end_object(&out);
    return true;
}
