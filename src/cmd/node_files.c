/*
 * Files in and out of a node: sealed and opened segment by segment on the thread of whoever asked; only the rows are the
 * writer's work.
 */
#include "cmd/node.h"

#include "base/attributes.h"
#include "crypto/digest.h"
#include "crypto/secret.h"
#include "desk/part.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct desk_files node_files(struct node *node)
{
    return (struct desk_files){.env = node->env, .home = node->home.path, .keeper = &node->keeper};
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
    int64_t size;
    struct desk_upload *sealed;
};

static struct desk_access access_of(const struct node_file *file)
{
    const struct control_request *request = &file->reading->request;

    return (struct desk_access){.officer = request->officer,
                                .reason = request->reason,
                                .case_number = request->case_number,
                                .approver = request->approver};
}

/* Before anything is sealed: who gives this file must be known here. */
static bool upload_check(struct node *node, void *context, struct error *err)
{
    struct upload *upload = context;
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct desk_access access = access_of(upload->file);

    return desk_upload_check(&node->journal, &access, span_text(""), upload->size, &arena, err);
}

static bool upload_enter(struct node *node, void *context, struct error *err)
{
    struct upload *upload = context;
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct desk_call call = {.access = access_of(upload->file), .arena = &arena};
    struct json_writer out = json_writer_make(upload->file->result);

    return desk_upload_enter(&node->journal, upload->sealed, &call, &out, err);
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

static bool upload_seal(struct upload *upload, struct error *err)
{
    uint8_t *segment = malloc(SEGMENT_SIZE);
    size_t size = 0;
    bool ok = segment != NULL || error_set(err, ERROR_LIMIT, "out of memory");

    for (bool has_more = ok; has_more;) {
        ok = segment_read(upload->file->fd, segment, &size, err) &&
             desk_upload_write(upload->sealed, span_make(segment, size), err);
        tell(upload->file, desk_upload_size(upload->sealed), upload->size);
        has_more = ok && size == SEGMENT_SIZE;
    }
    if (segment != NULL)
        secret_wipe(segment, SEGMENT_SIZE);
    free(segment);
    return ok && desk_upload_finish(upload->sealed, err);
}

static bool upload_run(struct upload *upload, struct error *err)
{
    const struct node_file *file = upload->file;
    struct desk_files place = node_files(file->node);

    if (!node_job(file->node, file->is_pumping, upload_check, upload, err) ||
        !desk_upload_begin(&place, upload->name, &upload->sealed, err))
        return false;
    bool ok = upload_seal(upload, err) &&
              node_job(file->node, file->is_pumping, upload_enter, upload, err);
    if (ok)
        desk_upload_stay(upload->sealed);
    desk_upload_end(&upload->sealed);
    return ok;
}

bool node_upload(const struct node_file *file, struct error *err)
{
    struct upload upload = {.file = file};
    struct stat st;

    upload.name = json_get_text(&file->reading->arguments, "name", 1, ATTACHMENT_NAME_SIZE_MAX);
    json_object_end(&file->reading->arguments);
    if (!problems_to_error(&file->reading->problems, err))
        return false;
    if (fstat(file->fd, &st) != 0 || !S_ISREG(st.st_mode))
        return error_set(err, ERROR_INPUT, "upload: only a regular file can be attached");
    if (st.st_size > ATTACHMENT_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "upload: more than %" PRId64 " bytes",
                         ATTACHMENT_SIZE_MAX);
    upload.size = st.st_size;
    return upload_run(&upload, err);
}

/* --- download --- */

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

static bool segments_write(const struct node_file *file, struct desk_part *part, uint8_t *segment,
                           struct digest *digest, struct error *err)
{
    int64_t total = desk_part_size(part);

    for (int64_t at = 0; at < total;) {
        size_t size = total - at < (int64_t)SEGMENT_SIZE ? (size_t)(total - at) : SEGMENT_SIZE;
        if (!desk_part_read(part, at, segment, size, err) ||
            !bytes_write(file->fd, span_make(segment, size), err))
            return false;
        digest_add(digest, span_make(segment, size));
        at += (int64_t)size;
        tell(file, at, total);
    }
    return true;
}

static bool part_write(const struct node_file *file, struct desk_part *part, struct error *err)
{
    uint8_t sha256[DIGEST_SIZE];
    uint8_t *segment = malloc(SEGMENT_SIZE);
    struct digest *digest = digest_begin();

    bool ok = (segment != NULL && digest != NULL) || error_set(err, ERROR_LIMIT, "out of memory");
    ok = ok && segments_write(file, part, segment, digest, err);
    if (ok) {
        digest_end(digest, sha256);
        digest = NULL;
        ok = span_equal(span_make(sha256, sizeof sha256), desk_part_sha256(part)) ||
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
    struct desk_files place = node_files(file->node);
    struct desk_part *part CLEANUP(desk_part_end) = NULL;
    struct json_writer out;

    file->reading->request.act = span_text("attachment-find");
    if (!node_act_read(file, err) || !desk_part_open(&place, buffer_span(file->result), &part, err))
        return false;
    buffer_clear(file->result);
    if (!part_write(file, part, err))
        return false;
    out = json_writer_make(file->result);
    json_begin_object(&out);
    json_integer_field(&out, "size", desk_part_size(part));
    json_hex_field(&out, "sha256", desk_part_sha256(part));
    json_end_object(&out);
    return true;
}
