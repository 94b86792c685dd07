/*
 * `besa verify`: the node's own books, through the running node; `besa verify DIR --vkey KEY`: exported files, with nothing
 * but a key that came over a way that is trusted. Exit code 65 when anything is wrong.
 */
#include "cmd/command.h"
#include "cmd/session.h"
#include "cmd/training.h"
#include "cmd/verify_chain.h"

#include "base/attributes.h"
#include "base/text.h"

#include <stdio.h>
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
    struct word_list log_keys;
    struct word_list custody_keys;
    struct word_list certificates;
    const char *other;
};

/* What the words name, read. */
struct files {
    struct note_key log[VERIFY_CHAIN_MAX];
    struct verify_custody custody[VERIFY_CHAIN_MAX];
    struct buffer certificate_files[2];
    struct span certificates[2];
    struct buffer other;
    struct verify_chain chain;
    struct verify_link links[VERIFY_CHAIN_MAX];
    struct verify_report report;
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

static bool certificates_read(const struct files_words *words, struct files *files,
                              struct error *err)
{
    if (words->certificates.count > ARRAY_COUNT(files->certificates))
        return error_set(err, ERROR_INPUT, "--cert: at most two institutions");
    for (size_t i = 0; i < words->certificates.count; i++) {
        files->certificate_files[i] = buffer_make(CERTIFICATE_SIZE_MAX);
        if (!command_read_file(words->certificates.words[i], CERTIFICATE_SIZE_MAX,
                               &files->certificate_files[i], err))
            return false;
        files->certificates[i] = buffer_span(&files->certificate_files[i]);
    }
    return true;
}

static bool files_prepare(const struct files_words *words, struct files *files, struct error *err)
{
    for (size_t i = 0; i < words->log_keys.count; i++)
        if (!key_read(words->log_keys.words[i], NOTE_ED25519, &files->log[i], err))
            return false;
    for (size_t i = 0; i < words->custody_keys.count; i++)
        if (!key_read(words->custody_keys.words[i], NOTE_COSIGNATURE, &files->custody[i].key, err))
            return false;
    if (!certificates_read(words, files, err))
        return false;
    files->chain = (struct verify_chain){.env = env_real(),
                                         .directory = words->directory,
                                         .log = files->log,
                                         .log_count = words->log_keys.count,
                                         .custody = files->custody,
                                         .custody_count = words->custody_keys.count,
                                         .certificates = files->certificates,
                                         .certificate_count = words->certificates.count};
    files->other = buffer_make(NOTE_SIZE_MAX);
    return words->other == NULL ||
           command_read_file(words->other, NOTE_SIZE_MAX, &files->other, err);
}

static void files_drop(struct files *files)
{
    for (size_t i = 0; i < ARRAY_COUNT(files->certificate_files); i++)
        buffer_free(&files->certificate_files[i]);
    buffer_free(&files->other);
    free(files);
}

static void found_write(const struct verify_files_result *found, struct json_writer *out)
{
    json_integer_field(out, "size", (int64_t)found->size);
    json_hex_field(out, "root", span_make(found->root.bytes, TLOG_HASH_SIZE));
    if (found->receipt_size == 0)
        return;
    json_string_field(out, "received_by", found->receipt_by->name);
    json_integer_field(out, "received_size", (int64_t)found->receipt_size);
    json_time_field(out, "received_at", found->receipt_time_s * 1000);
}

static void proved_write(const struct files *files, struct json_writer *out)
{
    json_string_field(out, "log", files->log[0].name);
    if (files->report.finding_total > 0)
        return;
    found_write(&files->links[0].found, out);
    json_string_field(out, "proved",
                      "these entries, in this order and no others, are what the key signed");
}

static void chain_write(const struct files *files, struct json_writer *out)
{
    json_key(out, "chain");
    json_begin_array(out);
    for (size_t i = 0; i < files->chain.log_count; i++) {
        const struct verify_link *link = &files->links[i];
        json_begin_object(out);
        json_string_field(out, "log", link->key->name);
        found_write(&link->found, out);
        if (link->has_end)
            json_integer_field(out, "ends_at", (int64_t)link->end_size);
        json_end_object(out);
    }
    json_end_array(out);
    json_boolean_field(out, "institutions_checked", files->chain.certificate_count > 0);
    if (files->report.finding_total == 0)
        json_string_field(out, "proved",
                          "each log holds what its key signed, and ends where the next one says");
}

/* As the export says of itself; nothing vouches for it but the agreement that both signed. */
static void training_write(const struct files *files, struct json_writer *out)
{
    const struct env *env = files->chain.env;
    struct env_file *file = NULL;
    struct error absent = {0};
    char path[HOME_PATH_SIZE];

    int size = files->chain.log_count > 1
                   ? snprintf(path, sizeof path, "%s/%s/" TRAINING_FILE, files->chain.directory,
                              files->log[0].name)
                   : snprintf(path, sizeof path, "%s/" TRAINING_FILE, files->chain.directory);
    if (size < 0 || (size_t)size >= sizeof path ||
        !env->open(env->context, path, ENV_OPEN_READ, &file, &absent))
        return;
    env->close(env->context, file);
    json_string_field(out, "training", TRAINING_WORDS);
}

static int files_show(struct options *options, const struct files *files)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    struct json_writer out = json_writer_make(&text);

    json_begin_object(&out);
    if (files->chain.log_count > 1)
        chain_write(files, &out);
    else
        proved_write(files, &out);
    training_write(files, &out);
    verify_report_write(&files->report, &out);
    json_end_object(&out);
    return result_show(options, buffer_span(&text));
}

/* One key: the log lies in DIR itself. Several: each in DIR/<its origin>, as `besa log export DIR` leaves them. */
static bool files_verify(const struct files_words *words, struct files *files, struct error *err)
{
    struct verify_files one = {.env = env_real(),
                               .directory = words->directory,
                               .log = files->log[0],
                               .custody = files->custody,
                               .custody_count = files->chain.custody_count,
                               .other_checkpoint = buffer_span(&files->other)};

    return files->chain.log_count > 1
               ? verify_chain(&files->chain, files->links, &files->report, err)
               : verify_directory(&one, &files->report, &files->links[0].found, err);
}

static void files_progress(void *context, struct span origin, uint64_t done, uint64_t total)
{
    (void)origin;
    progress_show(context, (int64_t)done, (int64_t)total);
}

static int verify_exported(struct options *options, const struct files_words *words)
{
    struct files *files = calloc(1, sizeof *files);
    struct progress progress = {.options = options, .what = "verifying"};
    struct error err = {0};

    if (files == NULL) {
        error_set(&err, ERROR_LIMIT, "out of memory");
        return command_fail(options, &err);
    }
    files->report.context = &progress;
    files->report.progress = files_progress;
    bool ok = files_prepare(words, files, &err) && files_verify(words, files, &err);
    progress_end(&progress);
    int exit_code = ok ? files_show(options, files) : command_fail(options, &err);
    files_drop(files);
    return exit_code;
}

int command_verify(struct options *options, int argc, char **argv)
{
    struct files_words files = {.directory = NULL};
    const struct command_option own[] = {{.name = "vkey", .list = &files.log_keys},
                                         {.name = "custody-vkey", .list = &files.custody_keys},
                                         {.name = "cert", .list = &files.certificates},
                                         {.name = "checkpoint", .value = &files.other}};
    struct word_list words;
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 1, &words, &exit_code))
        return exit_code;
    if (words.count == 0 && files.log_keys.count == 0)
        return verify_own(options);
    if (words.count == 0 || files.log_keys.count == 0)
        return command_usage(options, "exported files need both: DIR and --vkey KEY");
    if (files.log_keys.count > 1 && files.other != NULL)
        return command_usage(options, "--checkpoint goes with one log");
    files.directory = words.words[0];
    return verify_exported(options, &files);
}
