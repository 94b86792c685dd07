/*
 * `besa log`: the node's logs, the keys under which they are verified, and their export as static files. It reads beside
 * the running node; only the access entry of an export goes through it.
 */
#include "cmd/command.h"
#include "cmd/log_export.h"
#include "cmd/node.h"
#include "cmd/verify_chain.h"

#include "base/attributes.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>

#define RESULT_SIZE (256u * 1024u)

struct reader {
    struct node *node;
    struct books books;
    bool is_open;
};

/* Our public keys come from our pairing file: no keeper is needed to look. */
static bool reader_open(const struct options *options, struct reader *reader, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    struct keeper_keys keys;
    struct pairing own;
    struct home home;

    if (!home_find(options->home, &home, err) || !node_open_reader(&home, &reader->node, err) ||
        !books_own_pairing(env_real(), home.path, &arena, &own, err) ||
        !database_begin(reader->node->db, DATABASE_NORMAL, err))
        return false;
    books_keys_of(&own, &keys);
    reader->is_open = true;
    return books_open(&reader->books, env_real(), reader->node->home.path,
                      span_text(reader->node->config.party), &keys, reader->node->db, NULL, err);
}

static void reader_close(struct reader *reader)
{
    if (reader->is_open) {
        books_close(&reader->books);
        database_rollback(reader->node->db);
    }
    node_close(&reader->node);
}

/* --- list --- */

static const char *const kind_words[] = {[LOG_DOMESTIC] = "our acts and accesses",
                                         [LOG_OUTGOING] = "ours to the partner",
                                         [LOG_MIRROR] = "the partner's, in our custody"};

/* Newest signature and newest receipt of one log. */
static bool log_write(struct reader *reader, const struct log_row *log, struct json_writer *out,
                      struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct checkpoint_row checkpoint;
    struct receipt_row receipt;

    json_begin_object(out);
    json_text_field(out, "origin", log->origin);
    json_string_field(out, "kind", kind_words[log->kind]);
    json_integer_field(out, "entries", log->size);
    if (checkpoint_newest(reader->books.db, &arena, log->id, &checkpoint, err))
        json_integer_field(out, "signed", checkpoint.size);
    else if (err->kind != ERROR_MISSING)
        return false;
    if (receipt_newest(reader->books.db, &arena, log->id, &receipt, err)) {
        json_integer_field(out, "in_custody", receipt.size);
        json_time_field(out, "received", receipt.time_s * 1000);
    } else if (err->kind != ERROR_MISSING) {
        return false;
    }
    error_clear(err);
    json_string_field(out, "state", log->read_only.size == 0 ? "open" : "read-only");
    json_end_object(out);
    return true;
}

static bool list_write(struct reader *reader, struct json_writer *out, struct error *err)
{
    json_begin_array(out);
    for (size_t i = 0; i < reader->books.log_count; i++)
        if (!log_write(reader, &reader->books.logs[i], out, err))
            return false;
    json_end_array(out);
    return true;
}

static int log_list_command(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    struct json_writer out = json_writer_make(&text);
    struct reader reader CLEANUP(reader_close) = {.node = NULL};
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, NULL, 0, 0, 0, &words, &exit_code))
        return exit_code;
    if (!reader_open(options, &reader, &err) || !list_write(&reader, &out, &err))
        return command_fail(options, &err);
    return command_show(options, buffer_span(&text));
}

/* --- keys --- */

struct vkey_words {
    const char *origin;
    const char *party;
    bool is_custody;
    bool is_witness;
};

/* A cosigner's key as the pairing has it: ours, or with --party a partner's. */
static bool cosigner_find(struct reader *reader, const struct vkey_words *words,
                          struct note_key *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    char name[NAME_SIZE_MAX + 16];
    struct pairing pairing;
    struct span party = span_text(words->party != NULL ? words->party : reader->books.party);
    const char *home = reader->books.home;
    bool is_own = span_is(party, reader->books.party);

    if (!text_is_identifier(party, NAME_SIZE_MAX))
        return error_set(err, ERROR_INPUT, "--party: a party such as al");
    if (is_own ? !books_own_pairing(env_real(), home, &arena, &pairing, err)
               : !books_partner_pairing(env_real(), home, party, &arena, &pairing, err))
        return false;
    snprintf(name, sizeof name, "%.*s/%s/0", SPAN_ARG(party),
             words->is_custody ? "custody" : "witness");
    return note_key_make(span_text(name), NOTE_COSIGNATURE,
                         words->is_custody ? pairing.party.custody_key : pairing.party.witness_key,
                         out) ||
           error_set(err, ERROR_BUG, "'%s' is no name for a key", name);
}

static bool vkey_find(struct reader *reader, const struct vkey_words *words, struct note_key *out,
                      struct error *err)
{
    struct log_signers signers;

    if (words->origin == NULL)
        return cosigner_find(reader, words, out, err);
    const struct log_row *log = books_log(&reader->books, span_text(words->origin), err);
    if (log == NULL || !books_signers(&reader->books, log, &signers, err))
        return false;
    if (words->is_custody && !signers.has_custody)
        return error_set(err, ERROR_INPUT, "log %s is domestic: nobody holds it in custody",
                         words->origin);
    *out = words->is_custody ? signers.custody : signers.log;
    return true;
}

static int vkey_show(struct options *options, const struct note_key *key)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(4096);
    struct buffer vkey CLEANUP(buffer_free) = buffer_make(1024);
    struct json_writer out = json_writer_make(&text);

    note_key_write(key, &vkey);
    if (!options->is_json) /* alone on its line, for $(besa log vkey ...) */
        return printf("%.*s\n", SPAN_ARG(buffer_span(&vkey))) < 0 ? 74 : 0;
    json_begin_object(&out);
    json_text_field(&out, "vkey", buffer_span(&vkey));
    json_end_object(&out);
    return command_show(options, buffer_span(&text));
}

static int log_vkey_command(struct options *options, int argc, char **argv)
{
    struct reader reader CLEANUP(reader_close) = {.node = NULL};
    struct vkey_words what = {.origin = NULL};
    const struct command_option own[] = {{.name = "custody", .flag = &what.is_custody},
                                         {.name = "witness", .flag = &what.is_witness},
                                         {.name = "party", .value = &what.party}};
    struct word_list words;
    struct note_key key;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 1, &words, &exit_code))
        return exit_code;
    if (words.count == 1)
        what.origin = words.words[0];
    if ((what.origin == NULL && what.is_custody == what.is_witness) ||
        (what.origin != NULL && (what.is_witness || what.party != NULL)))
        return command_usage(options, "say ORIGIN, --custody ORIGIN, --custody or --witness");
    if (!reader_open(options, &reader, &err) || !vkey_find(&reader, &what, &key, &err))
        return command_fail(options, &err);
    return vkey_show(options, &key);
}

/* --- export --- */

static void show_progress(void *context, uint64_t done, uint64_t total)
{
    progress_show(context, (int64_t)done, (int64_t)total);
}

static bool export_one(struct options *options, struct reader *reader, const struct log_row *log,
                       const char *directory, struct json_writer *out, struct error *err)
{
    struct progress progress = {.options = options, .what = "exporting"};
    struct export_result result;

    bool ok = log_export(&reader->books, log, directory, show_progress, &progress, &result, err);
    progress_end(&progress);
    if (!ok)
        return false;
    json_begin_object(out);
    json_text_field(out, "origin", log->origin);
    json_string_field(out, "directory", directory);
    json_integer_field(out, "size", (int64_t)result.size);
    json_boolean_field(out, "cosigned", result.is_cosigned);
    json_integer_field(out, "receipts", (int64_t)result.receipts);
    json_integer_field(out, "witnesses", (int64_t)result.witnesses);
    json_end_object(out);
    return true;
}

/* Each log into DIR/<origin>; one that is not signed yet is passed over. */
static bool export_all(struct options *options, struct reader *reader, const char *directory,
                       struct json_writer *out, struct error *err)
{
    for (size_t i = 0; i < reader->books.log_count; i++) {
        const struct log_row *log = &reader->books.logs[i];
        char path[HOME_PATH_SIZE];
        int size = snprintf(path, sizeof path, "%s/%.*s", directory, SPAN_ARG(log->origin));
        if (size < 0 || (size_t)size >= sizeof path)
            return error_set(err, ERROR_INPUT, "the directory's path is too long");
        if (export_one(options, reader, log, path, out, err))
            continue;
        if (err->kind != ERROR_MISSING)
            return false;
        command_note(options, "%.*s: nothing is signed yet", SPAN_ARG(log->origin));
        error_clear(err);
    }
    return true;
}

/* The access entry, through the node, which also gives what a reader beside it cannot open: the bodies in which logs say
 * what they follow. */
static bool export_enter(struct options *options, const char *origin, struct buffer *result,
                         struct problems *problems, struct error *err)
{
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(1024);
    struct json_writer out = json_writer_make(&arguments);

    json_begin_object(&out);
    if (origin != NULL)
        json_string_field(&out, "origin", origin);
    json_end_object(&out);
    return command_ask(options, "log-export", buffer_span(&arguments), span_make(NULL, 0), result,
                       problems, err);
}

/* DIR/succession: salt, then body. */
static bool succession_write_file(struct json_object *item, const char *directory, bool is_one,
                                  struct error *err)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(VERIFY_SUCCESSION_MAX);
    uint8_t salt[SALT_SIZE] = {0};
    char path[HOME_PATH_SIZE];
    struct span log = json_get_text(item, "log", 1, ORIGIN_SIZE_MAX);

    json_get_hex(item, "salt", salt, sizeof salt);
    struct span body = json_get_base64(item, "body", 1, BODY_SIZE_MAX);
    if (!problems_to_error(item->problems, err))
        return false;
    int size = is_one ? snprintf(path, sizeof path, "%s/" VERIFY_SUCCESSION_NAME, directory)
                      : snprintf(path, sizeof path, "%s/%.*s/" VERIFY_SUCCESSION_NAME, directory,
                                 SPAN_ARG(log));
    if (size < 0 || (size_t)size >= sizeof path)
        return error_set(err, ERROR_INPUT, "the directory's path is too long");
    buffer_add(&bytes, span_make(salt, sizeof salt));
    return (buffer_add(&bytes, body) || error_set(err, ERROR_LIMIT, "out of memory")) &&
           env_write_file(env_real(), path, buffer_span(&bytes), err);
}

/* A log of which nothing is signed yet was passed over: it has no directory, and needs no file. */
static bool successions_write(struct span result, const char *directory, bool is_one,
                              struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(CONTROL_REPLY_SIZE_MAX);
    struct json *json CLEANUP(json_free) = NULL;
    struct problems problems = {.count = 0};
    struct json_object object, item;

    if (!json_parse(result, &json, err))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct json_list list = json_get_array(&object, "successions", 0, BOOKS_LOG_MAX);
    for (size_t i = 0; i < list.count; i++) {
        if (!json_array_object(&list, i, &item) ||
            succession_write_file(&item, directory, is_one, err))
            continue;
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
    }
    return problems_to_error(&problems, err);
}

static int log_export_command(struct options *options, int argc, char **argv)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    struct json_writer out = json_writer_make(&text);
    struct buffer given CLEANUP(buffer_free) = buffer_make(CONTROL_REPLY_SIZE_MAX);
    struct reader reader CLEANUP(reader_close) = {.node = NULL};
    struct problems problems = {.count = 0};
    const struct log_row *log = NULL;
    const char *origin = NULL;
    const struct command_option own[] = {{.name = "log", .value = &origin}};
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    bool ok = export_enter(options, origin, &given, &problems, &err) &&
              reader_open(options, &reader, &err);
    if (ok && origin != NULL) {
        log = books_log(&reader.books, span_text(origin), &err);
        ok = log != NULL && export_one(options, &reader, log, words.words[0], &out, &err);
    } else if (ok) {
        json_begin_array(&out);
        ok = export_all(options, &reader, words.words[0], &out, &err);
        json_end_array(&out);
    }
    ok = ok && successions_write(buffer_span(&given), words.words[0], origin != NULL, &err);
    return ok ? command_show(options, buffer_span(&text))
              : command_fail_problems(options, &err, &problems);
}

int command_log(struct options *options, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(struct options *options, int argc, char **argv);
    } forms[] = {
        {"list", log_list_command}, {"vkey", log_vkey_command}, {"export", log_export_command}};

    for (size_t i = 0; argc > 1 && i < ARRAY_COUNT(forms); i++)
        if (strcmp(argv[1], forms[i].name) == 0)
            return forms[i].run(options, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        command_help(options);
        return 0;
    }
    return command_usage(options, "say list, vkey or export");
}
