/*
 * `besa verify`: the node's own books, through the running node; `besa verify DIR --vkey KEY`: exported files, with nothing
 * but a key that came over a way that is trusted. Exit code 65 when anything is wrong.
 */
#include "cmd/command.h"
#include "cmd/session.h"
#include "cmd/verify.h"

#include "base/attributes.h"
#include "base/text.h"

#include <stdlib.h>
#include <sysexits.h>

#define RESULT_SIZE (256u * 1024u)

/* The result's own word on whether all is well. */
static bool result_is_clean(struct span result)
{
    struct arena arena CLEANUP(arena_free) = arena_make(RESULT_SIZE);
    struct problems problems = {.count = 0};
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct error ignored = {0};

    if (!json_parse(result, &json, &ignored))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    return json_get_boolean(&object, "clean");
}

static int result_show(struct options *options, struct span result)
{
    int shown = command_show(options, result);

    return shown != 0 ? shown : result_is_clean(result) ? 0 : EX_DATAERR;
}

static int verify_own(struct options *options)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(CONTROL_REPLY_SIZE_MAX);
    struct problems problems = {.count = 0};
    struct session session = {.options = options};
    struct error err = {0};

    bool ok = session_open(options, &session, &err) &&
              session_ask(&session, "verify", span_text("{}"), span_make(NULL, 0), -1, "verifying",
                          &result, &problems, &err);
    session_close(&session);
    return ok ? result_show(options, buffer_span(&result))
              : command_fail_problems(options, &err, &problems);
}

/* --- exported files --- */

struct files_words {
    const char *directory;
    const char *log_key;
    const char *custody_key;
    const char *other;
};

static bool key_read(const char *text, enum note_key_type type, struct note_key *out,
                     struct error *err)
{
    if (!note_key_read(span_text(text), out, err))
        return error_add(err, "%s", text);
    return out->type == type ||
           error_set(err, ERROR_INPUT,
                     "%s is a key of another kind: a log's key is of type 1, a "
                     "cosigner's of type 4",
                     text);
}

static bool files_prepare(const struct files_words *words, struct buffer *other,
                          struct verify_files *out, struct error *err)
{
    *out = (struct verify_files){.env = env_real(), .directory = words->directory};
    if (!key_read(words->log_key, NOTE_ED25519, &out->log, err))
        return false;
    out->has_custody = words->custody_key != NULL;
    if (out->has_custody && !key_read(words->custody_key, NOTE_COSIGNATURE, &out->custody, err))
        return false;
    if (words->other != NULL && !command_read_file(words->other, NOTE_SIZE_MAX, other, err))
        return false;
    out->other_checkpoint = buffer_span(other);
    return true;
}

static void proved_write(const struct verify_files *files, const struct verify_report *report,
                         const struct verify_files_result *found, struct json_writer *out)
{
    json_string_field(out, "log", files->log.name);
    if (report->finding_total > 0)
        return;
    json_integer_field(out, "size", (int64_t)found->size);
    json_hex_field(out, "root", span_make(found->root.bytes, TLOG_HASH_SIZE));
    json_string_field(out, "proved",
                      "these entries, in this order and no others, are what the key signed");
    if (found->receipt_size == 0)
        return;
    json_string_field(out, "received_by", files->custody.name);
    json_integer_field(out, "received_size", (int64_t)found->receipt_size);
    json_time_field(out, "received_at", found->receipt_time_s * 1000);
}

static int files_show(struct options *options, const struct verify_files *files,
                      const struct verify_report *report, const struct verify_files_result *found)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    struct json_writer out = json_writer_make(&text);

    json_begin_object(&out);
    proved_write(files, report, found, &out);
    verify_report_write(report, &out);
    json_end_object(&out);
    return result_show(options, buffer_span(&text));
}

static void files_progress(void *context, struct span origin, uint64_t done, uint64_t total)
{
    (void)origin;
    progress_show(context, (int64_t)done, (int64_t)total);
}

static int verify_exported(struct options *options, const struct files_words *words)
{
    struct buffer other CLEANUP(buffer_free) = buffer_make(NOTE_SIZE_MAX);
    struct verify_report *report = calloc(1, sizeof *report);
    struct progress progress = {.options = options, .what = "verifying"};
    struct verify_files_result found;
    struct verify_files files;
    struct error err = {0};
    int exit_code = 0;

    if (report == NULL)
        error_set(&err, ERROR_LIMIT, "out of memory");
    else
        *report = (struct verify_report){.context = &progress, .progress = files_progress};
    bool ok = report != NULL && files_prepare(words, &other, &files, &err) &&
              verify_directory(&files, report, &found, &err);
    progress_end(&progress);
    exit_code = ok ? files_show(options, &files, report, &found) : command_fail(options, &err);
    free(report);
    return exit_code;
}

int command_verify(struct options *options, int argc, char **argv)
{
    struct files_words files = {.directory = NULL};
    const struct command_option own[] = {{.name = "vkey", .value = &files.log_key},
                                         {.name = "custody-vkey", .value = &files.custody_key},
                                         {.name = "checkpoint", .value = &files.other}};
    struct word_list words;
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 1, &words, &exit_code))
        return exit_code;
    if (words.count == 0 && files.log_key == NULL)
        return verify_own(options);
    if (words.count == 0 || files.log_key == NULL)
        return command_usage(options, "exported files need both: DIR and --vkey KEY");
    files.directory = words.words[0];
    return verify_exported(options, &files);
}
