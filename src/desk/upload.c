/* Upload: see upload.h. */
#include "desk/upload.h"

#include "base/attributes.h"
#include "base/text.h"
#include "crypto/secret.h"
#include "desk/private.h"
#include "desk/roles.h"
#include "journal/attachment.h"
#include "store/part_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct desk_upload {
    struct attachment_writer writer;
    char name[ATTACHMENT_NAME_SIZE_MAX + 1];
    uint8_t sha256[DIGEST_SIZE];
    uint8_t *segment; /* plain bytes that wait for their segment to be full */
    size_t segment_size;
    bool stays;
};

/* --- before the first byte --- */

/* The largest that one of our agreements lets travel; -1: there is no agreement to ask. */
static bool agreed_size(struct journal *journal, struct span agreement, int64_t *size,
                        const struct journal_line **line, struct error *err)
{
    *size = -1;
    *line = NULL;
    if (agreement.size > 0) {
        *line = line_pick(journal, agreement, err);
        if (*line == NULL)
            return false;
        *size = (*line)->agreement.limits.attachment_size;
        return true;
    }
    for (size_t i = 0; i < journal->line_count; i++) {
        if (journal->lines[i].agreement.limits.attachment_size <= *size)
            continue;
        *line = &journal->lines[i];
        *size = (*line)->agreement.limits.attachment_size;
    }
    return true;
}

static bool size_check(struct journal *journal, struct span agreement, int64_t size,
                       struct error *err)
{
    const struct journal_line *line = NULL;
    int64_t agreed = 0;

    if (!agreed_size(journal, agreement, &agreed, &line, err))
        return false;
    if (agreed >= 0 && size > agreed)
        return error_set(err, ERROR_LIMIT,
                         "upload: agreement %s/%" PRId64 ", clause %s: %" PRId64 " bytes; %" PRId64
                         " agreed",
                         line->agreement_id, line->agreement.version,
                         agreement_clauses[CLAUSE_SIZES].number, size, agreed);
    return size <= ATTACHMENT_SIZE_MAX ||
           error_set(err, ERROR_LIMIT, "upload: more than %" PRId64 " bytes", ATTACHMENT_SIZE_MAX);
}

/* What this officer has lying here already. */
static bool waiting_check(struct journal *journal, struct span officer, int64_t size,
                          struct error *err)
{
    int64_t count = 0;
    int64_t bytes = 0;

    if (!upload_total(journal->db, officer, &count, &bytes, err))
        return false;
    if (count >= UPLOAD_WAITING_COUNT_MAX)
        return error_set(err, ERROR_LIMIT,
                         "upload: %" PRId64 " files of yours wait for a message already", count);
    return bytes <= UPLOAD_WAITING_SIZE_MAX - size ||
           error_set(err, ERROR_LIMIT,
                     "upload: files of yours that wait for a message would have more than %" PRId64
                     " bytes",
                     UPLOAD_WAITING_SIZE_MAX);
}

bool desk_upload_check(struct journal *journal, const struct desk_access *access,
                       struct span agreement, int64_t size, struct arena *arena, struct error *err)
{
    struct officer_row officer;

    if (!access_officer(journal, access->officer, arena, &officer, err) ||
        !role_check(officer.role, "upload", err))
        return false;
    if (access->reason.size == 0 || access->reason.size > DESK_REASON_SIZE_MAX ||
        !text_is_plain(access->reason))
        return error_set(err, ERROR_INPUT, "upload: a reason of 1 to %d bytes is required",
                         DESK_REASON_SIZE_MAX);
    if (access->case_number.size > 0 && !case_find(journal->db, access->case_number, err))
        return error_add(err, "upload");
    return size_check(journal, agreement, size, err) &&
           waiting_check(journal, access->officer, size, err);
}

/* --- its bytes --- */

bool desk_upload_begin(const struct desk_files *files, struct span name, struct desk_upload **out,
                       struct error *err)
{
    struct attachment_place place = {
        .env = files->env, .home = files->home, .keeper = files->keeper};

    *out = NULL;
    if (name.size == 0 || name.size > ATTACHMENT_NAME_SIZE_MAX || !text_is_plain(name))
        return error_set(err, ERROR_INPUT, "an attachment's name has 1 to %d bytes",
                         ATTACHMENT_NAME_SIZE_MAX);
    struct desk_upload *upload = calloc(1, sizeof *upload);
    if (upload == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    snprintf(upload->name, sizeof upload->name, "%.*s", SPAN_ARG(name));
    upload->segment = malloc(SEGMENT_SIZE);
    bool ok = (upload->segment != NULL || error_set(err, ERROR_LIMIT, "out of memory")) &&
              attachment_begin(&place, &upload->writer, err);
    if (!ok) {
        free(upload->segment);
        free(upload);
        return false;
    }
    *out = upload;
    return true;
}

static bool segment_seal(struct desk_upload *upload, struct error *err)
{
    struct span plain = span_make(upload->segment, upload->segment_size);

    upload->segment_size = 0;
    return plain.size == 0 || attachment_add(&upload->writer, plain, err);
}

bool desk_upload_write(struct desk_upload *upload, struct span bytes, struct error *err)
{
    while (bytes.size > 0) {
        struct span part = span_part(bytes, 0, SEGMENT_SIZE - upload->segment_size);
        memcpy(upload->segment + upload->segment_size, part.data, part.size);
        upload->segment_size += part.size;
        bytes = span_part(bytes, part.size, bytes.size);
        if (upload->segment_size == SEGMENT_SIZE && !segment_seal(upload, err))
            return false;
    }
    return true;
}

bool desk_upload_finish(struct desk_upload *upload, struct error *err)
{
    if (!segment_seal(upload, err))
        return false;
    if (upload->writer.size == 0)
        return error_set(err, ERROR_INPUT, "the file is empty");
    return attachment_finish(&upload->writer, upload->sha256, err);
}

int64_t desk_upload_size(const struct desk_upload *upload)
{
    return upload->writer.size + (int64_t)upload->segment_size;
}

struct span desk_upload_sha256(const struct desk_upload *upload)
{
    return span_make(upload->sha256, sizeof upload->sha256);
}

/* --- its row --- */

bool desk_upload_add(struct journal *journal, const struct desk_access *access, struct span name,
                     const struct attachment_writer *writer, const uint8_t sha256[DIGEST_SIZE],
                     struct error *err)
{
    struct upload_row row = {.id = span_make(writer->id, sizeof writer->id),
                             .officer = access->officer,
                             .name = name,
                             .size = writer->size,
                             .sha256 = span_make(sha256, DIGEST_SIZE),
                             .segments = buffer_span(&writer->segments),
                             .part_key = span_make(writer->wrapped, sizeof writer->wrapped),
                             .created_ms = journal->env->now_ms(journal->env->context)};

    if (name.size == 0 || name.size > ATTACHMENT_NAME_SIZE_MAX || !text_is_plain(name))
        return error_set(err, ERROR_INPUT, "an attachment's name has 1 to %d bytes",
                         ATTACHMENT_NAME_SIZE_MAX);
    return waiting_check(journal, access->officer, writer->size, err) &&
           (upload_insert(journal->db, &row, err) || error_add(err, "storing an attachment"));
}

//= dir-2016-680 art 25(1)
bool desk_upload_enter(struct journal *journal, const struct desk_upload *upload,
                       const struct desk_call *call, struct json_writer *out, struct error *err)
{
    char hex[2 * ATTACHMENT_ID_SIZE + 1];
    struct span id = span_make(upload->writer.id, ATTACHMENT_ID_SIZE);
    struct span object = span_make(hex, 2 * ATTACHMENT_ID_SIZE);

    hex_write(id, hex);
    if (!desk_upload_add(journal, &call->access, span_text(upload->name), &upload->writer,
                         upload->sha256, err) ||
        !access_write(journal, call, "upload", &object, 1, err))
        return false;
    json_begin_object(out);
    json_hex_field(out, "upload", id);
    json_string_field(out, "name", upload->name);
    json_integer_field(out, "size", upload->writer.size);
    json_hex_field(out, "sha256", desk_upload_sha256(upload));
    json_end_object(out);
    return true;
}

/* --- its end --- */

void desk_upload_stay(struct desk_upload *upload)
{
    upload->stays = true;
}

void desk_upload_end(struct desk_upload **upload)
{
    struct desk_upload *gone = *upload;
    struct error ignored = {0};

    if (gone == NULL)
        return;
    struct attachment_place place = gone->writer.place;
    struct span id = span_make(gone->writer.id, ATTACHMENT_ID_SIZE);
    attachment_end(&gone->writer);
    /* One that cannot be removed cannot be opened either: its key goes with this record. */
    if (!gone->stays)
        attachment_file_drop(place.env, place.home, id, &ignored);
    secret_wipe(gone->segment, SEGMENT_SIZE);
    free(gone->segment);
    free(gone);
    *upload = NULL;
}
